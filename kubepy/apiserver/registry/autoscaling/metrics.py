"""The metrics an autoscaler follows.

Follows kubernetes `pkg/apis/autoscaling/validation/validation.go` (validateMetricSpec and what it calls).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.names import is_dns1123_label, path_segment_name
from kubepy.api.quantity import Quantity
from kubepy.apiserver.registry.autoscaling.references import validate_api_version, validate_reference
from kubepy.apiserver.registry.core.pod.resources import is_extended_resource, resource_name_complaints
from kubepy.apiserver.registry.core.quantities import is_huge_page, is_native
from kubepy.apiserver.registry.strategy import Object

_TYPES: Final = ("ContainerResource", "External", "Object", "Pods", "Resource")
_SOURCE_OF_TYPE: Final = {
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
    "External": "external",
    "ContainerResource": "containerResource",
}
_CONTAINER_RESOURCES: Final = ("cpu", "memory", "ephemeral-storage")
_TARGET_TYPES: Final = ("Utilization", "Value", "AverageValue")


def validate_metric(metric: Object, path: Path, *, check_version: bool) -> list[FieldError]:
    """Complaints about one metric, which is of a type and has that type's source and no other. `check_version` asks
    for the version of the object that an Object metric describes to make sense, too."""
    kind = metric.get("type", "")
    at_type = path.child("type")
    errors = []
    if not kind:
        errors.append(required(at_type, "must specify a metric source type"))
    if kind not in _TYPES:
        errors.append(not_supported(at_type, kind, _TYPES))
    present = [name for name in _VALIDATORS if metric.get(name) is not None]
    if present:
        first = present[0]
        errors += _VALIDATORS[first](metric[first], path.child(first))
        if first == "object" and check_version:
            described = metric["object"].get("describedObject") or {}
            errors += validate_api_version(described, path.child("object", "describedObject"), allow_empty_group=True)
    expected = _SOURCE_OF_TYPE.get(kind)
    if expected is None:
        errors.append(not_supported(at_type, kind, _TYPES))
    elif expected not in present:
        errors.append(required(path.child(expected), "must populate information for the given metric source"))
    if len(present) > 1:
        message = "must populate the given metric source only"
        errors += [forbidden(path.child(name), message) for name in present if name != expected]
    return errors


def _validate_object(source: Object, path: Path) -> list[FieldError]:
    errors = validate_reference(source.get("describedObject") or {}, path.child("describedObject"))
    errors += _validate_identifier(source, path) + _validate_target(source, path)
    target = source.get("target") or {}
    if target.get("value") is None and target.get("averageValue") is None:
        where = path.child("target", "averageValue")
        errors.append(required(where, "must set either a target value or averageValue"))
    return errors


def _validate_external(source: Object, path: Path) -> list[FieldError]:
    errors = _validate_identifier(source, path) + _validate_target(source, path)
    target = source.get("target") or {}
    value, average = target.get("value"), target.get("averageValue")
    if value is None and average is None:
        where = path.child("target", "averageValue")
        errors.append(required(where, "must set either a target value for metric or a per-pod target"))
    if value is not None and average is not None:
        message = "may not set both a target value for metric and a per-pod target"
        errors.append(forbidden(path.child("target", "value"), message))
    return errors


def _validate_pods(source: Object, path: Path) -> list[FieldError]:
    errors = _validate_identifier(source, path) + _validate_target(source, path)
    if (source.get("target") or {}).get("averageValue") is None:
        where = path.child("target", "averageValue")
        errors.append(required(where, "must specify a positive target averageValue"))
    return errors


def _validate_resource(source: Object, path: Path) -> list[FieldError]:
    errors = [] if source.get("name") else [required(path.child("name"), "must specify a resource name")]
    return errors + _validate_target(source, path) + _validate_one_average(source, path)


def _validate_container_resource(source: Object, path: Path) -> list[FieldError]:
    name, container = source.get("name", ""), source.get("container", "")
    errors = []
    if not name:
        errors.append(required(path.child("name"), "must specify a resource name"))
    else:
        errors += [invalid(path.child("name"), name, message) for message in _container_resource_complaints(name)]
    if not container:
        errors.append(required(path.child("container"), "must specify a container"))
    else:
        errors += [invalid(path.child("container"), container, message) for message in is_dns1123_label(container)]
    return errors + _validate_target(source, path) + _validate_one_average(source, path)


def _container_resource_complaints(name: str) -> list[str]:
    complaints = list(resource_name_complaints(name))
    if "/" not in name:
        if name not in _CONTAINER_RESOURCES and not is_huge_page(name):
            complaints.append("must be a standard resource for containers")
    elif not is_native(name) and not is_extended_resource(name):
        complaints.append("doesn't follow extended resource name standard")
    return complaints


_VALIDATORS: Final[dict[str, Callable[[Object, Path], list[FieldError]]]] = {
    "object": _validate_object,
    "external": _validate_external,
    "pods": _validate_pods,
    "resource": _validate_resource,
    "containerResource": _validate_container_resource,
}
"""By field; of several sources the first in this order is looked into."""


def _validate_one_average(source: Object, path: Path) -> list[FieldError]:
    target = source.get("target") or {}
    utilization, value = target.get("averageUtilization"), target.get("averageValue")
    if utilization is None and value is None:
        message = "must set either a target raw value or a target utilization"
        return [required(path.child("target", "averageUtilization"), message)]
    if utilization is not None and value is not None:
        message = "may not set both a target raw value and a target utilization"
        return [forbidden(path.child("target", "averageValue"), message)]
    return []


def _validate_target(source: Object, path: Path) -> list[FieldError]:
    target, where = source.get("target") or {}, path.child("target")
    kind, utilization = target.get("type", ""), target.get("averageUtilization")
    errors = []
    if not kind:
        errors.append(required(where.child("type"), "must specify a metric target type"))
    if kind not in _TARGET_TYPES:
        errors.append(invalid(where.child("type"), kind, "must be either Utilization, Value, or AverageValue"))
    for name in ("value", "averageValue"):
        if target.get(name) is not None:
            amount = Quantity.parse(target[name])
            if amount.sign() != 1:
                errors.append(invalid(where.child(name), str(amount), "must be positive"))
    if utilization is not None and utilization < 1:
        errors.append(invalid(where.child("averageUtilization"), utilization, "must be greater than 0"))
    return errors


def _validate_identifier(source: Object, path: Path) -> list[FieldError]:
    name = (source.get("metric") or {}).get("name", "")
    where = path.child("metric", "name")
    if not name:
        return [required(where, "must specify a metric name")]
    return [invalid(where, name, message) for message in path_segment_name(name)]
