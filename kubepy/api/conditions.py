"""The `metav1.Condition`s of a status.

Follows apimachinery `pkg/apis/meta/v1/validation/validation.go` (ValidateConditions).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required, too_long
from kubepy.api.labels import validate_label_name
from kubepy.api.names import regex_error

Object = dict[str, Any]

_STATUSES: Final = ("False", "True", "Unknown")
_MAX_REASON_BYTES: Final = 1024
_MAX_MESSAGE_BYTES: Final = 32 * 1024
_REASON: Final = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?"
_is_reason = re.compile(_REASON).fullmatch
_BAD_REASON: Final = regex_error(
    "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric "
    "characters or '_,:', and must end with an alphanumeric character or '_'",
    _REASON,
    "my_name",
    "MY_NAME",
    "MyName",
    "ReasonA,ReasonB",
    "ReasonA:ReasonB",
)


def validate_conditions(conditions: Sequence[Object], path: Path) -> list[FieldError]:
    """Complaints about a list of conditions, of which there is one a type."""
    errors = []
    seen: set[str] = set()
    for position, condition in enumerate(conditions):
        kind = condition.get("type", "")
        if kind in seen:
            errors.append(duplicate(path.index(position), kind))
        seen.add(kind)
        errors += _validate_condition(condition, path.index(position))
    return errors


def _validate_condition(condition: Object, path: Path) -> list[FieldError]:
    kind, status = condition.get("type", ""), condition.get("status", "")
    errors = validate_label_name(kind, path.child("type")) if kind else [required(path.child("type"), "is required")]
    if not status:
        errors.append(required(path.child("status")))
    elif status not in _STATUSES:
        errors.append(not_supported(path.child("status"), status, _STATUSES))
    generation = condition.get("observedGeneration", 0)
    if generation < 0:
        where = path.child("observedGeneration")
        errors.append(invalid(where, generation, "must be greater than or equal to zero"))
    if not condition.get("lastTransitionTime"):
        errors.append(required(path.child("lastTransitionTime")))
    return errors + _validate_texts(condition, path)


def _validate_texts(condition: Object, path: Path) -> list[FieldError]:
    reason, message = condition.get("reason", ""), condition.get("message", "")
    errors = []
    if not reason:
        errors.append(required(path.child("reason")))
    elif not _is_reason(reason):
        errors.append(invalid(path.child("reason"), reason, _BAD_REASON))
    if len(reason.encode()) > _MAX_REASON_BYTES:
        errors.append(too_long(path.child("reason"), _MAX_REASON_BYTES))
    if len(message.encode()) > _MAX_MESSAGE_BYTES:
        errors.append(too_long(path.child("message"), _MAX_MESSAGE_BYTES))
    return errors
