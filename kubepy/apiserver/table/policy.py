"""Tables of pod disruption budgets, eviction requests and evictions.

Follows `printPodDisruptionBudget`, `printEvictionRequest` and `printEviction` in upstream
`pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import UNKNOWN, age, since, until
from kubepy.apiserver.table.cell_text import EMPTY, NONE, UNSET, condition, first_of
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_LIFECYCLE: Final = "lifecycle.v1alpha1"
_PROCESSED: Final = ("Canceled", "Interrupted", "Completed")


def _disruption_budget(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    limits = [spec.get("minAvailable"), spec.get("maxUnavailable")]
    return [
        obj["metadata"]["name"],
        *["N/A" if limit is None else str(limit) for limit in limits],
        (obj.get("status") or EMPTY).get("disruptionsAllowed", 0),
        age(obj, now),
    ]


def _eviction_request(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    return [
        obj["metadata"]["name"],
        *_target(spec),
        _eviction_status(obj.get("status") or EMPTY),
        spec.get("requester", ""),
        spec.get("intent", ""),
        age(obj, now),
    ]


def _eviction(obj: dict[str, Any], now: datetime) -> list[Any]:
    status = obj.get("status") or EMPTY
    responders = status.get("targetResponders") or ()
    processed = [item for item in responders if item.get("state") in _PROCESSED]
    active = [item for item in responders if item.get("state") == "Active"]
    shown = (active or processed or [None])[-1]
    progress, finish, heartbeat, message = _responder(shown, status, now)
    return [
        obj["metadata"]["name"],
        *_target(obj.get("spec") or EMPTY),
        _eviction_status(status),
        f"{shown['name'] if shown else UNSET} ({len(processed) + len(active)}/{len(responders)})",
        progress,
        finish,
        _requesters(status),
        age(obj, now),
        heartbeat,
        message,
    ]


def _target(spec: Mapping[str, Any]) -> tuple[str, str]:
    pod = (spec.get("target") or EMPTY).get("pod")
    return (UNSET, UNSET) if pod is None else (pod.get("name", ""), "Pod")


def _eviction_status(status: Mapping[str, Any]) -> str:
    for kind in ("TargetEvicted", "Failed"):
        found = condition(status.get("conditions"), kind)
        if found is not None and found["status"] == "True":
            return f"{kind} ({found.get('reason', '')})"
    return "Progressing" if (status.get("observedGeneration") or 0) > 0 else "Pending"


def _responder(shown: Mapping[str, Any] | None, status: Mapping[str, Any], now: datetime) -> tuple[str, str, str, str]:
    """What a responder does, when it expects to be done, its last sign of life and its message."""
    found = [item for item in status.get("responders") or () if shown and item.get("name") == shown["name"]]
    if shown is None or not found:
        return UNSET, UNKNOWN, UNSET, UNSET
    responder, state = found[0], shown["state"]
    progress, finish = state, UNKNOWN if state == "Active" else "-"
    if state == "Active" and responder.get("startTime"):
        progress = f"Started ({since(responder['startTime'], now)} ago)"
        finish = _expected_finish(responder.get("expectedCompletionTime"), now)
    elif state == "Completed" and responder.get("completionTime"):
        progress = f"{state} ({since(responder['completionTime'], now)} ago)"
    heartbeat = responder.get("heartbeatTime")
    message = (responder.get("message") or "").strip()
    return progress, finish, f"{since(heartbeat, now)} ago" if heartbeat else UNSET, message or UNSET


def _expected_finish(time: str | None, now: datetime) -> str:
    if not time:
        return UNKNOWN
    return f"in {until(time, now)}" if datetime.fromisoformat(time) > now else f"{since(time, now)} ago"


def _requesters(status: Mapping[str, Any]) -> str:
    requesters = status.get("requesters") or ()
    names = sorted(item["name"] for item in requesters if item.get("intent") != "Withdrawn")
    if names:
        return first_of(names, 1)
    return "<withdrawn>" if requesters else NONE


PRINTERS: Final[Printers] = {
    ("policy", "PodDisruptionBudget"): Printer(
        (
            NAME,
            Column("Min Available", "The minimum number of pods that must be available."),
            Column("Max Unavailable", "The maximum number of pods that may be unavailable."),
            Column(
                "Allowed Disruptions",
                "Calculated number of pods that may be disrupted at this time.",
                type="integer",
            ),
            AGE,
        ),
        _disruption_budget,
    ),
    ("lifecycle.k8s.io", "EvictionRequest"): Printer(
        (
            NAME,
            Column("Target", doc(f"{_LIFECYCLE}.EvictionRequestSpec", "target")),
            Column("Target Type", doc(f"{_LIFECYCLE}.EvictionRequestSpec", "target")),
            Column("Status", doc(f"{_LIFECYCLE}.EvictionStatus", "conditions")),
            Column("Requester", doc(f"{_LIFECYCLE}.EvictionRequestSpec", "requester")),
            Column("Intent", doc(f"{_LIFECYCLE}.EvictionRequestSpec", "intent")),
            AGE,
        ),
        _eviction_request,
    ),
    ("lifecycle.k8s.io", "Eviction"): Printer(
        (
            NAME,
            Column("Target", doc(f"{_LIFECYCLE}.EvictionSpec", "target")),
            Column("Target Type", doc(f"{_LIFECYCLE}.EvictionSpec", "target")),
            Column("Status", doc(f"{_LIFECYCLE}.EvictionStatus", "conditions")),
            Column("Active Responder", doc(f"{_LIFECYCLE}.TargetResponder", "state")),
            Column("Responder Status", doc(f"{_LIFECYCLE}.ResponderStatus")),
            Column("Responder Expected Finish", doc(f"{_LIFECYCLE}.ResponderStatus", "expectedCompletionTime")),
            Column("Requesters", doc(f"{_LIFECYCLE}.EvictionStatus", "requesters")),
            AGE,
            Column("Responder Heartbeat", doc(f"{_LIFECYCLE}.ResponderStatus", "heartbeatTime"), wide=True),
            Column("Responder Status Message", doc(f"{_LIFECYCLE}.ResponderStatus", "message"), wide=True),
        ),
        _eviction,
    ),
}
