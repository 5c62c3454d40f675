"""What has to be allocated and released when a Service is written, as data; doing it is the caller's.

The caller has cluster IPs and node ports to give. For a create or an update (`old` is the stored object) it

1. calls `default_ip_families`, which sets `ipFamilies` and `ipFamilyPolicy` and refuses what the cluster can't do;
2. asks `plan_allocation` for a plan, and allocates what it wants: a particular value, or any if that is empty or 0;
3. puts each value where it belongs with `set_cluster_ip`, `set_node_port` and `set_health_check_node_port`, or answers
   with `cluster_ip_error`, `node_port_error` or an internal error of `health_check_failure`;
4. once the object is stored, releases what the plan says. `plan_release` is the plan for a deletion.

The object must be normalised before (`service_normalization`), and validated after, since validation wants
everything allocated. Values a plan doesn't mention stay as they are. Follows kubernetes
`pkg/registry/core/service/storage/alloc.go` and the messages of `pkg/registry/core/service/{ip,port}allocator`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kubepy.api.field import FieldError, Path, invalid
from kubepy.apiserver.registry.core.service_fields import (
    EXTERNAL_NAME,
    HEADLESS,
    allocates_node_ports,
    cluster_ips,
    ip_families,
    needs_cluster_ip,
    needs_health_check,
    needs_node_port,
    node_ports,
    ports,
    spec_of,
)
from kubepy.apiserver.registry.core.service_ip_families import (
    default_ip_families as default_ip_families,
)
from kubepy.apiserver.registry.core.service_ip_families import keeps_prefer_dual_stack

Object = dict[str, Any]

IP_ALREADY_ALLOCATED: Final = "provided IP is already allocated"
PORT_ALREADY_ALLOCATED: Final = "provided port is already allocated"
RANGE_FULL: Final = "range is full"


@dataclass(frozen=True, slots=True)
class ClusterIPRequest:
    """An address of one family, for one place in `clusterIPs`; any address if `address` is empty."""

    family: str
    position: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class NodePortRequest:
    """A node port for the ports at these positions, which share it; any port if `port` is 0."""

    positions: tuple[int, ...]
    port: int = 0


@dataclass(frozen=True, slots=True)
class AllocationPlan:
    """What to allocate before a Service is stored, in this order, and what to release after.

    `health_check_node_port` is None if none is wanted, 0 for any.
    """

    cluster_ips: tuple[ClusterIPRequest, ...] = ()
    node_ports: tuple[NodePortRequest, ...] = ()
    health_check_node_port: int | None = None
    release_cluster_ips: tuple[str, ...] = ()
    release_node_ports: tuple[int, ...] = ()


def plan_allocation(service: Object, old: Object | None) -> AllocationPlan:
    """What writing this Service takes and frees."""
    spec = spec_of(service)
    if old is None:
        return AllocationPlan(
            cluster_ips=_all_cluster_ips(spec),
            node_ports=_new_node_ports(spec) if needs_node_port(spec) else (),
            health_check_node_port=_wanted_health_check_port(spec) if needs_health_check(spec) else None,
        )
    old_spec = spec_of(old)
    wanted_ips, released_ips = _changed_cluster_ips(spec, old_spec)
    wanted_ports = _changed_node_ports(spec, old_spec) if needs_node_port(spec) else ()
    released_ports = _released_node_ports(spec, old_spec)
    before, after = needs_health_check(old_spec), needs_health_check(spec)
    if before and not after and old_spec.get("healthCheckNodePort"):
        released_ports = (*released_ports, old_spec["healthCheckNodePort"])
    health_check = _wanted_health_check_port(spec) if after and not before else None
    return AllocationPlan(wanted_ips, wanted_ports, health_check, released_ips, released_ports)


def plan_release(service: Object) -> AllocationPlan:
    """What deleting this Service frees."""
    spec = spec_of(service)
    released = dict.fromkeys(node_ports(spec))
    if needs_health_check(spec) and spec.get("healthCheckNodePort"):
        released[spec["healthCheckNodePort"]] = None
    return AllocationPlan(release_cluster_ips=_held_cluster_ips(spec), release_node_ports=tuple(released))


def _held_cluster_ips(spec: Object) -> tuple[str, ...]:
    if not needs_cluster_ip(spec) or HEADLESS in cluster_ips(spec):
        return ()
    return tuple(cluster_ips(spec))


def _all_cluster_ips(spec: Object) -> tuple[ClusterIPRequest, ...]:
    addresses = cluster_ips(spec)
    if not needs_cluster_ip(spec) or addresses[:1] == [HEADLESS]:
        return ()
    return tuple(
        ClusterIPRequest(family, position, addresses[position] if position < len(addresses) else "")
        for position, family in enumerate(ip_families(spec))
    )


def _changed_cluster_ips(spec: Object, old_spec: Object) -> tuple[tuple[ClusterIPRequest, ...], tuple[str, ...]]:
    """What an update takes and frees: everything to and from ExternalName, else the second address."""
    if keeps_prefer_dual_stack(spec, old_spec):
        return (), ()
    if old_spec.get("type") == EXTERNAL_NAME:
        return _all_cluster_ips(spec), ()
    held = _held_cluster_ips(old_spec)
    if not held:
        return (), ()
    if not needs_cluster_ip(spec):
        return (), held
    before, after = len(ip_families(old_spec)), len(ip_families(spec))
    if (before, after) == (1, 2):
        return _all_cluster_ips(spec)[1:], ()
    if (before, after) == (2, 1):
        return (), held[1:]
    return (), ()


def _new_node_ports(spec: Object) -> tuple[NodePortRequest, ...]:
    """Ports with the same number (for TCP and UDP, say) share a node port, unless told otherwise."""
    all_ports, allocates = ports(spec), allocates_node_ports(spec)
    requests: list[tuple[list[int], int]] = []
    shared: dict[int, tuple[list[int], int]] = {}
    for position, port in enumerate(all_ports):
        number, wanted = port.get("port", 0), port.get("nodePort") or 0
        if not wanted and not allocates:
            continue
        group = shared.get(number)
        if group is None:
            group = ([position], _first_node_port(all_ports, number))
            shared[number] = group
            requests.append(group)
        elif wanted in (0, group[1]):
            group[0].append(position)
        else:
            requests.append(([position], wanted))
    return tuple(NodePortRequest(tuple(positions), port) for positions, port in requests)


def _first_node_port(all_ports: Sequence[Object], number: int) -> int:
    return next((port["nodePort"] for port in all_ports if port.get("port") == number and port.get("nodePort")), 0)


def _changed_node_ports(spec: Object, old_spec: Object) -> tuple[NodePortRequest, ...]:
    """Node ports that the Service doesn't hold yet."""
    allocates, held = allocates_node_ports(spec), set(node_ports(old_spec))
    requests: list[NodePortRequest] = []
    for position, port in enumerate(ports(spec)):
        wanted = port.get("nodePort") or 0
        if wanted in held or (not wanted and not allocates):
            continue
        if wanted:
            held.add(wanted)
        requests.append(NodePortRequest((position,), wanted))
    return tuple(requests)


