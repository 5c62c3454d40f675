"""Semantic rules of Services, but for cluster IPs (`service_cluster_ips`) and names.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateServiceCreate, ValidateServiceUpdate,
ValidateServiceStatusUpdate). The rules hold for a normalised object with everything allocated.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api import names
from kubepy.api.addresses import is_valid_cidr_for_legacy_field, is_valid_ip_for_legacy_field, parse_ip_sloppy
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.api.labels import validate_labels
from kubepy.apiserver.registry.core.endpoint_fields import (
    validate_app_protocol,
    validate_endpoint_ip,
    validate_protocol,
)
from kubepy.apiserver.registry.core.service_cluster_ips import validate_cluster_ip_fields, validate_cluster_ip_update
from kubepy.apiserver.registry.core.service_fields import (
    CLUSTER_IP,
    EXTERNAL_NAME,
    LOAD_BALANCER,
    NODE_PORT,
    cluster_ips,
    externally_accessible,
    ip_families,
    is_headless,
    needs_health_check,
    ports,
    spec_of,
)

Object = dict[str, Any]

SOURCE_RANGES_ANNOTATION: Final = "service.beta.kubernetes.io/load-balancer-source-ranges"
TOPOLOGY_MODE_ANNOTATION: Final = "service.kubernetes.io/topology-mode"
TOPOLOGY_HINTS_ANNOTATION: Final = "service.kubernetes.io/topology-aware-hints"

_MAX_AFFINITY_SECONDS: Final = 86400
_SPEC: Final = Path("spec")
_PORTS: Final = _SPEC.child("ports")
_ANNOTATIONS: Final = Path("metadata").child("annotations")
_TYPES: Final = (CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT)
_AFFINITIES: Final = ("ClientIP", "None")
_TRAFFIC_POLICIES: Final = ("Cluster", "Local")
_TRAFFIC_DISTRIBUTIONS: Final = ("PreferClose", "PreferSameNode", "PreferSameZone")
_IP_MODES: Final = ("Proxy", "VIP")
_ONLY_LOAD_BALANCER: Final = "may only be used when `type` is 'LoadBalancer'"


def validate_service(service: Object, old: Object | None) -> list[FieldError]:
    """Every mistake in the object itself; addresses and ranges that `old` has are accepted in any spelling."""
    spec = spec_of(service)
    old_spec = spec_of(old) if old else {}
    errors = _validate_topology_annotations(_annotations(service))
    errors += _validate_type_fields(spec)
    errors += _validate_ports(spec)
    if spec.get("selector"):
        errors += validate_labels(spec["selector"], _SPEC.child("selector"))
    errors += _validate_session_affinity(spec)
    errors += validate_cluster_ip_fields(service, old)
    errors += _validate_external_ips(spec.get("externalIPs") or (), old_spec.get("externalIPs") or ())
    errors += _validate_type(spec)
    errors += _validate_port_uniqueness(spec)
    errors += _validate_source_ranges(service, old or {})
    errors += _validate_load_balancer_fields(spec)
    errors += _validate_external_traffic(spec)
    return errors + _validate_internal_traffic(spec)


def validate_service_update(service: Object, old: Object) -> list[FieldError]:
    """Every mistake in the changed object and in the change."""
    spec, old_spec = spec_of(service), spec_of(old)
    errors = validate_cluster_ip_update(service, old)
    if spec.get("type") == LOAD_BALANCER == old_spec.get("type"):
        load_balancer_class = spec.get("loadBalancerClass")
        if load_balancer_class != old_spec.get("loadBalancerClass"):
            errors.append(invalid(_SPEC.child("loadBalancerClass"), load_balancer_class, "may not change once set"))
    if needs_health_check(spec) and needs_health_check(old_spec):
        port, old_port = (s.get("healthCheckNodePort") or 0 for s in (spec, old_spec))
        if port != old_port:
            errors.append(forbidden(_SPEC.child("healthCheckNodePort"), "field is immutable"))
    return errors + validate_service(service, old)


def _validate_topology_annotations(annotations: Object) -> list[FieldError]:
    mode, hints = annotations.get(TOPOLOGY_MODE_ANNOTATION), annotations.get(TOPOLOGY_HINTS_ANNOTATION)
    if mode is None or hints is None or mode == hints:
        return []
    detail = f"must match annotations[{TOPOLOGY_HINTS_ANNOTATION}] when both are specified"
    return [invalid(_ANNOTATIONS.key(TOPOLOGY_MODE_ANNOTATION), mode, detail)]


def _validate_type_fields(spec: Object) -> list[FieldError]:
    kind, headless = spec.get("type"), is_headless(spec)
    errors: list[FieldError] = []
    if not ports(spec) and not headless and kind != EXTERNAL_NAME:
        errors.append(required(_PORTS))
    if headless and kind in (LOAD_BALANCER, NODE_PORT):
        detail = f"may not be set to 'None' for {kind} services"
        errors.append(invalid(_SPEC.child("clusterIPs").index(0), cluster_ips(spec)[0], detail))
    if kind == EXTERNAL_NAME:
        errors += _validate_external_name(spec)
    return errors


def _validate_external_name(spec: Object) -> list[FieldError]:
    unusable = {
        "clusterIPs": bool(cluster_ips(spec)),
        "ipFamilies": bool(ip_families(spec)),
        "ipFamilyPolicy": spec.get("ipFamilyPolicy") is not None,
    }
    detail = "may not be set for ExternalName services"
    errors = [forbidden(_SPEC.child(name), detail) for name, present in unusable.items() if present]
    path = _SPEC.child("externalName")
    name = (spec.get("externalName") or "").removesuffix(".")
    if not name:
        errors.append(required(path))
    errors += [invalid(path, name, message) for message in (names.is_dns1123_subdomain(name) if name else ())]
    return errors


def _validate_ports(spec: Object) -> list[FieldError]:
    all_ports = ports(spec)
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, port in enumerate(all_ports):
        path = _PORTS.index(position)
        name = port.get("name") or ""
        if name:
            errors += [invalid(path.child("name"), name, message) for message in names.is_dns1123_label(name)]
            if name in seen:
                errors.append(duplicate(path.child("name"), name))
            seen.add(name)
        elif len(all_ports) > 1:
            errors.append(required(path.child("name")))
        errors += _validate_port(port, path)
    return errors


def _validate_port(port: Object, path: Path) -> list[FieldError]:
    number = port.get("port", 0)
    errors = [invalid(path.child("port"), number, message) for message in names.is_valid_port_num(number)]
    errors += validate_protocol(port, path)
    target = port.get("targetPort", 0)
    complaints = names.is_valid_port_num(target) if isinstance(target, int) else names.is_valid_port_name(target)
    errors += [invalid(path.child("targetPort"), target, message) for message in complaints]
    return errors + validate_app_protocol(port, path)


def _validate_session_affinity(spec: Object) -> list[FieldError]:
    affinity, config = spec.get("sessionAffinity") or "", spec.get("sessionAffinityConfig")
    path = _SPEC.child("sessionAffinityConfig")
    if not affinity:
        return [required(_SPEC.child("sessionAffinity"))]
    if affinity not in _AFFINITIES:
        return [not_supported(_SPEC.child("sessionAffinity"), affinity, _AFFINITIES)]
    if affinity == "None":
        detail = "must not be set when session affinity is None"
        return [forbidden(path, detail)] if config is not None else []
    for name in ("clientIP", "timeoutSeconds"):
        if config is None:
            break
        config, path = config.get(name), path.child(name)
    if config is None:
        return [required(path, "when session affinity type is ClientIP")]
    if not 0 < config <= _MAX_AFFINITY_SECONDS:
        return [invalid(path, config, f"must be greater than 0 and less than {_MAX_AFFINITY_SECONDS}")]
    return []


def _validate_external_ips(addresses: Any, old_addresses: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, address in enumerate(addresses):
        path = _SPEC.child("externalIPs").index(position)
        bad = is_valid_ip_for_legacy_field(path, address, valid_old=old_addresses)
        errors += bad or validate_endpoint_ip(address, path)
    return errors


def _validate_type(spec: Object) -> list[FieldError]:
    kind = spec.get("type") or ""
    if not kind:
        return [required(_SPEC.child("type"))]
    if kind not in _TYPES:
        return [not_supported(_SPEC.child("type"), kind, _TYPES)]
    if kind != CLUSTER_IP:
        return []
    detail = "may not be used when `type` is 'ClusterIP'"
    return [
        forbidden(_PORTS.index(position).child("nodePort"), detail)
        for position, port in enumerate(ports(spec))
        if port.get("nodePort")
    ]


def _validate_port_uniqueness(spec: Object) -> list[FieldError]:
    """A (protocol, port) pair stands for one thing, on the cluster IP and on the nodes."""
    all_ports = ports(spec)
    if len(all_ports) < 2:
        return []
    node_errors: list[FieldError] = []
    port_errors: list[FieldError] = []
    seen: set[tuple[str, str, int]] = set()
    for position, port in enumerate(all_ports):
        protocol, number, node_port = port.get("protocol", ""), port.get("port", 0), port.get("nodePort")
        if node_port and ("node", protocol, node_port) in seen:
            node_errors.append(duplicate(_PORTS.index(position).child("nodePort"), node_port))
        if ("port", protocol, number) in seen:
            shown = {"Name": "", "Protocol": protocol, "AppProtocol": None, "Port": number, "TargetPort": 0}
            port_errors.append(duplicate(_PORTS.index(position), {**shown, "NodePort": 0}))
        seen |= {("node", protocol, node_port or 0), ("port", protocol, number)}
    return node_errors + port_errors


def _validate_source_ranges(service: Object, old: Object) -> list[FieldError]:
    spec = spec_of(service)
    ranges = spec.get("loadBalancerSourceRanges") or ()
    annotation: str | None = _annotations(service).get(SOURCE_RANGES_ANNOTATION)
    if not ranges and annotation is None:
        return []
    path = _SPEC.child("LoadBalancerSourceRanges") if ranges else _ANNOTATIONS.key(SOURCE_RANGES_ANNOTATION)
    errors = [] if spec.get("type") == LOAD_BALANCER else [forbidden(path, _ONLY_LOAD_BALANCER)]
    if ranges:
        known = [value.strip() for value in spec_of(old).get("loadBalancerSourceRanges") or ()]
        for position, value in enumerate(ranges):
            errors += is_valid_cidr_for_legacy_field(path.index(position), value.strip(), valid_old=known)
        return errors
    listed = (annotation or "").strip()
    if not listed or annotation == _annotations(old).get(SOURCE_RANGES_ANNOTATION):
        return errors
    for value in listed.split(","):
        errors += is_valid_cidr_for_legacy_field(path, value.strip())
    return errors


def _annotations(service: Object) -> Object:
    return (service.get("metadata") or {}).get("annotations") or {}


def _validate_load_balancer_fields(spec: Object) -> list[FieldError]:
    is_load_balancer = spec.get("type") == LOAD_BALANCER
    allocates, load_balancer_class = spec.get("allocateLoadBalancerNodePorts"), spec.get("loadBalancerClass")
    class_path = _SPEC.child("loadBalancerClass")
    errors: list[FieldError] = []
    if is_load_balancer and allocates is None:
        errors.append(required(Path("allocateLoadBalancerNodePorts")))
    if not is_load_balancer and allocates is not None:
        errors.append(forbidden(_SPEC.child("allocateLoadBalancerNodePorts"), _ONLY_LOAD_BALANCER))
    if load_balancer_class is None:
        return errors
    if not is_load_balancer:
        return [*errors, forbidden(class_path, _ONLY_LOAD_BALANCER)]
    complaints = names.is_qualified_name(load_balancer_class)
    return errors + [invalid(class_path, load_balancer_class, message) for message in complaints]


def _validate_external_traffic(spec: Object) -> list[FieldError]:
    path = _SPEC.child("externalTrafficPolicy")
    policy, port = spec.get("externalTrafficPolicy") or "", spec.get("healthCheckNodePort") or 0
    errors: list[FieldError] = []
    if not externally_accessible(spec):
        if policy:
            errors.append(invalid(path, policy, "may only be set for externally-accessible services"))
    elif not policy:
        errors.append(required(path))
    elif policy not in _TRAFFIC_POLICIES:
        errors.append(not_supported(path, policy, _TRAFFIC_POLICIES))
    path = _SPEC.child("healthCheckNodePort")
    if needs_health_check(spec):
        if not port:
            return [*errors, required(path)]
        return errors + [invalid(path, port, message) for message in names.is_valid_port_num(port)]
    if port:
        detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        errors.append(invalid(path, port, detail))
    return errors


def _validate_internal_traffic(spec: Object) -> list[FieldError]:
    path = _SPEC.child("internalTrafficPolicy")
    policy, distribution = spec.get("internalTrafficPolicy"), spec.get("trafficDistribution")
    errors: list[FieldError] = []
    if policy is None:
        if spec.get("type") in (CLUSTER_IP, NODE_PORT, LOAD_BALANCER):
            errors.append(required(path))
    elif policy not in _TRAFFIC_POLICIES:
        errors.append(not_supported(path, policy, _TRAFFIC_POLICIES))
    if distribution is not None and distribution not in _TRAFFIC_DISTRIBUTIONS:
        errors.append(not_supported(_SPEC.child("trafficDistribution"), distribution, _TRAFFIC_DISTRIBUTIONS))
    return errors


def validate_service_status(service: Object, old: Object) -> list[FieldError]:
    """Every mistake in the load balancer's state; addresses that `old` has are accepted in any spelling."""
    path = Path("status").child("loadBalancer", "ingress")
    ingresses = _load_balancer_ingress(service)
    if ingresses and spec_of(service).get("type") != LOAD_BALANCER:
        return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
    known = [ingress["ip"] for ingress in _load_balancer_ingress(old) if ingress.get("ip")]
    errors: list[FieldError] = []
    for position, ingress in enumerate(ingresses):
        errors += _validate_ingress(ingress, known, path.index(position))
    return errors


def _load_balancer_ingress(service: Object) -> list[Object]:
    return ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []


def _validate_ingress(ingress: Object, known: list[str], path: Path) -> list[FieldError]:
    address, mode, mode_path = ingress.get("ip") or "", ingress.get("ipMode"), path.child("ipMode")
    errors = is_valid_ip_for_legacy_field(path.child("ip"), address, valid_old=known) if address else []
    if mode is None:
        if address:
            errors.append(required(mode_path, "must be specified when `ip` is set"))
    elif not address:
        errors.append(forbidden(mode_path, "may not be specified when `ip` is not set"))
    elif mode not in _IP_MODES:
        errors.append(not_supported(mode_path, mode, _IP_MODES))
    return errors + validate_ingress_hostname(ingress.get("hostname") or "", path.child("hostname"))


def validate_ingress_hostname(hostname: str, path: Path) -> list[FieldError]:
    """Where a load balancer is found by name: a DNS name that isn't an address; nothing is fine."""
    if not hostname:
        return []
    errors = [invalid(path, hostname, message) for message in names.is_dns1123_subdomain(hostname)]
    if parse_ip_sloppy(hostname) is not None:
        errors.append(invalid(path, hostname, "must be a DNS name, not an IP address"))
    return errors
