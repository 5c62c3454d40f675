"""HorizontalPodAutoscalers, as stored (autoscaling/v2): defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/autoscaling/v2/defaults.go`, `pkg/apis/autoscaling/validation/validation.go` and
`pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go`. Scaling to zero is alpha: only autoscalers that have
it keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.object_meta import NEGATIVE_ERROR
from kubepy.api.quantity import Quantity
from kubepy.apiserver.registry.autoscaling.metrics import validate_metric
from kubepy.apiserver.registry.autoscaling.references import validate_api_version, validate_reference
from kubepy.apiserver.registry.core.workload import SPEC, STATUS, WorkloadStatusStrategy, nonnegative
from kubepy.apiserver.registry.strategy import Object, Strategy

_MAX_PERIOD_SECONDS: Final = 1800
_MAX_STABILIZATION_WINDOW_SECONDS: Final = 3600
_DEFAULT_CPU_UTILIZATION: Final = 80
_SELECT_POLICIES: Final = ("Disabled", "Max", "Min")
_POLICY_TYPES: Final = ("Percent", "Pods")
_METRICS: Final = SPEC.child("metrics")
_TO_ZERO: Final = "must specify at least one Object or External metric to support scaling to zero replicas"


class HorizontalPodAutoscalerStrategy(Strategy):
    """How HorizontalPodAutoscalers are written."""

    has_status = True
    tracks_generation = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("minReplicas", 1)
        if not spec.get("metrics"):
            target = {"type": "Utilization", "averageUtilization": _DEFAULT_CPU_UTILIZATION}
            spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
        behavior = spec.get("behavior")
        if behavior is not None:
            _default_rules(behavior.setdefault("scaleUp", {}), stabilization=0, pods=4)
            _default_rules(behavior.setdefault("scaleDown", {}))

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old["spec"])


class HorizontalPodAutoscalerStatusStrategy(WorkloadStatusStrategy):
    """`/status` of HorizontalPodAutoscalers."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return nonnegative(obj.get("status") or {}, STATUS, ("currentReplicas", "desiredReplicas"))


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": HorizontalPodAutoscalerStatusStrategy()})


def _default_rules(rules: Object, *, stabilization: int | None = None, pods: int | None = None) -> None:
    """Fill in what one direction's rules left out. How long scaling down waits is the controller's to decide."""
    if stabilization is not None:
        rules.setdefault("stabilizationWindowSeconds", stabilization)
    rules.setdefault("selectPolicy", "Max")
    if rules.get("policies") is None:
        policies: list[Any] = [{"type": "Percent", "value": 100, "periodSeconds": 15}]
        if pods is not None:
            policies.insert(0, {"type": "Pods", "value": pods, "periodSeconds": 15})
        rules["policies"] = policies


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    errors = _validate_bounds(spec, old)
    errors += _validate_target(spec, old)
    errors += _validate_metrics(spec, old)
    behavior = spec.get("behavior") or {}
    for direction in ("scaleUp", "scaleDown"):
        if behavior.get(direction) is not None:
            errors += _validate_rules(behavior[direction], SPEC.child("behavior", direction))
    return errors


def _validate_bounds(spec: Object, old: Object | None) -> list[FieldError]:
    lowest, highest = spec.get("minReplicas"), spec.get("maxReplicas", 0)
    least = 0 if old is not None and old.get("minReplicas") == 0 else 1
    at_highest = SPEC.child("maxReplicas")
    errors = []
    if lowest is not None and lowest < least:
        message = f"must be greater than or equal to {least}"
        errors.append(invalid(SPEC.child("minReplicas"), lowest, message))
    if highest == 0:
        errors.append(required(at_highest))
    elif highest < 0:
        errors.append(invalid(at_highest, highest, "must be greater than or equal to 1"))
    if lowest is not None and highest < lowest:
        errors.append(invalid(at_highest, highest, "must be greater than or equal to `minReplicas`"))
    return errors


def _validate_target(spec: Object, old: Object | None) -> list[FieldError]:
    """Complaints about the scaled object. The version of one that was accepted before isn't asked about again."""
    reference = spec.get("scaleTargetRef") or {}
    kind = reference.get("kind", "")
    errors = validate_reference(reference, SPEC.child("scaleTargetRef"))
    before = {} if old is None else old.get("scaleTargetRef") or {}
    known = before.get("apiVersion", "") == reference.get("apiVersion", "") and before.get("kind", "") == kind
    if old is not None and known:
        return errors
    groupless = kind == "ReplicationController"
    return errors + validate_api_version(reference, SPEC.child("scaleTargetRef"), allow_empty_group=groupless)


def _validate_metrics(spec: Object, old: Object | None) -> list[FieldError]:
    metrics = spec.get("metrics") or ()
    check_version = old is None or not any(
        validate_api_version(metric["object"].get("describedObject") or {}, SPEC, allow_empty_group=True)
        for metric in old.get("metrics") or ()
        if metric.get("type") == "Object" and metric.get("object") is not None
    )
    errors = []
    for position, metric in enumerate(metrics):
        errors += validate_metric(metric, _METRICS.index(position), check_version=check_version)
    types = {metric.get("type") for metric in metrics}
    if spec.get("minReplicas") == 0 and types.isdisjoint(("Object", "External")):
        errors.append(forbidden(_METRICS, _TO_ZERO))
    return errors


def _validate_rules(rules: Object, path: Path) -> list[FieldError]:
    errors = []
    window, choice = rules.get("stabilizationWindowSeconds"), rules.get("selectPolicy")
    at_window = path.child("stabilizationWindowSeconds")
    if window is not None and window < 0:
        errors.append(invalid(at_window, window, "must be greater than or equal to zero"))
    if window is not None and window > _MAX_STABILIZATION_WINDOW_SECONDS:
        message = f"must be less than or equal to {_MAX_STABILIZATION_WINDOW_SECONDS}"
        errors.append(invalid(at_window, window, message))
    if choice is not None and choice not in _SELECT_POLICIES:
        errors.append(not_supported(path.child("selectPolicy"), choice, _SELECT_POLICIES))
    policies = rules.get("policies") or ()
    if not policies:
        errors.append(required(path.child("policies"), "must specify at least one Policy"))
    for position, policy in enumerate(policies):
        errors += _validate_policy(policy, path.child("policies").index(position))
    tolerance = rules.get("tolerance")
    if tolerance is not None and Quantity.parse(tolerance).sign() < 0:
        errors.append(invalid(path.child("tolerance"), str(Quantity.parse(tolerance)), NEGATIVE_ERROR))
    return errors


def _validate_policy(policy: Object, path: Path) -> list[FieldError]:
    kind, value, period = policy.get("type", ""), policy.get("value", 0), policy.get("periodSeconds", 0)
    errors = []
    if kind not in _POLICY_TYPES:
        errors.append(not_supported(path.child("type"), kind, _POLICY_TYPES))
    if value <= 0:
        errors.append(invalid(path.child("value"), value, "must be greater than zero"))
    if period <= 0:
        errors.append(invalid(path.child("periodSeconds"), period, "must be greater than zero"))
    if period > _MAX_PERIOD_SECONDS:
        message = f"must be less than or equal to {_MAX_PERIOD_SECONDS}"
        errors.append(invalid(path.child("periodSeconds"), period, message))
    return errors
