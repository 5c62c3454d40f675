import json
from datetime import UTC, datetime

import pytest

from kubepy.api.scheme import GroupVersionKind
from kubepy.apiserver.table import table_for_kind

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PRINTER = table_for_kind(GroupVersionKind("autoscaling", "v2", "HorizontalPodAutoscaler"))


def _metric(kind, target, current=None, *, name="cpu"):
    field = kind[0].lower() + kind[1:]
    spec = {"type": kind, field: {"name": name, "target": target}}
    return spec, None if current is None else {"type": kind, field: {"name": name, "current": current}}


def _targets(*metrics):
    return _cells({"metrics": [spec for spec, _ in metrics]}, [status for _, status in metrics if status])[2]


def _cells(spec, current=(), **more):
    obj = {"metadata": {"name": "h"} | more.pop("metadata", {}), "spec": {"maxReplicas": 10} | spec, **more}
    return PRINTER.cells(
        obj | {"status": {"currentReplicas": 4, "currentMetrics": list(current)} | more.get("status", {})}, NOW
    )


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (_metric("External", {"averageValue": "100m"}), "<unknown>/100m (avg)"),
        (_metric("External", {"averageValue": "100m"}, {"averageValue": "50m"}), "50m/100m (avg)"),
        (_metric("External", {"value": "100m"}), "<unknown>/100m"),
        (_metric("External", {"value": "100m"}, {"value": "50m"}), "50m/100m"),
        (_metric("Pods", {"averageValue": "100m"}), "<unknown>/100m"),
        (_metric("Pods", {"averageValue": "100m"}, {"averageValue": "50m"}), "50m/100m"),
        (_metric("Object", {"value": "2000m"}, {"value": "50m"}), "50m/2"),
        (_metric("Object", {"averageValue": "100m"}, {"averageValue": "50m"}), "50m/100m (avg)"),
        (_metric("Resource", {"averageValue": "100m"}), "cpu: <unknown>/100m"),
        (_metric("Resource", {"averageValue": "100m"}, {"averageValue": "50m"}), "cpu: 50m/100m"),
        (_metric("Resource", {"averageUtilization": 80}), "cpu: <unknown>/80%"),
        (_metric("Resource", {"averageUtilization": 80}, {"averageUtilization": 50}), "cpu: 50%/80%"),
        (_metric("Resource", {}), "cpu: <unknown>/<auto>"),
        (_metric("ContainerResource", {"averageUtilization": 80}, {"averageUtilization": 50}), "cpu: 50%/80%"),
        (({"type": "Other"}, None), "<unknown type>"),
    ],
)
def test_targets_tell_what_is_measured_and_wanted(metric, text):
    """formatHPAMetrics and the cases of TestPrintHPA."""
    assert _targets(metric) == text


def test_two_targets_are_shown():
    metric = _metric("Resource", {"averageUtilization": 80}, {"averageUtilization": 50})
    pods = _metric("Pods", {"averageValue": "1"}, {"averageValue": "2"})
    assert _targets(metric, pods) == "cpu: 50%/80%, 2/1"
    assert _targets(metric, pods, metric, metric) == "cpu: 50%/80%, 2/1 + 2 more..."
    assert _targets() == "<none>"


def test_bounds_and_reference():
    reference = {"scaleTargetRef": {"kind": "Deployment", "name": "d"}}
    assert _cells(reference) == ["h", "Deployment/d", "<none>", "<unset>", 10, 4, "<unknown>"]
    assert _cells(reference | {"minReplicas": 2})[3] == "2"


@pytest.mark.parametrize(
    ("spec", "status", "annotations", "text"),
    [
        ({}, {}, {}, "cpu: <unknown>/80%"),
        (
            {"targetCPUUtilizationPercentage": 60},
            {"currentCPUUtilizationPercentage": 30},
            {},
            "cpu: 30%/60%",
        ),
        (
            {"targetCPUUtilizationPercentage": 60},
            {},
            {
                "metrics": [{"type": "Pods", "pods": {"metricName": "m", "targetAverageValue": "2"}}],
                "current-metrics": [
                    {"type": "Pods", "pods": {"metricName": "m", "currentAverageValue": "1"}},
                    {"type": "Resource", "resource": {"name": "cpu", "currentAverageUtilization": 5}},
                ],
            },
            "1/2, cpu: 5%/60%",
        ),
        (
            {},
            {},
            {"metrics": [{"type": "Object", "object": {"metricName": "m", "targetValue": "2", "averageValue": "3"}}]},
            "<unknown>/3 (avg)",
        ),
    ],
)
def test_version_1_keeps_metrics_in_annotations(spec, status, annotations, text):
    """Convert_v1_HorizontalPodAutoscaler_To_autoscaling: annotated metrics go first, 80% CPU is the default."""
    written = {f"autoscaling.alpha.kubernetes.io/{key}": json.dumps(value) for key, value in annotations.items()}
    obj = {
        "apiVersion": "autoscaling/v1",
        "metadata": {"name": "h", "annotations": written},
        "spec": spec,
        "status": status,
    }
    assert PRINTER.cells(obj, NOW)[2] == text


def test_version_1_ignores_annotations_that_are_no_metrics():
    obj = {
        "apiVersion": "autoscaling/v1",
        "metadata": {"name": "h", "annotations": {"autoscaling.alpha.kubernetes.io/metrics": "{"}},
    }
    assert PRINTER.cells(obj, NOW)[2] == "cpu: <unknown>/80%"
