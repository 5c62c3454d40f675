"""PersistentVolumes: defaults, validation, what may change once they exist, and their status.

    Pending -> Available -> Bound -> Released     the volume controller moves a volume on by writing /status;
        any of them -> Failed                     the time of each step is noted here

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeSpec and its update),
`pkg/registry/core/persistentvolume/strategy.go`, `pkg/api/persistentvolume/util.go` and
`pkg/volume/validation/pv_validation.go`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.object_meta import validate_immutable
from kubepy.api.timestamps import format_time
from kubepy.apiserver.registry.core.node_labels import node_selector_term_warnings
from kubepy.apiserver.registry.core.pod.affinity import validate_node_selector
from kubepy.apiserver.registry.core.volumes import network
from kubepy.apiserver.registry.core.volumes.claims import (
    VOLUME_MODES,
    default_resource_list,
    validate_access_modes,
    validate_basic_resource,
    validate_positive_quantity,
)
from kubepy.apiserver.registry.core.volumes.defaults import default_source
from kubepy.apiserver.registry.core.volumes.difference import difference
from kubepy.apiserver.registry.strategy import Object, StatusStrategy, Strategy, WriteContext

BETA_STORAGE_CLASS: Final = "volume.beta.kubernetes.io/storage-class"
BETA_STORAGE_CLASS_WARNING: Final = 'deprecated since v1.8; use "storageClassName" attribute instead'
_MOUNT_OPTIONS: Final = "volume.beta.kubernetes.io/mount-options"
_MOUNT_OPTIONS_WARNING: Final = 'deprecated since v1.31; use "mountOptions" attribute instead'
_RECLAIM_POLICIES: Final = ("Delete", "Recycle", "Retain")
_ONE_TYPE: Final = "may not specify more than 1 volume type"
_INLINE: Final = "in the context of inline volumes"
_SPEC: Final = Path("spec")

_SOURCES: Final[dict[str, Callable[[Object, Path], list[FieldError]]]] = {
    "hostPath": network.validate_host_path,
    "gcePersistentDisk": network.validate_gce_persistent_disk,
    "awsElasticBlockStore": network.validate_aws_elastic_block_store,
    "glusterfs": network.validate_persistent_glusterfs,
    "flocker": network.validate_flocker,
    "nfs": network.validate_nfs,
    "rbd": network.validate_rbd,
    "quobyte": network.validate_quobyte,
    "cephfs": network.validate_cephfs,
    "iscsi": lambda source, path: network.validate_persistent_iscsi(source, path, ""),
    "cinder": network.validate_persistent_cinder,
    "fc": network.validate_fc,
    "flexVolume": network.validate_flex_volume,
    "azureFile": network.validate_persistent_azure_file,
    "vsphereVolume": network.validate_vsphere_volume,
    "photonPersistentDisk": network.validate_photon_persistent_disk,
    "portworxVolume": network.validate_portworx_volume,
    "azureDisk": network.validate_azure_disk,
    "scaleIO": network.validate_scale_io,
    "local": network.validate_local,
    "storageos": network.validate_persistent_storageos,
    "csi": network.validate_persistent_csi,
}
"""What checks each kind of source, in upstream's order: of several, the first counts and the rest are forbidden."""
_VALIDATED_AS: Final = {"gcePersistentDisk": "persistentDisk"}
_FORBIDDEN_AS: Final = {"cephfs": "cephFS"}
_WITH_MOUNT_OPTIONS: Final = frozenset(
    {
        "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "gcePersistentDisk", "glusterfs", "iscsi",
        "nfs", "photonPersistentDisk", "quobyte", "rbd", "vsphereVolume",
    }
)  # fmt: skip
_SUCCESSORS: Final = {
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
}
_SOURCE_WARNINGS: Final = {
    "cephfs": ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    "photonPersistentDisk": ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    "scaleIO": ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    "storageos": ("storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    "glusterfs": ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    "rbd": ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
}


class PersistentVolumeStrategy(Strategy):
    """How PersistentVolumes are written."""

    returns_deleted_object = True
    has_status = True
    reset_fields = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        default_persistent_volume(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["status"] = {"phase": "Pending", "lastPhaseTransitionTime": format_time(context.now)}

    def validate(self, obj: Object) -> list[FieldError]:
        errors = validate_persistent_volume_spec(obj["spec"], _SPEC, volume_name=obj["metadata"].get("name", ""))
        return errors + _validate_mount_options(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return self.validate(obj) + _validate_changes(obj["spec"], old.get("spec") or {})

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        return _warnings(obj)


class PersistentVolumeStatusStrategy(StatusStrategy):
    """`/status` of PersistentVolumes: notes when the phase changes, unless the writer says so itself."""

    reset_fields = (("spec",),)

    def default(self, obj: Object) -> None:
        default_persistent_volume(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        status, before = obj["status"], old.get("status") or {}
        noted = status.get("lastPhaseTransitionTime")
        if status.get("phase") != before.get("phase") and noted in (None, before.get("lastPhaseTransitionTime")):
            status["lastPhaseTransitionTime"] = format_time(context.now)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": PersistentVolumeStatusStrategy()})


def default_persistent_volume(obj: Object) -> None:
    """Fill in what a PersistentVolume leaves out, in place."""
    spec = obj.setdefault("spec", {})
    default_persistent_volume_spec(spec)
    if not spec.get("persistentVolumeReclaimPolicy"):
        spec["persistentVolumeReclaimPolicy"] = "Retain"
    spec.setdefault("volumeMode", "Filesystem")
    status = obj.setdefault("status", {})
    if not status.get("phase"):
        status["phase"] = "Pending"


def default_persistent_volume_spec(spec: Object) -> None:
    """Fill in what the spec leaves out wherever it stands, in a VolumeAttachment too, in place."""
    default_resource_list(spec.get("capacity"))
    default_source(spec)


def validate_persistent_volume_spec(
    spec: Object, path: Path, *, volume_name: str = "", inline: bool = False
) -> list[FieldError]:
    """Mistakes in the spec of a PersistentVolume, or of one `inline` in a VolumeAttachment."""
    errors = _validate_inline(spec, path) if inline else []
    modes = spec.get("accessModes")
    if not modes:
        errors.append(required(path.child("accessModes")))
    else:
        errors += validate_access_modes(modes, path.child("accessModes"))
    if not inline:
        errors += _validate_capacity(spec.get("capacity") or {}, path.child("capacity"))
    errors += _validate_reclaim_policy(spec, path, inline=inline)
    if (affinity := spec.get("nodeAffinity")) is not None:
        errors += _validate_node_affinity(affinity, path.child("nodeAffinity"), inline=inline)
    errors += _validate_source(spec, path, volume_name)
    errors += _validate_class(spec, path, inline=inline)
    errors += _validate_mode(spec, path, inline=inline)
    return errors + _validate_attributes_class(spec, path)


def _validate_inline(spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if "claimRef" in spec:
        errors.append(forbidden(path.child("claimRef"), f"may not be specified {_INLINE}"))
    if spec.get("capacity"):
        errors.append(forbidden(path.child("capacity"), f"may not be specified {_INLINE}"))
    if "csi" not in spec:
        errors.append(required(path.child("csi"), f"has to be specified {_INLINE}"))
    return errors


def _validate_capacity(capacity: Object, path: Path) -> list[FieldError]:
    errors = [] if capacity else [required(path)]
    if "storage" not in capacity or len(capacity) > 1:
        errors.append(not_supported(path, capacity or None, ["storage"]))
    for name, amount in capacity.items():
        at = path.key(name)
        negative = validate_basic_resource(amount, at)
        # Text that is no quantity is one mistake, a negative amount two.
        errors += negative
        errors += [error for error in validate_positive_quantity(amount, at) if error not in negative]
    return errors


def _validate_reclaim_policy(spec: Object, path: Path, *, inline: bool) -> list[FieldError]:
    policy = spec.get("persistentVolumeReclaimPolicy")
    at = path.child("persistentVolumeReclaimPolicy")
    if not policy:
        return []
    if inline:
        return [] if policy == "Retain" else [forbidden(at, f"may only be Retain {_INLINE}")]
    return [] if policy in _RECLAIM_POLICIES else [not_supported(at, policy, _RECLAIM_POLICIES)]


def _validate_node_affinity(affinity: Object, path: Path, *, inline: bool) -> list[FieldError]:
    if inline:
        return [forbidden(path, f"may not be specified {_INLINE}")]
    selector = affinity.get("required")
    if selector is None:
        return [required(path.child("required"), "must specify required node constraints")]
    return validate_node_selector(selector, path.child("required"))


def _validate_source(spec: Object, path: Path, volume_name: str) -> list[FieldError]:
    kinds = [kind for kind in _SOURCES if kind in spec]
    if not kinds:
        return [required(path, "must specify a volume type")]
    errors: list[FieldError] = []
    for position, kind in enumerate(kinds):
        # Upstream forgets to count flexVolume among several.
        if position and kind != "flexVolume":
            errors.append(forbidden(path.child(_FORBIDDEN_AS.get(kind, kind)), _ONE_TYPE))
        elif kind == "iscsi":
            errors += network.validate_persistent_iscsi(spec[kind], path.child(kind), volume_name)
        else:
            errors += _SOURCES[kind](spec[kind], path.child(_VALIDATED_AS.get(kind, kind)))
    if kinds[0] == "local" and "nodeAffinity" not in spec:
        errors.append(required(path.child("nodeAffinity"), "Local volume requires node affinity"))
    if "hostPath" in kinds and spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        directory = spec["hostPath"].get("path", "")
        if directory.startswith("/") and posixpath.normpath("/" + directory.lstrip("/")) == "/":
            at = path.child("persistentVolumeReclaimPolicy")
            errors.append(forbidden(at, "may not be 'recycle' for a hostPath mount of '/'"))
    return errors


def _validate_class(spec: Object, path: Path, *, inline: bool) -> list[FieldError]:
    name = spec.get("storageClassName")
    at = path.child("storageClassName")
    if not name:
        return []
    if inline:
        return [forbidden(at, f"may not be specified {_INLINE}")]
    return [invalid(at, name, complaint) for complaint in names.dns_subdomain_name(name)]


def _validate_mode(spec: Object, path: Path, *, inline: bool) -> list[FieldError]:
    mode = spec.get("volumeMode")
    at = path.child("volumeMode")
    if mode is None or mode == "Filesystem":
        return []
    if inline:
        return [forbidden(at, f"may not specify volumeMode other than Filesystem {_INLINE}")]
    return [] if mode in VOLUME_MODES else [not_supported(at, mode, VOLUME_MODES)]


def _validate_attributes_class(spec: Object, path: Path) -> list[FieldError]:
    name = spec.get("volumeAttributesClassName")
    at = path.child("volumeAttributesClassName")
    if name is None:
        return []
    errors: list[FieldError] = []
    if not name:
        errors.append(required(at, "an empty string is disallowed"))
    else:
        errors += [invalid(at, name, complaint) for complaint in names.dns_subdomain_name(name)]
    if "csi" not in spec:
        errors.append(required(path.child("csi"), "has to be specified when using volumeAttributesClassName"))
    return errors


def _validate_mount_options(obj: Object) -> list[FieldError]:
    if _MOUNT_OPTIONS not in (obj["metadata"].get("annotations") or ()):
        return []
    if any(kind in _WITH_MOUNT_OPTIONS for kind in obj["spec"]):
        return []
    path = Path("metadata").child("annotations", _MOUNT_OPTIONS)
    return [forbidden(path, "may not specify mount options for this volume type")]


def _validate_changes(spec: Object, old: Object) -> list[FieldError]:
    errors: list[FieldError] = []
    new_source, old_source = _source_of(spec), _source_of(old)
    secret = "controllerExpandSecretRef"
    if "csi" in old_source and secret not in old_source["csi"] and secret in new_source.get("csi", {}):
        new_source["csi"] = {name: value for name, value in new_source["csi"].items() if name != secret}
    if new_source != old_source:
        detail = "spec.persistentvolumesource is immutable after creation\n" + difference(old_source, new_source)
        errors.append(forbidden(_SPEC.child("persistentvolumesource"), detail))
    errors += validate_immutable(spec.get("volumeMode"), old.get("volumeMode"), Path("volumeMode"))
    affinity, before = spec.get("nodeAffinity"), old.get("nodeAffinity")
    if before is not None and not _is_label_upgrade(affinity, before):
        errors += validate_immutable(affinity, before, Path("nodeAffinity"))
    return errors


def _is_label_upgrade(new: Any, old: Any) -> bool:
    """Whether two parts are the same but for node labels whose beta names were replaced by their successors'."""
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() == old.keys() and all(_is_label_upgrade(new[name], old[name]) for name in new)
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(_is_label_upgrade(*pair) for pair in zip(new, old, strict=True))
    return bool(new == old) or (isinstance(old, str) and _SUCCESSORS.get(old) == new)


def _source_of(spec: Object) -> Object:
    return {kind: spec[kind] for kind in _SOURCES if kind in spec}


def _warnings(obj: Object) -> list[str]:
    spec, annotations = obj["spec"], obj["metadata"].get("annotations") or {}
    warnings: list[str] = []
    if BETA_STORAGE_CLASS in annotations:
        warnings.append(f"metadata.annotations[{BETA_STORAGE_CLASS}]: {BETA_STORAGE_CLASS_WARNING}")
    if _MOUNT_OPTIONS in annotations:
        warnings.append(f"metadata.annotations[{_MOUNT_OPTIONS}]: {_MOUNT_OPTIONS_WARNING}")
    if spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        warnings.append(
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. "
            "Instead, the recommended approach is to use dynamic provisioning."
        )
    selector, terms = (spec.get("nodeAffinity") or {}).get("required") or {}, "nodeSelectorTerms"
    for position, term in enumerate(selector.get(terms) or ()):
        path = _SPEC.child("nodeAffinity", "required", terms).index(position)
        warnings += node_selector_term_warnings(term, path, check_values=False)
    return warnings + [f"spec.{field}: {text}" for kind, (field, text) in _SOURCE_WARNINGS.items() if kind in spec]
