"""Tables of pods and pod templates.

Follows `printPod` and `printPodTemplate` in upstream `pkg/printers/internalversion/printers.go`. Lists of thousands
of pods are printed in one request, so the common case (all containers running) is kept short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from kubepy.apiserver.table.ages import since
from kubepy.apiserver.table.cell_text import EMPTY, NONE, containers_and_images, format_labels
from kubepy.apiserver.table.printer import AGE, CONTAINERS, IMAGES, NAME, Column, Printer, Printers, doc

_POD_COLUMNS: Final = (
    NAME,
    Column("Ready", "The aggregate readiness state of this pod for accepting traffic."),
    Column("Status", "The aggregate status of the containers in this pod."),
    Column(
        "Restarts",
        "The number of times the containers in this pod have been restarted and when the last container in this pod "
        "has restarted.",
    ),
    AGE,
    Column("IP", doc("core.v1.PodStatus", "podIP"), wide=True),
    Column("Node", doc("core.v1.PodSpec", "nodeName"), wide=True),
    Column("Nominated Node", doc("core.v1.PodStatus", "nominatedNodeName"), wide=True),
    Column("Readiness Gates", doc("core.v1.PodSpec", "readinessGates"), wide=True),
)

_TERMINAL_PHASES: Final = ("Succeeded", "Failed")
_NODE_UNREACHABLE: Final = "NodeLost"


class _Restarts(NamedTuple):
    """How often containers were restarted, and when the last of their runs ended ("" if none did)."""

    times: int = 0
    last: str = ""

    def plus(self, status: Mapping[str, Any]) -> _Restarts:
        terminated = (status.get("lastState") or EMPTY).get("terminated") or EMPTY
        # Times are UTC to the second, so their texts sort as they do.
        return _Restarts(self.times + status.get("restartCount", 0), max(self.last, terminated.get("finishedAt") or ""))

    def text(self, now: datetime) -> str:
        return f"{self.times} ({since(self.last, now)} ago)" if self.times and self.last else str(self.times)


_NO_RESTARTS: Final = _Restarts()


class _Init(NamedTuple):
    """How far the init containers are. `reason` is why they aren't done, "" if they are."""

    reason: str
    ready: int
    restarts: _Restarts
    sidecar_restarts: _Restarts


def _pod(pod: dict[str, Any], now: datetime) -> list[Any]:
    metadata, spec, status = pod["metadata"], pod.get("spec") or EMPTY, pod.get("status") or EMPTY
    conditions: Sequence[Mapping[str, Any]] = status.get("conditions") or ()
    reason = status.get("reason") or status.get("phase", "")
    for condition in conditions:
        if condition.get("reason") == "SchedulingGated" and condition["type"] == "PodScheduled":
            reason = "SchedulingGated"
    total, ready, restarts, initializing = len(spec.get("containers") or ()), 0, _NO_RESTARTS, False
    if spec.get("initContainers") or status.get("initContainerStatuses"):
        sidecars = [item["name"] for item in spec.get("initContainers") or () if item.get("restartPolicy") == "Always"]
        total += len(sidecars)
        init = _initialization(spec, status, sidecars)
        ready, reason, initializing = init.ready, init.reason or reason, bool(init.reason)
        if initializing and not _is_true(conditions, "Initialized"):
            restarts = init.restarts
        else:
            initializing, restarts = False, init.sidecar_restarts
    if not initializing:
        running, reason, restarts = _containers(status.get("containerStatuses") or (), conditions, reason, restarts)
        ready += running
    if metadata.get("deletionTimestamp"):
        reason = _deleted_reason(status, reason)
    return [
        metadata["name"],
        f"{ready}/{total}",
        reason,
        restarts.text(now) if restarts.times else "0",
        since(metadata.get("creationTimestamp"), now),
        _ip(status),
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _readiness_gates(spec["readinessGates"], conditions) if spec.get("readinessGates") else NONE,
    ]


