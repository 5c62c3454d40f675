"""The quality-of-service class of a pod, which says who goes first when a node runs out of something.

Follows kubernetes `pkg/apis/core/helper/qos/qos.go`.
"""

from __future__ import annotations

from typing import Any

from kubepy.api.quantity import Quantity
from kubepy.apiserver.registry.core.quantities import quantity

Object = dict[str, Any]

_COMPUTE = ("cpu", "memory")


def qos_class(pod: Object) -> str:
    """`Guaranteed`, `Burstable` or `BestEffort`, by what the pod's specification asks for."""
    spec = pod.get("spec") or {}
    if spec.get("resources") is not None:
        holders = [spec]
    else:
        holders = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}
    guaranteed = True
    for holder in holders:
        resources = holder.get("resources") or {}
        _add(requests, resources.get("requests"))
        if _add(limits, resources.get("limits")) < len(_COMPUTE):
            guaranteed = False
    if not requests and not limits:
        return "BestEffort"
    return "Guaranteed" if guaranteed and requests == limits else "Burstable"


def _add(total: dict[str, Quantity], listed: Object | None) -> int:
    """Add the compute resources in a list to a total; how many there were of them above zero."""
    found = 0
    for name in _COMPUTE:
        if not listed or name not in listed:
            continue
        try:
            amount = quantity(listed[name])
        except ValueError:
            continue
        if amount.sign() > 0:
            found += 1
            total[name] = total[name] + amount if name in total else amount
    return found
