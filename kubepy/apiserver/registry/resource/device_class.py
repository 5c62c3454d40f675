"""DeviceClasses: which devices a name in a claim stands for, and how they are configured.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (ValidateDeviceClass and its update) and
`pkg/registry/resource/deviceclass/strategy.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api.field import FieldError, Path
from kubepy.apiserver.registry.resource.configuration import validate_configuration
from kubepy.apiserver.registry.resource.device_claim import MAX_CONFIGS, validate_selectors
from kubepy.apiserver.registry.resource.device_names import validate_extended_resource_name
from kubepy.apiserver.registry.resource.lists import validate_list
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")


class DeviceClassStrategy(Strategy):
    """How DeviceClasses are written."""

    returns_deleted_object = True
    tracks_generation = True

    def default(self, obj: Object) -> None:
        obj.setdefault("spec", {})

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], {})

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old.get("spec") or {})


def _validate_spec(spec: Object, old: Object) -> list[FieldError]:
    """Mistakes in a spec; lists that are as they were count as stored, whose limits were checked then."""
    selectors, config = spec.get("selectors") or [], spec.get("config") or []
    is_stored = selectors == old.get("selectors")
    errors = validate_selectors(selectors, _SPEC.child("selectors"), stored=is_stored)
    is_stored = config == old.get("config")
    errors += validate_list(
        config,
        MAX_CONFIGS,
        lambda entry, at: validate_configuration(entry, at, stored=is_stored),
        _SPEC.child("config"),
    )
    name = spec.get("extendedResourceName")
    return (
        errors if name is None else errors + validate_extended_resource_name(name, _SPEC.child("extendedResourceName"))
    )
