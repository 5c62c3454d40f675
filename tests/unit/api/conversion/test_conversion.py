"""Conversions between served versions of one stored resource."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.conversion import convert, converter
from kubepy.api.scheme import Resource

SCHEME = builtin_scheme()


def _resource(group: str, version: str, plural: str) -> Resource:
    resource = SCHEME.find(group, version, plural)
    assert resource is not None
    return resource


V1 = _resource("autoscaling", "v1", "horizontalpodautoscalers")
V2 = _resource("autoscaling", "v2", "horizontalpodautoscalers")
CORE_EVENTS = _resource("", "v1", "events")
EVENTS = _resource("events.k8s.io", "v1", "events")

TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}


def _autoscaler(version: str, spec: dict[str, Any], status: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "apiVersion": f"autoscaling/{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "annotations": {"mine": "1"}},
        "spec": {"scaleTargetRef": TARGET, "maxReplicas": 5, **spec},
        "status": {"desiredReplicas": 2, **(status or {})},
    }


METRICS: list[dict[str, Any]] = [
    {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}},
    {
        "type": "ContainerResource",
        "containerResource": {
            "name": "cpu",
            "container": "app",
            "target": {"type": "Utilization", "averageUtilization": 70},
        },
    },
    {
        "type": "Pods",
        "pods": {
            "metric": {"name": "rps", "selector": {"matchLabels": {"a": "b"}}},
            "target": {"type": "AverageValue", "averageValue": "10"},
        },
    },
    {
        "type": "Object",
        "object": {
            "describedObject": {"kind": "Ingress", "name": "i", "apiVersion": "networking.k8s.io/v1"},
            "metric": {"name": "hits"},
            "target": {"type": "Value", "value": "2k"},
        },
    },
    {
        "type": "External",
        "external": {
            "metric": {"name": "queue", "selector": {"matchLabels": {"q": "1"}}},
            "target": {"type": "AverageValue", "averageValue": "30"},
        },
    },
]
BEHAVIOR = {
    "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "tolerance": "50m"},
    "scaleDown": {"policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]},
}
CONDITIONS = [{"type": "AbleToScale", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z", "reason": "R"}]
CURRENT = [
    {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 55, "averageValue": "55m"}}}
]


def test_v1_shows_the_cpu_target_and_keeps_the_rest_in_annotations() -> None:
    """Convert_autoscaling_HorizontalPodAutoscaler_To_v1: names, order and form of the annotations."""
    stored = _autoscaler(
        "v2",
        {"metrics": [METRICS[0], CPU], "behavior": BEHAVIOR},
        {"conditions": CONDITIONS, "currentMetrics": CURRENT, "currentReplicas": 2},
    )
    served = convert(stored, V2, V1)
    assert served["apiVersion"] == "autoscaling/v1"
    assert served["spec"] == {"scaleTargetRef": TARGET, "maxReplicas": 5, "targetCPUUtilizationPercentage": 60}
    assert served["status"] == {"currentReplicas": 2, "desiredReplicas": 2, "currentCPUUtilizationPercentage": 55}
    prefix = "autoscaling.alpha.kubernetes.io/"
    assert served["metadata"]["annotations"] == {
        "mine": "1",
        f"{prefix}metrics": '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}}]',
        f"{prefix}current-metrics": '[{"type":"Resource","resource":{"name":"cpu",'
        '"currentAverageUtilization":55,"currentAverageValue":"55m"}}]',
        f"{prefix}behavior": '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":null,'
        '"Tolerance":"50m"},"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":null,'
        '"Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}',
        f"{prefix}conditions": '[{"type":"AbleToScale","status":"True",'
        '"lastTransitionTime":"2026-01-01T00:00:00Z","reason":"R"}]',
    }


def test_v2_survives_the_way_through_v1() -> None:
    """What v1 can't say comes back out of the annotations; the CPU metric comes last."""
    status = {"conditions": CONDITIONS, "currentMetrics": CURRENT, "currentReplicas": 2, "observedGeneration": 4}
    stored = _autoscaler("v2", {"minReplicas": 2, "metrics": [*METRICS, CPU], "behavior": BEHAVIOR}, status)
    before = copy.deepcopy(stored)
    again = convert(convert(stored, V2, V1), V1, V2)
    assert again == before
    assert stored == before


