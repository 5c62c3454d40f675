"""Taints of nodes.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateNodeTaints).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import ErrorType, FieldError, Path, invalid, not_supported, required
from kubepy.api.labels import validate_label_name
from kubepy.api.names import is_valid_label_value

Object = dict[str, Any]

TAINT_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def validate_taints(taints: Sequence[Object], path: Path) -> list[FieldError]:
    """Good keys, values and effects, and each key at most once with each effect."""
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for position, taint in enumerate(taints):
        at = path.index(position)
        key, value, effect = (taint.get(name) or "" for name in ("key", "value", "effect"))
        errors += validate_label_name(key, at.child("key"))
        if complaints := is_valid_label_value(value):
            errors.append(invalid(at.child("value"), value, ";".join(complaints)))
        if not effect:
            errors.append(required(at.child("effect")))
        elif effect not in TAINT_EFFECTS:
            errors.append(not_supported(at.child("effect"), effect, TAINT_EFFECTS))
        if (key, effect) in seen:
            shown = {"Key": key, "Value": value, "Effect": effect, "TimeAdded": taint.get("timeAdded")}
            detail = "taints must be unique by key and effect pair"
            errors.append(FieldError(ErrorType.DUPLICATE, str(at), shown, detail))
        seen.add((key, effect))
    return errors
