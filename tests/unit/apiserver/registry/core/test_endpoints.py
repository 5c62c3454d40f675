"""Endpoints, by pkg/apis/core/validation/validation.go (ValidateEndpoints)."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES

STRATEGY = STRATEGIES["endpoints"]
IP = "subsets[0].addresses[0].ip: Invalid value:"


def endpoints(*ips: str, ports: list[dict[str, Any]] | None = None, **address: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "a"},
        "subsets": [{"addresses": [{"ip": ip, **address} for ip in ips], "ports": ports or [{"port": 80}]}],
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (endpoints("10.0.0.1", "2001:db8::1", nodeName="n", hostname="h"), []),
        (endpoints(), ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"]),
        (endpoints("0.0.0.0"), [f'{IP} "0.0.0.0": may not be unspecified (0.0.0.0)']),
        (endpoints("::1"), [f'{IP} "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)']),
        (
            endpoints("169.254.169.254"),
            [f'{IP} "169.254.169.254": may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
        ),
        (
            endpoints("224.0.0.1"),
            [f'{IP} "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
        ),
        (
            endpoints("ff02::1"),
            [f'{IP} "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
        ),
        (endpoints("224.0.1.1"), []),
        (endpoints("010.0.0.1"), [f'{IP} "010.0.0.1": must not have leading 0s']),
        (
            endpoints("x"),
            [f'{IP} "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
        ),
        (
            endpoints("10.0.0.1", ports=[{"port": 80}, {"name": "b", "port": 0, "protocol": "X"}]),
            [
                "subsets[0].ports[0].name: Required value",
                "subsets[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                'subsets[0].ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
            ],
        ),
    ],
)
def test_addresses_and_ports(obj: dict[str, Any], expected: list[str]):
    """validateEndpointSubsets and ValidateEndpointIP."""
    assert messages(STRATEGY.validate(obj)) == expected


def test_unchanged_subsets_are_not_judged_again():
    """ValidateEndpointsUpdate."""
    assert STRATEGY.validate_update(endpoints("010.0.0.1"), endpoints("010.0.0.1")) == []
    assert len(STRATEGY.validate_update(endpoints("010.0.0.1"), endpoints("10.0.0.1"))) == 1


def test_sloppy_addresses_are_warned_about_unless_the_controller_wrote_them():
    """endpointsWarnings."""
    obj = endpoints("010.0.0.1")
    warning = 'subsets[0].addresses[0].ip: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"'
    assert STRATEGY.warnings(obj, None) == [warning]
    obj["metadata"]["labels"] = {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}
    assert STRATEGY.warnings(obj, None) == []
