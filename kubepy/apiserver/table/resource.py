"""Tables of the kinds of dynamic resource allocation.

Follows `printDeviceClass`, `printResourceClaim`, `printResourceClaimTemplate`, `printResourceSlice`,
`printResourcePoolStatusRequest` and `printDeviceTaint` in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age, since
from kubepy.apiserver.table.cell_text import EMPTY, NONE
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_GROUP: Final = "resource.k8s.io"
_SLICE: Final = "resource.v1.ResourceSliceSpec"
_TAINT: Final = "resource.v1.DeviceTaint"
_POOL_COUNTS: Final = ("totalDevices", "availableDevices", "allocatedDevices", "unavailableDevices")


def _name_and_age(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], age(obj, now)]


def _claim(obj: dict[str, Any], now: datetime) -> list[Any]:
    status = obj.get("status") or EMPTY
    states = ["deleted"] if obj["metadata"].get("deletionTimestamp") else []
    if status.get("allocation") is not None:
        states.append("allocated")
        if status.get("reservedFor"):
            states.append("reserved")
    return [obj["metadata"]["name"], ",".join(states or ["pending"]), age(obj, now)]


def _slice(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    return [
        obj["metadata"]["name"],
        spec.get("nodeName") or "",
        spec.get("driver", ""),
        (spec.get("pool") or EMPTY).get("name", ""),
        age(obj, now),
    ]


def _taint_rule(obj: dict[str, Any], now: datetime) -> list[Any]:
    taint = (obj.get("spec") or EMPTY).get("taint") or EMPTY
    added = taint.get("timeAdded")
    return [
        obj["metadata"]["name"],
        *[taint.get(field, "") for field in ("key", "value", "effect")],
        "" if added is None else since(added, now),
        age(obj, now),
    ]


def _pool_request(obj: dict[str, Any], now: datetime) -> list[Any]:
    status = obj.get("status")
    driver = (obj.get("spec") or EMPTY).get("driver", "")
    if status is None:
        return [obj["metadata"]["name"], driver, *["-"] * 5, 0, "Pending", NONE]
    pools, pool_count = status.get("pools") or (), status.get("poolCount") or 0
    state, completed = _pool_request_state(status)
    if state == "Failed":
        counts = ["-"] * 5
    else:
        counts = [str(sum(pool.get(field) or 0 for pool in pools)) for field in _POOL_COUNTS]
        counts.append(str(sum(pool.get("validationError") is not None for pool in pools)))
    if state == "Complete" and pool_count > len(pools):
        state = f"Complete ({len(pools)}/{pool_count} pools)"
    finished = NONE if completed is None else since(completed, now)
    return [obj["metadata"]["name"], driver, *counts, pool_count, state, finished]


def _pool_request_state(status: Mapping[str, Any]) -> tuple[str, str | None]:
    for item in status.get("conditions") or ():
        if item["status"] == "True":
            if item["type"] == "Complete":
                return "Complete", item.get("lastTransitionTime") or ""
            if item["type"] == "Failed":
                return "Failed", None
    return "Pending", None


PRINTERS: Final[Printers] = {
    (_GROUP, "DeviceClass"): Printer((NAME, AGE), _name_and_age),
    (_GROUP, "ResourceClaimTemplate"): Printer((NAME, AGE), _name_and_age),
    (_GROUP, "ResourceClaim"): Printer(
        (NAME, Column("State", "A summary of the current state (allocated, pending, reserved, etc.)."), AGE), _claim
    ),
    (_GROUP, "ResourceSlice"): Printer(
        (
            NAME,
            Column("Node", doc(_SLICE, "nodeName")),
            Column("Driver", doc(_SLICE, "driver")),
            Column("Pool", doc("resource.v1.ResourcePool", "name")),
            AGE,
        ),
        _slice,
    ),
    (_GROUP, "DeviceTaintRule"): Printer(
        (
            NAME,
            Column("Key", doc(_TAINT, "key")),
            Column("Value", doc(_TAINT, "value")),
            Column("Effect", doc(_TAINT, "effect")),
            Column("TimeAdded", doc(_TAINT, "timeAdded")),
            AGE,
        ),
        _taint_rule,
    ),
    (_GROUP, "ResourcePoolStatusRequest"): Printer(
        (
            NAME,
            Column("Driver", "The driver to query pools for."),
            Column("Total", "Total number of devices across all pools."),
            Column("Available", "Number of available devices across all pools."),
            Column("Allocated", "Number of allocated devices across all pools."),
            Column("Unavailable", "Number of unavailable devices across all pools."),
            Column("Errors", "Number of pools with validation errors."),
            Column("Pools", "Total number of matching pools.", type="integer"),
            Column("Status", "Processing status."),
            Column("Completed", "Time since the observation completed."),
        ),
        _pool_request,
    ),
}
