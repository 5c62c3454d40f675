"""CSINodes: the CSI drivers of one node. What a driver says of itself is fixed but for how many volumes it can take.

Follows kubernetes `pkg/apis/storage/validation/validation.go` (ValidateCSINode and its update).
"""

from __future__ import annotations

from typing import Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, duplicate, invalid, required
from kubepy.api.object_meta import validate_immutable, validate_nonnegative
from kubepy.apiserver.registry.core.volumes.network import validate_csi_driver_name
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext

_DRIVERS: Final = Path("spec").child("drivers")
_MAX_NODE_ID_LENGTH: Final = 256


class CSINodeStrategy(Strategy):
    """How CSINodes are written; their status is behind the gate CSIVolumeHealth, which is off."""

    returns_deleted_object = True
    allow_unconditional_update = False

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj.pop("status", None)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        obj.pop("status", None)

    def validate(self, obj: Object) -> list[FieldError]:
        errors: list[FieldError] = []
        seen: set[str] = set()
        for position, driver in enumerate(_drivers(obj)):
            errors += _validate_driver(driver, seen, _DRIVERS.index(position))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = self.validate(obj)
        for before in _drivers(old):
            for driver in _drivers(obj):
                if driver.get("name") == before.get("name"):
                    errors += validate_immutable(_fixed_part(driver), _fixed_part(before), _DRIVERS)
        return errors


def _drivers(obj: Object) -> list[Object]:
    return (obj.get("spec") or {}).get("drivers") or []


def _fixed_part(driver: Object) -> Object:
    return {name: value for name, value in driver.items() if name != "allocatable" and value}


def _validate_driver(driver: Object, seen: set[str], path: Path) -> list[FieldError]:
    name, node_id = driver.get("name", ""), driver.get("nodeID", "")
    errors = validate_csi_driver_name(name, path.child("name"))
    if not node_id:
        errors.append(required(path.child("nodeID")))
    if len(node_id.encode()) > _MAX_NODE_ID_LENGTH:
        errors.append(invalid(path.child("nodeID"), node_id, f"must be {_MAX_NODE_ID_LENGTH} characters or less"))
    count = (driver.get("allocatable") or {}).get("count")
    if count is not None:
        errors += validate_nonnegative(count, path.child("allocatable", "count"))
    if name in seen:
        errors.append(duplicate(path.child("name"), name))
    seen.add(name)
    return errors + _validate_topology_keys(driver.get("topologyKeys") or [], path)


def _validate_topology_keys(keys: list[str], path: Path) -> list[FieldError]:
    """Mistakes in the keys, reported at the driver as upstream does."""
    errors: list[FieldError] = []
    for position, key in enumerate(keys):
        if not key:
            errors.append(required(path))
        if key in keys[:position]:
            errors.append(duplicate(path, key))
        errors += [invalid(path, key, complaint) for complaint in names.is_qualified_name(key)]
    return errors
