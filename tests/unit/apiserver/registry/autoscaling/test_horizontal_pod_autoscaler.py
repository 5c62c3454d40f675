"""HorizontalPodAutoscalers, by pkg/apis/autoscaling/{v2/defaults.go,validation} and their strategy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.autoscaling import STRATEGIES, validate_scale
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["horizontalpodautoscalers"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


def autoscaler(**spec: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "web", "namespace": "default", "generation": 1},
        "spec": {"scaleTargetRef": TARGET, "maxReplicas": 5, **spec},
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults_are_upstreams():
    """SetDefaults_HorizontalPodAutoscaler."""
    spec = autoscaler()["spec"]
    assert spec["minReplicas"] == 1
    target = {"type": "Utilization", "averageUtilization": 80}
    assert spec["metrics"] == [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    assert "behavior" not in spec


def test_behavior_is_completed():
    """SetDefaults_HorizontalPodAutoscalerBehavior; how long scaling down waits is not filled in."""
    behavior = autoscaler(behavior={"scaleDown": {"selectPolicy": "Disabled", "tolerance": "0.05"}})["spec"]["behavior"]
    assert behavior == {
        "scaleUp": {
            "stabilizationWindowSeconds": 0,
            "selectPolicy": "Max",
            "policies": [
                {"type": "Pods", "value": 4, "periodSeconds": 15},
                {"type": "Percent", "value": 100, "periodSeconds": 15},
            ],
        },
        "scaleDown": {
            "selectPolicy": "Disabled",
            "tolerance": "0.05",
            "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
        },
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"minReplicas": 0}, [
            "minReplicas: Invalid value: 0: must be greater than or equal to 1",
            "metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero "
            "replicas",
        ]),
        ({"minReplicas": 6}, ["maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`"]),
        ({"maxReplicas": 0}, [
            "maxReplicas: Required value",
            "maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
        ]),
        ({"scaleTargetRef": {}}, [
            "scaleTargetRef.kind: Required value",
            "scaleTargetRef.name: Required value",
            'scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
        ]),
        ({"scaleTargetRef": {**TARGET, "kind": "a/b", "name": ".."}}, [
            "scaleTargetRef.kind: Invalid value: \"a/b\": may not contain '/'",
            "scaleTargetRef.name: Invalid value: \"..\": may not be '..'",
        ]),
        ({"scaleTargetRef": {"kind": "ReplicationController", "name": "rc", "apiVersion": "v1"}}, []),
        ({"scaleTargetRef": {**TARGET, "apiVersion": "a/b/c"}}, [
            'scaleTargetRef.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c'
        ]),
    ],
)  # fmt: skip
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """validateHorizontalPodAutoscalerSpec; HPAScaleToZero is alpha and off."""
    assert messages(STRATEGY.validate(autoscaler(**spec))) == ["spec." + text for text in expected]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, []),
        ({"tolerance": "0"}, []),
        ({"tolerance": "-0.5"}, ['tolerance: Invalid value: "-500m": must be greater than or equal to 0']),
        ({"stabilizationWindowSeconds": -1}, [
            "stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero"
        ]),
        ({"stabilizationWindowSeconds": 3601}, [
            "stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600"
        ]),
        ({"selectPolicy": "Any"}, [
            'selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"'
        ]),
        ({"policies": []}, ["policies: Required value: must specify at least one Policy"]),
        ({"policies": [{"type": "Rate"}]}, [
            'policies[0].type: Unsupported value: "Rate": supported values: "Percent", "Pods"',
            "policies[0].value: Invalid value: 0: must be greater than zero",
            "policies[0].periodSeconds: Invalid value: 0: must be greater than zero",
        ]),
        ({"policies": [{"type": "Pods", "value": 1, "periodSeconds": 1801}]}, [
            "policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800"
        ]),
    ],
)  # fmt: skip
def test_behavior_rules(rules: dict[str, Any], expected: list[str]):
    """validateScalingRules."""
    errors = messages(STRATEGY.validate(autoscaler(behavior={"scaleDown": rules})))
    assert errors == ["spec.behavior.scaleDown." + text for text in expected]


SERVICE = {"kind": "Service", "name": "web", "apiVersion": "v1"}
VALUE = {"type": "Value", "value": "10"}
TYPES = '"ContainerResource", "External", "Object", "Pods", "Resource"'
AVERAGE = {"type": "AverageValue", "averageValue": "500m"}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ({"type": "Object", "object": {"describedObject": SERVICE, "metric": {"name": "rps"}, "target": VALUE}}, []),
        ({"type": "External", "external": {"metric": {"name": "queue"}, "target": AVERAGE}}, []),
        ({"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": AVERAGE}}, []),
        ({"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "target": AVERAGE}}, []),
        ({}, [
            "type: Required value: must specify a metric source type",
            f'type: Unsupported value: "": supported values: {TYPES}',
            f'type: Unsupported value: "": supported values: {TYPES}',
        ]),
        ({"type": "Pods"}, ["pods: Required value: must populate information for the given metric source"]),
        ({"type": "Resource", "resource": {"name": "cpu", "target": AVERAGE}, "pods": {}}, [
            'pods.metric.name: Required value: must specify a metric name',
            "pods.target.type: Required value: must specify a metric target type",
            'pods.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
            "pods.target.averageValue: Required value: must specify a positive target averageValue",
            "pods: Forbidden: must populate the given metric source only",
        ]),
        ({"type": "Resource", "resource": {"target": {"type": "Utilization", "averageUtilization": 0}}}, [
            "resource.name: Required value: must specify a resource name",
            "resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
        ]),
        ({"type": "Resource", "resource": {"name": "cpu", "target": {**AVERAGE, "averageUtilization": 5}}}, [
            "resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization"
        ]),
        ({"type": "External", "external": {"metric": {"name": "q"}, "target": {**AVERAGE, "value": "-1"}}}, [
            'external.target.value: Invalid value: "-1": must be positive',
            "external.target.value: Forbidden: may not set both a target value for metric and a per-pod target",
        ]),
        ({"type": "Object", "object": {"metric": {"name": "a/b"}, "target": {"type": "Value"}}}, [
            "object.describedObject.kind: Required value",
            "object.describedObject.name: Required value",
            "object.metric.name: Invalid value: \"a/b\": may not contain '/'",
            "object.target.averageValue: Required value: must set either a target value or averageValue",
        ]),
        ({"type": "ContainerResource", "containerResource": {"name": "luck", "target": AVERAGE}}, [
            'containerResource.name: Invalid value: "luck": must be a standard resource type or fully qualified',
            'containerResource.name: Invalid value: "luck": must be a standard resource for containers',
            "containerResource.container: Required value: must specify a container",
        ]),
    ],
)  # fmt: skip
def test_metric_rules(metric: dict[str, Any], expected: list[str]):
    """validateMetricSpec."""
    errors = messages(STRATEGY.validate(autoscaler(metrics=[metric])))
    assert errors == [f"spec.metrics[0].{text}" for text in expected]


def test_an_accepted_target_is_not_asked_about_again():
    """validationOptionsForHorizontalPodAutoscaler."""
    old = autoscaler(scaleTargetRef={"kind": "Deployment", "name": "web"})
    new = autoscaler(scaleTargetRef={"kind": "Deployment", "name": "other"})
    assert STRATEGY.validate_update(new, old) == []
    new["spec"]["scaleTargetRef"]["kind"] = "ReplicaSet"
    assert [error.field for error in STRATEGY.validate_update(new, old)] == ["spec.scaleTargetRef.apiVersion"]


def test_scaling_to_zero_stays_where_it_is():
    """validationOptionsForHorizontalPodAutoscaler."""
    metrics = [{"type": "External", "external": {"metric": {"name": "queue"}, "target": AVERAGE}}]
    old = autoscaler(minReplicas=0, metrics=metrics)
    assert STRATEGY.validate_update(autoscaler(minReplicas=0, metrics=metrics, maxReplicas=9), old) == []


def test_changes_of_the_spec_count():
    """PrepareForCreate and PrepareForUpdate, since v1.37."""
    new = autoscaler() | {"status": {"desiredReplicas": 1}}
    STRATEGY.prepare_for_create(new, CONTEXT)
    assert new["metadata"]["generation"] == 1
    assert "status" not in new
    changed = autoscaler(maxReplicas=7)
    STRATEGY.prepare_for_update(changed, new, CONTEXT)
    assert changed["metadata"]["generation"] == 2


def test_status_rules():
    """ValidateHorizontalPodAutoscalerStatusUpdate."""
    obj = autoscaler() | {"status": {"currentReplicas": -1, "desiredReplicas": -2}}
    assert messages(STATUS.validate_update(obj, autoscaler())) == [
        "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0",
        "status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0",
    ]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ({"spec": {"replicas": 0}}, []),
        ({}, []),
        ({"spec": {"replicas": -1}}, ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
    ],
)
def test_nothing_scales_below_zero(scale: dict[str, Any], expected: list[str]):
    """ValidateScale."""
    assert messages(validate_scale(scale)) == expected
