"""Tables of the workload kinds: replication controllers, replica sets, deployments, daemon sets, stateful sets,
controller revisions and Scale.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import (
    EMPTY,
    NONE,
    format_label_selector,
    format_labels,
    group_name,
    selector_text,
    template_containers,
)
from kubepy.apiserver.table.printer import (
    AGE,
    NAME,
    WIDE_CONTAINERS,
    WIDE_IMAGES,
    Column,
    Printer,
    Printers,
    doc,
)


def _replicas(obj: dict[str, Any], now: datetime, selector: str) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    counts = [spec.get("replicas") or 0, status.get("replicas", 0), status.get("readyReplicas", 0)]
    return [obj["metadata"]["name"], *counts, age(obj, now), *template_containers(spec), selector]


def _replication_controller(obj: dict[str, Any], now: datetime) -> list[Any]:
    return _replicas(obj, now, format_labels((obj.get("spec") or EMPTY).get("selector")))


def _replica_set(obj: dict[str, Any], now: datetime) -> list[Any]:
    return _replicas(obj, now, format_label_selector((obj.get("spec") or EMPTY).get("selector")))


def _deployment(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    try:
        selector = selector_text(spec.get("selector"))
    except ValueError:
        selector = "<invalid>"
    return [
        obj["metadata"]["name"],
        f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age(obj, now),
        *template_containers(spec),
        selector,
    ]


_DAEMON_COUNTS: Final = (
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "numberReady",
    "updatedNumberScheduled",
    "numberAvailable",
)


def _daemon_set(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    pod_spec = (spec.get("template") or EMPTY).get("spec") or EMPTY
    return [
        obj["metadata"]["name"],
        *[status.get(field, 0) for field in _DAEMON_COUNTS],
        format_labels(pod_spec.get("nodeSelector")),
        age(obj, now),
        *template_containers(spec),
        format_label_selector(spec.get("selector")),
    ]


def _stateful_set(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    return [obj["metadata"]["name"], ready, age(obj, now), *template_containers(spec)]


def _controller_revision(obj: dict[str, Any], now: datetime) -> list[Any]:
    metadata = obj["metadata"]
    controller = NONE
    for owner in metadata.get("ownerReferences") or ():
        if owner.get("controller"):
            group = owner["apiVersion"].rpartition("/")[0]
            controller = f"{group_name(group, owner['kind']).lower()}/{owner['name']}"
            break
    return [metadata["name"], controller, obj.get("revision", 0), age(obj, now)]


def _scale(obj: dict[str, Any], now: datetime) -> list[Any]:
    desired = (obj.get("spec") or EMPTY).get("replicas", 0)
    return [obj["metadata"]["name"], desired, (obj.get("status") or EMPTY).get("replicas", 0), age(obj, now)]


def _replica_columns(version: str, kind: str) -> tuple[Column, ...]:
    return (
        NAME,
        Column("Desired", doc(f"{version}.{kind}Spec", "replicas"), type="integer"),
        Column("Current", doc(f"{version}.{kind}Status", "replicas"), type="integer"),
        Column("Ready", doc(f"{version}.{kind}Status", "readyReplicas"), type="integer"),
        AGE,
        WIDE_CONTAINERS,
        WIDE_IMAGES,
        Column("Selector", doc(f"{version}.{kind}Spec", "selector"), wide=True),
    )


_READY: Final = Column("Ready", "Number of the pod with ready state")
_DAEMON_COLUMN_NAMES: Final = ("Desired", "Current", "Ready", "Up-to-date", "Available")

PRINTERS: Final[Printers] = {
    ("", "ReplicationController"): Printer(
        _replica_columns("core.v1", "ReplicationController"), _replication_controller
    ),
    ("apps", "ReplicaSet"): Printer(_replica_columns("apps.v1", "ReplicaSet"), _replica_set),
    ("apps", "Deployment"): Printer(
        (
            NAME,
            _READY,
            Column("Up-to-date", doc("apps.v1.DeploymentStatus", "updatedReplicas")),
            Column("Available", doc("apps.v1.DeploymentStatus", "availableReplicas")),
            AGE,
            WIDE_CONTAINERS,
            WIDE_IMAGES,
            Column("Selector", doc("apps.v1.DeploymentSpec", "selector"), wide=True),
        ),
        _deployment,
    ),
    ("apps", "DaemonSet"): Printer(
        (
            NAME,
            *(
                Column(name, doc("apps.v1.DaemonSetStatus", field), type="integer")
                for name, field in zip(_DAEMON_COLUMN_NAMES, _DAEMON_COUNTS, strict=True)
            ),
            Column("Node Selector", doc("core.v1.PodSpec", "nodeSelector")),
            AGE,
            WIDE_CONTAINERS,
            WIDE_IMAGES,
            Column("Selector", doc("apps.v1.DaemonSetSpec", "selector"), wide=True),
        ),
        _daemon_set,
    ),
    ("apps", "StatefulSet"): Printer((NAME, _READY, AGE, WIDE_CONTAINERS, WIDE_IMAGES), _stateful_set),
    ("apps", "ControllerRevision"): Printer(
        (
            NAME,
            Column("Controller", "Controller of the object"),
            Column("Revision", doc("apps.v1.ControllerRevision", "revision")),
            AGE,
        ),
        _controller_revision,
    ),
    ("autoscaling", "Scale"): Printer(
        (
            NAME._replace(format=""),
            Column("Desired", doc("autoscaling.v1.ScaleSpec", "replicas"), type="integer"),
            Column("Available", doc("autoscaling.v1.ScaleStatus", "replicas"), type="integer"),
            AGE,
        ),
        _scale,
    ),
}