def _released_node_ports(spec: Object, old_spec: Object) -> tuple[int, ...]:
    kept = set(node_ports(spec)) if needs_node_port(spec) else set()
    held = node_ports(old_spec) if needs_node_port(old_spec) else []
    return tuple(dict.fromkeys(port for port in held if port not in kept))


def _wanted_health_check_port(spec: Object) -> int:
    return spec.get("healthCheckNodePort") or 0


def set_cluster_ip(service: Object, request: ClusterIPRequest, address: str) -> None:
    """Put an allocated address into the Service."""
    spec = spec_of(service)
    addresses = list(cluster_ips(spec))
    if request.position < len(addresses):
        addresses[request.position] = address
    else:
        addresses.append(address)
    spec["clusterIPs"] = addresses
    if request.position == 0:
        spec["clusterIP"] = address


def set_node_port(service: Object, request: NodePortRequest, port: int) -> None:
    """Put an allocated node port into the ports that it is for."""
    all_ports = ports(spec_of(service))
    for position in request.positions:
        all_ports[position]["nodePort"] = port


def set_health_check_node_port(service: Object, port: int) -> None:
    """Put the allocated health check port into the Service."""
    spec_of(service)["healthCheckNodePort"] = port


def cluster_ip_error(service: Object, request: ClusterIPRequest, reason: str) -> FieldError:
    """A particular address can't be had."""
    detail = f"failed to allocate IP {request.address}: {reason}"
    return invalid(Path("spec").child("clusterIPs"), cluster_ips(spec_of(service)), detail)


def cluster_ip_failure(reason: str) -> str:
    """The message of the internal error when there is no address left."""
    return f"failed to allocate a serviceIP: {reason}"


def node_port_error(request: NodePortRequest, reason: str) -> FieldError:
    """A particular node port can't be had."""
    return invalid(Path("spec").child("ports").index(request.positions[0]).child("nodePort"), request.port, reason)


def node_port_failure(reason: str) -> str:
    """The message of the internal error when there is no node port left."""
    return f"failed to allocate a nodePort: {reason}"


def health_check_failure(port: int, reason: str) -> str:
    """The message of the internal error when there is no health check port; `port` is 0 if any would have done."""
    if port:
        return f"failed to allocate requested HealthCheck NodePort {port}: {reason}"
    return f"failed to allocate a HealthCheck NodePort {port}: {reason}"


def ip_not_in_range(address: str, cidr: str) -> str:
    """The reason why an address outside of the cluster's ranges can't be had."""
    return f"the provided IP ({address}) is not in the valid range. The range of valid IPs is {cidr}"


def port_not_in_range(lowest: int, highest: int) -> str:
    """The reason why a node port outside of the cluster's range can't be had."""
    return f"provided port is not in the valid range. The range of valid ports is {lowest}-{highest}"
