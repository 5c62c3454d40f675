"""Resource lists of containers and pods as comparable numbers.

Requests and limits are strings such as `500m`; the same few occur in every pod of a cluster, so parsing is cached.
Follows component-helpers `resource/helpers.go` for how the needs of containers add up to those of their pod.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from kubepy.api.quantity import Quantity

Amounts = dict[str, Quantity]


@lru_cache(maxsize=8192)
def quantity(value: str | int | float) -> Quantity:
    """The number that a quantity stands for; ValueError when it is none."""
    return Quantity.parse(value)


@lru_cache(maxsize=8192)
def stored_form(value: str | int | float) -> str:
    """A quantity as the server stores it: canonical, rounded up to thousandths; what is no quantity stays as it is."""
    try:
        return str(quantity(value).round_up(-3))
    except ValueError:
        return str(value)


def amounts(resources: Mapping[str, Any] | None) -> Amounts:
    """A resource list with parsed quantities, without those that cannot be parsed."""
    parsed: Amounts = {}
    for name, value in (resources or {}).items():
        try:
            parsed[name] = quantity(value)
        except ValueError:
            continue
    return parsed


def is_restartable(container: Mapping[str, Any]) -> bool:
    """Whether an init container is a sidecar, one that runs beside the regular containers."""
    return bool(container.get("restartPolicy") == "Always")


def is_huge_page(name: str) -> bool:
    """Whether a resource name counts huge pages of some size."""
    return name.startswith("hugepages-")


def is_native(name: str) -> bool:
    """Whether a resource is one of Kubernetes' own rather than an extended one."""
    return "/" not in name or "kubernetes.io/" in name


def is_overcommit_allowed(name: str) -> bool:
    """Whether requests below limits make sense for a resource."""
    return is_native(name) and not is_huge_page(name)


def is_pod_level(name: str) -> bool:
    """Whether a resource may be requested for the pod as a whole."""
    return name in {"cpu", "memory"} or is_huge_page(name)


def aggregate(spec: Mapping[str, Any], kind: str) -> Amounts:
    """What all containers need at once; `kind` is `requests` or `limits`.

    Init containers run one after another before the regular ones, beside the sidecars started before them: the pod
    needs the larger of their peak and of the sum of all that keep running.
    """
    total: Amounts = {}
    for container in spec.get("containers") or ():
        _add(total, amounts((container.get("resources") or {}).get(kind)))
    peak: Amounts = {}
    sidecars: Amounts = {}
    for container in spec.get("initContainers") or ():
        needed = amounts((container.get("resources") or {}).get(kind))
        if is_restartable(container):
            _add(total, needed)
            _add(sidecars, needed)
            needed = dict(sidecars)
        else:
            _add(needed, sidecars)
        _merge(peak, needed, max)
    _merge(total, peak, max)
    return total


def _add(total: Amounts, more: Mapping[str, Quantity]) -> None:
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _merge(total: Amounts, other: Mapping[str, Quantity], pick: Callable[[Quantity, Quantity], Quantity]) -> None:
    for name, amount in other.items():
        total[name] = pick(total[name], amount) if name in total else amount
