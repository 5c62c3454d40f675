"""Services with their addresses and ports: allocation in the same transaction as the Service itself.

A cluster IP is taken by creating the IPAddress object of that name, a node port by creating an internal
record of that number; both are compare-and-swap creations committed together with the Service. So nothing
is handed out twice, however many servers allocate at once, and nothing leaks when one of them dies: either
everything is committed, or nothing.

Addresses come from the ServiceCIDR objects. As upstream (KEP-3070), automatic allocation prefers the upper
part of a range and leaves the lower one to addresses that people choose.
"""

from __future__ import annotations

import ipaddress
import random
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from kubepy.api import errors
from kubepy.api.encoding import encode_object
from kubepy.api.field import FieldError
from kubepy.api.timestamps import now
from kubepy.apiserver.registry.core import service_allocation as allocation
from kubepy.apiserver.registry.core.service import ServiceStrategy
from kubepy.apiserver.registry.strategy import Object
from kubepy.storage.records import Key, Mutation

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

IP_ADDRESSES: Final = "ipaddresses.networking.k8s.io"
SERVICE_CIDRS: Final = "servicecidrs.networking.k8s.io"
NODE_PORTS: Final = "nodeports.internal.kubepy"
"""Internal records, served to nobody: one for each node port in use."""
FAMILY_LABEL: Final = "ipaddress.kubernetes.io/ip-family"
MANAGER_LABEL: Final = "ipaddress.kubernetes.io/managed-by"
MANAGER: Final = "ipallocator.k8s.io"
_RANDOM_TRIES: Final = 64
_MIN_STATIC, _MAX_STATIC, _STATIC_SHARE = 16, 256, 16
_PORT_STATIC_MIN, _PORT_STATIC_MAX, _PORT_STATIC_SHARE = 16, 128, 32


class AllocatingServiceStrategy(ServiceStrategy):
    """The strategy of Services that the server uses."""

    reserves: ClassVar[bool] = True

    async def reserve(self, obj: Object, old: Object | None, server: APIServer) -> Sequence[Mutation]:
        name = obj["metadata"]["name"]
        problems = allocation.default_ip_families(obj, old, server.config.ip_families)
        if problems:
            raise errors.invalid("", "Service", name, problems)
        plan = allocation.plan_allocation(obj, old)
        allocator = _Allocator(server, obj)
        for ip_request in plan.cluster_ips:
            allocator.take_cluster_ip(ip_request)
        for port_request in plan.node_ports:
            allocator.take_node_port(port_request)
        if plan.health_check_node_port is not None:
            allocator.take_health_check_port(plan.health_check_node_port)
        allocator.release(plan)
        return allocator.mutations

    async def release(self, obj: Object, server: APIServer) -> Sequence[Mutation]:
        allocator = _Allocator(server, obj)
        allocator.release(allocation.plan_release(obj))
        return allocator.mutations


