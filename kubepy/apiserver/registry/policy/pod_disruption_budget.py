"""PodDisruptionBudgets: validation and what a write may change. Nothing is defaulted.

Follows kubernetes `pkg/apis/policy/validation/validation.go` and `pkg/registry/policy/poddisruptionbudget/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.conditions import validate_conditions
from kubepy.api.field import FieldError, invalid, not_supported
from kubepy.api.int_or_percent import (
    validate_at_most_100_percent,
    validate_positive_int_or_percent,
)
from kubepy.api.labels import validate_label_selector
from kubepy.apiserver.registry.core.workload import SELECTOR, SPEC, STATUS, WorkloadStatusStrategy, nonnegative
from kubepy.apiserver.registry.strategy import Object, Strategy

_EVICTION_POLICIES: Final = ("AlwaysAllow", "IfHealthyBudget")
_COUNTERS: Final = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


class PodDisruptionBudgetStrategy(Strategy):
    """How PodDisruptionBudgets are written. An update must say which version it is of."""

    has_status = True
    tracks_generation = True
    allow_unconditional_update = False
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        errors = []
        if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
            errors.append(invalid(SPEC, _shown(spec), "minAvailable and maxUnavailable cannot be both set"))
        for name in ("minAvailable", "maxUnavailable"):
            if spec.get(name) is not None:
                errors += validate_positive_int_or_percent(spec[name], SPEC.child(name))
                errors += validate_at_most_100_percent(spec[name], SPEC.child(name))
        errors += validate_label_selector(spec.get("selector"), SELECTOR)
        policy = spec.get("unhealthyPodEvictionPolicy")
        if policy is not None and policy not in _EVICTION_POLICIES:
            where = SPEC.child("unhealthyPodEvictionPolicy")
            errors.append(not_supported(where, policy, _EVICTION_POLICIES))
        return errors


class PodDisruptionBudgetStatusStrategy(WorkloadStatusStrategy):
    """`/status` of PodDisruptionBudgets."""

    allow_unconditional_update = False

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        status = obj.get("status") or {}
        errors = validate_conditions(status.get("conditions") or (), STATUS.child("conditions"))
        return errors + nonnegative(status, STATUS, _COUNTERS)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": PodDisruptionBudgetStatusStrategy()})


def _shown(spec: Object) -> Object:
    """A spec as upstream shows it in messages: by its internal field names."""
    return {
        "MinAvailable": spec.get("minAvailable"),
        "Selector": spec.get("selector"),
        "MaxUnavailable": spec.get("maxUnavailable"),
        "UnhealthyPodEvictionPolicy": spec.get("unhealthyPodEvictionPolicy"),
    }
