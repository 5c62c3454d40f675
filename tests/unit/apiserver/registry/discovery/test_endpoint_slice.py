"""EndpointSlices, by pkg/apis/discovery/{v1,validation} and pkg/registry/discovery/endpointslice/strategy.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.discovery import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["endpointslices"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))
ADDRESS = "endpoints[0].addresses[0]: Invalid value:"


def endpoint_slice(
    *addresses: str, kind: str = "IPv4", ports: Any = None, endpoint: Any = None, **metadata: Any
) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "s", "generation": 1, **metadata},
        "addressType": kind,
        "endpoints": [{"addresses": list(addresses), **copy.deepcopy(endpoint or {})}],
        "ports": copy.deepcopy(ports or [{"port": 80}]),
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_port_defaults():
    """SetDefaults_EndpointPort: the empty name is a name."""
    assert endpoint_slice("10.0.0.1")["ports"] == [{"port": 80, "name": "", "protocol": "TCP"}]


ZONES = [{"name": "a"}, {"name": "a"}]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (endpoint_slice("10.0.0.1", endpoint={"nodeName": "n", "hostname": "h"}), []),
        (endpoint_slice("2001:db8::1", kind="IPv6"), []),
        (endpoint_slice("a.example.com", kind="FQDN"), []),
        (endpoint_slice("10.0.0.1", endpoint={"hints": {"forNodes": [{"name": "n"}]}}), []),
        (endpoint_slice(), ["endpoints[0].addresses: Required value"]),
        (endpoint_slice(*["10.0.0.1"] * 101), ["endpoints[0].addresses: Too many: 101: must have at most 100 items"]),
        (endpoint_slice("2001:db8::1"), [f'{ADDRESS} "2001:db8::1": must be an IPv4 address']),
        (endpoint_slice("10.0.0.1", kind="IPv6"), [f'{ADDRESS} "10.0.0.1": must be an IPv6 address']),
        (endpoint_slice("010.0.0.1"), [f'{ADDRESS} "010.0.0.1": must not have leading 0s']),
        (
            endpoint_slice("127.0.0.1"),
            [f'{ADDRESS} "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
        ),
        (
            endpoint_slice("a", kind="FQDN"),
            [f'{ADDRESS} "a": should be a domain with at least two segments separated by dots'],
        ),
        (
            endpoint_slice("10.0.0.1", kind="IP"),
            ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"'],
        ),
        (
            endpoint_slice("10.0.0.1", ports=[{"name": "a"}, {"name": "a", "protocol": "X"}]),
            [
                'ports[1].name: Duplicate value: "a"',
                'ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
            ],
        ),
        (
            endpoint_slice("10.0.0.1", endpoint={"hints": {"forZones": ZONES, "forNodes": [{"name": "n"}] * 9}}),
            [
                'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
                "endpoints[0].hints.forNodes: Too many: 9: must have at most 8 items",
            ],
        ),
    ],
)
def test_mistakes(obj: dict[str, Any], expected: list[str]):
    """ValidateEndpointSliceCreate."""
    assert messages(STRATEGY.validate(obj)) == expected


def test_the_number_of_endpoints_is_limited():
    """maxEndpoints; beyond it the endpoints are not looked at."""
    obj = endpoint_slice() | {"endpoints": [{}] * 1001}
    assert messages(STRATEGY.validate(obj)) == ["endpoints: Too many: 1001: must have at most 1000 items"]


def test_the_address_type_never_changes():
    """ValidateEndpointSliceUpdate, by declarative validation, which doesn't show the value."""
    new, old = endpoint_slice("2001:db8::1", kind="IPv6"), endpoint_slice("10.0.0.1")
    assert messages(STRATEGY.validate_update(new, old)) == ["addressType: Invalid value: null: field is immutable"]


def test_unchanged_endpoints_are_not_judged_again():
    """ValidateEndpointSliceUpdate; unlike changed ones."""
    old = endpoint_slice("010.0.0.1")
    assert STRATEGY.validate_update(endpoint_slice("010.0.0.1", ports=[{"port": 81}]), old) == []
    assert len(STRATEGY.validate_update(endpoint_slice("010.0.0.1", "10.0.0.2"), old)) == 1


@pytest.mark.parametrize(
    ("new", "generation"),
    [
        (endpoint_slice("10.0.0.1"), 1),
        (endpoint_slice("10.0.0.1", annotations={"a": "b"}), 1),
        (endpoint_slice("10.0.0.1", labels={"a": "b"}), 2),
        (endpoint_slice("10.0.0.2"), 2),
    ],
)
def test_the_generation_counts_changes_of_content_and_labels(new: dict[str, Any], generation: int):
    """endpointSliceStrategy.PrepareForUpdate."""
    obj = copy.deepcopy(new)
    STRATEGY.prepare_for_update(obj, endpoint_slice("10.0.0.1"), CONTEXT)
    assert obj["metadata"]["generation"] == generation


def test_the_old_topology_cannot_be_written():
    """dropTopologyOnV1: it goes, but for a node name that was there before."""
    topology = {"deprecatedTopology": {"kubernetes.io/hostname": "n1"}}
    obj = endpoint_slice("10.0.0.1", endpoint=topology)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj["endpoints"] == [{"addresses": ["10.0.0.1"]}]
    old = endpoint_slice("10.0.0.1", endpoint=topology)
    changed = endpoint_slice("10.0.0.2", endpoint=topology)
    STRATEGY.prepare_for_update(changed, old, CONTEXT)
    assert changed["endpoints"] == [{"addresses": ["10.0.0.2"], "nodeName": "n1"}]


def test_warnings():
    """warnOnDeprecatedAddressType (on creation) and warnOnBadIPs (not for the controllers)."""
    assert STRATEGY.warnings(endpoint_slice("a.b", kind="FQDN"), None) == [
        "spec.addressType: FQDN endpoints are deprecated"
    ]
    assert STRATEGY.warnings(endpoint_slice("a.b", kind="FQDN"), endpoint_slice("a.b", kind="FQDN")) == []
    assert len(STRATEGY.warnings(endpoint_slice("010.0.0.1"), None)) == 1
    managed = {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}
    assert STRATEGY.warnings(endpoint_slice("010.0.0.1", labels=managed), None) == []
