"""Validation of container ports, host names and aliases, DNS and host networking.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateContainerPorts, AccumulateUniqueHostPorts,
validatePodHostNetworkDeps, ValidateHostAliases, validatePodDNSConfig).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubepy.api import addresses, names
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required

Object = dict[str, Any]

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_MAX_NAMESERVERS = 3
_MAX_SEARCH_PATHS = 32
_MAX_SEARCH_LENGTH = 2048
_MAX_HOSTNAME_LENGTH = 64


def validate_ports(ports: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in the ports of one container."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, port in enumerate(ports):
        at = path.index(position)
        name = port.get("name")
        if name:
            complaints = names.is_valid_port_name(name)
            errors += [invalid(at.child("name"), name, complaint) for complaint in complaints]
            if not complaints and name in seen:
                errors.append(duplicate(at.child("name"), name))
            seen.add(name)
        for field in ("containerPort", "hostPort"):
            number = port.get(field)
            if number:
                if not 1 <= number <= 65535:
                    errors += [invalid(at.child(field), number, c) for c in names.is_valid_port_num(number)]
            elif field == "containerPort":
                errors.append(required(at.child(field)))
        protocol = port.get("protocol")
        if not protocol:
            errors.append(required(at.child("protocol")))
        elif protocol not in _PROTOCOLS:
            errors.append(not_supported(at.child("protocol"), protocol, _PROTOCOLS))
    return errors


def validate_host_ports_unique(containers: Sequence[Object], path: Path) -> list[FieldError]:
    """Containers that run at the same time and want the same port of the host."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for position, port in enumerate(container.get("ports") or ()):
            if not port.get("hostPort"):
                continue
            claim = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{port['hostPort']}"
            if claim in seen:
                errors.append(duplicate(path.index(index).child("ports").index(position).child("hostPort"), claim))
            seen.add(claim)
    return errors


def validate_host_network(spec: Object, path: Path, *, is_pod: bool) -> list[FieldError]:
    """On the host's network, a container listens on the host's ports: the two numbers must be the same.

    `spec` is one with `hostNetwork`. Templates may leave the host port out, as it is filled in once there is a pod.
    """
    errors: list[FieldError] = []
    for index, container in enumerate(spec.get("containers") or ()):
        for position, port in enumerate(container.get("ports") or ()):
            host_port = port.get("hostPort", 0)
            if (is_pod or host_port) and host_port != port.get("containerPort", 0):
                at = path.child("containers").index(index).child("ports").index(position).child("hostPort")
                errors.append(invalid(at, host_port, "must match `containerPort` when `hostNetwork` is true"))
    return errors


def validate_host_names(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in hostname, subdomain and hostnameOverride."""
    errors: list[FieldError] = []
    for field in ("hostname", "subdomain"):
        if value := spec.get(field):
            errors += [invalid(path.child(field), value, complaint) for complaint in names.is_dns1123_label(value)]
    override = spec.get("hostnameOverride")
    if override is not None:
        errors += _validate_hostname_override(override, spec, path.child("hostnameOverride"))
    return errors


def _validate_hostname_override(value: str, spec: Object, path: Path) -> list[FieldError]:
    errors = [invalid(path, value, complaint) for complaint in names.is_dns1123_subdomain(value)]
    if len(value) > _MAX_HOSTNAME_LENGTH:
        errors.append(invalid(path, value, names.max_len_error(_MAX_HOSTNAME_LENGTH)))
    if spec.get("setHostnameAsFQDN"):
        errors.append(forbidden(path, "may not be specified when `setHostnameAsFQDN` is true"))
    if spec.get("hostNetwork"):
        errors.append(forbidden(path, "may not be specified when `hostNetwork` is true"))
    return errors


def validate_host_aliases(aliases: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in entries for the pod's hosts file."""
    errors: list[FieldError] = []
    for position, alias in enumerate(aliases):
        at = path.index(position)
        errors += addresses.is_valid_ip_for_legacy_field(at.child("ip"), alias.get("ip", ""))
        for index, hostname in enumerate(alias.get("hostnames") or ()):
            complaints = names.is_dns1123_subdomain(hostname)
            errors += [invalid(at.child("hostnames").index(index), hostname, complaint) for complaint in complaints]
    return errors


def validate_dns(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in the DNS policy."""
    policy = spec.get("dnsPolicy")
    if not policy:
        return [required(path.child("dnsPolicy"))]
    if policy not in _DNS_POLICIES:
        return [not_supported(path.child("dnsPolicy"), policy, _DNS_POLICIES)]
    return []


def validate_dns_config(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in the DNS configuration; the policy None relies on it for a nameserver."""
    config = spec.get("dnsConfig")
    if spec.get("dnsPolicy") == "None":
        if config is None:
            return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")]
        if not config.get("nameservers"):
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            return [required(path.child("nameservers"), detail)]
    if not config:
        return []
    errors = _validate_nameservers(config.get("nameservers") or [], path.child("nameservers"))
    errors += _validate_searches(config.get("searches") or [], path.child("searches"))
    for position, option in enumerate(config.get("options") or ()):
        if not option.get("name"):
            errors.append(required(path.child("options").index(position), "must not be empty"))
    return errors


def _validate_nameservers(servers: list[str], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if len(servers) > _MAX_NAMESERVERS:
        errors.append(invalid(path, servers, f"must not have more than {_MAX_NAMESERVERS} nameservers"))
    for position, server in enumerate(servers):
        errors += addresses.is_valid_ip_for_legacy_field(path.index(position), server)
    return errors


def _validate_searches(searches: list[str], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if len(searches) > _MAX_SEARCH_PATHS:
        errors.append(invalid(path, searches, f"must not have more than {_MAX_SEARCH_PATHS} search paths"))
    if len(" ".join(searches).encode()) > _MAX_SEARCH_LENGTH:
        detail = f"must not have more than {_MAX_SEARCH_LENGTH} characters (including spaces) in the search list"
        errors.append(invalid(path, searches, detail))
    for position, search in enumerate(searches):
        if search != ".":
            domain = search.removesuffix(".")
            complaints = names.is_dns1123_subdomain_with_underscore(domain)
            errors += [invalid(path.index(position), domain, complaint) for complaint in complaints]
    return errors
