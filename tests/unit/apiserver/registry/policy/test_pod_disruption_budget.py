"""PodDisruptionBudgets, by pkg/apis/policy/validation and pkg/registry/policy/poddisruptionbudget/strategy.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.policy import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["poddisruptionbudgets"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))


def budget(**spec: Any) -> dict[str, Any]:
    obj = {"metadata": {"name": "b", "namespace": "default", "generation": 3}, "spec": spec}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"minAvailable": "100%", "selector": {}}, []),
        ({"maxUnavailable": 0, "unhealthyPodEvictionPolicy": "AlwaysAllow"}, []),
        (
            {"minAvailable": 1, "maxUnavailable": 1},
            [
                'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,'
                '"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set'
            ],
        ),
        ({"minAvailable": "101%"}, ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%']),
        ({"maxUnavailable": -1}, ["spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"]),
        (
            {"unhealthyPodEvictionPolicy": "Never"},
            [
                'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": '
                'supported values: "AlwaysAllow", "IfHealthyBudget"'
            ],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidatePodDisruptionBudgetSpec, of new and of changed budgets."""
    assert messages(STRATEGY.validate(budget(**spec))) == expected
    assert messages(STRATEGY.validate_update(budget(**spec), budget())) == expected


def test_selectors_follow_the_rules_of_selectors():
    """ValidateLabelSelector."""
    selector = {"matchExpressions": [{"key": "a", "operator": "Near"}]}
    assert [error.field for error in STRATEGY.validate(budget(selector=selector))] == [
        "spec.selector.matchExpressions[0].operator"
    ]


def test_updates_name_a_version_and_count():
    """AllowUnconditionalUpdate, PrepareForUpdate."""
    assert not STRATEGY.allow_unconditional_update
    new = budget(minAvailable=1)
    STRATEGY.prepare_for_update(new, budget(), CONTEXT)
    assert new["metadata"]["generation"] == 4


CONDITION = {
    "type": "DisruptionAllowed",
    "status": "True",
    "reason": "SufficientPods",
    "lastTransitionTime": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        ({"disruptionsAllowed": 0, "conditions": [CONDITION]}, []),
        ({"disruptionsAllowed": -1, "expectedPods": -1}, ["disruptionsAllowed", "expectedPods"]),
        ({"conditions": [CONDITION, CONDITION]}, ["conditions[1]"]),
        ({"conditions": [{**CONDITION, "status": "Yes"}]}, ["conditions[0].status"]),
        ({"conditions": [{**CONDITION, "reason": "not a reason"}]}, ["conditions[0].reason"]),
        ({"conditions": [{**CONDITION, "message": "x" * 32769}]}, ["conditions[0].message"]),
        ({"conditions": [{**CONDITION, "observedGeneration": -1}]}, ["conditions[0].observedGeneration"]),
        (
            {"conditions": [{}]},
            [f"conditions[0].{name}" for name in ("type", "status", "lastTransitionTime", "reason")],
        ),
    ],
)
def test_status_rules(status: dict[str, Any], fields: list[str]):
    """ValidatePodDisruptionBudgetStatusUpdate, ValidateConditions."""
    errors = STATUS.validate_update(budget() | {"status": status}, budget())
    assert [error.field for error in errors] == [f"status.{name}" for name in fields]
