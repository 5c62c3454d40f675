"""What the server does by itself: the objects every cluster has, and the upkeep of its own records.

Every task here may run in any number of processes at once. Whatever they create is created by
compare-and-swap; what periodic work they share is done by whoever gets to it first.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from kubepy.api.timestamps import format_time
from kubepy.apiserver.endpoint_reconciler import reconcile_endpoints
from kubepy.apiserver.registry.core.allocating_service import (
    FAMILY_LABEL,
    IP_ADDRESSES,
    MANAGER,
    MANAGER_LABEL,
    NODE_PORTS,
    SERVICE_CIDRS,
)
from kubepy.apiserver.system_objects import delete_object, ensure_object
from kubepy.storage.errors import StorageError
from kubepy.storage.records import Key

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

log = logging.getLogger(__name__)

Object = dict[str, Any]

NAMESPACES: Final = ("default", "kube-system", "kube-public", "kube-node-lease")
PRIORITY_CLASSES: Final = {
    "system-node-critical": (
        2000001000,
        "Used for system critical pods that must not be moved from their current node.",
    ),
    "system-cluster-critical": (
        2000000000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
}
RECONCILE_SECONDS: Final = 10.0
EXPIRY_SECONDS: Final = 60.0
_ORPHAN_GRACE_SECONDS: Final = 60.0


async def reconcile_system_objects(server: APIServer) -> None:
    """Create what a cluster can't be without, then keep it there."""
    while True:
        try:
            await _ensure_all(server)
            server.bootstrapped.set()
        except StorageError as error:
            log.warning("system objects not reconciled: %s", error)
        await asyncio.sleep(RECONCILE_SECONDS if server.bootstrapped.is_set() else 0.5)


async def expire_events(server: APIServer) -> None:
    """Delete Events that have not changed for their time to live (upstream's `--event-ttl`)."""
    while True:
        await asyncio.sleep(EXPIRY_SECONDS * random.uniform(0.8, 1.2))
        try:
            await expire_once(server)
        except StorageError as error:
            log.warning("events not expired: %s", error)


async def expire_once(server: APIServer) -> None:
    """Delete the Events whose time is over now."""
    for key in await server.state.reader.unchanged_since("events", server.config.event_ttl):
        await delete_object(server, key)


async def repair_service_reservations(server: APIServer) -> None:
    """Make reservations and Services agree again, should they ever not.

    They are committed together, so this finds something only after a restore or a change by hand. Before it
    acts, an inconsistency must have lasted for a while.
    """
    suspects: dict[Key, int] = {}
    while True:
        await asyncio.sleep(_ORPHAN_GRACE_SECONDS * random.uniform(0.8, 1.2))
        try:
            suspects = await repair_once(server, suspects)
        except StorageError as error:
            log.warning("service reservations not checked: %s", error)


async def repair_once(server: APIServer, suspects: Mapping[Key, int]) -> dict[Key, int]:
    """Release the orphaned reservations that were `suspects` before; returns all orphans with their revisions."""
    await server.state.fresh()
    found = _orphaned_reservations(server)
    for key, revision in found.items():
        if suspects.get(key) == revision:
            log.warning("releasing %s: no Service holds it", key)
            await delete_object(server, key)
    return found


TASKS: Final[Sequence[Callable[[APIServer], Coroutine[Any, Any, None]]]] = (
    reconcile_system_objects,
    expire_events,
    repair_service_reservations,
)


async def _ensure_all(server: APIServer) -> None:
    await server.state.fresh()
    for name in NAMESPACES:
        await ensure_object(server, "namespaces", "", name, _namespace(name))
    for name, (value, description) in PRIORITY_CLASSES.items():
        obj = _priority_class(name, value, description)
        await ensure_object(server, "priorityclasses.scheduling.k8s.io", "", name, obj)
    await ensure_object(server, SERVICE_CIDRS, "", "kubernetes", _service_cidr(server))
    await ensure_object(server, "services", "default", "kubernetes", _kubernetes_service(server))
    address = server.config.kubernetes_service_ip
    await ensure_object(server, IP_ADDRESSES, "", address, _kubernetes_address(address))
    await reconcile_endpoints(server)


def _namespace(name: str) -> Object:
    return {
        "kind": "Namespace",
        "apiVersion": "v1",
        "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def _priority_class(name: str, value: int, description: str) -> Object:
    return {
        "kind": "PriorityClass",
        "apiVersion": "scheduling.k8s.io/v1",
        "metadata": {"name": name, "generation": 1},
        "value": value,
        "description": description,
        "preemptionPolicy": "PreemptLowerPriority",
    }


def _service_cidr(server: APIServer) -> Object:
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "",
        "message": "Kubernetes default Service CIDR is ready",
        "lastTransitionTime": format_time(datetime.now(UTC)),
    }
    return {
        "kind": "ServiceCIDR",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": {"name": "kubernetes"},
        "spec": {"cidrs": list(server.config.service_cidrs)},
        "status": {"conditions": [condition]},
    }


def _kubernetes_service(server: APIServer) -> Object:
    address = server.config.kubernetes_service_ip
    return {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": server.config.secure_port}],
            "clusterIP": address,
            "clusterIPs": [address],
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "ipFamilies": [server.config.ip_families[0]],
            "ipFamilyPolicy": "SingleStack",
            "internalTrafficPolicy": "Cluster",
        },
        "status": {"loadBalancer": {}},
    }


def _kubernetes_address(address: str) -> Object:
    family = "IPv6" if ":" in address else "IPv4"
    parent = {"group": "", "resource": "services", "namespace": "default", "name": "kubernetes"}
    return {
        "kind": "IPAddress",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": {"name": address, "labels": {FAMILY_LABEL: family, MANAGER_LABEL: MANAGER}},
        "spec": {"parentRef": parent},
    }


def _orphaned_reservations(server: APIServer) -> dict[Key, int]:
    """Reservations whose Service isn't there or doesn't hold what they reserve."""
    orphans = {}
    for resource in (IP_ADDRESSES, NODE_PORTS):
        for entry in server.state.cache.resource(resource).entries(None):
            if resource == IP_ADDRESSES and entry.labels.get(MANAGER_LABEL) != MANAGER:
                continue
            record: Object = server.decode(entry.body)
            parent = record["spec"]["parentRef"]
            service = server.state.cache.get(Key("services", parent["namespace"], parent["name"]))
            if service is None or entry.name not in _held_by(server.decode(service.body)):
                orphans[Key(resource, "", entry.name)] = entry.revision
    return orphans


def _held_by(service: Object) -> set[str]:
    spec = service["spec"]
    ports = {str(port.get("nodePort", "")) for port in spec.get("ports") or ()}
    return {*(spec.get("clusterIPs") or ()), *ports, str(spec.get("healthCheckNodePort", ""))}
