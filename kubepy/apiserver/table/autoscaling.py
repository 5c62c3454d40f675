"""The table of horizontal pod autoscalers, in both versions.

Follows `printHorizontalPodAutoscaler` in upstream `pkg/printers/internalversion/printers.go`. Version 1 keeps the
metrics it has no fields for in annotations; they are read as `pkg/apis/autoscaling/v1/conversion.go` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from kubepy.apiserver.table.ages import UNKNOWN, age
from kubepy.apiserver.table.cell_text import EMPTY, NONE, UNSET, quantity
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_SPEC: Final = "autoscaling.v2.HorizontalPodAutoscalerSpec"
_SPECS_ANNOTATION: Final = "autoscaling.alpha.kubernetes.io/metrics"
_STATUSES_ANNOTATION: Final = "autoscaling.alpha.kubernetes.io/current-metrics"
_DEFAULT_CPU_UTILIZATION: Final = 80
_SHOWN_METRICS: Final = 2

_SOURCES: Final = {
    "External": "external",
    "Pods": "pods",
    "Object": "object",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}
"""Metric type -> the field that says more."""

_Metrics = Sequence[Mapping[str, Any]]


def _autoscaler(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    if obj.get("apiVersion") == "autoscaling/v1":
        metrics, current = _version_1_metrics(obj, spec, status)
    else:
        metrics, current = spec.get("metrics") or (), status.get("currentMetrics") or ()
    target = spec.get("scaleTargetRef") or EMPTY
    minimum = spec.get("minReplicas")
    return [
        obj["metadata"]["name"],
        f"{target.get('kind', '')}/{target.get('name', '')}",
        _targets(metrics, current),
        UNSET if minimum is None else str(minimum),
        spec.get("maxReplicas", 0),
        status.get("currentReplicas", 0),
        age(obj, now),
    ]


def _targets(metrics: _Metrics, current: _Metrics) -> str:
    if not metrics:
        return NONE
    texts = [_target(metric, current[index] if index < len(current) else EMPTY) for index, metric in enumerate(metrics)]
    text = ", ".join(texts[:_SHOWN_METRICS])
    return f"{text} + {len(texts) - _SHOWN_METRICS} more..." if len(texts) > _SHOWN_METRICS else text


def _target(metric: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    field = _SOURCES.get(metric["type"])
    if field is None:
        return "<unknown type>"
    source, measured = metric.get(field) or EMPTY, status.get(field)
    target = source.get("target") or EMPTY
    current = None if measured is None else measured.get("current") or EMPTY
    if field in ("resource", "containerResource"):
        return f"{source.get('name', '')}: {_resource_target(target, current)}"
    if field == "pods":
        return f"{_measured(current, 'averageValue')}/{_pointer(target.get('averageValue'))}"
    if target.get("averageValue") is not None:
        average = UNKNOWN if not current or current.get("averageValue") is None else quantity(current["averageValue"])
        return f"{average}/{quantity(target['averageValue'])} (avg)"
    return f"{_measured(current, 'value')}/{_pointer(target.get('value'))}"


def _resource_target(target: Mapping[str, Any], current: Mapping[str, Any] | None) -> str:
    if target.get("averageValue") is not None:
        return f"{_measured(current, 'averageValue')}/{quantity(target['averageValue'])}"
    measured, wanted = (current or EMPTY).get("averageUtilization"), target.get("averageUtilization")
    left = UNKNOWN if measured is None else f"{measured}%"
    return f"{left}/{'<auto>' if wanted is None else f'{wanted}%'}"


def _measured(current: Mapping[str, Any] | None, field: str) -> str:
    return UNKNOWN if current is None else _pointer(current.get(field))


def _pointer(value: str | None) -> str:
    return "<nil>" if value is None else quantity(value)


def _version_1_metrics(
    obj: Mapping[str, Any], spec: Mapping[str, Any], status: Mapping[str, Any]
) -> tuple[_Metrics, _Metrics]:
    annotations = obj["metadata"].get("annotations") or EMPTY
    metrics = [_version_2(metric, "target") for metric in _decoded(annotations.get(_SPECS_ANNOTATION)) or ()]
    utilization = spec.get("targetCPUUtilizationPercentage")
    if utilization is None and not metrics:
        utilization = _DEFAULT_CPU_UTILIZATION
    if utilization is not None:
        metrics.append(_cpu("target", utilization))
    annotated = _decoded(annotations.get(_STATUSES_ANNOTATION))
    if annotated is not None:
        return metrics, [_version_2(metric, "current") for metric in annotated]
    measured = status.get("currentCPUUtilizationPercentage")
    return metrics, [] if measured is None else [_cpu("current", measured)]


def _decoded(text: str | None) -> list[dict[str, Any]] | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=list[dict[str, Any]])
    except msgspec.DecodeError:
        return None


def _cpu(side: str, utilization: int) -> dict[str, Any]:
    return {"type": "Resource", "resource": {"name": "cpu", side: {"averageUtilization": utilization}}}


def _version_2(metric: Mapping[str, Any], side: str) -> dict[str, Any]:
    """A version 1 metric (`side` target) or measurement (`side` current) in the form of version 2."""
    kind = metric.get("type", "")
    field = _SOURCES.get(kind, "")
    source = metric.get(field) or EMPTY
    values = {
        "value": source.get(f"{side}Value"),
        "averageValue": source.get(f"{side}AverageValue", source.get("averageValue")),
        "averageUtilization": source.get(f"{side}AverageUtilization"),
    }
    return {"type": kind, field: {"name": source.get("name"), side: values}} if source else {"type": kind}


PRINTERS: Final[Printers] = {
    ("autoscaling", "HorizontalPodAutoscaler"): Printer(
        (
            NAME,
            Column("Reference", doc(_SPEC, "scaleTargetRef")),
            Column("Targets", doc(_SPEC, "metrics")),
            Column("MinPods", doc(_SPEC, "minReplicas")),
            Column("MaxPods", doc(_SPEC, "maxReplicas")),
            Column("Replicas", doc("autoscaling.v2.HorizontalPodAutoscalerStatus", "currentReplicas")),
            AGE,
        ),
        _autoscaler,
    ),
}
