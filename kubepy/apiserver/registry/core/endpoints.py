"""Endpoints.

Follows kubernetes `pkg/registry/core/endpoint/strategy.go` and `pkg/apis/core/validation/validation.go`
(ValidateEndpoints).
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.addresses import is_valid_ip_for_legacy_field
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.apiserver.registry.core.endpoint_fields import (
    usable_family,
    validate_app_protocol,
    validate_endpoint_ip,
    validate_protocol,
    warnings_for_endpoint_ip,
)
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

_SUBSETS: Final = Path("subsets")
_ADDRESS_LISTS: Final = ("addresses", "notReadyAddresses")
_MANAGED_BY: Final = "endpoints.kubernetes.io/managed-by"
_CONTROLLER: Final = "endpoint-controller"


class EndpointsStrategy(Strategy):
    """Endpoints."""

    allow_create_on_update: ClassVar[bool] = True

    def default(self, obj: Object) -> None:
        for subset in obj.get("subsets") or ():
            for port in subset.get("ports") or ():
                if not port.get("protocol"):
                    port["protocol"] = "TCP"

    def validate(self, obj: Object) -> list[FieldError]:
        errors: list[FieldError] = []
        for position, subset in enumerate(obj.get("subsets") or ()):
            errors += _validate_subset(subset, _SUBSETS.index(position))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = self.validate(obj)
        # What an older release has let through may stay as it is.
        return [] if errors and obj.get("subsets") == old.get("subsets") else errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        if ((obj.get("metadata") or {}).get("labels") or {}).get(_MANAGED_BY) == _CONTROLLER:
            return []
        found: list[str] = []
        for position, subset in enumerate(obj.get("subsets") or ()):
            for name in _ADDRESS_LISTS:
                path = _SUBSETS.index(position).child(name)
                for index, address in enumerate(subset.get(name) or ()):
                    found += warnings_for_endpoint_ip(address.get("ip", ""), path.index(index).child("ip"))
        return found


def _validate_subset(subset: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not any(subset.get(name) for name in _ADDRESS_LISTS):
        errors.append(required(path, "must specify `addresses` or `notReadyAddresses`"))
    for name in _ADDRESS_LISTS:
        for position, address in enumerate(subset.get(name) or ()):
            errors += _validate_address(address, path.child(name).index(position))
    ports = subset.get("ports") or ()
    for position, port in enumerate(ports):
        errors += _validate_port(port, path.child("ports").index(position), require_name=len(ports) > 1)
    return errors


def _validate_address(address: Object, path: Path) -> list[FieldError]:
    ip, hostname, node = address.get("ip", ""), address.get("hostname"), address.get("nodeName")
    errors: list[FieldError] = []
    if not usable_family(ip):
        at = path.child("ip")
        errors += is_valid_ip_for_legacy_field(at, ip) or validate_endpoint_ip(ip, at)
    if hostname:
        errors += [invalid(path.child("hostname"), hostname, message) for message in names.is_dns1123_label(hostname)]
    if node is not None:
        errors += [invalid(path.child("nodeName"), node, message) for message in names.dns_subdomain_name(node)]
    return errors


def _validate_port(port: Object, path: Path, *, require_name: bool) -> list[FieldError]:
    name, number = port.get("name") or "", port.get("port", 0)
    errors: list[FieldError] = []
    if name:
        errors += [invalid(path.child("name"), name, message) for message in names.is_dns1123_label(name)]
    elif require_name:
        errors.append(required(path.child("name")))
    errors += [invalid(path.child("port"), number, message) for message in names.is_valid_port_num(number)]
    errors += validate_protocol(port, path)
    return errors + validate_app_protocol(port, path)
