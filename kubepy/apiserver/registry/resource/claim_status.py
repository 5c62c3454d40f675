"""The status of a ResourceClaim: what is allocated, for whom it is reserved, and what drivers say of the devices.

An allocation is made once: it can be taken away, but not changed.
Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateResourceClaimStatusUpdate and what it calls).
"""

from __future__ import annotations

from typing import Final

from kubepy.api.addresses import is_valid_interface_address
from kubepy.api.conditions import validate_conditions
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required, too_long, too_many
from kubepy.apiserver.registry.core.pod.affinity import validate_node_selector
from kubepy.apiserver.registry.resource.configuration import validate_raw
from kubepy.apiserver.registry.resource.device_claim import (
    MAX_CONFIGS,
    RequestNames,
    validate_claim_configuration,
    validate_request_reference,
)
from kubepy.apiserver.registry.resource.device_names import (
    validate_declared_driver_name,
    validate_declared_pool_name,
    validate_device_name,
    validate_driver_name,
    validate_pool_name,
    validate_share_id,
)
from kubepy.apiserver.registry.resource.lists import itself, validate_list, validate_set
from kubepy.apiserver.registry.resource.taints import validate_binding_conditions, validate_tolerations
from kubepy.apiserver.registry.strategy import Object

_STATUS: Final = Path("status")
_SOURCES: Final = ("FromClaim", "FromClass")
_MAX_CONSUMERS: Final = 256
_MAX_RESULTS: Final = 32
_MAX_CONDITIONS: Final = 8
_MAX_IPS: Final = 16
_MAX_DATA_BYTES: Final = 10 * 1024
_MAX_NETWORK_NAMES_BYTES: Final = {"interfaceName": 256, "hardwareAddress": 128}


def device_identity(item: Object) -> tuple[str, str, str]:
    """Which device an allocation result or a device's status is about."""
    return item.get("driver", ""), item.get("pool", ""), item.get("device", "")


def _share_identity(item: Object) -> tuple[str, str, str, str]:
    return *device_identity(item), item.get("shareID", "")


def _uid_of(consumer: Object) -> str:
    return str(consumer.get("uid", ""))


def validate_claim_status(status: Object, old: Object, known: RequestNames, *, is_deleted: bool) -> list[FieldError]:
    """Mistakes in a changed status; `known` are the claim's requests."""
    consumers, allocation = status.get("reservedFor") or [], status.get("allocation")
    at = _STATUS.child("reservedFor")
    errors = validate_set(consumers, _MAX_CONSUMERS, _validate_consumer, _uid_of, at)
    results = ((allocation or {}).get("devices") or {}).get("results") or []
    allocated = {_share_identity(result) for result in results}
    errors += validate_set(
        status.get("devices") or [],
        None,
        lambda device, path: _validate_device_status(device, path, allocated),
        _share_identity,
        _STATUS.child("devices"),
    )
    if consumers and allocation is None:
        errors.append(forbidden(at, "may not be specified when `allocated` is not set"))
    elif is_deleted and any(consumer not in (old.get("reservedFor") or ()) for consumer in consumers):
        detail = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"
        errors.append(forbidden(at, detail))
    path = _STATUS.child("allocation")
    before = old.get("allocation")
    if allocation is None:
        return errors
    if before is None:
        return errors + _validate_allocation(allocation, path, known)
    return errors if allocation == before else [*errors, invalid(path, None, "field cannot be modified once set")]


def _validate_consumer(consumer: Object, path: Path) -> list[FieldError]:
    return [required(path.child(field)) for field in ("resource", "name", "uid") if not consumer.get(field)]


def _validate_allocation(allocation: Object, path: Path, known: RequestNames) -> list[FieldError]:
    devices = allocation.get("devices") or {}
    at = path.child("devices")
    errors = validate_list(
        devices.get("results") or [],
        _MAX_RESULTS,
        lambda result, where: _validate_result(result, where, known),
        at.child("results"),
    )
    errors += validate_list(
        devices.get("config") or [],
        2 * MAX_CONFIGS,
        lambda config, where: _validate_source(config, where) + validate_claim_configuration(config, where, known),
        at.child("config"),
    )
    if (selector := allocation.get("nodeSelector")) is not None:
        errors += validate_node_selector(selector, path.child("nodeSelector"))
    return errors


def _validate_source(config: Object, path: Path) -> list[FieldError]:
    source = config.get("source")
    if not source:
        return [required(path.child("source"))]
    return [] if source in _SOURCES else [not_supported(path.child("source"), source, _SOURCES)]


def _validate_result(result: Object, path: Path, known: RequestNames) -> list[FieldError]:
    errors = validate_request_reference(result.get("request", ""), path.child("request"), known)
    errors += validate_declared_driver_name(result.get("driver", ""), path.child("driver"))
    errors += validate_declared_pool_name(result.get("pool", ""), path.child("pool"))
    errors += validate_device_name(result.get("device", ""), path.child("device"))
    errors += validate_binding_conditions(result, path)
    errors += validate_tolerations(result.get("tolerations") or (), path.child("tolerations"))
    if (share := result.get("shareID")) is not None:
        errors += validate_share_id(share, path.child("shareID"))
    return errors


def _validate_device_status(device: Object, path: Path, allocated: set[tuple[str, str, str, str]]) -> list[FieldError]:
    errors = validate_driver_name(device.get("driver", ""), path.child("driver"))
    errors += validate_pool_name(device.get("pool", ""), path.child("pool"))
    errors += validate_device_name(device.get("device", ""), path.child("device"))
    if (share := device.get("shareID")) is not None:
        errors += validate_share_id(share, path.child("shareID"))
    if _share_identity(device) not in allocated:
        errors.append(invalid(path, _shown_identity(device), "must be an allocated device in the claim"))
    conditions = device.get("conditions") or []
    if len(conditions) > _MAX_CONDITIONS:
        errors.append(too_many(path.child("conditions"), len(conditions), _MAX_CONDITIONS))
    errors += validate_conditions(conditions, path.child("conditions"))
    if "data" in device:
        errors += validate_raw(device["data"], path.child("data"), _MAX_DATA_BYTES)
    return errors + _validate_network(device.get("networkData") or {}, path.child("networkData"))


def _shown_identity(device: Object) -> Object:
    driver, pool, name = device_identity(device)
    return {"Driver": driver, "Pool": pool, "Device": name, "ShareID": device.get("shareID", "")}


def _validate_network(data: Object, path: Path) -> list[FieldError]:
    errors = [
        too_long(path.child(field), limit)
        for field, limit in _MAX_NETWORK_NAMES_BYTES.items()
        if len(data.get(field, "").encode()) > limit
    ]
    return errors + validate_set(
        data.get("ips") or [],
        _MAX_IPS,
        lambda address, at: is_valid_interface_address(at, address),
        itself,
        path.child("ips"),
    )
