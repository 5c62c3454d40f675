"""EndpointSlices: addresses of one type, and the ports they all have.

Follows kubernetes `pkg/registry/discovery/endpointslice/strategy.go`, `pkg/apis/discovery/v1/defaults.go` and
`pkg/apis/discovery/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from kubepy.api import names
from kubepy.api.addresses import is_valid_ip_for_legacy_field
from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required, too_many
from kubepy.api.labels import validate_labels
from kubepy.apiserver.registry.core.endpoint_fields import (
    SUPPORTED_PROTOCOLS,
    usable_family,
    validate_app_protocol,
    validate_endpoint_ip,
    warnings_for_endpoint_ip,
)
from kubepy.apiserver.registry.core.service_fields import family_of
from kubepy.apiserver.registry.strategy import Strategy, WriteContext

Object = dict[str, Any]

_ADDRESS_TYPES: Final = ("FQDN", "IPv4", "IPv6")
_MAX_ENDPOINTS: Final = 1000
_MAX_ADDRESSES: Final = 100
_MAX_PORTS: Final = 20000
_MAX_TOPOLOGY_LABELS: Final = 16
_MAX_HINTS: Final = 8
_ENDPOINTS: Final = Path("endpoints")
_PORTS: Final = Path("ports")
_HOSTNAME_LABEL: Final = "kubernetes.io/hostname"
_MANAGED_BY: Final = "endpointslice.kubernetes.io/managed-by"
_CONTROLLERS: Final = frozenset({"endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"})


class EndpointSliceStrategy(Strategy):
    """EndpointSlices. The generation counts changes of labels too."""

    def default(self, obj: Object) -> None:
        for port in obj.get("ports") or ():
            port.setdefault("name", "")
            port.setdefault("protocol", "TCP")

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        obj["metadata"]["generation"] = 1
        _drop_topology(obj, frozenset())

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        metadata, old_metadata = obj["metadata"], old["metadata"]
        changed = any((obj.get(name) or None) != (old.get(name) or None) for name in ("endpoints", "ports"))
        changed = changed or obj.get("addressType") != old.get("addressType")
        changed = changed or (metadata.get("labels") or {}) != (old_metadata.get("labels") or {})
        metadata["generation"] = old_metadata.get("generation", 0) + (1 if changed else 0)
        if obj.get("endpoints") != old.get("endpoints"):
            topologies = (endpoint.get("deprecatedTopology") or {} for endpoint in old.get("endpoints") or ())
            _drop_topology(obj, frozenset(topology.get(_HOSTNAME_LABEL, "") for topology in topologies) - {""})

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_address_type(obj) + _validate_endpoints(obj) + _validate_ports(obj.get("ports") or ())

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = _validate_address_type(obj)
        # What an older release has let through may stay as it is.
        if (endpoint_errors := _validate_endpoints(obj)) and obj.get("endpoints") != old.get("endpoints"):
            errors += endpoint_errors
        errors += _validate_ports(obj.get("ports") or ())
        if obj.get("addressType") != old.get("addressType"):
            errors.append(invalid(Path("addressType"), None, "field is immutable"))
        return errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        found: list[str] = []
        if old is None and obj.get("addressType") == "FQDN":
            found.append("spec.addressType: FQDN endpoints are deprecated")
        if ((obj.get("metadata") or {}).get("labels") or {}).get(_MANAGED_BY) in _CONTROLLERS:
            return found
        for position, endpoint in enumerate(obj.get("endpoints") or ()):
            path = _ENDPOINTS.index(position).child("addresses")
            for index, address in enumerate(endpoint.get("addresses") or ()):
                found += warnings_for_endpoint_ip(address, path.index(index))
        return found


def _drop_topology(obj: Object, known_nodes: Collection[str]) -> None:
    """`deprecatedTopology` can't be written; a node name it had before moves to where it belongs."""
    for endpoint in obj.get("endpoints") or ():
        topology: Object = endpoint.pop("deprecatedTopology", None) or {}
        node = topology.get(_HOSTNAME_LABEL, "")
        if node in known_nodes and endpoint.get("nodeName") is None and not names.dns_subdomain_name(node):
            endpoint["nodeName"] = node


