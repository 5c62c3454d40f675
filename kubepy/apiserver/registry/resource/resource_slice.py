"""ResourceSlices: the devices, or the counters they share, that a driver offers in one part of a pool.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (ValidateResourceSlice and its update) and
`pkg/registry/resource/resourceslice/strategy.go`.
"""

from __future__ import annotations

import json
from typing import Final

from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.resource.device import (
    default_counters,
    default_device,
    validate_device,
    validate_named_counters,
    validate_node_fields,
)
from kubepy.apiserver.registry.resource.device_names import validate_driver_name, validate_pool_name
from kubepy.apiserver.registry.resource.lists import validate_set
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_POOL: Final = _SPEC.child("pool")
_MAX_DEVICES: Final = 128
_MAX_ADVANCED_DEVICES: Final = 64
_MAX_COUNTER_SETS: Final = 8
_UNSET_OR_TRUE: Final = "must be either unset or set to true"
_ONE_NODE_FIELD: Final = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
_GATED: Final = ("partitionTypeAttribute", "skipNodeOperations")
"""Fields behind the gates DRAPartitionableDevicesType and DRAOptionalNodeOperations."""


class ResourceSliceStrategy(Strategy):
    """How ResourceSlices are written."""

    returns_deleted_object = True
    tracks_generation = True

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        for field in _GATED:
            spec.pop(field, None)
        for device in spec.get("devices") or ():
            default_device(device)
        for counter_set in spec.get("sharedCounters") or ():
            default_counters(counter_set)

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old.get("spec") or {})

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        driver = obj["spec"].get("driver", "")
        if driver == driver.lower():
            return []
        quoted = json.dumps(driver, ensure_ascii=False)
        return [f"spec.driver: driver names should be lowercase; {quoted} contains uppercase characters"]


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    pool = spec.get("pool") or {}
    errors = validate_driver_name(spec.get("driver", ""), _SPEC.child("driver")) + _validate_pool(pool)
    if old is not None:
        old_pool = old.get("pool") or {}
        errors += validate_immutable(pool.get("name", ""), old_pool.get("name", ""), _POOL.child("name"))
        errors += validate_immutable(spec.get("driver", ""), old.get("driver", ""), _SPEC.child("driver"))
        errors += validate_immutable(spec.get("nodeName"), old.get("nodeName"), _SPEC.child("nodeName"))
    errors += _validate_nodes(spec)
    if "sharedCounters" in spec and "devices" in spec:
        errors.append(invalid(_SPEC, "", "only one of `sharedCounters` or `devices` is allowed"))
    errors += _validate_devices(spec, old or {})
    return errors + validate_set(
        spec.get("sharedCounters") or [],
        _MAX_COUNTER_SETS,
        lambda counter_set, at: validate_named_counters(counter_set, "name", at),
        _name_of,
        _SPEC.child("sharedCounters"),
    )


def _name_of(item: Object) -> str:
    return str(item.get("name", ""))


def _validate_pool(pool: Object) -> list[FieldError]:
    errors = validate_pool_name(pool.get("name", ""), _POOL.child("name"))
    count, generation = pool.get("resourceSliceCount", 0), pool.get("generation", 0)
    if count <= 0:
        errors.append(invalid(_POOL.child("resourceSliceCount"), count, "must be greater than zero"))
    if generation < 0:
        errors.append(invalid(_POOL.child("generation"), generation, "must be greater than or equal to zero"))
    return errors


def _validate_nodes(spec: Object) -> list[FieldError]:
    """Mistakes in which nodes have access: the slice says it in one way, or leaves it to each device."""
    found, errors = validate_node_fields(spec, _SPEC, empty_name="must be either unset or set to a non-empty string")
    terms = (spec.get("nodeSelector") or {}).get("nodeSelectorTerms")
    if "nodeSelector" in spec and len(terms or ()) != 1:
        at = _SPEC.child("nodeSelector", "nodeSelectorTerms")
        errors.append(invalid(at, terms, "must have exactly one node selector term"))
    by_device = spec.get("perDeviceNodeSelection")
    if by_device:
        found.append("`perDeviceNodeSelection`")
    elif by_device is not None:
        errors.append(invalid(_SPEC.child("perDeviceNodeSelection"), by_device, _UNSET_OR_TRUE))
    if not found:
        errors.append(required(_SPEC, _ONE_NODE_FIELD))
    elif len(found) > 1:
        shown = "{" + ", ".join(found) + "}"
        errors.append(invalid(_SPEC, shown, f"{_ONE_NODE_FIELD}, but multiple fields are set"))
    return errors


def _validate_devices(spec: Object, old: Object) -> list[FieldError]:
    devices = spec.get("devices") or []
    is_advanced = any(device.get("taints") or device.get("consumesCounters") for device in devices)
    before = {_name_of(device): device for device in reversed(old.get("devices") or [])}
    selects_nodes = bool(spec.get("perDeviceNodeSelection"))
    return validate_set(
        devices,
        _MAX_ADVANCED_DEVICES if is_advanced else _MAX_DEVICES,
        lambda device, at: validate_device(device, before.get(_name_of(device)), at, selects_nodes=selects_nodes),
        _name_of,
        _SPEC.child("devices"),
        shows_key=True,
    )