class _Allocator:
    """Executes one plan: decides on values by the cache's state and collects the mutations that take them."""

    def __init__(self, server: APIServer, service: Object) -> None:
        self._server = server
        self._service = service
        self._cache = server.state.cache
        self.mutations: list[Mutation] = []
        self._taken: set[Key] = set()

    def take_cluster_ip(self, request: allocation.ClusterIPRequest) -> None:
        """Take the address a request names, or any of its family."""
        version = 6 if request.family == "IPv6" else 4
        networks = [network for network in self._networks() if network.version == version]
        if request.address:
            address = ipaddress.ip_address(request.address)
            if not any(_is_usable(network, address) for network in networks):
                ranges = ", ".join(map(str, networks))
                self._refuse(
                    allocation.cluster_ip_error(
                        self._service, request, allocation.ip_not_in_range(request.address, ranges)
                    )
                )
            if not self._take(self._address_mutation(str(address), version)):
                self._refuse(allocation.cluster_ip_error(self._service, request, allocation.IP_ALREADY_ALLOCATED))
            allocation.set_cluster_ip(self._service, request, str(address))
            return
        for network in networks:
            for candidate in _candidates(network):
                if self._take(self._address_mutation(candidate, version)):
                    allocation.set_cluster_ip(self._service, request, candidate)
                    return
        raise errors.internal(allocation.cluster_ip_failure(allocation.RANGE_FULL))

    def take_node_port(self, request: allocation.NodePortRequest) -> None:
        """Take the port a request names, or any."""
        lowest, highest = self._server.config.node_port_range
        if request.port:
            if not lowest <= request.port <= highest:
                why = allocation.port_not_in_range(lowest, highest)
                self._refuse(allocation.node_port_error(request, why))
            if not self._take(self._port_mutation(request.port)):
                self._refuse(allocation.node_port_error(request, allocation.PORT_ALREADY_ALLOCATED))
            allocation.set_node_port(self._service, request, request.port)
            return
        port = self._any_port()
        if port is None:
            raise errors.internal(allocation.node_port_failure(allocation.RANGE_FULL))
        allocation.set_node_port(self._service, request, port)

    def take_health_check_port(self, wanted: int) -> None:
        """Take the health check port that is wanted, or any (0)."""
        lowest, highest = self._server.config.node_port_range
        if wanted:
            if not lowest <= wanted <= highest:
                why = allocation.port_not_in_range(lowest, highest)
                raise errors.internal(allocation.health_check_failure(wanted, why))
            if not self._take(self._port_mutation(wanted)):
                raise errors.internal(allocation.health_check_failure(wanted, allocation.PORT_ALREADY_ALLOCATED))
            port: int | None = wanted
        else:
            port = self._any_port()
        if port is None:
            raise errors.internal(allocation.health_check_failure(wanted, allocation.RANGE_FULL))
        allocation.set_health_check_node_port(self._service, port)

    def release(self, plan: allocation.AllocationPlan) -> None:
        """Give back what the plan says."""
        for address in plan.release_cluster_ips:
            self._release(Key(IP_ADDRESSES, "", address))
        for port in plan.release_node_ports:
            self._release(Key(NODE_PORTS, "", str(port)))

    def _any_port(self) -> int | None:
        lowest, highest = self._server.config.node_port_range
        size = highest - lowest + 1
        static = min(max(_PORT_STATIC_MIN, size // _PORT_STATIC_SHARE), _PORT_STATIC_MAX)
        offset = static if size > static else 0
        for port in _shuffled(lowest + offset, highest, lowest):
            if self._take(self._port_mutation(port)):
                return port
        return None

    def _networks(self) -> list[Network]:
        networks: list[Network] = []
        for entry in self._cache.resource(SERVICE_CIDRS).entries(None):
            cidr = self._server.decode(entry.body)
            if "deletionTimestamp" not in cidr["metadata"]:
                networks.extend(ipaddress.ip_network(text) for text in cidr["spec"]["cidrs"])
        return networks or [ipaddress.ip_network(text) for text in self._server.config.service_cidrs]

    def _take(self, mutation: Mutation) -> bool:
        """Whether what the mutation creates is free; if so it is taken."""
        if mutation.key in self._taken or self._cache.get(mutation.key) is not None:
            return False
        self._taken.add(mutation.key)
        self.mutations.append(mutation)
        return True

    def _release(self, key: Key) -> None:
        entry = self._cache.get(key)
        if entry is None:
            return
        record = self._server.decode(entry.body)
        if not self._is_ours(record):
            return
        body = encode_object(record)
        self.mutations.append(Mutation(key, record["metadata"]["uid"], body, entry.revision, deleted=True))

    def _is_ours(self, record: Object) -> bool:
        parent = record["spec"]["parentRef"]
        metadata = self._service["metadata"]
        return (parent["namespace"], parent["name"]) == (metadata["namespace"], metadata["name"])

    def _address_mutation(self, address: str, version: int) -> Mutation:
        return self._mutation(
            IP_ADDRESSES,
            "IPAddress",
            "networking.k8s.io/v1",
            address,
            {FAMILY_LABEL: f"IPv{version}", MANAGER_LABEL: MANAGER},
        )

    def _port_mutation(self, port: int) -> Mutation:
        return self._mutation(NODE_PORTS, "NodePort", "internal.kubepy/v1", str(port), {})

    def _mutation(self, resource: str, kind: str, api_version: str, name: str, labels: dict[str, str]) -> Mutation:
        metadata = self._service["metadata"]
        uid = str(uuid.uuid4())
        record: Object = {
            "kind": kind,
            "apiVersion": api_version,
            "metadata": {"name": name, "uid": uid, "creationTimestamp": now(), "generation": 1, "labels": labels},
            "spec": {
                "parentRef": {
                    "group": "",
                    "resource": "services",
                    "namespace": metadata["namespace"],
                    "name": metadata["name"],
                }
            },
        }
        return Mutation(Key(resource, "", name), uid, encode_object(record), 0)

    def _refuse(self, problem: FieldError) -> None:
        raise errors.invalid("", "Service", self._service["metadata"]["name"], [problem])


def _is_usable(network: Network, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address may be given to a Service: not the network's own, nor IPv4's broadcast address."""
    if address not in network or address == network.network_address:
        return False
    return network.version == 6 or address != network.broadcast_address


def _candidates(network: Network) -> Iterator[str]:
    """Addresses to try: at random in the upper part, then all of it, then the lower part."""
    first = int(network.network_address) + 1
    last = int(network.broadcast_address) - (1 if network.version == 4 else 0)
    size = last - first + 1
    static = min(max(_MIN_STATIC, size // _STATIC_SHARE), _MAX_STATIC)
    start = first + static if size > static else first
    make = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    for number in _shuffled(start, last, first):
        yield str(make(number))


def _shuffled(start: int, last: int, first: int) -> Iterator[int]:
    """Some numbers of start..last at random, then each of them, then those of first..start-1."""
    for _ in range(_RANDOM_TRIES):
        yield random.randint(start, last)
    yield from range(start, last + 1)
    yield from range(first, start)
