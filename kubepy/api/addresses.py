"""IP addresses and CIDR blocks in objects: which spellings are accepted, and which are warned about.

Follows apimachinery `pkg/util/validation/ip.go`. Upstream's older fields take "sloppy" spellings (leading zeros,
IPv4-mapped IPv6); newer ones only the canonical one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final

from kubepy.api.field import FieldError, Path, invalid

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_strip_leading_zeros = re.compile("(?<![0-9a-fA-F])0+(?=[0-9a-fA-F])").sub

_BAD_IP: Final = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
_BAD_CIDR: Final = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


def _parse_strict(value: str) -> _IPAddress | None:
    if "%" in value:
        return None
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return None


def parse_ip_sloppy(value: str) -> _IPAddress | None:
    """The address a string stands for, leading zeros allowed and read as decimal; None if it is none."""
    return _parse_strict(value) or _parse_strict(_strip_leading_zeros("", value))


def _is_mapped(address: _IPAddress) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None


def format_ip(address: _IPAddress) -> str:
    """The canonical spelling (RFC 5952); an IPv4-mapped address as the IPv4 one."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _parse_cidr_sloppy(value: str) -> tuple[_IPAddress, _IPNetwork] | None:
    host, slash, length = value.rpartition("/")
    address = parse_ip_sloppy(host)
    if not slash or address is None or not (length.isascii() and length.isdigit() and len(length) < 9):
        return None
    if int(length) > address.max_prefixlen:
        return None
    return address, ipaddress.ip_network((address, int(length)), strict=False)


def _is_strict_cidr(value: str) -> bool:
    host, _, length = value.rpartition("/")
    return _parse_strict(host) is not None and length == str(int(length))


def _format_cidr(network: _IPNetwork) -> str:
    length = network.prefixlen
    if _is_mapped(network.network_address) and length >= 96:
        return f"{format_ip(network.network_address)}/{length - 96}"
    return f"{network.network_address}/{length}"


def is_valid_ip_for_legacy_field(
    path: Path, value: str, *, strict: bool = True, valid_old: Collection[str] = ()
) -> list[FieldError]:
    """An address of a field that has been there before strict validation; `valid_old` ones stay valid."""
    if value in valid_old:
        return []
    address = parse_ip_sloppy(value)
    if address is None:
        return [invalid(path, value, _BAD_IP)]
    if not strict:
        return []
    if _parse_strict(value) is None:
        return [invalid(path, value, "must not have leading 0s")]
    if _is_mapped(address):
        return [invalid(path, value, "must not be an IPv4-mapped IPv6 address")]
    return []


def is_valid_ip(path: Path, value: str) -> list[FieldError]:
    """An address in its canonical spelling."""
    errors = is_valid_ip_for_legacy_field(path, value)
    if errors:
        return errors
    canonical = format_ip(ipaddress.ip_address(value))
    return [] if value == canonical else [invalid(path, value, f'must be in canonical form ("{canonical}")')]


def is_valid_cidr_for_legacy_field(
    path: Path, value: str, *, strict: bool = True, valid_old: Collection[str] = ()
) -> list[FieldError]:
    """A CIDR block of a field that has been there before strict validation; `valid_old` ones stay valid."""
    if value in valid_old:
        return []
    parsed = _parse_cidr_sloppy(value)
    if parsed is None:
        return [invalid(path, value, _BAD_CIDR)]
    if not strict:
        return []
    address, network = parsed
    if not _is_strict_cidr(value):
        return [invalid(path, value, "must not have leading 0s in IP or prefix length")]
    if _is_mapped(address):
        return [invalid(path, value, "must not have an IPv4-mapped IPv6 address")]
    if address != network.network_address:
        return [invalid(path, value, "must not have bits set beyond the prefix length")]
    return []


def is_valid_cidr(path: Path, value: str) -> list[FieldError]:
    """A CIDR block in its canonical spelling."""
    errors = is_valid_cidr_for_legacy_field(path, value)
    if errors:
        return errors
    canonical = str(ipaddress.ip_network(value))
    return [] if value == canonical else [invalid(path, value, f'must be in canonical form ("{canonical}")')]


def is_valid_interface_address(path: Path, value: str) -> list[FieldError]:
    """An address with its prefix length, in the canonical spelling."""
    parsed = _parse_cidr_sloppy(value)
    if parsed is None:
        detail = "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"
        return [invalid(path, value, detail)]
    address, network = parsed
    length = network.prefixlen
    if _is_mapped(address) and length > 32:
        length -= 96
    canonical = f"{format_ip(address)}/{length}"
    return [] if value == canonical else [invalid(path, value, f'must be in canonical form ("{canonical}")')]


def warnings_for_ip(path: Path, value: str) -> list[str]:
    """Warnings about a sloppy spelling that a legacy field has let through."""
    address = parse_ip_sloppy(value)
    if address is None:
        return []
    canonical = format_ip(address)
    if _parse_strict(value) is None or _is_mapped(address):
        return [f'{path}: non-standard IP address "{value}" is invalid: use "{canonical}"']
    if address.version == 6 and canonical != value:
        return [f'{path}: IPv6 address "{value}" should be in RFC 5952 canonical format ("{canonical}")']
    return []


def warnings_for_cidr(path: Path, value: str) -> list[str]:
    """Warnings about a sloppy CIDR block that a legacy field has let through."""
    parsed = _parse_cidr_sloppy(value)
    if parsed is None:
        return []
    address, network = parsed
    canonical = _format_cidr(network)
    warnings: list[str] = []
    if address != network.network_address:
        single = f"{format_ip(address)}/{network.max_prefixlen}"
        warnings.append(
            f'{path}: CIDR value "{value}" is ambiguous in this context (should be "{canonical}" or "{single}"?)'
        )
    if not _is_strict_cidr(value) or _is_mapped(address):
        warnings.append(f'{path}: non-standard CIDR value "{value}" is invalid: use "{canonical}"')
    if not warnings and address.version == 6 and canonical != value:
        warnings.append(f'{path}: IPv6 CIDR value "{value}" should be in RFC 5952 canonical format ("{canonical}")')
    return warnings
