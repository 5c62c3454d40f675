"""VolumeAttributesClasses: all of one is fixed once it exists.

Follows kubernetes `pkg/apis/storage/validation/validation.go` (ValidateVolumeAttributesClass and its update).
"""

from __future__ import annotations

from kubepy.api.field import FieldError, Path, forbidden
from kubepy.apiserver.registry.storage.parameters import validate_driver, validate_parameters
from kubepy.apiserver.registry.strategy import Object, Strategy


class VolumeAttributesClassStrategy(Strategy):
    """How VolumeAttributesClasses are written."""

    returns_deleted_object = True

    def validate(self, obj: Object) -> list[FieldError]:
        errors = validate_driver(obj.get("driverName", ""), Path("driverName"))
        return errors + validate_parameters(obj.get("parameters") or {}, Path("parameters"), allow_empty=False)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        changed = [name for name in ("driverName", "parameters") if (obj.get(name) or None) != (old.get(name) or None)]
        errors = [forbidden(Path(name), f"updates to {name} are forbidden.") for name in changed]
        return errors + self.validate(obj)
