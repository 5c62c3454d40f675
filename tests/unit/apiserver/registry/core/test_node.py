"""Nodes, by pkg/apis/core/validation/validation.go (ValidateNode, ValidateNodeUpdate) and pkg/registry/core/node."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["nodes"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))
FIXED_CIDR = 'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'


def node(status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    obj = {"metadata": {"name": "n"}, "spec": copy.deepcopy(spec), "status": copy.deepcopy(status or {})}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_allocatable_defaults_to_the_capacity_in_stored_form():
    """SetDefaults_NodeStatus and SetDefaults_ResourceList."""
    status = node({"capacity": {"cpu": "2000m", "memory": "1024Mi"}})["status"]
    assert status["allocatable"] == status["capacity"] == {"cpu": "2", "memory": "1Gi"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"podCIDR": "10.1.0.0/24"}, ("10.1.0.0/24", ["10.1.0.0/24"])),
        ({"podCIDRs": ["10.1.0.0/24", "fd00::/64"]}, ("10.1.0.0/24", ["10.1.0.0/24", "fd00::/64"])),
        ({"podCIDR": "10.2.0.0/24", "podCIDRs": ["10.1.0.0/24"]}, ("10.2.0.0/24", ["10.2.0.0/24"])),
    ],
)
def test_the_pod_cidr_is_in_both_fields(spec: dict[str, Any], expected: tuple[str, list[str]]):
    """Convert_v1_NodeSpec_To_core_NodeSpec: the singular wins."""
    found = node(**spec)["spec"]
    assert (found["podCIDR"], found["podCIDRs"]) == expected


def test_the_status_may_be_set_on_creation_only():
    """nodeStrategy.PrepareForCreate and PrepareForUpdate."""
    obj = node({"phase": "Running"}, configSource={}, podPreemptionPolicy={}, unschedulable=True)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj["status"]["phase"] == "Running"
    assert obj["spec"] == {"unschedulable": True}
    changed = node({"phase": "Pending"})
    STRATEGY.prepare_for_update(changed, obj, CONTEXT)
    assert changed["status"]["phase"] == "Running"


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (node(taints=[{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoExecute"}]), []),
        (
            node(taints=[{"key": "a", "effect": "Never", "value": "b b"}, {"key": "", "effect": ""}]),
            [
                "metadata.taints[0].value: Invalid value",
                'metadata.taints[0].effect: Unsupported value: "Never": supported values: '
                '"NoSchedule", "PreferNoSchedule", "NoExecute"',
                'metadata.taints[1].key: Invalid value: "": name part must be non-empty',
                'metadata.taints[1].key: Invalid value: "": name part must consist of',
                "metadata.taints[1].effect: Required value",
            ],
        ),
        (
            node(taints=[{"key": "a", "effect": "NoSchedule"}] * 2),
            [
                'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: '
                "taints must be unique by key and effect pair"
            ],
        ),
        (
            node(podCIDRs=["10.1.0.0/24", "10.2.0.0/24"]),
            [
                'spec.podCIDRs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: '
                "may specify no more than one CIDR for each IP family"
            ],
        ),
        (node(podCIDRs=["x"]), ['spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value']),
        (
            node({"capacity": {"cpu": "-1", "pods": "1.5"}, "allocatable": {}}),
            [
                'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
                'status.capacity.pods: Invalid value: "1500m": must be an integer',
            ],
        ),
    ],
)
def test_mistakes_in_a_node(obj: dict[str, Any], expected: list[str]):
    """ValidateNode."""
    found = messages(STRATEGY.validate(obj))
    assert len(found) == len(expected)
    assert all(message.startswith(start) for message, start in zip(found, expected, strict=True)), found


ADDRESS = {"type": "InternalIP", "address": "10.0.0.1"}


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (node(podCIDR="10.1.0.0/24", providerID="p", unschedulable=True), node(), []),
        (node(), node(podCIDR="10.1.0.0/24"), [FIXED_CIDR]),
        (node(podCIDR="10.2.0.0/24"), node(podCIDR="10.1.0.0/24"), [FIXED_CIDR]),
        (
            node(providerID="q", externalID="e"),
            node(providerID="p"),
            [
                'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
                "spec.externalID: Forbidden: may not be updated",
            ],
        ),
        (
            node({"addresses": [ADDRESS, ADDRESS | {"type": "ExternalIP"}, ADDRESS]}),
            node(),
            ['status.addresses[2]: Duplicate value: {"Type":"InternalIP","Address":"10.0.0.1"}'],
        ),
    ],
)
def test_what_may_change(new: dict[str, Any], old: dict[str, Any], expected: list[str]):
    """ValidateNodeUpdate, for the node and for its status."""
    assert messages(STRATEGY.validate_update(new, old)) == expected
    assert messages(STATUS.validate_update(new, old)) == expected


def test_warnings():
    """nodeWarnings."""
    assert STRATEGY.warnings(node(externalID="e", podCIDR="10.1.0.1/24"), None) == [
        "spec.externalID: this field is deprecated, and is unused by Kubernetes",
        'spec.podCIDRs[0]: CIDR value "10.1.0.1/24" is ambiguous in this context '
        '(should be "10.1.0.0/24" or "10.1.0.1/32"?)',
    ]
