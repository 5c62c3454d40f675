"""Custom resources in the community's own groups must say that they are approved, or that they aren't.

Follows apiextensions-apiserver `pkg/apihelpers/helpers.go` and `pkg/apis/apiextensions/validation/validation.go`
(validateAPIApproval).
"""

from __future__ import annotations

import enum
from typing import Any, Final
from urllib.parse import urlsplit

from kubepy.api.field import FieldError, Path, invalid, required

Object = dict[str, Any]

_ANNOTATION: Final = "api-approved.kubernetes.io"
_PATH: Final = Path("metadata").child("annotations").key(_ANNOTATION)
_COMMUNITY_DOMAINS: Final = ("k8s.io", "kubernetes.io")
_SEE: Final = "see https://github.com/kubernetes/enhancements/pull/1111"
_MISSING: Final = f'protected groups must have approval annotation "{_ANNOTATION}", {_SEE}'
_INVALID: Final = (
    f'protected groups must have approval annotation "{_ANNOTATION}" with either a URL or a reason starting with '
    f'"unapproved", {_SEE}'
)


class _State(enum.Enum):
    MISSING = enum.auto()
    BYPASSED = enum.auto()
    APPROVED = enum.auto()
    INVALID = enum.auto()


def validate_approval(obj: Object, old: Object | None) -> list[FieldError]:
    """Complaints about a resource in a protected group; an update that changes nothing about it passes."""
    group = (obj.get("spec") or {}).get("group", "")
    if not any(group == domain or group.endswith("." + domain) for domain in _COMMUNITY_DOMAINS):
        return []
    state = _state_of(obj)
    if old is not None and _state_of(old) is state:
        return []
    if state is _State.MISSING:
        return [required(_PATH, _MISSING)]
    return [invalid(_PATH, _annotation(obj), _INVALID)] if state is _State.INVALID else []


def _annotation(obj: Object) -> str:
    text: str = (obj["metadata"].get("annotations") or {}).get(_ANNOTATION, "")
    return text


def _state_of(obj: Object) -> _State:
    text = _annotation(obj)
    if not text:
        return _State.MISSING
    if text.startswith("unapproved"):
        return _State.BYPASSED
    try:
        url = urlsplit(text)
    except ValueError:
        return _State.INVALID
    return _State.APPROVED if url.scheme and url.netloc else _State.INVALID
