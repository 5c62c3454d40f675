"""HorizontalPodAutoscaler autoscaling/v1 and autoscaling/v2.

v1 knows a CPU utilization target only. Everything else of v2 travels in four annotations of the v1 object
and is taken back out of them on the way in. Follows upstream `pkg/apis/autoscaling/v1/conversion.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from kubepy.api.conversion.metrics import (
    MetricSpecV1,
    MetricStatusV1,
    metric_spec_from_v1,
    metric_spec_to_v1,
    metric_status_from_v1,
    metric_status_to_v1,
)

_T = TypeVar("_T")

_METRICS: Final = "autoscaling.alpha.kubernetes.io/metrics"
_CURRENT_METRICS: Final = "autoscaling.alpha.kubernetes.io/current-metrics"
_CONDITIONS: Final = "autoscaling.alpha.kubernetes.io/conditions"
_BEHAVIOR: Final = "autoscaling.alpha.kubernetes.io/behavior"
_ROUND_TRIP: Final = frozenset({_METRICS, _CURRENT_METRICS, _CONDITIONS, _BEHAVIOR})

_DEFAULT_CPU_UTILIZATION: Final = 80
_CONDITION_FIELDS: Final = ("type", "status", "lastTransitionTime", "reason", "message", "observedGeneration")
_SHARED_STATUS: Final = ("observedGeneration", "lastScaleTime")

_BEHAVIOR_FIELDS: Final = ("ScaleUp", "ScaleDown")
_RULES_FIELDS: Final = ("StabilizationWindowSeconds", "SelectPolicy", "Policies", "Tolerance")
_POLICY_FIELDS: Final = ("Type", "Value", "PeriodSeconds")


class _Condition(msgspec.Struct, omit_defaults=True):
    type: str
    status: str
    lastTransitionTime: str | None = None  # noqa: N815 - the wire name
    reason: str = ""
    message: str = ""
    observedGeneration: int | None = None  # noqa: N815 - the wire name


class _Policy(msgspec.Struct, omit_defaults=True, rename="camel"):
    type: str
    value: int
    period_seconds: int


class _Rules(msgspec.Struct, omit_defaults=True, rename="camel"):
    stabilization_window_seconds: int | None = None
    select_policy: str | None = None
    policies: list[_Policy] | None = None
    tolerance: str | None = None


class _BehaviorV2(msgspec.Struct, omit_defaults=True, rename="camel"):
    scale_up: _Rules | None = None
    scale_down: _Rules | None = None


def v2_to_v1(obj: dict[str, Any]) -> dict[str, Any]:
    """The autoscaling/v1 form of an autoscaling/v2 object."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    metadata = obj.get("metadata") or {}
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key not in _ROUND_TRIP}
    metrics, current = spec.get("metrics") or (), status.get("currentMetrics") or ()
    other = [metric_spec_to_v1(metric) for metric in metrics if _cpu_target(metric) is None]
    if other:
        annotations[_METRICS] = _encode(other)
    if current:
        annotations[_CURRENT_METRICS] = _encode([metric_status_to_v1(metric) for metric in current])
    if spec.get("behavior") is not None:
        annotations[_BEHAVIOR] = _encode(_behavior_to_annotation(spec["behavior"]))
    if status.get("conditions"):
        annotations[_CONDITIONS] = _encode([_pick(condition, _CONDITION_FIELDS) for condition in status["conditions"]])
    return {
        **obj,
        "apiVersion": "autoscaling/v1",
        "metadata": _with_annotations(metadata, annotations),
        "spec": _spec_to_v1(spec),
        "status": _status_to_v1(status),
    }


def v1_to_v2(obj: dict[str, Any]) -> dict[str, Any]:
    """The autoscaling/v2 form of an autoscaling/v1 object; unreadable annotations count as absent."""
    metadata = obj.get("metadata") or {}
    annotations = metadata.get("annotations") or {}
    kept = {key: value for key, value in annotations.items() if key not in _ROUND_TRIP}
    return {
        **obj,
        "apiVersion": "autoscaling/v2",
        "metadata": _with_annotations(metadata, kept),
        "spec": _spec_to_v2(obj.get("spec") or {}, annotations),
        "status": _status_to_v2(obj.get("status") or {}, annotations),
    }


def _spec_to_v1(spec: Mapping[str, Any]) -> dict[str, Any]:
    result = _pick(spec, ("scaleTargetRef", "minReplicas", "maxReplicas"))
    targets = (_cpu_target(metric) for metric in spec.get("metrics") or ())
    utilization = next((target for target in targets if target is not None), None)
    if utilization is not None:
        result["targetCPUUtilizationPercentage"] = utilization
    return result