def test_a_v1_object_without_metrics_gets_the_default_target() -> None:
    """80 percent of the CPU, explicitly (DefaultCPUUtilization)."""
    target = {"type": "Utilization", "averageUtilization": 80}
    stored = convert(_autoscaler("v1", {}), V1, V2)
    assert stored["spec"]["metrics"] == [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


@pytest.mark.parametrize("text", ["{", "[1]", '[{"type":3}]', '{"type":"Pods"}'])
def test_unreadable_annotations_count_as_absent(text: str) -> None:
    """Upstream ignores what it can't unmarshal, and drops the annotation all the same."""
    served = _autoscaler("v1", {"targetCPUUtilizationPercentage": 60})
    served["metadata"]["annotations"]["autoscaling.alpha.kubernetes.io/metrics"] = text
    stored = convert(served, V1, V2)
    assert stored["spec"]["metrics"] == [CPU]
    assert stored["metadata"]["annotations"] == {"mine": "1"}


def test_v2_objects_lose_round_trip_annotations_they_did_not_produce() -> None:
    """Annotations written by hand on a v2 object would be taken for metrics otherwise."""
    stored = _autoscaler("v2", {"metrics": [CPU]})
    stored["metadata"]["annotations"] = {"autoscaling.alpha.kubernetes.io/behavior": "{}"}
    assert "annotations" not in convert(stored, V2, V1)["metadata"]


def test_annotations_are_encoded_as_go_encodes_json() -> None:
    """Go escapes the characters that matter in HTML."""
    condition = {"type": "A", "status": "True", "message": "1 < 2 & 3 > 2"}
    stored = _autoscaler("v2", {"metrics": [CPU]}, {"conditions": [condition]})
    text = convert(stored, V2, V1)["metadata"]["annotations"]["autoscaling.alpha.kubernetes.io/conditions"]
    assert "1 \\u003c 2 \\u0026 3 \\u003e 2" in text
    assert json.loads(text) == [condition]


def test_events_are_renamed_between_their_groups() -> None:
    """pkg/apis/events/v1/conversion.go: regarding, note and the deprecated fields."""
    core = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "d"},
        "involvedObject": {"kind": "Pod", "name": "p"},
        "reason": "Started",
        "message": "Started it",
        "source": {"component": "kubelet"},
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2026-01-01T00:00:01Z",
        "count": 2,
        "type": "Normal",
        "eventTime": None,
        "reportingComponent": "kubelet",
        "reportingInstance": "n1",
    }
    served = convert(core, CORE_EVENTS, EVENTS)
    assert served == {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "d"},
        "regarding": {"kind": "Pod", "name": "p"},
        "reason": "Started",
        "note": "Started it",
        "deprecatedSource": {"component": "kubelet"},
        "deprecatedFirstTimestamp": "2026-01-01T00:00:00Z",
        "deprecatedLastTimestamp": "2026-01-01T00:00:01Z",
        "deprecatedCount": 2,
        "type": "Normal",
        "eventTime": None,
        "reportingController": "kubelet",
        "reportingInstance": "n1",
    }
    assert convert(served, EVENTS, CORE_EVENTS) == core


def test_each_event_form_has_the_fields_it_always_prints() -> None:
    """core/v1 prints empty reporter fields, events.k8s.io/v1 leaves them out but prints eventTime."""
    core = {"apiVersion": "v1", "kind": "Event", "metadata": {}, "reportingComponent": "", "reportingInstance": ""}
    served = convert(core, CORE_EVENTS, EVENTS)
    assert served == {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {}, "eventTime": None}
    stored = convert(served, EVENTS, CORE_EVENTS)
    assert (stored["reportingComponent"], stored["reportingInstance"], stored["involvedObject"]) == ("", "", {})


def test_only_two_resource_versions_are_stored_in_another_form() -> None:
    """Everything else is served as it is stored."""
    converted = {resource.api_version for resource in SCHEME if converter(resource) is not None}
    assert converted == {"autoscaling/v1", "events.k8s.io/v1"}


def test_unrelated_resources_do_not_convert() -> None:
    """A conversion exists between versions of one stored resource only."""
    with pytest.raises(ValueError, match="not related"):
        convert({}, CORE_EVENTS, V2)
