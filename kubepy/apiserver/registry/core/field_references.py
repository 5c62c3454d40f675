"""References to fields of the pod itself and to resources of its containers (the downward API).

Environment variables and volumes take values from them. Follows kubernetes `pkg/apis/core/validation/validation.go`
(validateObjectFieldSelector, validateContainerResourceFieldSelector) and `pkg/apis/core/pods/helpers.go`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.apiserver.registry.core.quantities import quantity

Object = dict[str, Any]

_CONVERTIBLE_FIELD_PATHS = frozenset(
    {
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
        "spec.host", "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.phase", "status.podIP", "status.podIPs",
    }
)  # fmt: skip
_RESOURCE_FIELDS = (
    "limits.cpu", "limits.ephemeral-storage", "limits.memory",
    "requests.cpu", "requests.ephemeral-storage", "requests.memory",
)  # fmt: skip
_HUGE_PAGE_PREFIXES = ("limits.hugepages-", "requests.hugepages-")
_CPU_DIVISORS = frozenset({"1m", "1"})
_BYTE_DIVISORS_TEXT = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
_BYTE_DIVISORS = frozenset(_BYTE_DIVISORS_TEXT.split(", "))
_SUBSCRIPTED = re.compile(r"(?P<path>.*?)\['(?P<key>[^']*)'\]", re.DOTALL)


def validate_field_selector(selector: Object, supported: Collection[str], path: Path) -> list[FieldError]:
    """Mistakes in a reference to a field of the pod itself; `supported` are the fields that may be named, sorted."""
    if not selector.get("apiVersion"):
        return [required(path.child("apiVersion"))]
    label = selector.get("fieldPath")
    if not label:
        return [required(path.child("fieldPath"))]
    at = path.child("fieldPath")
    if selector["apiVersion"] != "v1":
        return [invalid(at, label, f"error converting fieldPath: unsupported pod version: {selector['apiVersion']}")]
    subscripted = _SUBSCRIPTED.fullmatch(label)
    if subscripted:
        return _validate_subscript(label, subscripted["path"], subscripted["key"], path)
    if label not in _CONVERTIBLE_FIELD_PATHS:
        return [invalid(at, label, f"error converting fieldPath: field label not supported: {label}")]
    internal = "spec.nodeName" if label == "spec.host" else label
    return [] if internal in supported else [not_supported(at, internal, supported)]


def _validate_subscript(label: str, field: str, key: str, path: Path) -> list[FieldError]:
    if field not in {"metadata.annotations", "metadata.labels"}:
        detail = f"error converting fieldPath: field label does not support subscript: {label}"
        return [invalid(path.child("fieldPath"), label, detail)]
    name = key.lower() if field == "metadata.annotations" else key
    return [invalid(path, name, complaint) for complaint in names.is_qualified_name(name)]


def validate_resource_field_selector(selector: Object, path: Path, *, in_volume: bool) -> list[FieldError]:
    """Mistakes in a reference to a container's own requests or limits; a volume must name the container."""
    errors: list[FieldError] = []
    resource = selector.get("resource", "")
    if in_volume and not selector.get("containerName"):
        errors.append(required(path.child("containerName")))
    elif not resource:
        errors.append(required(path.child("resource")))
    elif resource not in _RESOURCE_FIELDS and not resource.startswith(_HUGE_PAGE_PREFIXES):
        errors.append(not_supported(path.child("resource"), resource, _RESOURCE_FIELDS))
    return errors + _validate_divisor(resource, selector.get("divisor") or "0", path.child("divisor"))


def _validate_divisor(resource: str, divisor: str, path: Path) -> list[FieldError]:
    try:
        amount = quantity(divisor)
    except ValueError as error:
        return [invalid(path, divisor, str(error))]
    if amount.is_zero():
        return []
    kind = resource.partition(".")[2]
    if kind == "cpu":
        allowed, text, noun = _CPU_DIVISORS, "1m and 1", "cpu resource"
    elif kind == "memory":
        allowed, text, noun = _BYTE_DIVISORS, _BYTE_DIVISORS_TEXT, "memory resource"
    elif kind == "ephemeral-storage":
        allowed, text, noun = _BYTE_DIVISORS, _BYTE_DIVISORS_TEXT, "local ephemeral storage resource"
    elif kind.startswith("hugepages-"):
        allowed, text, noun = _BYTE_DIVISORS, _BYTE_DIVISORS_TEXT, "hugepages resource"
    else:
        return []
    if str(amount) in allowed:
        return []
    return [invalid(path, resource, f"only divisor's values {text} are supported with the {noun}")]
