"""DaemonSets: defaults, validation and what a write may change.

Each change of the template is counted in an annotation, which is how apps/v1 shows the field that older versions had.
Follows kubernetes `pkg/apis/apps/v1/{defaults,conversion}.go`, `pkg/apis/apps/validation/validation.go` and
`pkg/registry/apps/daemonset/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, invalid, not_supported, required
from kubepy.api.int_or_percent import (
    amount_of,
    validate_at_most_100_percent,
    validate_positive_int_or_percent,
)
from kubepy.api.labels import validate_label_selector
from kubepy.apiserver.registry.core.pod import default_pod_template, validate_pod_template
from kubepy.apiserver.registry.core.workload import (
    NO_MATCH,
    SELECTOR,
    SPEC,
    STATUS,
    TEMPLATE,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    immutable,
    nonnegative,
    not_decremented,
    selects_template,
    shown_strategy,
    template_changed,
    template_labels,
    validate_runs_forever,
)
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext

TEMPLATE_GENERATION: Final = "deprecated.daemonset.template.generation"

_UPDATE_STRATEGY: Final = SPEC.child("updateStrategy")
_ROLLING: Final = _UPDATE_STRATEGY.child("rollingUpdate")


class DaemonSetStrategy(WorkloadStrategy):
    """How DaemonSets are written."""

    warns_of_name = False

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        strategy = spec.setdefault("updateStrategy", {})
        if not strategy.get("type"):
            strategy["type"] = "RollingUpdate"
        if strategy["type"] == "RollingUpdate":
            rolling = strategy.setdefault("rollingUpdate", {})
            rolling.setdefault("maxUnavailable", 1)
            rolling.setdefault("maxSurge", 0)
        spec.setdefault("revisionHistoryLimit", 10)
        default_pod_template(spec.setdefault("template", {}))

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        _set_template_generation(obj, max(1, _template_generation(obj)))

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        same = semantically_equal(obj["spec"].get("template"), old["spec"].get("template"))
        _set_template_generation(obj, _template_generation(old) + (0 if same else 1))

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return immutable(obj["spec"], old["spec"], SPEC, "selector") + _validate_spec(obj["spec"], old)


class DaemonSetStatusStrategy(WorkloadStatusStrategy):
    """`/status` of DaemonSets."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        status = obj.get("status") or {}
        return [
            *nonnegative(status, STATUS, _COUNTERS),
            *not_decremented(status, old.get("status") or {}, STATUS, "collisionCount"),
        ]


_COUNTERS: Final = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
)
_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": DaemonSetStatusStrategy()})


def _template_generation(obj: Object) -> int:
    """What the annotation counts; 0 if it isn't there or is no number."""
    text = (obj["metadata"].get("annotations") or {}).get(TEMPLATE_GENERATION, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _set_template_generation(obj: Object, generation: int) -> None:
    metadata = obj["metadata"]
    metadata["annotations"] = {**(metadata.get("annotations") or {}), TEMPLATE_GENERATION: str(generation)}


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    selector, template = spec.get("selector"), spec.get("template") or {}
    errors = [] if selector is None else validate_label_selector(selector, SELECTOR)
    if not errors and not selects_template(selector, template):
        errors.append(invalid(TEMPLATE.child("metadata", "labels"), template_labels(template) or None, NO_MATCH))
    if selector is not None and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        errors.append(invalid(SELECTOR, selector, "empty selector is invalid for daemonset"))
    if template_changed(spec, old):
        errors += validate_pod_template(template, TEMPLATE)
    errors += validate_runs_forever(template, "DaemonSet")
    errors += nonnegative(spec, SPEC, ("minReadySeconds",))
    errors += _validate_update_strategy(spec.get("updateStrategy") or {})
    return errors + nonnegative(spec, SPEC, ("revisionHistoryLimit",))


def _validate_update_strategy(strategy: Object) -> list[FieldError]:
    rolling = strategy.get("rollingUpdate")
    match strategy.get("type", ""):
        case "OnDelete":
            return []
        case "RollingUpdate":
            return [required(_ROLLING)] if rolling is None else _validate_rolling_update(rolling)
        case _:
            shown = shown_strategy(strategy, MaxUnavailable=0, MaxSurge=0)
            return [not_supported(_UPDATE_STRATEGY, shown, ("RollingUpdate", "OnDelete"))]


def _validate_rolling_update(rolling: Object) -> list[FieldError]:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    at_unavailable, at_surge = _ROLLING.child("maxUnavailable"), _ROLLING.child("maxSurge")
    errors = validate_positive_int_or_percent(unavailable, at_unavailable)
    errors += validate_positive_int_or_percent(surge, at_surge)
    errors += validate_at_most_100_percent(unavailable, at_unavailable)
    errors += validate_at_most_100_percent(surge, at_surge)
    if amount_of(unavailable) and amount_of(surge):
        errors.append(invalid(at_surge, surge, "may not be set when maxUnavailable is non-zero"))
    elif not amount_of(unavailable) and not amount_of(surge):
        errors.append(required(at_unavailable, "cannot be 0 when maxSurge is 0"))
    return errors
