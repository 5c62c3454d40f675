"""IP addresses: apimachinery `pkg/util/validation/ip_test.go`."""

from __future__ import annotations

import pytest

from kubepy.api import addresses
from kubepy.api.field import Path

P = Path("ip")
BAD_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
BAD_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("1.2.3.4", None),
        ("2001:db8::1", None),
        ("::", None),
        ("010.002.003.004", "must not have leading 0s"),
        ("::ffff:1.2.3.4", "must not be an IPv4-mapped IPv6 address"),
        ("2001:DB8::1", 'must be in canonical form ("2001:db8::1")'),
        ("2001:db8:0:0::1", 'must be in canonical form ("2001:db8::1")'),
        ("1.2.3.4.", BAD_IP),
        ("1.2.3", BAD_IP),
        ("fe80::1%eth0", BAD_IP),
        ("1.2.3.256", BAD_IP),
        ("", BAD_IP),
        ("1.2.3.4/24", BAD_IP),
    ],
)
def test_an_address_must_be_spelled_canonically(value: str, detail: str | None) -> None:
    assert [error.detail for error in addresses.is_valid_ip(P, value)] == ([] if detail is None else [detail])


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("1.2.3.0/24", None),
        ("::/0", None),
        ("1.2.3.0/024", "must not have leading 0s in IP or prefix length"),
        ("01.2.3.0/24", "must not have leading 0s in IP or prefix length"),
        ("1.2.3.4/24", "must not have bits set beyond the prefix length"),
        ("::ffff:1.2.3.0/120", "must not have an IPv4-mapped IPv6 address"),
        ("2001:DB8::/64", 'must be in canonical form ("2001:db8::/64")'),
        ("1.2.3.0/33", BAD_CIDR),
        ("1.2.3.0/255.255.255.0", BAD_CIDR),
        ("1.2.3.0/-1", BAD_CIDR),
        ("1.2.3.0", BAD_CIDR),
        ("1.2.3.0/\u0663", BAD_CIDR),
    ],
)
def test_a_block_must_be_spelled_canonically(value: str, detail: str | None) -> None:
    assert [error.detail for error in addresses.is_valid_cidr(P, value)] == ([] if detail is None else [detail])


def test_legacy_fields_keep_what_they_have() -> None:
    assert addresses.is_valid_ip_for_legacy_field(P, "01.2.3.4", strict=False) == []
    assert addresses.is_valid_ip_for_legacy_field(P, "01.2.3.4") != []
    assert addresses.is_valid_ip_for_legacy_field(P, "bad", valid_old=["bad"]) == []
    assert addresses.is_valid_cidr_for_legacy_field(P, "1.2.3.4/8", strict=False) == []
    assert addresses.is_valid_cidr_for_legacy_field(P, "bad", valid_old=["bad"]) == []


@pytest.mark.parametrize(
    ("value", "warning"),
    [
        ("1.2.3.4", []),
        ("01.2.3.4", ['ip: non-standard IP address "01.2.3.4" is invalid: use "1.2.3.4"']),
        ("::ffff:1.2.3.4", ['ip: non-standard IP address "::ffff:1.2.3.4" is invalid: use "1.2.3.4"']),
        ("A::", ['ip: IPv6 address "A::" should be in RFC 5952 canonical format ("a::")']),
    ],
)
def test_sloppy_addresses_are_warned_about(value: str, warning: list[str]) -> None:
    assert addresses.warnings_for_ip(P, value) == warning


@pytest.mark.parametrize(
    ("value", "warning"),
    [
        ("1.2.3.0/24", []),
        (
            "1.2.3.4/24",
            ['ip: CIDR value "1.2.3.4/24" is ambiguous in this context (should be "1.2.3.0/24" or "1.2.3.4/32"?)'],
        ),
        ("01.2.3.0/24", ['ip: non-standard CIDR value "01.2.3.0/24" is invalid: use "1.2.3.0/24"']),
        ("A::/64", ['ip: IPv6 CIDR value "A::/64" should be in RFC 5952 canonical format ("a::/64")']),
    ],
)
def test_sloppy_blocks_are_warned_about(value: str, warning: list[str]) -> None:
    assert addresses.warnings_for_cidr(P, value) == warning


def test_an_interface_address_keeps_its_host_bits() -> None:
    assert addresses.is_valid_interface_address(P, "10.9.8.7/24") == []
    assert addresses.is_valid_interface_address(P, "10.9.8.07/24")[0].detail == (
        'must be in canonical form ("10.9.8.7/24")'
    )
    assert addresses.is_valid_interface_address(P, "x") != []
