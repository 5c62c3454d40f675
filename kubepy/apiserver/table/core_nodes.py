"""Tables of nodes, namespaces, component statuses, runtime classes and leases.

Follows `printNode`, `printNamespace`, `printComponentStatus`, `printRuntimeClass`, `printLease` and
`printLeaseCandidate` in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import UNKNOWN, age
from kubepy.apiserver.table.cell_text import EMPTY, NONE, condition
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_ROLE_PREFIX: Final = "node-role.kubernetes.io/"
_ROLE_LABEL: Final = "kubernetes.io/role"
_INFO: Final = "core.v1.NodeSystemInfo"


def _node(obj: dict[str, Any], now: datetime) -> list[Any]:
    metadata, status = obj["metadata"], obj.get("status") or EMPTY
    info = status.get("nodeInfo") or EMPTY
    architecture = info.get("architecture")
    kernel = info.get("kernelVersion") or UNKNOWN
    return [
        metadata["name"],
        _node_status(obj.get("spec") or EMPTY, status),
        _roles(metadata.get("labels") or EMPTY),
        age(obj, now),
        info.get("kubeletVersion", ""),
        _address(status, "InternalIP"),
        _address(status, "ExternalIP"),
        info.get("osImage") or UNKNOWN,
        f"{kernel} ({architecture})" if architecture else kernel,
        info.get("containerRuntimeVersion") or UNKNOWN,
    ]


def _node_status(spec: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    text = "Unknown"
    for item in status.get("conditions") or ():
        if item["type"] == "Ready":
            text = "Ready" if item["status"] == "True" else "NotReady"
    return f"{text},SchedulingDisabled" if spec.get("unschedulable") else text


def _roles(labels: Mapping[str, str]) -> str:
    roles = {key.removeprefix(_ROLE_PREFIX) for key in labels if key.startswith(_ROLE_PREFIX)}
    roles.add(labels.get(_ROLE_LABEL, ""))
    return ",".join(sorted(roles - {""})) or NONE


def _address(status: Mapping[str, Any], kind: str) -> str:
    for address in status.get("addresses") or ():
        if address["type"] == kind:
            return str(address["address"])
    return NONE


def _namespace(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], (obj.get("status") or EMPTY).get("phase", ""), age(obj, now)]


def _component_status(obj: dict[str, Any], _now: datetime) -> list[Any]:
    healthy = condition(obj.get("conditions"), "Healthy")
    if healthy is None:
        return [obj["metadata"]["name"], "Unknown", "", ""]
    text = "Healthy" if healthy["status"] == "True" else "Unhealthy"
    return [obj["metadata"]["name"], text, healthy.get("message", ""), healthy.get("error", "")]


def _runtime_class(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("handler", ""), age(obj, now)]


def _lease(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], (obj.get("spec") or EMPTY).get("holderIdentity") or "", age(obj, now)]


def _lease_candidate(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    fields = [spec.get(field, "") for field in ("leaseName", "binaryVersion", "emulationVersion")]
    return [obj["metadata"]["name"], *fields, age(obj, now)]


PRINTERS: Final[Printers] = {
    ("", "Node"): Printer(
        (
            NAME,
            Column("Status", "The status of the node"),
            Column("Roles", "The roles of the node"),
            AGE,
            Column("Version", doc(_INFO, "kubeletVersion")),
            Column("Internal-IP", doc("core.v1.NodeStatus", "addresses"), wide=True),
            Column("External-IP", doc("core.v1.NodeStatus", "addresses"), wide=True),
            Column("OS-Image", doc(_INFO, "osImage"), wide=True),
            Column("Kernel-Version", doc(_INFO, "kernelVersion"), wide=True),
            Column("Container-Runtime", doc(_INFO, "containerRuntimeVersion"), wide=True),
        ),
        _node,
    ),
    ("", "Namespace"): Printer((NAME, Column("Status", "The status of the namespace"), AGE), _namespace),
    ("", "ComponentStatus"): Printer(
        (
            NAME,
            Column("Status", "Status of the component conditions"),
            Column("Message", "Message of the component conditions"),
            Column("Error", "Error of the component conditions"),
        ),
        _component_status,
    ),
    # Upstream looks the description up on the wrong type, so there is none (three columns here and below).
    ("node.k8s.io", "RuntimeClass"): Printer((NAME, Column("Handler"), AGE), _runtime_class),
    ("coordination.k8s.io", "Lease"): Printer(
        (NAME, Column("Holder", doc("coordination.v1.LeaseSpec", "holderIdentity")), AGE), _lease
    ),
    ("coordination.k8s.io", "LeaseCandidate"): Printer(
        (
            NAME,
            Column("LeaseName", doc("coordination.v1alpha2.LeaseCandidateSpec", "leaseName")),
            Column("BinaryVersion"),
            Column("EmulationVersion"),
            AGE,
        ),
        _lease_candidate,
    ),
}
