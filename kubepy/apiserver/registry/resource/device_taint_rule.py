"""DeviceTaintRules: a taint for all devices that match.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (ValidateDeviceTaintRule and its updates) and
`pkg/registry/resource/devicetaintrule/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.conditions import validate_conditions
from kubepy.api.field import FieldError, Path, too_many
from kubepy.api.timestamps import format_time
from kubepy.apiserver.registry.resource.device_names import (
    validate_device_name,
    validate_driver_name,
    validate_pool_name,
)
from kubepy.apiserver.registry.resource.taints import default_taint, validate_taint
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext

_SPEC: Final = Path("spec")
_CONDITIONS: Final = Path("status").child("conditions")
_MAX_CONDITIONS: Final = 8


class DeviceTaintRuleStrategy(Strategy):
    """How DeviceTaintRules are written."""

    has_status = True
    tracks_generation = True
    allow_unconditional_update = False
    reset_fields = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        default_taint(obj.setdefault("spec", {}).setdefault("taint", {}))

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        taint, before = obj["spec"]["taint"], (old.get("spec") or {}).get("taint") or {}
        # The time says since when there is this effect, which is what tolerations count from.
        if taint.get("effect") != before.get("effect") and taint.get("timeAdded") == before.get("timeAdded"):
            taint["timeAdded"] = format_time(context.now)
        super().prepare_for_update(obj, old, context)

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], (old.get("spec") or {}).get("taint"))


class DeviceTaintRuleStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of DeviceTaintRules: metadata cannot be changed here either."""

    allow_unconditional_update = False

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        conditions = (obj.get("status") or {}).get("conditions") or []
        errors = validate_conditions(conditions, _CONDITIONS)
        if len(conditions) > _MAX_CONDITIONS:
            errors.append(too_many(_CONDITIONS, len(conditions), _MAX_CONDITIONS))
        return errors


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": DeviceTaintRuleStatusStrategy()})
_SELECTED: Final = {"driver": validate_driver_name, "pool": validate_pool_name, "device": validate_device_name}


def _validate_spec(spec: Object, old_taint: Object | None) -> list[FieldError]:
    errors: list[FieldError] = []
    selector = spec.get("deviceSelector") or {}
    for field, check in _SELECTED.items():
        if field in selector:
            errors += check(selector[field], _SPEC.child("deviceSelector", field))
    return errors + validate_taint(spec["taint"], _SPEC.child("taint"), old_taint)
