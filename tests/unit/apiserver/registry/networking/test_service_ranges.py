"""ServiceCIDRs and IPAddresses, by pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.networking import STRATEGIES

CIDRS = STRATEGIES["servicecidrs"]
ADDRESSES = STRATEGIES["ipaddresses"]


def service_cidr(*cidrs: str) -> dict[str, Any]:
    return {"metadata": {"name": "c"}, "spec": {"cidrs": list(cidrs)}}


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        (["10.0.0.0/16"], []),
        (["10.0.0.0/16", "fd00::/112"], []),
        ([], ["spec.cidrs: Required value: at least one CIDR required"]),
        (
            ["10.0.0.0/16", "10.1.0.0/16"],
            [
                'spec.cidrs: Invalid value: ["10.0.0.0/16","10.1.0.0/16"]: may specify no more than one IP for each '
                "IP family, i.e 192.168.0.0/24 and 2001:db8::/64"
            ],
        ),
        (
            ["10.0.0.1/16"],
            ['spec.cidrs[0]: Invalid value: "10.0.0.1/16": must not have bits set beyond the prefix length'],
        ),
        (
            ["FD00::/112"],
            ['spec.cidrs[0]: Invalid value: "FD00::/112": must be in canonical form ("fd00::/112")'],
        ),
    ],
)
def test_ranges(cidrs: list[str], expected: list[str]):
    """ValidateServiceCIDR."""
    assert messages(CIDRS.validate(service_cidr(*cidrs))) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["10.0.0.0/16"], ["10.0.0.0/16"], []),
        (["10.0.0.0/16"], ["10.0.0.0/16", "fd00::/112"], []),
        (["10.0.0.0/16"], ["10.1.0.0/16"], ['spec.cidrs[0]: Invalid value: "10.1.0.0/16": field is immutable']),
        (
            ["10.0.0.0/16", "fd00::/112"],
            ["10.0.0.0/16"],
            ['spec.cidrs: Invalid value: ["10.0.0.0/16"]: field is immutable'],
        ),
        (
            ["10.0.0.0/16"],
            ["fd00::/112", "10.0.0.0/16"],
            ['spec.cidrs[0]: Invalid value: "fd00::/112": field is immutable'],
        ),
    ],
)
def test_a_range_can_only_become_dual_stack(old: list[str], new: list[str], expected: list[str]):
    """ValidateServiceCIDRUpdate."""
    assert messages(CIDRS.validate_update(service_cidr(*new), service_cidr(*old))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("10.0.0.1", []),
        ("2001:db8::1", []),
        ("2001:DB8::1", ['must be in canonical form ("2001:db8::1")']),
        ("010.0.0.1", ["must not have leading 0s"]),
        ("web", ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]),
    ],
)
def test_an_ip_address_is_named_after_itself(name: str, expected: list[str]):
    """ValidateIPAddressName."""
    assert ADDRESSES.validate_name(name) == expected


def ip_address(**parent: str) -> dict[str, Any]:
    return {"metadata": {"name": "10.0.0.1"}, "spec": {"parentRef": parent} if parent else {}}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (ip_address(resource="services", namespace="default", name="web"), []),
        (ip_address(group="example.com", resource="things", name="a"), []),
        (ip_address(), ["spec.parentRef: Required value"]),
        (
            ip_address(namespace="a/b"),
            [
                "spec.parentRef.resource: Required value",
                "spec.parentRef.name: Required value",
                "spec.parentRef.namespace: Invalid value: \"a/b\": may not contain '/'",
            ],
        ),
    ],
)
def test_an_ip_address_has_a_parent(obj: dict[str, Any], expected: list[str]):
    """ValidateIPAddress."""
    assert messages(ADDRESSES.validate(obj)) == expected


def test_the_parent_never_changes():
    """ValidateIPAddressUpdate, by declarative validation, which doesn't show the value."""
    old, new = (ip_address(resource="services", name=name) for name in ("a", "b"))
    assert messages(ADDRESSES.validate_update(new, old)) == ["spec.parentRef: Invalid value: null: field is immutable"]
