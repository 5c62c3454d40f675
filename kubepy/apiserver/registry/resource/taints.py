"""Taints of devices, tolerations of them, and the conditions a device waits for after it has been allocated.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateDeviceTaint, validateDeviceToleration,
validateDeviceBindingParameters) and `pkg/apis/resource/v1/defaults.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kubepy.api import names, timestamps
from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.api.labels import validate_label_name
from kubepy.apiserver.registry.resource.lists import validate_list
from kubepy.apiserver.registry.strategy import Object

_EFFECTS: Final = ("NoExecute", "NoSchedule", "None")
_OPERATORS: Final = ("Equal", "Exists")
_MAX_CONDITIONS: Final = 4


def default_taint(taint: Object) -> None:
    """Note when a taint was added, in place."""
    if "timeAdded" not in taint:
        taint["timeAdded"] = timestamps.now()


def default_tolerations(holder: Object) -> None:
    """Fill in the operators of `tolerations`, in place."""
    for toleration in holder.get("tolerations") or ():
        if not toleration.get("operator"):
            toleration["operator"] = "Equal"


def validate_taint(taint: Object, path: Path, old: Object | None = None) -> list[FieldError]:
    """Mistakes in a taint; an effect that was there before stays acceptable."""
    errors = validate_label_name(taint.get("key", ""), path.child("key"))
    if value := taint.get("value"):
        errors += _validate_value(value, path.child("value"))
    effect = taint.get("effect", "")
    if old is None or old.get("effect", "") != effect:
        if not effect:
            errors.append(required(path.child("effect")))
        elif effect not in _EFFECTS:
            errors.append(not_supported(path.child("effect"), effect, _EFFECTS))
    return errors


def validate_tolerations(tolerations: Iterable[Object], path: Path) -> list[FieldError]:
    """Mistakes in tolerations."""
    errors: list[FieldError] = []
    for position, toleration in enumerate(tolerations):
        errors += _validate_toleration(toleration, path.index(position))
    return errors


def _validate_toleration(toleration: Object, path: Path) -> list[FieldError]:
    key, value = toleration.get("key"), toleration.get("value", "")
    operator, effect = toleration.get("operator", ""), toleration.get("effect")
    errors = validate_label_name(key, path.child("key")) if key else []
    if operator == "Exists":
        if value:
            errors.append(invalid(path.child("value"), value, "must be empty for operator `Exists`"))
    elif operator == "Equal":
        errors += _validate_value(value, path.child("value"))
    elif not operator:
        errors.append(required(path.child("operator")))
    else:
        errors.append(not_supported(path.child("operator"), operator, _OPERATORS))
    if effect and effect not in _EFFECTS:
        errors.append(not_supported(path.child("effect"), effect, _EFFECTS))
    return errors


def _validate_value(value: str, path: Path) -> list[FieldError]:
    return [invalid(path, value, complaint) for complaint in names.is_valid_label_value(value)]


def validate_binding_conditions(holder: Object, path: Path) -> list[FieldError]:
    """Mistakes in the conditions for binding and for its failure: there are both or neither, and no overlap."""
    wanted, failing = holder.get("bindingConditions") or [], holder.get("bindingFailureConditions") or []
    if not wanted and not failing:
        return []
    at, at_failing = path.child("bindingConditions"), path.child("bindingFailureConditions")
    errors = validate_list(wanted, _MAX_CONDITIONS, validate_label_name, at)
    errors += validate_list(failing, _MAX_CONDITIONS, validate_label_name, at_failing)
    errors += _repetitions(wanted, at)
    for position, condition in enumerate(failing):
        if condition in failing[:position]:
            errors.append(duplicate(at_failing.index(position), condition))
        if condition in wanted:
            detail = "bindingFailureConditions must not overlap with bindingConditions"
            errors.append(invalid(at_failing.index(position), condition, detail))
    if not wanted:
        detail = "bindingConditions are required to use bindingFailureConditions"
        errors.append(invalid(at, holder.get("bindingConditions"), detail))
    if not failing:
        detail = "bindingFailureConditions are required to use bindingConditions"
        errors.append(invalid(at_failing, holder.get("bindingFailureConditions"), detail))
    return errors


def _repetitions(items: Sequence[str], path: Path) -> list[FieldError]:
    return [duplicate(path.index(position), item) for position, item in enumerate(items) if item in items[:position]]
