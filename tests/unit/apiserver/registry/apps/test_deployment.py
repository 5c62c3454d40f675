"""Deployments, by pkg/apis/apps/{v1/defaults.go,validation} and pkg/registry/apps/deployment/strategy.go."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.apps import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["deployments"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))


def deployment(**spec: Any) -> dict[str, Any]:
    obj = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "generation": 1},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
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


def test_defaults_are_upstreams():
    """SetDefaults_Deployment."""
    spec = deployment()["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert spec["revisionHistoryLimit"] == 10
    assert spec["progressDeadlineSeconds"] == 600
    assert spec["template"]["spec"]["restartPolicy"] == "Always"


def test_recreate_gets_no_rolling_update():
    """SetDefaults_Deployment fills in numbers of the RollingUpdate strategy only."""
    assert deployment(strategy={"type": "Recreate"})["spec"]["strategy"] == {"type": "Recreate"}


def test_defaulting_twice_changes_nothing():
    """Strategies' defaults are idempotent."""
    obj = deployment()
    again = copy.deepcopy(obj)
    STRATEGY.default(again)
    assert again == obj


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"replicas": 0}, []),
        ({"replicas": -1}, ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
        (
            {"selector": {}},
            ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"],
        ),
        (
            {"selector": {"matchLabels": {"app": "other"}}},
            [
                'spec.template.metadata.labels: Invalid value: {"app":"web"}: '
                "`selector` does not match template `labels`"
            ],
        ),
        (
            {"strategy": {"type": "Recreate", "rollingUpdate": {}}},
            ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
        ),
        (
            {"strategy": {"type": "Often"}},
            [
                'spec.strategy: Unsupported value: {"Type":"Often","RollingUpdate":null}: '
                'supported values: "Recreate", "RollingUpdate"'
            ],
        ),
        (
            {"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "0%"}}},
            ["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"],
        ),
        (
            {"strategy": {"rollingUpdate": {"maxUnavailable": "101%", "maxSurge": "200%"}}},
            ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
        ),
        (
            {"strategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": -2}}},
            ["spec.strategy.rollingUpdate.maxSurge: Invalid value: -2: must be greater than or equal to 0"],
        ),
        (
            {"minReadySeconds": 700},
            ["spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"],
        ),
        (
            {"revisionHistoryLimit": -1},
            ["spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateDeploymentSpec."""
    assert messages(STRATEGY.validate(deployment(**spec))) == expected


def test_a_selector_is_required():
    """ValidateDeploymentSpec: no selector, and nothing it could match."""
    obj = deployment()
    del obj["spec"]["selector"]
    assert messages(STRATEGY.validate(obj)) == [
        "spec.selector: Required value",
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ]


def test_an_unusable_selector_hides_the_template():
    """ValidateDeploymentSpec looks at the template only if the selector can be read."""
    obj = deployment(selector={"matchExpressions": [{"key": "app", "operator": "In"}]})
    fields = [error.field for error in STRATEGY.validate(obj)]
    assert fields == ["spec.selector.matchExpressions[0].values", "spec.selector"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"restartPolicy": "Never"},
            'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        ),
        (
            {"activeDeadlineSeconds": 5},
            "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
        ),
    ],
)
def test_pods_of_deployments_run_forever(change: dict[str, Any], expected: str):
    """ValidatePodTemplateSpecForReplicaSet."""
    obj = deployment()
    obj["spec"]["template"]["spec"].update(change)
    assert messages(STRATEGY.validate(obj)) == [expected]


def test_pod_rules_apply_to_the_template():
    """ValidatePodTemplateSpec is part of the Deployment's rules."""
    obj = deployment()
    obj["spec"]["template"]["spec"]["containers"][0]["name"] = ""
    assert "spec.template.spec.containers[0].name" in [error.field for error in STRATEGY.validate(obj)]


