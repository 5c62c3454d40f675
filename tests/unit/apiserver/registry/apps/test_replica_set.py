"""ReplicaSets, by pkg/apis/apps/{v1/defaults.go,validation} and pkg/registry/apps/replicaset/strategy.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.apps import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["replicasets"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))


def replica_set(**spec: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "web", "namespace": "default", "generation": 4},
        "spec": {
            "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx"}]},
            },
            **spec,
        },
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults_are_one_replica_and_no_labels():
    """SetDefaults_ReplicaSet of apps/v1 copies no labels from the template."""
    obj = replica_set()
    assert obj["spec"]["replicas"] == 1
    assert "labels" not in obj["metadata"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        (
            {"replicas": -1, "minReadySeconds": -2},
            [
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0",
            ],
        ),
        ({"selector": {}}, ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"]),
        (
            {"selector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}},
            [
                'spec.template.metadata.labels: Invalid value: {"app":"web"}: '
                "`selector` does not match template `labels`"
            ],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateReplicaSetSpec."""
    assert messages(STRATEGY.validate(replica_set(**spec))) == expected


def test_the_selector_never_changes():
    """ValidateReplicaSetUpdate."""
    new = replica_set(selector={"matchLabels": {"app": "web"}})
    assert messages(STRATEGY.validate_update(new, replica_set())) == [
        'spec.selector: Invalid value: {"matchLabels":{"app":"web"}}: field is immutable'
    ]


def test_annotations_make_no_generation():
    """rsStrategy.PrepareForUpdate counts changes of the spec."""
    old, new = replica_set(), replica_set()
    new["metadata"]["annotations"] = {"a": "b"}
    STRATEGY.prepare_for_update(new, old, CONTEXT)
    assert new["metadata"]["generation"] == 4


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"replicas": 1, "fullyLabeledReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}, []),
        (
            {"replicas": 1, "fullyLabeledReplicas": 2},
            ["status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas"],
        ),
        (
            {"replicas": 3, "readyReplicas": 1, "availableReplicas": 2},
            ["status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas"],
        ),
        (
            {"terminatingReplicas": -1},
            ["status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0"],
        ),
    ],
)
def test_status_rules(status: dict[str, Any], expected: list[str]):
    """ValidateReplicaSetStatus."""
    assert messages(STATUS.validate_update(replica_set() | {"status": status}, replica_set())) == expected
