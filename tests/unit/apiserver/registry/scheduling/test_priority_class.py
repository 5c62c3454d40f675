"""PriorityClasses, by pkg/apis/scheduling/{v1,validation}."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.scheduling import STRATEGIES

STRATEGY = STRATEGIES["priorityclasses"]
RESERVED = (
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: "
)


def priority_class(name: str, value: int, **fields: Any) -> dict[str, Any]:
    obj = {"metadata": {"name": name}, "value": value, **fields}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_preemption_is_the_default():
    """SetDefaults_PriorityClass."""
    assert priority_class("a", 1)["preemptionPolicy"] == "PreemptLowerPriority"


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (priority_class("a", 1_000_000_000), []),
        (priority_class("a", -5, preemptionPolicy="Never", globalDefault=True), []),
        (priority_class("system-node-critical", 2_000_001_000), []),
        (
            priority_class("a", 1_000_000_001),
            ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
        ),
        (priority_class("system-mine", 1), [RESERVED + "system-mine is not a known system priority class"]),
        (
            priority_class("system-cluster-critical", 1),
            [RESERVED + "value of system-cluster-critical PriorityClass must be 2000000000"],
        ),
        (
            priority_class("system-cluster-critical", 2_000_000_000, globalDefault=True),
            [RESERVED + "globalDefault of system-cluster-critical PriorityClass must be false"],
        ),
        (
            priority_class("a", 1, preemptionPolicy="Sometimes"),
            ['preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"'],
        ),
    ],
)
def test_values_and_names(obj: dict[str, Any], expected: list[str]):
    """ValidatePriorityClass."""
    assert messages(STRATEGY.validate(obj)) == expected


def test_value_and_policy_never_change():
    """ValidatePriorityClassUpdate."""
    old, new = priority_class("a", 1), priority_class("a", 2, preemptionPolicy="Never")
    assert STRATEGY.validate_update(priority_class("a", 1, globalDefault=True), old) == []
    assert messages(STRATEGY.validate_update(new, old)) == [
        "value: Forbidden: may not be changed in an update.",
        'preemptionPolicy: Invalid value: "Never": field is immutable',
    ]
