"""Putting a pod on a node, and taking it away again: bindings, evictions, graceful deletion.

Follows kubernetes `pkg/registry/core/pod/storage/{storage,eviction}.go`, `pkg/registry/core/pod/strategy.go`
(CheckGracefulDelete) and `pkg/apis/core/validation/validation.go` (ValidatePodBinding).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubepy.api import errors
from kubepy.api.field import FieldError, Path, not_supported, required
from kubepy.api.timestamps import format_time

Object = dict[str, Any]

_OVER = frozenset({"Failed", "Succeeded"})


def validate_binding(binding: Object) -> list[FieldError]:
    """Mistakes in a Binding."""
    target = binding.get("target") or {}
    path = Path("target")
    mistakes: list[FieldError] = []
    kind = target.get("kind")
    if kind and kind != "Node":
        mistakes.append(not_supported(path.child("kind"), kind, ("Node", "<empty>")))
    if not target.get("name"):
        mistakes.append(required(path.child("name")))
    return mistakes


def apply_binding(pod: Object, binding: Object, now: datetime) -> None:
    """Assign the pod to the binding's node, in place, with the binding's labels and annotations.

    Raises APIError (409 Conflict) when the pod is another one than the binding means, is being deleted, has a node, or
    is held back by scheduling gates.
    """
    metadata, spec = pod["metadata"], pod["spec"]
    wanted: Object = binding.get("metadata") or {}
    name = metadata["name"]
    for field, label in (("uid", "UID"), ("resourceVersion", "ResourceVersion")):
        if wanted.get(field) and wanted[field] != metadata.get(field):
            found = metadata.get(field, "")
            why = f"Precondition failed: {label} in precondition: {wanted[field]}, {label} in object meta: {found}"
            raise errors.conflict("", "pods", name, why)
    if metadata.get("deletionTimestamp"):
        raise _refused(name, f"pod {name} is being deleted, cannot be assigned to a host")
    if spec.get("nodeName"):
        raise _refused(name, f'pod {name} is already assigned to node "{spec["nodeName"]}"')
    if spec.get("schedulingGates"):
        raise _refused(name, f"pod {name} has non-empty .spec.schedulingGates")
    spec["nodeName"] = binding["target"]["name"]
    for field in ("annotations", "labels"):
        if wanted.get(field):
            metadata[field] = {**(metadata.get(field) or {}), **wanted[field]}
    status = pod.setdefault("status", {})
    status.pop("nominatedNodeName", None)
    set_condition(status, {"type": "PodScheduled", "status": "True"}, now)


def _refused(name: str, why: str) -> errors.APIError:
    return errors.conflict("", "pods/binding", name, why)


def set_condition(status: Object, condition: Object, now: datetime) -> None:
    """Put a condition in place of the one of its type, or add it; the transition time tells of changes of status."""
    conditions = status.setdefault("conditions", [])
    condition = {**condition, "lastTransitionTime": format_time(now)}
    for position, present in enumerate(conditions):
        if present.get("type") == condition["type"]:
            if present.get("status") == condition["status"] and "lastTransitionTime" in present:
                condition["lastTransitionTime"] = present["lastTransitionTime"]
            conditions[position] = condition
            return
    conditions.append(condition)


def graceful_deletion(pod: Object, grace_period_seconds: int | None) -> int:
    """How long a pod gets to stop, in seconds; 0 when nothing runs that could take its time.

    `grace_period_seconds` is what the request asks for, if it does.
    """
    spec: Object = pod.get("spec") or {}
    period = grace_period_seconds
    if period is None:
        period = spec.get("terminationGracePeriodSeconds") or 0
    if not spec.get("nodeName") or (pod.get("status") or {}).get("phase") in _OVER:
        return 0
    return 1 if period < 0 else period


def validate_eviction(eviction: Object, pod_name: str) -> None:
    """Raises APIError (400) unless the eviction is of the pod that the request's URL names."""
    if (eviction.get("metadata") or {}).get("name") != pod_name:
        raise errors.bad_request("name in URL does not match name in Eviction object")


def eviction_ignores_budgets(pod: Object) -> bool:
    """Whether evicting a pod disrupts nothing, as it is not running, has finished or is on its way out."""
    phase = (pod.get("status") or {}).get("phase")
    return phase in _OVER or phase == "Pending" or bool(pod["metadata"].get("deletionTimestamp"))
