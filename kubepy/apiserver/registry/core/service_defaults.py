"""What a Service gets where the request says nothing, but for what has to be allocated.

Follows kubernetes `pkg/apis/core/v1/defaults.go` (SetDefaults_Service). IP families and their policy depend on the
cluster: `service_allocation` sets them.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.apiserver.registry.core.service_fields import (
    CLUSTER_IP,
    LOAD_BALANCER,
    NODE_PORT,
    externally_accessible,
)

Object = dict[str, Any]

CLIENT_IP_AFFINITY_SECONDS: Final = 10800

_INTERNAL_TYPES: Final = (CLUSTER_IP, NODE_PORT, LOAD_BALANCER)
_UNSET_WHEN_EMPTY: Final = (
    "clusterIP", "clusterIPs", "externalIPs", "externalName", "externalTrafficPolicy", "healthCheckNodePort",
    "ipFamilies", "loadBalancerIP", "loadBalancerSourceRanges", "ports", "publishNotReadyAddresses", "selector",
)  # fmt: skip


def set_defaults(service: Object) -> None:
    """Fill in a Service, in place."""
    spec: Object = service.setdefault("spec", {})
    _drop_empty(spec)
    if not spec.get("sessionAffinity"):
        spec["sessionAffinity"] = "None"
    _set_session_affinity_config(spec)
    if not spec.get("type"):
        spec["type"] = CLUSTER_IP
    for port in spec.get("ports") or ():
        _set_port_defaults(port)
    if externally_accessible(spec) and not spec.get("externalTrafficPolicy"):
        spec["externalTrafficPolicy"] = "Cluster"
    if spec.get("internalTrafficPolicy") is None and spec["type"] in _INTERNAL_TYPES:
        spec["internalTrafficPolicy"] = "Cluster"
    if spec["type"] == LOAD_BALANCER:
        spec.setdefault("allocateLoadBalancerNodePorts", True)
        _set_ingress_defaults(service)


def _drop_empty(spec: Object) -> None:
    """Zero values mean "not set" in these fields, and stored objects don't have them."""
    for name in _UNSET_WHEN_EMPTY:
        if name in spec and not spec[name]:
            del spec[name]


def _set_session_affinity_config(spec: Object) -> None:
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        client_ip = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        if client_ip.get("timeoutSeconds") is None:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": CLIENT_IP_AFFINITY_SECONDS}}


def _set_port_defaults(port: Object) -> None:
    if not port.get("protocol"):
        port["protocol"] = "TCP"
    if port.get("targetPort") in (None, 0, ""):
        port["targetPort"] = port.get("port", 0)
    for name in ("name", "nodePort"):
        if name in port and not port[name]:
            del port[name]


def _set_ingress_defaults(service: Object) -> None:
    load_balancer = (service.get("status") or {}).get("loadBalancer") or {}
    for ingress in load_balancer.get("ingress") or ():
        if ingress.get("ip") and ingress.get("ipMode") is None:
            ingress["ipMode"] = "VIP"
