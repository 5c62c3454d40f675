"""Deployments: defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/apps/v1/defaults.go`, `pkg/apis/apps/validation/validation.go` and
`pkg/registry/apps/deployment/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, forbidden, invalid, not_supported, required
from kubepy.api.int_or_percent import (
    amount_of,
    validate_at_most_100_percent,
    validate_positive_int_or_percent,
)
from kubepy.apiserver.registry.core.pod import default_pod_template
from kubepy.apiserver.registry.core.workload import (
    SPEC,
    STATUS,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    immutable,
    nonnegative,
    not_above,
    not_decremented,
    shown_strategy,
    template_changed,
    validate_runs_forever,
    validate_selector_and_template,
)
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext, carry_over

_STRATEGY: Final = SPEC.child("strategy")
_ROLLING: Final = _STRATEGY.child("rollingUpdate")
_MAX_UNAVAILABLE: Final = _ROLLING.child("maxUnavailable")


class DeploymentStrategy(WorkloadStrategy):
    """How Deployments are written. Changed annotations count as a new generation: ReplicaSets inherit them."""

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("replicas", 1)
        strategy = spec.setdefault("strategy", {})
        if not strategy.get("type"):
            strategy["type"] = "RollingUpdate"
        if strategy["type"] == "RollingUpdate":
            rolling = strategy.setdefault("rollingUpdate", {})
            rolling.setdefault("maxUnavailable", "25%")
            rolling.setdefault("maxSurge", "25%")
        spec.setdefault("revisionHistoryLimit", 10)
        spec.setdefault("progressDeadlineSeconds", 600)
        default_pod_template(spec.setdefault("template", {}))

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        metadata, before = obj["metadata"], old["metadata"]
        generation = before.get("generation", 0)
        if metadata["generation"] == generation and not semantically_equal(
            metadata.get("annotations") or {}, before.get("annotations") or {}
        ):
            metadata["generation"] = generation + 1

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old) + immutable(obj["spec"], old["spec"], SPEC, "selector")


class DeploymentStatusStrategy(WorkloadStatusStrategy):
    """`/status` of Deployments; labels stay what they are, too."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",), ("metadata", "labels"))

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        carry_over(obj["metadata"], old["metadata"], "labels")

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        status = obj.get("status") or {}
        return [
            *nonnegative(status, STATUS, _COUNTERS),
            *not_above(status, STATUS, _BOUNDED, "replicas", "cannot be greater than status.replicas"),
            *not_above(status, STATUS, _AVAILABLE, "readyReplicas", "cannot be greater than readyReplicas"),
            *not_decremented(status, old.get("status") or {}, STATUS, "collisionCount"),
        ]


_COUNTERS: Final = (
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
)
_BOUNDED: Final = ("updatedReplicas", "readyReplicas", "availableReplicas")
_AVAILABLE: Final = ("availableReplicas",)
_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": DeploymentStatusStrategy()})


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    template = spec.get("template") or {}
    errors = nonnegative(spec, SPEC, ("replicas",))
    errors += validate_selector_and_template(
        spec, template, "deployment", "invalid label selector", check_template=template_changed(spec, old)
    )
    errors += validate_runs_forever(template, "ReplicaSet")
    errors += _validate_strategy(spec.get("strategy") or {})
    errors += nonnegative(spec, SPEC, ("minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"))
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None and deadline <= spec.get("minReadySeconds", 0):
        where = SPEC.child("progressDeadlineSeconds")
        errors.append(invalid(where, deadline, "must be greater than minReadySeconds"))
    return errors


def _validate_strategy(strategy: Object) -> list[FieldError]:
    rolling = strategy.get("rollingUpdate")
    match strategy.get("type", ""):
        case "Recreate":
            message = "may not be specified when strategy `type` is 'Recreate'"
            return [] if rolling is None else [forbidden(_ROLLING, message)]
        case "RollingUpdate":
            if rolling is None:
                return [required(_ROLLING, "this should be defaulted and never be nil")]
            return _validate_rolling_update(rolling)
        case _:
            shown = shown_strategy(strategy, MaxUnavailable=0, MaxSurge=0)
            return [not_supported(_STRATEGY, shown, ("Recreate", "RollingUpdate"))]


def _validate_rolling_update(rolling: Object) -> list[FieldError]:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    errors = validate_positive_int_or_percent(unavailable, _MAX_UNAVAILABLE)
    errors += validate_positive_int_or_percent(surge, _ROLLING.child("maxSurge"))
    if amount_of(unavailable) == 0 and amount_of(surge) == 0:
        errors.append(invalid(_MAX_UNAVAILABLE, unavailable, "may not be 0 when `maxSurge` is 0"))
    return errors + validate_at_most_100_percent(unavailable, _MAX_UNAVAILABLE)
