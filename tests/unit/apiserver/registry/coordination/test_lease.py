"""Leases, by pkg/apis/coordination/validation/validation.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.coordination import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["leases"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"leaseDurationSeconds": 15, "leaseTransitions": 0, "holderIdentity": "a"}, []),
        ({"strategy": "OldestEmulationVersion", "preferredHolder": "a"}, []),
        ({"strategy": "example.com/mine"}, []),
        (
            {"leaseDurationSeconds": 0, "leaseTransitions": -1},
            [
                "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
                "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
            ],
        ),
        (
            {"preferredHolder": "a"},
            ["spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined"],
        ),
        (
            {"strategy": "Newest"},
            ['spec.strategy.strategy: Unsupported value: "Newest": supported values: "OldestEmulationVersion"'],
        ),
    ],
)
def test_the_spec(spec: dict[str, Any], expected: list[str]):
    """ValidateLeaseSpec, for creates and updates."""
    obj = {"metadata": {"name": "a"}, "spec": spec}
    assert [str(error) for error in STRATEGY.validate(obj)] == expected
    assert [str(error) for error in STRATEGY.validate_update(obj, {"spec": {}})] == expected


def test_fields_of_coordinated_leader_election_are_dropped_unless_in_use():
    """leaseStrategy.PrepareForCreate and PrepareForUpdate: the feature is off by default."""
    context = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))
    spec = {"holderIdentity": "a", "strategy": "x.io/y", "preferredHolder": "b"}
    new: dict[str, Any] = {"metadata": {}, "spec": dict(spec)}
    STRATEGY.prepare_for_create(new, context)
    assert new["spec"] == {"holderIdentity": "a"}
    changed: dict[str, Any] = {"metadata": {}, "spec": dict(spec)}
    STRATEGY.prepare_for_update(changed, {"metadata": {}, "spec": {"strategy": "x.io/z"}}, context)
    assert changed["spec"] == {"holderIdentity": "a", "strategy": "x.io/y"}


def test_updates_must_be_of_a_known_version():
    """leaseStrategy: a blind write would break leader election, a creating one would not."""
    assert not STRATEGY.allow_unconditional_update
    assert STRATEGY.allow_create_on_update
