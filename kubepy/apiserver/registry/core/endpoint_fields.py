"""Rules that Endpoints, EndpointSlices and external IPs of Services share.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateEndpointIP).
"""

from __future__ import annotations

from typing import Final

from kubepy.api.addresses import parse_ip_sloppy
from kubepy.api.field import FieldError, Path, invalid

SUPPORTED_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")


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
