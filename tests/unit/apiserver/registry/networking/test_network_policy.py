"""NetworkPolicies, by pkg/apis/networking/{v1/defaults.go,validation/validation.go}."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.networking import STRATEGIES

STRATEGY = STRATEGIES["networkpolicies"]
PEER = "spec.ingress[0].from[0]"
PORT = "spec.ingress[0].ports[0]"


def policy(**spec: Any) -> dict[str, Any]:
    obj = {"metadata": {"name": "p"}, "spec": {"podSelector": {}, **copy.deepcopy(spec)}}
    STRATEGY.default(obj)
    return obj


def with_peer(**peer: Any) -> dict[str, Any]:
    return policy(ingress=[{"from": [peer]}])


def with_block(cidr: str, *excepted: str) -> dict[str, Any]:
    return with_peer(ipBlock={"cidr": cidr, "except": list(excepted)})


def with_port(**port: Any) -> dict[str, Any]:
    return policy(ingress=[{"ports": [port]}])


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ({}, ["Ingress"]),
        ({"ingress": [{}]}, ["Ingress"]),
        ({"egress": [{}]}, ["Ingress", "Egress"]),
        ({"policyTypes": ["Egress"]}, ["Egress"]),
    ],
)
def test_policy_types_follow_from_the_rules(spec: dict[str, Any], types: list[str]):
    """SetDefaults_NetworkPolicy."""
    assert policy(**spec)["spec"]["policyTypes"] == types


def test_ports_are_tcp_by_default():
    """SetDefaults_NetworkPolicyPort."""
    assert with_port(port=80)["spec"]["ingress"] == [{"ports": [{"port": 80, "protocol": "TCP"}]}]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (with_peer(podSelector={}, namespaceSelector={"matchLabels": {"a": "b"}}), []),
        (with_block("10.0.0.0/8", "10.1.0.0/16"), []),
        (with_port(port=80, endPort=90), []),
        (with_port(port="http", protocol="SCTP"), []),
        (policy(egress=[{"to": [{}]}]), ["spec.egress[0].to[0]: Required value: must specify a peer"]),
        (
            with_peer(podSelector={}, ipBlock={"cidr": "10.0.0.0/8"}),
            [f"{PEER}: Forbidden: may not specify both ipBlock and another peer"],
        ),
        (with_block(""), [f"{PEER}.ipBlock.cidr: Required value"]),
        (
            with_block("x", "y"),
            [
                f'{PEER}.ipBlock.cidr: Invalid value: "x": '
                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
            ],
        ),
        (
            with_block("10.0.0.0/8", "10.0.0.0/8", "11.0.0.0/16", "fd00::/64"),
            [
                f'{PEER}.ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
                f'{PEER}.ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
                f'{PEER}.ipBlock.except[2]: Invalid value: "fd00::/64": must be a strict subset of `cidr`',
            ],
        ),
        (
            with_block("10.0.0.1/8"),
            [f'{PEER}.ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'],
        ),
        (
            with_port(port=80, endPort=70, protocol="ICMP"),
            [
                f'{PORT}.protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
                f"{PORT}.endPort: Invalid value: 80: must be greater than or equal to `port`",
            ],
        ),
        (
            with_port(endPort=70),
            [f"{PORT}.endPort: Invalid value: 70: may not be specified when `port` is not specified"],
        ),
        (
            with_port(port="http", endPort=70),
            [f"{PORT}.endPort: Invalid value: 70: may not be specified when `port` is non-numeric"],
        ),
        (
            policy(policyTypes=["Ingress", "Sideways"]),
            ['spec.policyTypes[1]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"'],
        ),
        (
            policy(policyTypes=["Ingress", "Egress", "Ingress"]),
            [
                'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: '
                "may not specify more than two policyTypes"
            ],
        ),
    ],
)
def test_mistakes(obj: dict[str, Any], expected: list[str]):
    """ValidateNetworkPolicySpec."""
    assert messages(STRATEGY.validate(obj)) == expected


def test_updates_may_keep_sloppy_blocks():
    """ValidateNetworkPolicyUpdate: CIDRs that the stored policy has anywhere stay valid."""
    old = with_block("10.0.0.1/8")
    moved = policy(egress=[{"to": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}])
    assert STRATEGY.validate_update(moved, old) == []
    assert len(STRATEGY.validate_update(moved, policy())) == 1


def test_sloppy_blocks_are_warned_about():
    """networkPolicyWarnings."""
    assert STRATEGY.warnings(with_block("10.0.0.0/8", "10.1.0.1/16"), None) == [
        f'{PEER}.ipBlock.except[0]: CIDR value "10.1.0.1/16" is ambiguous in this context '
        '(should be "10.1.0.0/16" or "10.1.0.1/32"?)'
    ]
