"""Leases.

Follows kubernetes `pkg/registry/coordination/lease/strategy.go` and `pkg/apis/coordination/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported
from kubepy.api.names import is_qualified_name
from kubepy.apiserver.registry.strategy import Strategy, WriteContext

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_STRATEGIES: Final = ("OldestEmulationVersion",)


class LeaseStrategy(Strategy):
    """Leases. An update must say which version it is of, or two holders could both win."""

    allow_create_on_update: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        _drop_disabled_fields(obj, {})

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        _drop_disabled_fields(obj, old.get("spec") or {})

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        duration, transitions = spec.get("leaseDurationSeconds"), spec.get("leaseTransitions")
        strategy = spec.get("strategy")
        errors: list[FieldError] = []
        if duration is not None and duration <= 0:
            errors.append(invalid(_SPEC.child("leaseDurationSeconds"), duration, "must be greater than 0"))
        if transitions is not None and transitions < 0:
            detail = "must be greater than or equal to 0"
            errors.append(invalid(_SPEC.child("leaseTransitions"), transitions, detail))
        if strategy is not None:
            errors += _validate_strategy(strategy)
        if spec.get("preferredHolder") and not strategy:
            detail = "may only be specified if `strategy` is defined"
            errors.append(forbidden(_SPEC.child("preferredHolder"), detail))
        return errors


def _drop_disabled_fields(obj: Object, old_spec: Object) -> None:
    """Coordinated leader election (KEP-4355) is off by default, and with it these fields unless they were there."""
    spec = obj.get("spec") or {}
    for name in ("strategy", "preferredHolder"):
        if name in spec and old_spec.get(name) is None:
            del spec[name]


def _validate_strategy(strategy: str) -> list[FieldError]:
    path = _SPEC.child("strategy", "strategy")
    if "/" not in strategy:
        return [] if strategy in _STRATEGIES else [not_supported(path, strategy, _STRATEGIES)]
    return [invalid(path, strategy, message) for message in is_qualified_name(strategy)]
