"""The metrics of autoscaling/v2 in the form autoscaling/v1 keeps them in annotations, and back.

Follows the metric conversions of upstream `pkg/apis/autoscaling/v1/conversion.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

_ZERO: Final = "0"


class _Reference(TypedDict, total=False):
    kind: str
    name: str
    apiVersion: str


class _Source(TypedDict, total=False):
    """Every field of the v1 metric sources and statuses: what each kind has is a part of these."""

    name: str
    container: str
    target: _Reference
    metricName: str
    selector: dict[str, Any] | None
    metricSelector: dict[str, Any] | None
    targetValue: str | int | float | None
    averageValue: str | int | float | None
    targetAverageValue: str | int | float | None
    targetAverageUtilization: int | None
    currentValue: str | int | float | None
    currentAverageValue: str | int | float | None
    currentAverageUtilization: int | None


class _MetricV1(TypedDict, total=False):
    type: str
    object: _Source | None
    pods: _Source | None
    resource: _Source | None
    containerResource: _Source | None
    external: _Source | None


MetricSpecV1 = _MetricV1
MetricStatusV1 = _MetricV1


def metric_spec_to_v1(metric: Mapping[str, Any]) -> dict[str, Any]:
    """The v1 MetricSpec of a v2 one, its fields in the order of the Go type."""
    result: dict[str, Any] = {"type": metric.get("type", "")}
    if (source := metric.get("object")) is not None:
        target = source.get("target") or {}
        result["object"] = _present(
            target=source.get("describedObject") or {},
            metricName=_metric_name(source),
            targetValue=_quantity(target.get("value")),
            selector=_selector(source),
            averageValue=target.get("averageValue"),
        )
    if (source := metric.get("pods")) is not None:
        target = source.get("target") or {}
        result["pods"] = _present(
            metricName=_metric_name(source),
            targetAverageValue=_quantity(target.get("averageValue")),
            selector=_selector(source),
        )
    for kind in ("resource", "containerResource"):
        if (source := metric.get(kind)) is not None:
            target = source.get("target") or {}
            result[kind] = _present(
                name=source.get("name", ""),
                targetAverageUtilization=target.get("averageUtilization"),
                targetAverageValue=target.get("averageValue"),
                container=source.get("container"),
            )
    if (source := metric.get("external")) is not None:
        target = source.get("target") or {}
        result["external"] = _present(
            metricName=_metric_name(source),
            metricSelector=_selector(source),
            targetValue=target.get("value"),
            targetAverageValue=target.get("averageValue"),
        )
    return result


def metric_status_to_v1(metric: Mapping[str, Any]) -> dict[str, Any]:
    """The v1 MetricStatus of a v2 one, its fields in the order of the Go type."""
    result: dict[str, Any] = {"type": metric.get("type", "")}
    if (status := metric.get("object")) is not None:
        current = status.get("current") or {}
        result["object"] = _present(
            target=status.get("describedObject") or {},
            metricName=_metric_name(status),
            currentValue=_quantity(current.get("value")),
            selector=_selector(status),
            averageValue=current.get("averageValue"),
        )
    if (status := metric.get("pods")) is not None:
        result["pods"] = _present(
            metricName=_metric_name(status),
            currentAverageValue=_quantity((status.get("current") or {}).get("averageValue")),
            selector=_selector(status),
        )
    for kind in ("resource", "containerResource"):
        if (status := metric.get(kind)) is not None:
            current = status.get("current") or {}
            result[kind] = _present(
                name=status.get("name", ""),
                currentAverageUtilization=current.get("averageUtilization"),
                currentAverageValue=_quantity(current.get("averageValue")),
                container=status.get("container"),
            )
    if (status := metric.get("external")) is not None:
        current = status.get("current") or {}
        result["external"] = _present(
            metricName=_metric_name(status),
            metricSelector=_selector(status),
            currentValue=_quantity(current.get("value")),
            currentAverageValue=current.get("averageValue"),
        )
    return result


def metric_spec_from_v1(metric: Mapping[str, Any]) -> dict[str, Any]:
    """The v2 MetricSpec of a v1 one; the target's type follows from which value it has."""
    result: dict[str, Any] = {"type": metric.get("type", "")}
    if (source := metric.get("object")) is not None:
        average = source.get("averageValue")
        result["object"] = {
            "describedObject": source.get("target") or {},
            "metric": _identifier(source, "selector"),
            "target": _present(
                type="Value" if average is None else "AverageValue",
                value=_quantity(source.get("targetValue")),
                averageValue=average,
            ),
        }
    if (source := metric.get("pods")) is not None:
        result["pods"] = {
            "metric": _identifier(source, "selector"),
            "target": {"type": "AverageValue", "averageValue": _quantity(source.get("targetAverageValue"))},
        }
    for kind in ("resource", "containerResource"):
        if (source := metric.get(kind)) is not None:
            utilization = source.get("targetAverageUtilization")
            target = _present(
                type="AverageValue" if utilization is None else "Utilization",
                averageValue=source.get("targetAverageValue"),
                averageUtilization=utilization,
            )
            result[kind] = _present(name=source.get("name", ""), container=source.get("container"), target=target)
    if (source := metric.get("external")) is not None:
        value = source.get("targetValue")
        result["external"] = {
            "metric": _identifier(source, "metricSelector"),
            "target": _present(
                type="AverageValue" if value is None else "Value",
                value=value,
                averageValue=source.get("targetAverageValue"),
            ),
        }
    return result


def metric_status_from_v1(metric: Mapping[str, Any]) -> dict[str, Any]:
    """The v2 MetricStatus of a v1 one."""
    result: dict[str, Any] = {"type": metric.get("type", "")}
    if (status := metric.get("object")) is not None:
        result["object"] = {
            "describedObject": status.get("target") or {},
            "metric": _identifier(status, "selector"),
            "current": _present(value=_quantity(status.get("currentValue")), averageValue=status.get("averageValue")),
        }
    if (status := metric.get("pods")) is not None:
        result["pods"] = {
            "metric": _identifier(status, "selector"),
            "current": {"averageValue": _quantity(status.get("currentAverageValue"))},
        }
    for kind in ("resource", "containerResource"):
        if (status := metric.get(kind)) is not None:
            current = _present(
                averageValue=_quantity(status.get("currentAverageValue")),
                averageUtilization=status.get("currentAverageUtilization"),
            )
            result[kind] = _present(name=status.get("name", ""), container=status.get("container"), current=current)
    if (status := metric.get("external")) is not None:
        result["external"] = {
            "metric": _identifier(status, "metricSelector"),
            "current": _present(
                value=_quantity(status.get("currentValue")), averageValue=status.get("currentAverageValue")
            ),
        }
    return result


def _identifier(v1: Mapping[str, Any], selector_key: str) -> dict[str, Any]:
    return _present(name=v1.get("metricName", ""), selector=v1.get(selector_key))


def _metric_name(v2: Mapping[str, Any]) -> str:
    name: str = (v2.get("metric") or {}).get("name", "")
    return name


def _selector(v2: Mapping[str, Any]) -> dict[str, Any] | None:
    return (v2.get("metric") or {}).get("selector")


def _quantity(value: Any) -> Any:
    """A quantity that is no pointer in Go is never absent: it is zero."""
    return _ZERO if value is None else value


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
