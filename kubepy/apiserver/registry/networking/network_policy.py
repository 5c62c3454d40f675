"""NetworkPolicies: peers, ports and address blocks.

Follows kubernetes `pkg/registry/networking/networkpolicy/strategy.go`, `pkg/apis/networking/v1/defaults.go` and
`pkg/apis/networking/validation/validation.go`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.addresses import is_valid_cidr_for_legacy_field, parse_ip_sloppy, warnings_for_cidr
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.labels import has_invalid_label_value, validate_label_selector
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]
_IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_SPEC: Final = Path("spec")
_PROTOCOLS: Final = ("TCP", "UDP", "SCTP")
_POLICY_TYPES: Final = ("Ingress", "Egress")
_DIRECTIONS: Final = (("ingress", "from"), ("egress", "to"))
_SELECTORS: Final = ("podSelector", "namespaceSelector")


class NetworkPolicyStrategy(Strategy):
    """NetworkPolicies."""

    tracks_generation: ClassVar[bool] = True

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        if not spec.get("policyTypes"):
            # Policies from before this field isolate what comes in, and what goes out if they say anything about it.
            spec["policyTypes"] = list(_POLICY_TYPES if spec.get("egress") else _POLICY_TYPES[:1])
        for direction, _ in _DIRECTIONS:
            for rule in spec.get(direction) or ():
                for port in rule.get("ports") or ():
                    if port.get("protocol") is None:
                        port["protocol"] = "TCP"

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj.get("spec") or {}, (), allow_invalid_label_value=False)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        old_spec = old.get("spec") or {}
        known = [cidr for block, _ in _ip_blocks(old_spec) for cidr in (block.get("cidr", ""), *_excepted(block))]
        lenient = has_invalid_label_value(old_spec.get("podSelector"))
        return _validate_spec(obj.get("spec") or {}, known, allow_invalid_label_value=lenient)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        found: list[str] = []
        for block, path in _ip_blocks(obj.get("spec") or {}):
            found += warnings_for_cidr(path.child("cidr"), block.get("cidr", ""))
            for position, cidr in enumerate(_excepted(block)):
                found += warnings_for_cidr(path.child("except").index(position), cidr)
        return found


def _excepted(block: Object) -> list[str]:
    return block.get("except") or []


def _peers(spec: Object) -> Iterator[tuple[Object, Path]]:
    for direction, peers in _DIRECTIONS:
        for position, rule in enumerate(spec.get(direction) or ()):
            for index, peer in enumerate(rule.get(peers) or ()):
                yield peer, _SPEC.child(direction).index(position).child(peers).index(index)


def _ip_blocks(spec: Object) -> Iterator[tuple[Object, Path]]:
    for peer, path in _peers(spec):
        if peer.get("ipBlock") is not None:
            yield peer["ipBlock"], path.child("ipBlock")


def _validate_spec(spec: Object, known_cidrs: Collection[str], *, allow_invalid_label_value: bool) -> list[FieldError]:
    errors = validate_label_selector(spec.get("podSelector"), _SPEC.child("podSelector"), allow_invalid_label_value)
    for direction, peers in _DIRECTIONS:
        for position, rule in enumerate(spec.get(direction) or ()):
            path = _SPEC.child(direction).index(position)
            for index, port in enumerate(rule.get("ports") or ()):
                errors += _validate_port(port, path.child("ports").index(index))
            for index, peer in enumerate(rule.get(peers) or ()):
                at = path.child(peers).index(index)
                errors += _validate_peer(peer, at, known_cidrs, allow_invalid_label_value)
    return errors + _validate_policy_types(spec.get("policyTypes") or [])


def _validate_policy_types(types: list[str]) -> list[FieldError]:
    path = _SPEC.child("policyTypes")
    if len(types) > len(_POLICY_TYPES):
        return [invalid(path, types, "may not specify more than two policyTypes")]
    return [
        not_supported(path.index(position), kind, _POLICY_TYPES)
        for position, kind in enumerate(types)
        if kind not in _POLICY_TYPES
    ]


def _validate_port(rule_port: Object, path: Path) -> list[FieldError]:
    protocol, port, end = rule_port.get("protocol"), rule_port.get("port"), rule_port.get("endPort")
    errors: list[FieldError] = []
    if protocol is not None and protocol not in _PROTOCOLS:
        errors.append(not_supported(path.child("protocol"), protocol, _PROTOCOLS))
    if isinstance(port, int):
        errors += [invalid(path.child("port"), port, message) for message in names.is_valid_port_num(port)]
        if end is not None:
            if end < port:
                errors.append(invalid(path.child("endPort"), port, "must be greater than or equal to `port`"))
            errors += [invalid(path.child("endPort"), end, message) for message in names.is_valid_port_num(end)]
        return errors
    if end is not None:
        when = "`port` is not specified" if port is None else "`port` is non-numeric"
        errors.append(invalid(path.child("endPort"), end, f"may not be specified when {when}"))
    if port is not None:
        errors += [invalid(path.child("port"), port, message) for message in names.is_valid_port_name(port)]
    return errors


def _validate_peer(
    peer: Object, path: Path, known_cidrs: Collection[str], allow_invalid_label_value: bool
) -> list[FieldError]:
    errors: list[FieldError] = []
    selectors = [name for name in _SELECTORS if peer.get(name) is not None]
    for name in selectors:
        errors += validate_label_selector(peer[name], path.child(name), allow_invalid_label_value)
    block = peer.get("ipBlock")
    if block is not None:
        errors += _validate_ip_block(block, path.child("ipBlock"), known_cidrs)
        if selectors:
            errors.append(forbidden(path, "may not specify both ipBlock and another peer"))
    elif not selectors:
        errors.append(required(path, "must specify a peer"))
    return errors


def _validate_ip_block(block: Object, path: Path, known_cidrs: Collection[str]) -> list[FieldError]:
    cidr = block.get("cidr") or ""
    if not cidr:
        return [required(path.child("cidr"))]
    errors = is_valid_cidr_for_legacy_field(path.child("cidr"), cidr, valid_old=known_cidrs)
    network = _network(cidr)
    if network is None:
        return errors
    for position, excepted in enumerate(_excepted(block)):
        at = path.child("except").index(position)
        errors += is_valid_cidr_for_legacy_field(at, excepted, valid_old=known_cidrs)
        inner = _network(excepted)
        if inner is not None and not _is_strictly_within(inner, network):
            errors.append(invalid(at, excepted, "must be a strict subset of `cidr`"))
    return errors


def _network(cidr: str) -> _IPNetwork | None:
    """The block that a CIDR in any spelling stands for."""
    host, _, length = cidr.rpartition("/")
    address = parse_ip_sloppy(host)
    if address is None:
        return None
    try:
        return ipaddress.ip_network((address, int(length)), strict=False)
    except ValueError:
        return None


def _is_strictly_within(inner: _IPNetwork, outer: _IPNetwork) -> bool:
    return inner.prefixlen > outer.prefixlen and inner.network_address in outer
