"""The strategy of every built-in resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kubepy.api.scheme import Resource
from kubepy.apiserver.registry import (
    admissionregistration,
    apiextensions,
    apiregistration,
    apps,
    autoscaling,
    batch,
    certificates,
    coordination,
    core,
    discovery,
    events,
    flowcontrol,
    networking,
    node,
    policy,
    rbac,
    resource,
    scheduling,
    storage,
    storagemigration,
)
from kubepy.apiserver.registry.core.allocating_service import AllocatingServiceStrategy
from kubepy.apiserver.registry.strategy import Strategy

_BY_GROUP: Final[Mapping[str, Mapping[str, Strategy]]] = {
    "": {**core.STRATEGIES, "services": AllocatingServiceStrategy()},
    "admissionregistration.k8s.io": admissionregistration.STRATEGIES,
    "apiextensions.k8s.io": apiextensions.STRATEGIES,
    "apiregistration.k8s.io": apiregistration.STRATEGIES,
    "apps": apps.STRATEGIES,
    "autoscaling": autoscaling.STRATEGIES,
    "batch": batch.STRATEGIES,
    "certificates.k8s.io": certificates.STRATEGIES,
    "coordination.k8s.io": coordination.STRATEGIES,
    "discovery.k8s.io": discovery.STRATEGIES,
    "events.k8s.io": events.STRATEGIES,
    "flowcontrol.apiserver.k8s.io": flowcontrol.STRATEGIES,
    "networking.k8s.io": networking.STRATEGIES,
    "node.k8s.io": node.STRATEGIES,
    "policy": policy.STRATEGIES,
    "rbac.authorization.k8s.io": rbac.STRATEGIES,
    "resource.k8s.io": resource.STRATEGIES,
    "scheduling.k8s.io": scheduling.STRATEGIES,
    "storage.k8s.io": storage.STRATEGIES,
    "storagemigration.k8s.io": storagemigration.STRATEGIES,
}


def strategy_of(resource: Resource, subresource: str = "") -> Strategy:
    """How objects of a resource are written through its main endpoint or one of its subresources."""
    strategy = _BY_GROUP[resource.group][resource.plural]
    return strategy.subresources.get(subresource, strategy) if subresource else strategy
