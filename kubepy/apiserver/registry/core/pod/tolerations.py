"""Validation of tolerations.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateTolerations, validateOnlyAddedTolerations).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported

Object = dict[str, Any]

_OPERATORS = ("Equal", "Exists")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def validate_tolerations(tolerations: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in what taints a pod puts up with."""
    errors: list[FieldError] = []
    for position, toleration in enumerate(tolerations):
        errors += _validate_toleration(toleration, path.index(position))
    return errors


def _validate_toleration(toleration: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    value, effect = toleration.get("value", ""), toleration.get("effect", "")
    if key:
        errors += [invalid(path.child("key"), key, complaint) for complaint in names.is_qualified_name(key)]
    elif operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        errors.append(invalid(path.child("operator"), operator, detail))
    if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
        detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        errors.append(invalid(path.child("effect"), effect, detail))
    if operator in {"Equal", ""}:
        if complaints := names.is_valid_label_value(value):
            errors.append(invalid(path.child("operator"), value, ";".join(complaints)))
    elif operator != "Exists":
        errors.append(not_supported(path.child("operator"), operator, _OPERATORS))
    elif value:
        errors.append(invalid(path.child("operator"), value, "value must be empty when `operator` is 'Exists'"))
    if effect and effect not in _EFFECTS:
        errors.append(not_supported(path.child("effect"), effect, _EFFECTS))
    return errors


def validate_only_added(new: Sequence[Object], old: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in a change of tolerations: those of before must stay, though for how long may change."""
    kept = [_without_seconds(toleration) for toleration in new]
    if any(_without_seconds(toleration) not in kept for toleration in old):
        return [forbidden(path, "existing toleration can not be modified except its tolerationSeconds")]
    return validate_tolerations(new, path)


def _without_seconds(toleration: Object) -> Object:
    return {name: value for name, value in toleration.items() if name != "tolerationSeconds" and value != ""}
