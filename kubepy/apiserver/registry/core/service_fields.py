"""What a Service's fields mean together: which of them apply to which kind of Service.

Used by the defaults, normalisation, allocation and validation of Services. All functions are pure and take the whole
object; absent and empty fields mean the same. Follows kubernetes `pkg/api/service/util.go` and the predicates of
`pkg/registry/core/service/strategy.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.addresses import parse_ip_sloppy

Object = dict[str, Any]

CLUSTER_IP: Final = "ClusterIP"
NODE_PORT: Final = "NodePort"
LOAD_BALANCER: Final = "LoadBalancer"
EXTERNAL_NAME: Final = "ExternalName"
HEADLESS: Final = "None"

IPV4: Final = "IPv4"
IPV6: Final = "IPv6"

SINGLE_STACK: Final = "SingleStack"
PREFER_DUAL_STACK: Final = "PreferDualStack"
REQUIRE_DUAL_STACK: Final = "RequireDualStack"


def spec_of(service: Object) -> Object:
    """The spec, empty if there is none."""
    spec: Object = service.get("spec") or {}
    return spec


def cluster_ips(spec: Object) -> list[str]:
    """The plural field; `clusterIP` alone doesn't count."""
    return spec.get("clusterIPs") or []


def ip_families(spec: Object) -> list[str]:
    """The families in order of preference, as far as they are known."""
    return spec.get("ipFamilies") or []


def ports(spec: Object) -> list[Object]:
    """The ports, none for most ExternalName Services."""
    return spec.get("ports") or []


def node_ports(spec: Object) -> list[int]:
    """The node ports that are set, in the order of the ports."""
    return [port["nodePort"] for port in ports(spec) if port.get("nodePort")]


def is_headless(spec: Object) -> bool:
    """Whether the Service has explicitly no cluster IP."""
    return cluster_ips(spec) == [HEADLESS]


def needs_cluster_ip(spec: Object) -> bool:
    """Whether `clusterIP` applies, be its value `None`."""
    return spec.get("type") != EXTERNAL_NAME


def needs_node_port(spec: Object) -> bool:
    """Whether node ports apply."""
    return spec.get("type") in (NODE_PORT, LOAD_BALANCER)


def needs_health_check(spec: Object) -> bool:
    """Whether load balancers have to ask nodes if they have endpoints, which takes a node port of its own."""
    return spec.get("type") == LOAD_BALANCER and spec.get("externalTrafficPolicy") == "Local"


def externally_accessible(spec: Object) -> bool:
    """Whether traffic can come from outside of the cluster, so that `externalTrafficPolicy` applies."""
    kind = spec.get("type")
    return kind in (NODE_PORT, LOAD_BALANCER) or (kind == CLUSTER_IP and bool(spec.get("externalIPs")))


def allocates_node_ports(spec: Object) -> bool:
    """Whether ports without a node port get one."""
    kind = spec.get("type")
    return kind == NODE_PORT or (kind == LOAD_BALANCER and bool(spec.get("allocateLoadBalancerNodePorts")))


def is_ipv6(address: str) -> bool:
    """Whether a string is an IPv6 address."""
    parsed = parse_ip_sloppy(address)
    return parsed is not None and parsed.version == 6


def family_of(address: str) -> str:
    """`IPv4` or `IPv6`; what is no address counts as IPv4."""
    return IPV6 if is_ipv6(address) else IPV4


def other_family(family: str) -> str:
    """The family that makes a pair with this one."""
    return IPV6 if family == IPV4 else IPV4
