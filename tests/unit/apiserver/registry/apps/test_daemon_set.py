"""DaemonSets, by pkg/apis/apps/{v1/defaults.go,v1/conversion.go,validation} and pkg/registry/apps/daemonset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.apps import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["daemonsets"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
COUNTED = "deprecated.daemonset.template.generation"


def daemon_set(**spec: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "agent", "namespace": "default", "generation": 1},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {"containers": [{"name": "agent", "image": "agent"}]},
            },
            **spec,
        },
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults_are_upstreams():
    """SetDefaults_DaemonSet."""
    spec = daemon_set()["spec"]
    assert spec["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}
    assert spec["revisionHistoryLimit"] == 10
    assert daemon_set(updateStrategy={"type": "OnDelete"})["spec"]["updateStrategy"] == {"type": "OnDelete"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}, []),
        ({"selector": {}}, ["spec.selector: Invalid value: {}: empty selector is invalid for daemonset"]),
        (
            {"updateStrategy": {"type": "Never"}},
            [
                'spec.updateStrategy: Unsupported value: {"Type":"Never","RollingUpdate":null}: '
                'supported values: "RollingUpdate", "OnDelete"'
            ],
        ),
        (
            {"updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}},
            [
                "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: "
                "may not be set when maxUnavailable is non-zero"
            ],
        ),
        (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
            ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
        ),
        (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "101%"}}},
            ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "101%": must not be greater than 100%'],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateDaemonSetSpec."""
    assert messages(STRATEGY.validate(daemon_set(**spec))) == expected


def test_a_missing_selector_matches_nothing():
    """ValidateDaemonSetSpec doesn't say Required."""
    obj = daemon_set()
    del obj["spec"]["selector"]
    assert messages(STRATEGY.validate(obj)) == [
        'spec.template.metadata.labels: Invalid value: {"app":"agent"}: `selector` does not match template `labels`'
    ]


def test_template_generations_are_counted_in_an_annotation():
    """PrepareForCreate and PrepareForUpdate count; apps/v1 shows the count as an annotation."""
    obj = daemon_set()
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj["metadata"]["annotations"] == {COUNTED: "1"}

    other = daemon_set(minReadySeconds=5)
    other["metadata"]["annotations"] = {"mine": "yes", COUNTED: "17"}
    STRATEGY.prepare_for_update(other, obj, CONTEXT)
    assert other["metadata"]["annotations"] == {"mine": "yes", COUNTED: "1"}
    assert other["metadata"]["generation"] == 2

    changed = daemon_set()
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "agent:2"
    STRATEGY.prepare_for_update(changed, obj, CONTEXT)
    assert changed["metadata"]["annotations"] == {COUNTED: "2"}
    assert changed["metadata"]["generation"] == 2


def test_the_selector_never_changes():
    """ValidateDaemonSetSpecUpdate."""
    new = daemon_set(selector={"matchExpressions": [{"key": "app", "operator": "Exists"}]})
    assert [error.detail for error in STRATEGY.validate_update(new, daemon_set())] == ["field is immutable"]


@pytest.mark.parametrize(
    ("status", "old", "expected"),
    [
        ({"currentNumberScheduled": 1, "numberReady": 2}, {}, []),
        ({"numberReady": -1}, {}, ["status.numberReady: Invalid value: -1: must be greater than or equal to 0"]),
        ({"collisionCount": 0}, {"collisionCount": 1}, [
            "status.collisionCount: Invalid value: 0: cannot be decremented"
        ]),
    ],
)  # fmt: skip
def test_status_rules(status: dict[str, Any], old: dict[str, Any], expected: list[str]):
    """ValidateDaemonSetStatusUpdate."""
    errors = STATUS.validate_update(daemon_set() | {"status": status}, daemon_set() | {"status": old})
    assert messages(errors) == expected