def _initialization(spec: Mapping[str, Any], status: Mapping[str, Any], sidecars: Sequence[str]) -> _Init:
    ready, restarts, sidecar_restarts = 0, _NO_RESTARTS, _NO_RESTARTS
    for index, item in enumerate(status.get("initContainerStatuses") or ()):
        restarts = restarts.plus(item)
        is_sidecar = item["name"] in sidecars
        if is_sidecar:
            sidecar_restarts = sidecar_restarts.plus(item)
        state = item.get("state") or EMPTY
        terminated, waiting = state.get("terminated"), state.get("waiting") or EMPTY
        if terminated is not None and not terminated.get("exitCode"):
            continue
        if is_sidecar and item.get("started"):
            ready += bool(item.get("ready"))
            continue
        if terminated is not None:
            reason = _terminated_reason(terminated)
        elif waiting.get("reason") and waiting["reason"] != "PodInitializing":
            reason = waiting["reason"]
        else:
            reason = f"{index}/{len(spec.get('initContainers') or ())}"
        return _Init(f"Init:{reason}", ready, restarts, sidecar_restarts)
    return _Init("", ready, restarts, sidecar_restarts)


def _containers(
    statuses: Sequence[Mapping[str, Any]], conditions: Sequence[Mapping[str, Any]], reason: str, restarts: _Restarts
) -> tuple[int, str, _Restarts]:
    """How many containers run and are ready, the reason that the first one with a reason gives, and all restarts."""
    ready, error = 0, ""
    for item in reversed(statuses):
        if item.get("restartCount") or item.get("lastState"):
            restarts = restarts.plus(item)
        state = item.get("state") or EMPTY
        if state.get("waiting") and state["waiting"].get("reason"):
            reason = state["waiting"]["reason"]
        elif (terminated := state.get("terminated")) is not None:
            reason = _terminated_reason(terminated)
            if terminated.get("exitCode"):
                error = reason
        elif item.get("ready") and state.get("running") is not None:
            ready += 1
    if reason == "Completed":
        if ready and _is_true(conditions, "Ready"):
            reason = "Running"
        elif error or ready:
            reason = error or "NotReady"
    return ready, reason, restarts


def _terminated_reason(terminated: Mapping[str, Any]) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _deleted_reason(status: Mapping[str, Any], reason: str) -> str:
    if status.get("reason") == _NODE_UNREACHABLE:
        return "Unknown"
    return reason if status.get("phase") in _TERMINAL_PHASES else "Terminating"


def _ip(status: Mapping[str, Any]) -> str:
    ip: str | None = status.get("podIP")
    if ip:
        return ip
    ips = status.get("podIPs")
    return (ips[0].get("ip") or NONE) if ips else NONE


def _readiness_gates(gates: Sequence[Mapping[str, Any]], conditions: Sequence[Mapping[str, Any]]) -> str:
    passed = sum(_is_true(conditions, gate["conditionType"]) for gate in gates)
    return f"{passed}/{len(gates)}"


def _is_true(conditions: Sequence[Mapping[str, Any]], kind: str) -> bool:
    return any(item["type"] == kind and item["status"] == "True" for item in conditions)


_COMPLETED: Final = {
    "Succeeded": "The pod has completed successfully.",
    "Failed": "The pod failed.",
}


def _pod_conditions(pod: dict[str, Any]) -> list[dict[str, str]]:
    """Pods that have ended carry a Completed condition: kubectl may hide such rows."""
    phase = (pod.get("status") or EMPTY).get("phase")
    if phase not in _COMPLETED:
        return []
    return [{"type": "Completed", "status": "True", "reason": phase, "message": _COMPLETED[phase]}]


def _pod_template(obj: dict[str, Any], _now: datetime) -> list[Any]:
    template = obj.get("template") or EMPTY
    labels = (template.get("metadata") or EMPTY).get("labels")
    return [obj["metadata"]["name"], *containers_and_images(template.get("spec") or EMPTY), format_labels(labels)]


PRINTERS: Final[Printers] = {
    ("", "Pod"): Printer(_POD_COLUMNS, _pod, _pod_conditions),
    ("", "PodTemplate"): Printer(
        (NAME, CONTAINERS, IMAGES, Column("Pod Labels", "The labels for the pod template.")), _pod_template
    ),
}
