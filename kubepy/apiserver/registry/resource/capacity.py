"""Capacities of devices, and in which amounts a capacity may be requested.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateRequestPolicy and what it calls). Amounts are
whole numbers; the gate DRAFractionalCapacityRange is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, required
from kubepy.api.object_meta import NEGATIVE_ERROR
from kubepy.api.quantity import Quantity, canonical
from kubepy.apiserver.registry.resource.lists import validate_set
from kubepy.apiserver.registry.strategy import Object

_MAX_VALUES: Final = 10
_MAX_INT64: Final = 2**63 - 1
_RANGE: Final = ("min", "max", "step")


def canonical_quantity(value: Any) -> Any:
    """A quantity as it is stored; what is none stays as it is."""
    try:
        return canonical(str(value))
    except ValueError:
        return value


def default_capacity(capacity: Mapping[str, Object]) -> None:
    """Store the quantities of a device's capacities in canonical form, in place."""
    for entry in capacity.values():
        if "value" in entry:
            entry["value"] = canonical_quantity(entry["value"])
        policy = entry.get("requestPolicy") or {}
        if "default" in policy:
            policy["default"] = canonical_quantity(policy["default"])
        if values := policy.get("validValues"):
            policy["validValues"] = [canonical_quantity(value) for value in values]
        limits = policy.get("validRange") or {}
        for name in _RANGE:
            if name in limits:
                limits[name] = canonical_quantity(limits[name])


def validate_single_capacity(entry: Object, path: Path) -> list[FieldError]:
    """Mistakes in a capacity of a device that can be allocated once."""
    if "requestPolicy" in entry:
        return [forbidden(path.child("requestPolicy"), "allowMultipleAllocations must be true")]
    return []


def validate_shared_capacity(entry: Object, path: Path) -> list[FieldError]:
    """Mistakes in a capacity of a device that can be allocated several times."""
    policy = entry.get("requestPolicy")
    if policy is None:
        return []
    at = path.child("requestPolicy")
    values, limits = policy.get("validValues"), policy.get("validRange")
    if values and limits is not None:
        detail = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'
        return [forbidden(at, detail)]
    if not values and limits is None:
        return []
    name = "validValues" if values else "validRange"
    if "default" not in policy:
        return [required(at.child("default"), f"required when {name} is defined")]
    try:
        total, default = Quantity.parse(entry.get("value", "0")), Quantity.parse(policy["default"])
        if values:
            options = [Quantity.parse(value) for value in values]
            return _validate_values(options, default, total, at.child(name))
        bounds = {key: Quantity.parse(limits[key]) for key in _RANGE if key in limits}
        return _validate_range(bounds, default, total, at.child(name))
    except ValueError as error:
        return [invalid(at, policy, str(error))]


def _validate_values(options: list[Quantity], default: Quantity, total: Quantity, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for position in range(1, len(options)):
        if options[position] < options[position - 1]:
            detail = "values must be sorted in ascending order"
            errors.append(invalid(path.index(position), str(options[position]), detail))

    def check(option: Quantity, at: Path) -> list[FieldError]:
        if total < option:
            return [invalid(at, str(option), f"option is larger than capacity value: {total}")]
        return []

    errors += validate_set(options, _MAX_VALUES, check, lambda option: str(option.value()), path, shows_key=True)
    if len(options) > _MAX_VALUES or default not in options:
        errors.append(invalid(path, str(default), "default value is not valid according to the requestPolicy"))
    return errors


def _validate_range(bounds: dict[str, Quantity], default: Quantity, total: Quantity, path: Path) -> list[FieldError]:
    low, high, step = bounds.get("min"), bounds.get("max"), bounds.get("step")
    if low is None:
        return [required(path.child("min"), "required when validRange is defined")]
    errors: list[FieldError] = []
    if total < low:
        errors.append(invalid(path.child("min"), str(low), f"min is larger than capacity value: {total}"))
    if default < low:
        errors.append(invalid(path.child("default"), str(default), f"default is less than min: {low}"))
    if high is not None:
        if high < low:
            errors.append(invalid(path.child("max"), str(low), f"min is larger than max: {high}"))
        if total < high:
            errors.append(invalid(path.child("max"), str(high), f"max is larger than capacity value: {total}"))
        if high < default:
            errors.append(invalid(path.child("default"), str(default), f"default is more than max: {high}"))
    if step is not None:
        errors += _validate_step({"default": default, **bounds}, low, step, total, path)
    return errors


def _validate_step(
    amounts: dict[str, Quantity], low: Quantity, step: Quantity, total: Quantity, path: Path
) -> list[FieldError]:
    at = path.child("step")
    if step.sign() <= 0:
        return [invalid(at, str(step), "must be greater than zero")]
    errors: list[FieldError] = []
    if total < low + step:
        errors.append(invalid(at, str(step), f"one step {low + step} is larger than capacity value: {total}"))
    unusable = [error for name, amount in amounts.items() for error in _validate_int64(amount, path.child(name))]
    if unusable:
        return errors + unusable
    for name in ("default", "max"):
        amount = amounts.get(name)
        if amount is not None and (amount.value() - low.value()) % step.value():
            errors.append(invalid(at, str(amount), f"value is not a multiple of a given step ({step}) from ({low})"))
    return errors


def _validate_int64(amount: Quantity, path: Path) -> list[FieldError]:
    if amount.sign() < 0:
        return [invalid(path, str(amount), NEGATIVE_ERROR)]
    if amount.value() > _MAX_INT64:
        return [invalid(path, str(amount), f"must not be larger than {_MAX_INT64}")]
    return []
