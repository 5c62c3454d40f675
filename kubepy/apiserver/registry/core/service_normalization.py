"""What an update of a Service means for fields that the client left out or that no longer apply.

A client may send back the manifest it once created, without what the server has allocated since; and it may change
the type without clearing what only the old type had. In both cases the update should work. Each function changes
the new object in place; `old` is the stored object. Follows kubernetes `pkg/registry/core/service/storage/storage.go`
(patchAllocatedValues, normalizeClusterIPs) and `pkg/registry/core/service/strategy.go` (dropTypeDependentFields).
"""

from __future__ import annotations

from typing import Any

from kubepy.apiserver.registry.core.service_fields import (
    LOAD_BALANCER,
    cluster_ips,
    externally_accessible,
    ip_families,
    needs_cluster_ip,
    needs_health_check,
    needs_node_port,
    node_ports,
    ports,
    spec_of,
)

Object = dict[str, Any]


def patch_allocated_values(service: Object, old: Object) -> None:
    """Keep allocated addresses and ports that the client did not send."""
    new_spec, old_spec = spec_of(service), spec_of(old)
    if needs_cluster_ip(old_spec) and needs_cluster_ip(new_spec):
        for name in ("clusterIP", "clusterIPs"):
            if not new_spec.get(name) and old_spec.get(name):
                value = old_spec[name]
                new_spec[name] = list(value) if isinstance(value, list) else value
    if needs_node_port(old_spec) and needs_node_port(new_spec):
        _patch_node_ports(new_spec, old_spec)
    if needs_health_check(old_spec) and needs_health_check(new_spec) and not new_spec.get("healthCheckNodePort"):
        _set_or_drop(new_spec, "healthCheckNodePort", old_spec.get("healthCheckNodePort"))


def _patch_node_ports(new_spec: Object, old_spec: Object) -> None:
    """Ports keep the node port that the port of the same name had, unless another port has taken it over."""
    taken = set(node_ports(new_spec))
    known = {port.get("name", ""): port.get("nodePort") for port in ports(old_spec)}
    for port in ports(new_spec):
        if not port.get("nodePort"):
            node_port = known.get(port.get("name", ""))
            if node_port and node_port not in taken:
                port["nodePort"] = node_port


def normalize_cluster_ips(service: Object, old: Object | None) -> None:
    """Bring `clusterIP` and `clusterIPs` together for clients that know or change only one of them."""
    new_spec = spec_of(service)
    singular = new_spec.get("clusterIP") or ""
    if old is None:
        if singular and not cluster_ips(new_spec):
            new_spec["clusterIPs"] = [singular]
        return
    old_spec = spec_of(old)
    old_singular, old_plural = old_spec.get("clusterIP") or "", cluster_ips(old_spec)
    if singular == old_singular:
        if old_plural and not cluster_ips(new_spec):
            new_spec["clusterIPs"] = list(old_plural)
    elif cluster_ips(new_spec) == old_plural:
        _set_or_drop(new_spec, "clusterIPs", [singular] if singular else None)


def drop_type_dependent_fields(service: Object, old: Object) -> None:
    """Drop what the new type has no use for, if the client left it as it was; what it changed is for validation."""
    new_spec, old_spec = spec_of(service), spec_of(old)
    if needs_cluster_ip(old_spec) and not needs_cluster_ip(new_spec):
        _drop_cluster_ip_fields(new_spec, old_spec)
    if needs_node_port(old_spec) and not needs_node_port(new_spec):
        _drop_node_ports(new_spec, old_spec)
    if needs_health_check(old_spec) and not needs_health_check(new_spec):
        _drop_if_same(new_spec, old_spec, "healthCheckNodePort")
    if old_spec.get("type") == LOAD_BALANCER and new_spec.get("type") != LOAD_BALANCER:
        _drop_if_same(new_spec, old_spec, "allocateLoadBalancerNodePorts")
        _drop_if_same(new_spec, old_spec, "loadBalancerClass")
    if externally_accessible(old_spec) and not externally_accessible(new_spec):
        _drop_if_same(new_spec, old_spec, "externalTrafficPolicy")
    if new_spec.get("type") != LOAD_BALANCER and (service.get("status") or {}).get("loadBalancer"):
        service["status"] = {**service["status"], "loadBalancer": {}}


def _drop_cluster_ip_fields(new_spec: Object, old_spec: Object) -> None:
    same_singular = (new_spec.get("clusterIP") or "") == (old_spec.get("clusterIP") or "")
    if same_singular and cluster_ips(new_spec) == cluster_ips(old_spec):
        new_spec.pop("clusterIP", None)
        new_spec.pop("clusterIPs", None)
    if ip_families(new_spec) == ip_families(old_spec):
        new_spec.pop("ipFamilies", None)
    _drop_if_same(new_spec, old_spec, "ipFamilyPolicy")


def _drop_node_ports(new_spec: Object, old_spec: Object) -> None:
    if set(node_ports(new_spec)) <= set(node_ports(old_spec)):
        for port in ports(new_spec):
            port.pop("nodePort", None)


def _drop_if_same(new_spec: Object, old_spec: Object, name: str) -> None:
    if name in new_spec and new_spec[name] == old_spec.get(name):
        del new_spec[name]


def _set_or_drop(spec: Object, name: str, value: Any) -> None:
    if value:
        spec[name] = value
    else:
        spec.pop(name, None)
