"""LimitRanges: what pods, containers and claims of a namespace may ask for, and what they get if they don't.

Follows kubernetes `pkg/registry/core/limitrange/strategy.go`, `pkg/apis/core/v1/defaults.go` and
`pkg/apis/core/validation/validation.go` (ValidateLimitRange).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, required
from kubepy.api.names import is_qualified_name
from kubepy.api.quantity import Quantity
from kubepy.apiserver.registry.core.pod.resources import is_extended_resource, resource_name_complaints
from kubepy.apiserver.registry.core.quantities import (
    amounts,
    is_huge_page,
    is_native,
    is_overcommit_allowed,
    stored_form,
)
from kubepy.apiserver.registry.strategy import Strategy, WriteContext

Object = dict[str, Any]
Amounts = Mapping[str, Quantity]

_LIMITS: Final = Path("spec").child("limits")
_POD: Final = "Pod"
_CONTAINER: Final = "Container"
_CLAIM: Final = "PersistentVolumeClaim"
_TYPES: Final = (_POD, _CONTAINER, _CLAIM)
_CONTAINER_RESOURCES: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_AMOUNT_FIELDS: Final = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
_ONE: Final = Quantity.parse("1")
# Above this a number of thousandths would not fit into 64 bits, and upstream compares whole units.
_MAX_MILLI_VALUE: Final = (2**63 - 1) // 1000


class LimitRangeStrategy(Strategy):
    """LimitRanges."""

    allow_create_on_update: ClassVar[bool] = True

    def default(self, obj: Object) -> None:
        for limit in (obj.get("spec") or {}).get("limits") or ():
            for field in _AMOUNT_FIELDS:
                if limit.get(field):
                    limit[field] = {name: stored_form(amount) for name, amount in limit[field].items()}
            if limit.get("type") == _CONTAINER:
                _default_container_limit(limit)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        if not obj["metadata"].get("name"):
            obj["metadata"]["name"] = str(uuid.uuid4())

    def validate(self, obj: Object) -> list[FieldError]:
        errors: list[FieldError] = []
        seen: set[str] = set()
        for position, limit in enumerate((obj.get("spec") or {}).get("limits") or ()):
            path, kind = _LIMITS.index(position), limit.get("type", "")
            errors += _validate_type(kind, path.child("type"))
            if kind in seen:
                errors.append(duplicate(path.child("type"), kind))
            seen.add(kind)
            errors += _validate_limit(limit, kind, path)
        return errors


def _default_container_limit(limit: Object) -> None:
    """The limit defaults to the maximum, the request to the limit, else to the minimum."""
    defaults = {**(limit.get("max") or {}), **(limit.get("default") or {})}
    requests = {**(limit.get("min") or {}), **defaults, **(limit.get("defaultRequest") or {})}
    if defaults:
        limit["default"] = defaults
    if requests:
        limit["defaultRequest"] = requests


def _validate_type(kind: str, path: Path) -> list[FieldError]:
    if complaints := is_qualified_name(kind):
        return [invalid(path, kind, message) for message in complaints]
    if "/" not in kind and kind not in _TYPES:
        return [invalid(path, kind, "must be a standard limit type or fully qualified")]
    return []


def _validate_limit(limit: Object, kind: str, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    parsed: dict[str, Amounts] = {}
    for field in _AMOUNT_FIELDS:
        listed = limit.get(field) or {}
        if listed and kind == _POD and field in ("default", "defaultRequest"):
            errors.append(forbidden(path.child(field), "may not be specified when `type` is 'Pod'"))
            continue
        for name in listed:
            errors += _validate_resource_name(name, kind, path.child(field).key(name))
        parsed[field] = amounts(listed)
    if kind == _CLAIM and not any("storage" in (limit.get(field) or {}) for field in ("min", "max")):
        detail = "either minimum or maximum storage value is required, but neither was provided"
        errors.append(required(path.child("limits"), detail))
    for name in dict.fromkeys(name for listed in parsed.values() for name in listed):
        errors += _validate_amounts(name, {field: parsed.get(field, {}).get(name) for field in _AMOUNT_FIELDS}, path)
    return errors


def _validate_resource_name(name: str, kind: str, path: Path) -> list[FieldError]:
    complaints = list(resource_name_complaints(name))
    if kind in (_POD, _CONTAINER):
        if "/" not in name:
            if name not in _CONTAINER_RESOURCES and not is_huge_page(name):
                complaints.append("must be a standard resource for containers")
        elif not is_native(name) and not is_extended_resource(name):
            complaints.append("doesn't follow extended resource name standard")
    return [invalid(path, name, message) for message in complaints]


def _validate_amounts(name: str, of: Mapping[str, Quantity | None], path: Path) -> list[FieldError]:
    """Minimum <= default request <= default limit <= maximum, as far as they are given."""
    lowest, highest, default, request = of["min"], of["max"], of["default"], of["defaultRequest"]
    request_path, default_path = path.child("defaultRequest").key(name), path.child("default").key(name)
    errors: list[FieldError] = []

    def check(smaller: Quantity | None, larger: Quantity | None, at: Path, bad: Quantity | None, words: str) -> None:
        if smaller is not None and larger is not None and smaller > larger:
            first, _, second = words.partition("|")
            detail = f"{first} value {smaller} is greater than {second} value {larger}"
            errors.append(invalid(at, str(bad), detail))

    check(lowest, highest, path.child("min").key(name), lowest, "min|max")
    check(lowest, request, request_path, request, "min|default request")
    check(request, highest, request_path, request, "default request|max")
    check(request, default, request_path, request, "default request|default limit")
    check(lowest, default, default_path, lowest, "min|default")
    check(default, highest, default_path, highest, "default|max")
    errors += _validate_ratio(name, of, path)
    if default is not None and request is not None and default != request and not is_overcommit_allowed(name):
        detail = f"default value {default} must equal to defaultRequest value {request} in {name}"
        errors.append(invalid(request_path, str(request), detail))
    return errors


def _validate_ratio(name: str, of: Mapping[str, Quantity | None], path: Path) -> list[FieldError]:
    ratio, lowest, highest = of["maxLimitRequestRatio"], of["min"], of["max"]
    if ratio is None:
        return []
    at = path.child("maxLimitRequestRatio").key(name)
    errors = [invalid(at, str(ratio), f"ratio {ratio} is less than 1")] if ratio < _ONE else []
    if lowest is None or highest is None:
        return errors
    if max(ratio.value(), lowest.value(), highest.value()) < _MAX_MILLI_VALUE:
        wanted, top, bottom = ratio.milli_value() / 1000, highest.milli_value(), lowest.milli_value()
    else:
        wanted, top, bottom = float(ratio.value()), highest.value(), lowest.value()
    if bottom and wanted > top / bottom:
        errors.append(invalid(at, str(ratio), f"ratio {ratio} is greater than max/min = {top / bottom:f}"))
    return errors