def _validate_address_type(obj: Object) -> list[FieldError]:
    address_type, path = obj.get("addressType") or "", Path("addressType")
    if not address_type:
        return [required(path)]
    return [] if address_type in _ADDRESS_TYPES else [not_supported(path, address_type, _ADDRESS_TYPES)]


def _validate_endpoints(obj: Object) -> list[FieldError]:
    address_type, endpoints = obj.get("addressType") or "", obj.get("endpoints") or ()
    if len(endpoints) > _MAX_ENDPOINTS:
        return [too_many(_ENDPOINTS, len(endpoints), _MAX_ENDPOINTS)]
    errors: list[FieldError] = []
    for position, endpoint in enumerate(endpoints):
        errors += _validate_endpoint(endpoint, address_type, _ENDPOINTS.index(position))
    return errors


def _validate_endpoint(endpoint: Object, address_type: str, path: Path) -> list[FieldError]:
    addresses = endpoint.get("addresses") or ()
    errors: list[FieldError] = []
    if not addresses:
        errors.append(required(path.child("addresses")))
    elif len(addresses) > _MAX_ADDRESSES:
        errors.append(too_many(path.child("addresses"), len(addresses), _MAX_ADDRESSES))
    for position, address in enumerate(addresses):
        errors += _validate_address(address, address_type, path.child("addresses").index(position))
    node, hostname = endpoint.get("nodeName"), endpoint.get("hostname")
    if node is not None:
        errors += [invalid(path.child("nodeName"), node, message) for message in names.dns_subdomain_name(node)]
    topology = endpoint.get("deprecatedTopology")
    if topology:
        at = path.child("deprecatedTopology")
        if len(topology) > _MAX_TOPOLOGY_LABELS:
            errors.append(too_many(at, len(topology), _MAX_TOPOLOGY_LABELS))
        errors += validate_labels(topology, at)
    if hostname is not None:
        errors += [invalid(path.child("hostname"), hostname, message) for message in names.is_dns1123_label(hostname)]
    hints = endpoint.get("hints")
    return errors + (_validate_hints(hints, path.child("hints")) if hints is not None else [])


def _validate_address(address: str, address_type: str, path: Path) -> list[FieldError]:
    if usable_family(address) == address_type:
        return []
    if address_type == "FQDN":
        return names.is_fully_qualified_domain_name(path, address)
    if address_type not in _ADDRESS_TYPES:
        return []
    errors = is_valid_ip_for_legacy_field(path, address)
    if errors:
        return errors
    if family_of(address) != address_type:
        errors.append(invalid(path, address, f"must be an {address_type} address"))
    return errors + validate_endpoint_ip(address, path)


def _validate_hints(hints: Object, path: Path) -> list[FieldError]:
    zones, nodes = hints.get("forZones") or (), hints.get("forNodes") or ()
    errors: list[FieldError] = []
    for field, listed in (("forZones", zones), ("forNodes", nodes)):
        if len(listed) > _MAX_HINTS:
            errors.append(too_many(path.child(field), len(listed), _MAX_HINTS))
            continue
        complain = names.is_valid_label_value if field == "forZones" else names.dns_subdomain_name
        seen: set[str] = set()
        for position, hint in enumerate(listed):
            at, name = path.child(field).index(position).child("name"), hint.get("name") or ""
            if name in seen:
                errors.append(duplicate(at, name))
            seen.add(name)
            errors += [invalid(at, name, message) for message in complain(name)]
    return errors


def _validate_ports(ports: Sequence[Object]) -> list[FieldError]:
    if len(ports) > _MAX_PORTS:
        return [too_many(_PORTS, len(ports), _MAX_PORTS)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, port in enumerate(ports):
        path, name = _PORTS.index(position), port.get("name") or ""
        if name:
            errors += [invalid(path.child("name"), name, message) for message in names.is_dns1123_label(name)]
        if name in seen:
            errors.append(duplicate(path.child("name"), name))
        seen.add(name)
        protocol = port.get("protocol")
        if protocol is None:
            errors.append(required(path.child("protocol")))
        elif protocol not in SUPPORTED_PROTOCOLS:
            errors.append(not_supported(path.child("protocol"), protocol, SUPPORTED_PROTOCOLS))
        errors += validate_app_protocol(port, path)
    return errors