def _spec_to_v2(spec: Mapping[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
    result = _pick(spec, ("scaleTargetRef", "minReplicas", "maxReplicas"))
    others = _decode(annotations.get(_METRICS), list[MetricSpecV1]) or []
    metrics = [metric_spec_from_v1(metric) for metric in others]
    utilization = spec.get("targetCPUUtilizationPercentage")
    if utilization is not None:
        metrics.append(_cpu_metric(utilization))
    result["metrics"] = metrics or [_cpu_metric(_DEFAULT_CPU_UTILIZATION)]
    behavior = _behavior_from_annotation(annotations.get(_BEHAVIOR))
    if behavior:
        result["behavior"] = behavior
    return result


def _status_to_v1(status: Mapping[str, Any]) -> dict[str, Any]:
    result = _pick(status, _SHARED_STATUS)
    result["currentReplicas"] = status.get("currentReplicas") or 0
    result["desiredReplicas"] = status.get("desiredReplicas") or 0
    for metric in status.get("currentMetrics") or ():
        resource = metric.get("resource") or {}
        if metric.get("type") == "Resource" and resource.get("name") == "cpu":
            utilization = (resource.get("current") or {}).get("averageUtilization")
            if utilization is not None:
                result["currentCPUUtilizationPercentage"] = utilization
    return result


def _status_to_v2(status: Mapping[str, Any], annotations: Mapping[str, str]) -> dict[str, Any]:
    result = _pick(status, _SHARED_STATUS)
    if status.get("currentReplicas"):
        result["currentReplicas"] = status["currentReplicas"]
    result["desiredReplicas"] = status.get("desiredReplicas") or 0
    current = _decode(annotations.get(_CURRENT_METRICS), list[MetricStatusV1])
    utilization = status.get("currentCPUUtilizationPercentage")
    if current is not None:
        result["currentMetrics"] = [metric_status_from_v1(metric) for metric in current]
    elif utilization is not None:
        cpu = {"name": "cpu", "current": {"averageUtilization": utilization}}
        result["currentMetrics"] = [{"type": "Resource", "resource": cpu}]
    conditions = _decode(annotations.get(_CONDITIONS), list[_Condition])
    if conditions:
        result["conditions"] = msgspec.to_builtins(conditions)
    return result


def _cpu_target(metric: Mapping[str, Any]) -> int | None:
    """The utilization a v2 metric asks of the CPU, which is what v1 can say itself."""
    resource = metric.get("resource") or {}
    if metric.get("type") != "Resource" or resource.get("name") != "cpu":
        return None
    utilization: int | None = (resource.get("target") or {}).get("averageUtilization")
    return utilization


def _cpu_metric(utilization: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": utilization}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def _behavior_to_annotation(behavior: Mapping[str, Any]) -> dict[str, Any]:
    """Upstream encodes its internal type, whose fields have Go's names and are all present."""
    return {name: _rules_to_annotation(behavior.get(_wire_name(name))) for name in _BEHAVIOR_FIELDS}


def _rules_to_annotation(rules: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if rules is None:
        return None
    result = {name: rules.get(_wire_name(name)) for name in _RULES_FIELDS}
    if result["Policies"] is not None:
        result["Policies"] = [
            {name: policy.get(_wire_name(name)) for name in _POLICY_FIELDS} for policy in result["Policies"]
        ]
    return result


def _behavior_from_annotation(text: str | None) -> dict[str, Any] | None:
    raw = _decode(text, dict[str, Any])
    if raw is None:
        return None
    try:
        behavior = msgspec.convert(_wire_names(raw), _BehaviorV2)
    except msgspec.ValidationError:
        return None
    result: dict[str, Any] = msgspec.to_builtins(behavior)
    return result


def _wire_names(value: Any) -> Any:
    """Go finds fields whatever the case of their names; only the first letter differs in practice."""
    if isinstance(value, dict):
        return {_wire_name(name): _wire_names(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_wire_names(part) for part in value]
    return value


def _wire_name(name: str) -> str:
    return name[:1].lower() + name[1:]


def _with_annotations(metadata: Mapping[str, Any], annotations: dict[str, str]) -> dict[str, Any]:
    result = {name: value for name, value in metadata.items() if name != "annotations"}
    if annotations:
        result["annotations"] = annotations
    return result


def _pick(source: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: source[name] for name in names if source.get(name) is not None}


def _encode(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _decode(text: str | None, kind: type[_T]) -> _T | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
