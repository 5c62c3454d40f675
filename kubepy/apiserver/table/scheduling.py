"""Tables of priority classes, workloads, pod groups and composite pod groups.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, NONE
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_CLASS: Final = "scheduling.v1.PriorityClass"
_WORKLOAD: Final = Column("Workload", "Name of the referenced Workload object")


def _priority_class(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [
        obj["metadata"]["name"],
        obj.get("value", 0),
        obj.get("globalDefault", False),
        age(obj, now),
        obj.get("preemptionPolicy") or "",
    ]


def _workload(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], age(obj, now)]


def _pod_group(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    return [obj["metadata"]["name"], *_policy_and_workload(spec), _group_status(obj), age(obj, now)]


def _composite_pod_group(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], *_policy_and_workload(obj.get("spec") or EMPTY), age(obj, now)]


def _policy_and_workload(spec: Mapping[str, Any]) -> tuple[str, str]:
    policy = spec.get("schedulingPolicy") or EMPTY
    workload = spec.get("workloadRef")
    return (
        "Basic" if policy.get("gang") is None else "Gang",
        NONE if workload is None else workload.get("workloadName", ""),
    )


def _group_status(obj: Mapping[str, Any]) -> str:
    conditions = {item["type"]: item for item in (obj.get("status") or EMPTY).get("conditions") or ()}
    if "DisruptionTarget" in conditions:
        return str(conditions["DisruptionTarget"].get("reason", ""))
    scheduled = conditions.get("PodGroupInitiallyScheduled")
    if scheduled is None:
        return "Pending"
    return "Scheduled" if scheduled["status"] == "True" else "Unschedulable"


PRINTERS: Final[Printers] = {
    ("scheduling.k8s.io", "PriorityClass"): Printer(
        (
            NAME,
            Column("Value", doc(_CLASS, "value"), type="integer"),
            Column("Global-Default", doc(_CLASS, "globalDefault"), type="boolean"),
            AGE,
            Column("PreemptionPolicy", doc(_CLASS, "preemptionPolicy")),
        ),
        _priority_class,
    ),
    ("scheduling.k8s.io", "Workload"): Printer((NAME, AGE), _workload),
    ("scheduling.k8s.io", "PodGroup"): Printer(
        (
            NAME,
            Column("Policy", doc("scheduling.v1alpha3.PodGroupSpec", "schedulingPolicy")),
            _WORKLOAD,
            Column("Status", "Status of the PodGroup"),
            AGE,
        ),
        _pod_group,
    ),
    ("scheduling.k8s.io", "CompositePodGroup"): Printer(
        (
            NAME,
            Column("Policy", doc("scheduling.v1alpha3.CompositePodGroupSpec", "schedulingPolicy")),
            _WORKLOAD,
            AGE,
        ),
        _composite_pod_group,
    ),
}
