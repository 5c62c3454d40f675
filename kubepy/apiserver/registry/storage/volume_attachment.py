"""VolumeAttachments: the wish that a volume be attached to a node, and how far that has come. The wish is fixed.

Follows kubernetes `pkg/apis/storage/validation/validation.go` (ValidateVolumeAttachment and its update),
`pkg/registry/storage/volumeattachment/strategy.go`, and the declarative rules of `storage/v1/types.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api import names
from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, Path, forbidden, invalid, required, too_long
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR
from kubepy.apiserver.registry.core.persistent_volume import (
    default_persistent_volume_spec,
    validate_persistent_volume_spec,
)
from kubepy.apiserver.registry.core.volumes.network import validate_declared_driver_name
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext

_SPEC: Final = Path("spec")
_STATUS: Final = Path("status")
_ONE_SOURCE: Final = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
_MAX_METADATA_BYTES: Final = 256 * 1024
_MAX_MESSAGE_BYTES: Final = 1024


class VolumeAttachmentStrategy(Strategy):
    """How VolumeAttachments are written."""

    returns_deleted_object = True
    has_status = True
    allow_unconditional_update = False
    reset_fields = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        _default(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["status"] = {"attached": False}

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj["spec"]
        errors = _validate_spec(spec) + validate_declared_driver_name(spec.get("attacher", ""), _SPEC.child("attacher"))
        name = (spec.get("source") or {}).get("persistentVolumeName")
        if name is not None:
            path = _SPEC.child("source", "persistentVolumeName")
            errors += [invalid(path, name, complaint) for complaint in names.dns_subdomain_name(name)]
        return errors + _validate_status(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = _validate_spec(obj["spec"]) + _validate_status(obj)
        if not semantically_equal(obj["spec"], old.get("spec")):
            errors.append(invalid(_SPEC, None, FIELD_IMMUTABLE_ERROR))
        return errors


class VolumeAttachmentStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of VolumeAttachments: metadata cannot be changed here either."""

    allow_unconditional_update = False

    def default(self, obj: Object) -> None:
        _default(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"]) + _validate_status(obj)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": VolumeAttachmentStatusStrategy()})


def _default(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    if (inline := (spec.get("source") or {}).get("inlineVolumeSpec")) is not None:
        default_persistent_volume_spec(inline)
    obj.setdefault("status", {}).setdefault("attached", False)


def _validate_spec(spec: Object) -> list[FieldError]:
    errors = _validate_source(spec.get("source") or {}, _SPEC.child("source"))
    node = spec.get("nodeName", "")
    return errors + [invalid(_SPEC.child("nodeName"), node, complaint) for complaint in names.dns_subdomain_name(node)]


def _validate_source(source: Object, path: Path) -> list[FieldError]:
    name, inline = source.get("persistentVolumeName"), source.get("inlineVolumeSpec")
    if inline is None and name is None:
        return [required(path, _ONE_SOURCE)]
    if inline is not None and name is not None:
        return [forbidden(path, _ONE_SOURCE)]
    if inline is not None:
        return validate_persistent_volume_spec(inline, path.child("inlineVolumeSpec"), inline=True)
    return [] if name else [required(path.child("persistentVolumeName"), "must specify non empty persistentVolumeName")]


def _validate_status(obj: Object) -> list[FieldError]:
    status = obj.get("status") or {}
    metadata: Mapping[str, str] = status.get("attachmentMetadata") or {}
    errors: list[FieldError] = []
    if sum(len(key.encode()) + len(value.encode()) for key, value in metadata.items()) > _MAX_METADATA_BYTES:
        errors.append(too_long(_STATUS.child("attachmentMetadata"), _MAX_METADATA_BYTES))
    for field in ("attachError", "detachError"):
        errors += _validate_error(status.get(field) or {}, _STATUS.child(field))
    return errors


def _validate_error(error: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if len(error.get("message", "").encode()) > _MAX_MESSAGE_BYTES:
        # Upstream names the wrong limit in the message.
        errors.append(too_long(path.child("message"), _MAX_METADATA_BYTES))
    code = error.get("errorCode")
    if code is not None and code < 0:
        errors.append(invalid(path.child("errorCode"), code, names.inclusive_range_error(0, 2**31 - 1)))
    return errors