def test_the_selector_never_changes():
    """ValidateDeploymentUpdate."""
    old, new = deployment(), deployment(selector={"matchLabels": {"app": "web", "tier": "x"}})
    new["spec"]["template"]["metadata"]["labels"]["tier"] = "x"
    assert messages(STRATEGY.validate_update(new, old)) == [
        'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable'
    ]


def test_empty_parts_of_a_selector_are_no_change():
    """Semantic equality: an empty list is none."""
    new = deployment(selector={"matchLabels": {"app": "web"}, "matchExpressions": []})
    assert STRATEGY.validate_update(new, deployment()) == []


@pytest.mark.parametrize(
    ("change", "generation"),
    [
        (lambda obj: obj["metadata"].pop("labels", None), 1),
        (lambda obj: obj["metadata"].update(labels={"a": "b"}), 1),
        (lambda obj: obj["metadata"].update(annotations={}), 1),
        (lambda obj: obj["metadata"].update(annotations={"a": "b"}), 2),
        (lambda obj: obj["spec"].update(replicas=3), 2),
        (lambda obj: obj.update(status={"replicas": 9}), 1),
    ],
)
def test_spec_and_annotations_count_generations(change: Callable[[dict[str, Any]], None], generation: int):
    """PrepareForUpdate: annotations are copied to ReplicaSets, thus they count."""
    old, new = deployment(), deployment()
    change(new)
    STRATEGY.prepare_for_update(new, old, CONTEXT)
    assert new["metadata"]["generation"] == generation
    assert "status" not in new


def test_creation_drops_status():
    """PrepareForCreate."""
    obj = deployment() | {"status": {"replicas": 1}}
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert "status" not in obj
    assert obj["metadata"]["generation"] == 1


def test_status_writes_keep_spec_and_labels():
    """deploymentStatusStrategy.PrepareForUpdate."""
    old, new = deployment(), deployment(replicas=7)
    old["metadata"]["labels"] = {"kept": "yes"}
    new["metadata"]["labels"] = {"kept": "no"}
    new["status"] = {"replicas": 1}
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert new["metadata"]["labels"] == {"kept": "yes"}
    assert new["status"] == {"replicas": 1}
    assert STATUS.reset_fields == (("spec",), ("metadata", "labels"))


@pytest.mark.parametrize(
    ("status", "old", "expected"),
    [
        ({"replicas": 2, "readyReplicas": 2, "availableReplicas": 1, "terminatingReplicas": 3}, {}, []),
        (
            {"terminatingReplicas": -1},
            {},
            ["status.terminatingReplicas: Invalid value: -1: must be greater than or equal to 0"],
        ),
        (
            {"replicas": 1, "updatedReplicas": 2},
            {},
            ["status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas"],
        ),
        (
            {"replicas": 2, "readyReplicas": 1, "availableReplicas": 2},
            {},
            ["status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas"],
        ),
        ({"collisionCount": 2}, {"collisionCount": 2}, []),
        (
            {"collisionCount": 1},
            {"collisionCount": 2},
            ["status.collisionCount: Invalid value: 1: cannot be decremented"],
        ),
        ({}, {"collisionCount": 1}, ["status.collisionCount: Invalid value: 0: cannot be decremented"]),
    ],
)
def test_status_rules(status: dict[str, Any], old: dict[str, Any], expected: list[str]):
    """ValidateDeploymentStatusUpdate."""
    errors = STATUS.validate_update(deployment() | {"status": status}, deployment() | {"status": old})
    assert messages(errors) == expected


def test_a_name_that_is_no_dns_label_is_warned_of():
    """WarningsOnCreate."""
    obj = deployment()
    assert STRATEGY.warnings(obj, None) == []
    obj["metadata"]["name"] = "web.example"
    assert STRATEGY.warnings(obj, None) == [
        "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; "
        "a DNS label is recommended: [must not contain dots]"
    ]
    assert STRATEGY.warnings(obj, obj) == []
