"""Rules that Endpoints, EndpointSlices and Services share.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateEndpointIP).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from kubepy.api.addresses import is_valid_ip_for_legacy_field, parse_ip_sloppy, warnings_for_ip
from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.api.names import is_qualified_name
from kubepy.apiserver.registry.core.service_fields import IPV4, family_of

SUPPORTED_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")


def validate_protocol(port: dict[str, Any], path: Path) -> list[FieldError]:
    """The protocol of a port of a Service or of Endpoints, which must be there."""
    protocol = port.get("protocol") or ""
    if not protocol:
        return [required(path.child("protocol"))]
    if protocol in SUPPORTED_PROTOCOLS:
        return []
    return [not_supported(path.child("protocol"), protocol, SUPPORTED_PROTOCOLS)]


def validate_app_protocol(port: dict[str, Any], path: Path) -> list[FieldError]:
    """What a port's traffic is made of, if it says so: a name such as a label's key."""
    name = port.get("appProtocol")
    if name is None:
        return []
    return [invalid(path.child("appProtocol"), name, complaint) for complaint in is_qualified_name(name)]


@lru_cache(maxsize=16384)
def usable_family(address: str) -> str:
    """`IPv4` or `IPv6` if nothing at all is wrong with an endpoint's address, else empty.

    Slices are written whole whenever one of their up to a thousand endpoints changes: most addresses are known.
    """
    path = Path("")
    if is_valid_ip_for_legacy_field(path, address) or validate_endpoint_ip(address, path):
        return ""
    return family_of(address)


def warnings_for_endpoint_ip(address: str, path: Path) -> list[str]:
    """Warnings about a spelling that isn't the canonical one; there is one only for good IPv4 addresses."""
    return [] if usable_family(address) == IPV4 else warnings_for_ip(path, address)


def validate_endpoint_ip(address: str, path: Path) -> list[FieldError]:
    """An address that traffic can be sent to from every node: not unspecified, loopback or link-local."""
    parsed = parse_ip_sloppy(address)
    if parsed is None:
        return [invalid(path, address, "must be a valid IP address")]
    # An IPv4-mapped address means what the IPv4 address does.
    parsed = (parsed.ipv4_mapped or parsed) if parsed.version == 6 else parsed
    if parsed.is_unspecified:
        return [invalid(path, address, f"may not be unspecified ({address})")]
    if parsed.is_loopback:
        return [invalid(path, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)")]
    if parsed.is_multicast:
        packed = parsed.packed
        if packed[:3] == b"\xe0\x00\x00" if parsed.version == 4 else packed[1] & 0x0F == 0x02:
            return [invalid(path, address, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")]
    elif parsed.is_link_local:
        return [invalid(path, address, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")]
    return []
