"""One device of a ResourceSlice: attributes, capacities, counters, taints and where it can be reached from.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateDevice and what it calls).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, required, too_long
from kubepy.apiserver.registry.core.pod.affinity import validate_node_selector
from kubepy.apiserver.registry.resource.capacity import (
    canonical_quantity,
    default_capacity,
    validate_shared_capacity,
    validate_single_capacity,
)
from kubepy.apiserver.registry.resource.device_names import (
    LONGEST_QUALIFIED_NAME,
    validate_device_name,
    validate_qualified_name,
)
from kubepy.apiserver.registry.resource.lists import accept, validate_list, validate_map, validate_set
from kubepy.apiserver.registry.resource.taints import default_taint, validate_binding_conditions, validate_taint
from kubepy.apiserver.registry.strategy import Object

MAX_COUNTERS: Final = 32
_MAX_NAMES: Final = 32
_MAX_VALUES: Final = 48
_MAX_TAINTS: Final = 16
_MAX_COUNTER_SETS: Final = 2
_MAX_VALUE_BYTES: Final = 64
_LONGEST_LABEL: Final = 63
_VALUES: Final = ("int", "bool", "string", "version", "ints", "bools", "strings", "versions")
_LISTS: Final = ("ints", "bools", "strings", "versions")
_ONE_OF_VALUES: Final = ", ".join(f"`{field}`" for field in _VALUES)
_NODE_FIELDS: Final = ("nodeName", "nodeSelector", "allNodes")
_ONE_NODE_FIELD: Final = (
    "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required "
    "when `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
)
_NO_NODE_FIELD: Final = (
    "`nodeName`, `nodeSelector` and `allNodes` can only be set "
    "if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
)
_NUMBER: Final = r"(?:0|[1-9]\d*)"
_PRERELEASE: Final = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_BUILD: Final = r"[0-9a-zA-Z-]+"
_is_semantic_version = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PRERELEASE}(?:\.{_PRERELEASE})*)?(?:\+{_BUILD}(?:\.{_BUILD})*)?", re.ASCII
).fullmatch


def default_device(device: Object) -> None:
    """Fill in what a device leaves out and drop what is behind gates that are off, in place."""
    device.pop("nodeAllocatableResources", None)
    for attribute in (device.get("attributes") or {}).values():
        for field in _LISTS:
            attribute.pop(field, None)
    default_capacity(device.get("capacity") or {})
    for consumption in device.get("consumesCounters") or ():
        default_counters(consumption)
    for taint in device.get("taints") or ():
        default_taint(taint)


def default_counters(holder: Object) -> None:
    """Store the quantities of counters in canonical form, in place."""
    for counter in (holder.get("counters") or {}).values():
        if "value" in counter:
            counter["value"] = canonical_quantity(counter["value"])


def validate_device(device: Object, old: Object | None, path: Path, *, selects_nodes: bool) -> list[FieldError]:
    """Mistakes in a device; parts that are as they were in `old` are taken as they are.

    `selects_nodes` says that each device of the slice, and not the slice, names its nodes.
    """
    errors = validate_device_name(device.get("name", ""), path.child("name"))
    attributes, capacity = device.get("attributes") or {}, device.get("capacity") or {}
    total = len(attributes) + len(capacity)
    if total > _MAX_NAMES:
        detail = f"the total number of attributes and capacities must not exceed {_MAX_NAMES}"
        errors.append(invalid(path, total, detail))
    values = sum(sum(len(attribute.get(field) or ()) for field in _LISTS) or 1 for attribute in attributes.values())
    if values > _MAX_VALUES:
        errors.append(invalid(path, values, f"the total number of attribute values must not exceed {_MAX_VALUES}"))
    at = path.child("attributes")
    errors += validate_map(attributes, None, LONGEST_QUALIFIED_NAME, validate_qualified_name, _validate_attribute, at)
    if old is None or (old.get("capacity") or {}) != capacity:
        check = validate_shared_capacity if device.get("allowMultipleAllocations") else validate_single_capacity
        at = path.child("capacity")
        errors += validate_map(capacity, None, LONGEST_QUALIFIED_NAME, validate_qualified_name, check, at)
    if old is None or old.get("taints") != device.get("taints"):
        errors += validate_list(device.get("taints") or [], _MAX_TAINTS, validate_taint, path.child("taints"))
    errors += validate_set(
        device.get("consumesCounters") or [],
        _MAX_COUNTER_SETS,
        _validate_consumption,
        lambda consumption: consumption.get("counterSet", ""),
        path.child("consumesCounters"),
    )
    errors += _validate_nodes(device, path, selects_nodes=selects_nodes)
    return errors + validate_binding_conditions(device, path)


def _validate_consumption(consumption: Object, path: Path) -> list[FieldError]:
    return validate_named_counters(consumption, "counterSet", path)


def validate_named_counters(holder: Object, field: str, path: Path) -> list[FieldError]:
    """Mistakes in the name of a counter set, which `field` holds, and in the counters."""
    name, counters = holder.get(field), holder.get("counters")
    errors = validate_device_name(name, path.child(field)) if name else [required(path.child(field))]
    at = path.child("counters")
    if not counters:
        return [*errors, required(at)]
    return errors + validate_map(counters, MAX_COUNTERS, _LONGEST_LABEL, validate_device_name, accept, at)


def _validate_attribute(attribute: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    found = [field for field in _VALUES if field in attribute]
    if (text := attribute.get("string")) is not None:
        errors += _validate_text(text, path.child("string"))
    if (version := attribute.get("version")) is not None:
        errors += _validate_version(version, path.child("version"))
    if not found:
        errors.append(invalid(path, "", f"must specify one of: {_ONE_OF_VALUES}"))
    elif len(found) > 1:
        shown = "{" + ", ".join(found) + "}"
        errors.append(invalid(path, shown, f"must specify exactly one of: {_ONE_OF_VALUES}"))
    return errors


def _validate_text(value: str, path: Path) -> list[FieldError]:
    return [too_long(path, _MAX_VALUE_BYTES)] if len(value.encode()) > _MAX_VALUE_BYTES else []


def _validate_version(value: str, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not _is_semantic_version(value):
        errors.append(invalid(path, value, "must be a string compatible with semver.org spec 2.0.0"))
    return errors + _validate_text(value, path)


def _validate_nodes(device: Object, path: Path, *, selects_nodes: bool) -> list[FieldError]:
    if not selects_nodes:
        return [invalid(path, None, _NO_NODE_FIELD)] if any(field in device for field in _NODE_FIELDS) else []
    found, errors = validate_node_fields(device, path, empty_name="must not be empty")
    if not found:
        errors.append(required(path, _ONE_NODE_FIELD))
    elif len(found) > 1:
        errors.append(invalid(path, "{" + ", ".join(found) + "}", _ONE_NODE_FIELD))
    return errors


def validate_node_fields(
    holder: Mapping[str, object], path: Path, *, empty_name: str
) -> tuple[list[str], list[FieldError]]:
    """Which of a node's name, a selector and `allNodes` are set, in backquotes, and the mistakes in them."""
    found: list[str] = []
    errors: list[FieldError] = []
    name, selector, all_nodes = holder.get("nodeName"), holder.get("nodeSelector"), holder.get("allNodes")
    if isinstance(name, str):
        at = path.child("nodeName")
        if name:
            found.append("`nodeName`")
            errors += [invalid(at, name, complaint) for complaint in names.dns_subdomain_name(name)]
        else:
            errors.append(invalid(at, name, empty_name))
    if isinstance(selector, dict):
        found.append("`nodeSelector`")
        errors += validate_node_selector(selector, path.child("nodeSelector"))
    if all_nodes:
        found.append("`allNodes`")
    elif all_nodes is not None:
        errors.append(invalid(path.child("allNodes"), all_nodes, "must be either unset or set to true"))
    return found, errors
