"""TokenReviews ("whose token is this?") and TokenRequests ("a token for this ServiceAccount, please").

Called by the handlers before they answer. Follows kubernetes `pkg/apis/authentication/v1/defaults.go`,
`pkg/apis/authentication/validation/validation.go` and `pkg/registry/authentication/tokenreview/storage.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.errors import bad_request
from kubepy.api.field import FieldError, Path, invalid

Object = dict[str, Any]

_EXPIRATION: Final = Path("spec").child("expirationSeconds")
_DEFAULT_SECONDS: Final = 3600
_MIN_SECONDS: Final = 600
_MAX_SECONDS: Final = 1 << 32


def validate_token_review(review: Object) -> None:
    """There must be a token. Raises APIError (400): upstream has no field error for it."""
    if not (review.get("spec") or {}).get("token"):
        raise bad_request("token is required for TokenReview in authentication")


def default_token_request(request: Object) -> None:
    """A token lasts for an hour unless its request says otherwise."""
    spec = request.setdefault("spec", {})
    if spec.get("expirationSeconds") is None:
        spec["expirationSeconds"] = _DEFAULT_SECONDS


def validate_token_request(request: Object) -> list[FieldError]:
    """A token lasts for at least ten minutes."""
    seconds = (request.get("spec") or {}).get("expirationSeconds", 0)
    if seconds < _MIN_SECONDS:
        return [invalid(_EXPIRATION, seconds, "may not specify a duration less than 10 minutes")]
    if seconds > _MAX_SECONDS:
        return [invalid(_EXPIRATION, seconds, "may not specify a duration larger than 2^32 seconds")]
    return []
