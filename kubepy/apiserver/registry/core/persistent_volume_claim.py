"""PersistentVolumeClaims: defaults, data sources, validation, what may change once they exist, and their status.

A claim's spec is fixed but for the size it requests and its VolumeAttributesClass, and these only once it is bound.
Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeClaimUpdate and its status),
`pkg/registry/core/persistentvolumeclaim/strategy.go` and `pkg/api/persistentvolumeclaim/util.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.labels import has_invalid_label_value
from kubepy.api.object_meta import validate_immutable
from kubepy.api.quantity import Quantity
from kubepy.apiserver.registry.core.persistent_volume import BETA_STORAGE_CLASS, BETA_STORAGE_CLASS_WARNING
from kubepy.apiserver.registry.core.volumes.claims import (
    default_persistent_volume_claim_spec as default_persistent_volume_claim_spec,
)
from kubepy.apiserver.registry.core.volumes.claims import (
    default_resource_list,
    validate_basic_resource,
)
from kubepy.apiserver.registry.core.volumes.claims import (
    validate_persistent_volume_claim_spec as validate_persistent_volume_claim_spec,
)
from kubepy.apiserver.registry.core.volumes.claims import (
    validate_persistent_volume_claim_template as validate_persistent_volume_claim_template,
)
from kubepy.apiserver.registry.core.volumes.difference import difference
from kubepy.apiserver.registry.strategy import Object, StatusStrategy, Strategy, WriteContext

_SPEC: Final = Path("spec")
_STATUS: Final = Path("status")
_RESIZE_STATES: Final = (
    "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible",
    "NodeResizePending",
)  # fmt: skip
_ZERO: Final = Quantity.parse("0")


class PersistentVolumeClaimStrategy(Strategy):
    """How PersistentVolumeClaims are written."""

    returns_deleted_object = True
    has_status = True
    reset_fields = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        default_persistent_volume_claim(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["status"] = {"phase": "Pending"}
        settle_data_sources(obj["spec"], {})

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        settle_data_sources(obj["spec"], old.get("spec") or {})

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_persistent_volume_claim_spec(obj["spec"], _SPEC)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        before = old.get("spec") or {}
        errors = validate_persistent_volume_claim_spec(
            obj["spec"],
            _SPEC,
            allow_invalid_api_group=_names_api_group(before),
            allow_invalid_label_value=has_invalid_label_value(before.get("selector")),
        )
        return errors + _validate_changes(obj, old)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        warnings: list[str] = []
        if BETA_STORAGE_CLASS in (obj["metadata"].get("annotations") or ()):
            warnings.append(f"metadata.annotations[{BETA_STORAGE_CLASS}]: {BETA_STORAGE_CLASS_WARNING}")
        return warnings + claim_spec_warnings(obj["spec"], _SPEC)


class PersistentVolumeClaimStatusStrategy(StatusStrategy):
    """`/status` of PersistentVolumeClaims."""

    reset_fields = (("spec",),)

    def default(self, obj: Object) -> None:
        default_persistent_volume_claim(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        # Behind the gate CSIVolumeHealth, which is off.
        obj["status"].pop("healthStatus", None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_status(obj)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": PersistentVolumeClaimStatusStrategy()})


def default_persistent_volume_claim(obj: Object) -> None:
    """Fill in what a PersistentVolumeClaim leaves out, in place."""
    default_persistent_volume_claim_spec(obj.setdefault("spec", {}))
    status = obj.setdefault("status", {})
    if not status.get("phase"):
        status["phase"] = "Pending"
    default_resource_list(status.get("capacity"))
    default_resource_list(status.get("allocatedResources"))


def settle_data_sources(spec: Object, old: Object) -> None:
    """Make `dataSource` and `dataSourceRef` agree, in place.

    A reference into another namespace is dropped (the gate CrossNamespaceVolumeDataSource is off), and so is, in a
    claim that had no data source, a `dataSource` alone that is neither a claim nor a snapshot.
    """
    reference = spec.get("dataSourceRef")
    if reference is not None and reference.get("namespace") and "dataSourceRef" not in old:
        del spec["dataSourceRef"]
        reference = None
    source = spec.get("dataSource")
    had_source = "dataSource" in old or "dataSourceRef" in old
    if source is not None and reference is None and not had_source and not _is_claim_or_snapshot(source):
        del spec["dataSource"]
        source = None
    if source is not None and reference is None:
        spec["dataSourceRef"] = dict(source)
    elif reference is not None and source is None and not reference.get("namespace"):
        spec["dataSource"] = {name: value for name, value in reference.items() if name != "namespace"}


def _is_claim_or_snapshot(source: Object) -> bool:
    target = (source.get("apiGroup", ""), source.get("kind"))
    return target in (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))


def _names_api_group(spec: Object) -> bool:
    return any("apiGroup" in (spec.get(field) or ()) for field in ("dataSource", "dataSourceRef"))


def _validate_changes(obj: Object, old: Object) -> list[FieldError]:
    spec, before = obj["spec"], old.get("spec") or {}
    errors, class_may_change = _validate_class_change(obj, old)
    new_part, old_part = _comparable(spec), _comparable(before)
    if not before.get("volumeName"):
        old_part["volumeName"] = new_part["volumeName"]
    if class_may_change:
        new_part["storageClassName"] = old_part["storageClassName"]
    if (obj.get("status") or {}).get("phase") == "Bound":
        new_part["volumeAttributesClassName"] = old_part["volumeAttributesClassName"]
        if new_part["requests"]:
            new_part["requests"]["storage"] = old_part["requests"].get("storage", _ZERO)
    if new_part != old_part:
        detail = (
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        )
        errors.append(forbidden(_SPEC, f"{detail}\n{difference(_printable(old_part), _printable(new_part))}"))
    errors += _validate_shrinking(spec, old)
    errors += validate_immutable(spec.get("volumeMode"), before.get("volumeMode"), Path("volumeMode"))
    return errors + _validate_attributes_class_change(spec, old)


def _comparable(spec: Object) -> Object:
    """A spec as its parts count: fields that are absent present, quantities by amount."""
    part = {name: value for name, value in spec.items() if name != "resources" and value != []}
    for name in ("volumeName", "storageClassName", "volumeAttributesClassName"):
        part[name] = spec.get(name, "" if name == "volumeName" else None)
    resources = spec.get("resources") or {}
    for kind in ("requests", "limits"):
        part[kind] = {name: _amount(value) for name, value in (resources.get(kind) or {}).items()}
    return part


def _printable(part: Object) -> Object:
    shown = {name: value for name, value in part.items() if name not in ("requests", "limits") and value}
    resources = {
        kind: {name: str(amount) for name, amount in part[kind].items()}
        for kind in ("requests", "limits")
        if part[kind]
    }
    return {**shown, "resources": resources}


def _amount(value: str | int | float | None) -> Quantity:
    try:
        return _ZERO if value is None else Quantity.parse(value)
    except ValueError:
        return _ZERO


def _validate_class_change(obj: Object, old: Object) -> tuple[list[FieldError], bool]:
    """Mistakes about the beta annotation, and whether the class may be given now that was not before."""
    new_class, old_class = obj["spec"].get("storageClassName"), (old.get("spec") or {}).get("storageClassName")
    new_note = (obj["metadata"].get("annotations") or {}).get(BETA_STORAGE_CLASS)
    old_note = (old["metadata"].get("annotations") or {}).get(BETA_STORAGE_CLASS)
    unclassed = old_class is None and new_class is not None
    if unclassed and old_note is not None and new_class == old_note and new_note in (None, old_note):
        return [], True
    path = Path("metadata").child("annotations", BETA_STORAGE_CLASS)
    errors = validate_immutable(new_note or "", old_note or "", path)
    return errors, unclassed and (old_note is None or new_class == old_note)


def _validate_shrinking(spec: Object, old: Object) -> list[FieldError]:
    """A request may only go back down to more than what the volume already has."""
    new_size = _storage_request(spec)
    if not new_size < _storage_request(old.get("spec") or {}):
        return []
    capacity = _amount(((old.get("status") or {}).get("capacity") or {}).get("storage"))
    if capacity < new_size:
        return []
    path = _SPEC.child("resources", "requests", "storage")
    return [forbidden(path, "field can not be less than status.capacity")]


def _storage_request(spec: Object) -> Quantity:
    return _amount(((spec.get("resources") or {}).get("requests") or {}).get("storage"))


def _validate_attributes_class_change(spec: Object, old: Object) -> list[FieldError]:
    """Once a VolumeAttributesClass has been applied, another may follow, but not none."""
    name = spec.get("volumeAttributesClassName")
    if name or "currentVolumeAttributesClassName" not in (old.get("status") or {}):
        return []
    if name == (old.get("spec") or {}).get("volumeAttributesClassName"):
        return []
    what = "nil" if name is None else "empty string"
    detail = f"update to {what} is forbidden when status.currentVolumeAttributesClassName is not nil"
    return [forbidden(_SPEC.child("volumeAttributesClassName"), detail)]


def _validate_status(obj: Object) -> list[FieldError]:
    errors: list[FieldError] = []
    if not (obj.get("spec") or {}).get("accessModes"):
        errors.append(required(Path("Spec").child("accessModes")))
    status = obj.get("status") or {}
    for name, amount in (status.get("capacity") or {}).items():
        errors += validate_basic_resource(amount, _STATUS.child("capacity").key(name))
    path = _STATUS.child("allocatedResourceStatus")
    for name, state in (status.get("allocatedResourceStatuses") or {}).items():
        errors += _validate_resource_name(name, path)
        if state not in _RESIZE_STATES:
            errors.append(not_supported(path, name, _RESIZE_STATES))
    path = _STATUS.child("allocatedResources")
    for name, amount in (status.get("allocatedResources") or {}).items():
        errors += _validate_resource_name(name, path) or validate_basic_resource(amount, path.key(name))
    return errors


def _validate_resource_name(name: str, path: Path) -> list[FieldError]:
    """A label key; of the names that are Kubernetes' own, only `storage`."""
    errors = [invalid(path, name, complaint) for complaint in names.is_qualified_name(name)]
    is_native = "/" not in name or "kubernetes.io/" in name
    if not errors and is_native and name != "storage":
        errors.append(not_supported(path, name, ["storage"]))
    return errors


def claim_spec_warnings(spec: Object, path: Path) -> list[str]:
    """What to say about a claim's spec: sizes that are no whole bytes."""
    resources = spec.get("resources") or {}
    warnings: list[str] = []
    for kind in ("requests", "limits"):
        amount = _amount((resources.get(kind) or {}).get("storage"))
        if amount.milli_value() % 1000:
            at = path.child("resources", kind).key("storage")
            warnings.append(f'{at}: fractional byte value "{amount}" is invalid, must be an integer')
    return warnings
