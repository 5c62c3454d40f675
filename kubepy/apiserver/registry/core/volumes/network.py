"""Volume sources that live outside the pod, shared by pods and persistent volumes.

A `validate_persistent_...` is the variant for a PersistentVolume, whose references to secrets name a namespace.
Follows kubernetes `pkg/apis/core/validation/validation.go` (validate...VolumeSource).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, not_supported, required, too_long, too_long_characters
from kubepy.apiserver.registry.core.volumes.paths import validate_descending_path, validate_no_backsteps

Object = dict[str, Any]

_HOST_PATH_TYPES = (
    "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
)  # fmt: skip
_CACHING_MODES = ("None", "ReadOnly", "ReadWrite")
_DISK_KINDS = ("Dedicated", "Managed", "Shared")
_MANAGED_DISK_URI = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
_BLOB_DISK_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
_HOST_PORTS = "must be a host:port pair or multiple pairs separated by commas"
_PARTITION = names.inclusive_range_error(1, 255)
_ISCSI_FORMATS = {
    "iqn": re.compile(r"iqn\.\d{4}-\d{2}\.([0-9A-Za-z\-.]+)(:[^,;*&$|\t\n\f\r ]+)\Z", re.ASCII),
    "eui": re.compile(r"\Aeui.[0-9A-Za-z]{16}\Z"),
    "naa": re.compile(r"\Anaa.[0-9A-Za-z]{32}\Z"),
}
_ISCSI_NAME_DETAIL = (
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
    "if iscsi.initiatorName is specified."
)
_HOST_AND_PORT = re.compile(r"(?:\[[^\[\]]*\]|[^:\[\]]*):[^:\[\]]*")
_CSI_SECRETS = (
    "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef",
)  # fmt: skip


def _missing(source: Object, path: Path, *fields: str) -> list[FieldError]:
    return [required(path.child(field)) for field in fields if not source.get(field)]


def _missing_in_secret(source: Object, path: Path, *fields: str) -> list[FieldError]:
    secret = source.get("secretRef")
    return [] if secret is None else _missing(secret, path.child("secretRef"), *fields)


def validate_host_path(source: Object, path: Path) -> list[FieldError]:
    """A file or directory of the node."""
    value = source.get("path")
    if not value:
        return [required(path.child("path"))]
    errors = validate_no_backsteps(value, path.child("path"))
    kind = source.get("type")
    if kind is not None and kind not in _HOST_PATH_TYPES:
        errors.append(not_supported(path.child("type"), kind, _HOST_PATH_TYPES))
    return errors


def validate_local(source: Object, path: Path) -> list[FieldError]:
    """A disk or directory of one node, in a PersistentVolume."""
    value = source.get("path")
    return validate_no_backsteps(value, path.child("path")) if value else [required(path.child("path"))]


def validate_git_repo(source: Object, path: Path) -> list[FieldError]:
    """A clone of a git repository."""
    errors = _missing(source, path, "repository")
    return errors + validate_descending_path(source.get("directory", ""), path.child("directory"))


def validate_gce_persistent_disk(source: Object, path: Path) -> list[FieldError]:
    """A disk of Google Compute Engine."""
    return _missing(source, path, "pdName") + _validate_partition(source, path)


def validate_aws_elastic_block_store(source: Object, path: Path) -> list[FieldError]:
    """An EBS volume."""
    return _missing(source, path, "volumeID") + _validate_partition(source, path)


def _validate_partition(source: Object, path: Path) -> list[FieldError]:
    partition = source.get("partition", 0)
    return [] if 0 <= partition <= 255 else [invalid(path.child("partition"), partition, _PARTITION)]


def validate_nfs(source: Object, path: Path) -> list[FieldError]:
    """A directory exported by an NFS server."""
    errors = _missing(source, path, "server", "path")
    directory = source.get("path", "")
    if not directory.startswith("/"):
        errors.append(invalid(path.child("path"), directory, "must be an absolute path"))
    return errors


def validate_iscsi(source: Object, path: Path) -> list[FieldError]:
    """An iSCSI target."""
    errors = _missing(source, path, "targetPortal")
    return errors + _validate_iscsi_names(source, path, "must be valid format starting with iqn, eui, or naa", ())


def validate_persistent_iscsi(source: Object, path: Path, volume_name: str) -> list[FieldError]:
    """An iSCSI target in the PersistentVolume of that name."""
    errors = _missing(source, path, "targetPortal")
    portal = source.get("targetPortal", "")
    if "initiatorName" in source and len(f"{volume_name}:{portal}".encode()) > 64:
        errors.append(invalid(path.child("targetportal"), portal, _ISCSI_NAME_DETAIL))
    return errors + _validate_iscsi_names(source, path, "must be valid format", ("name",))


def _validate_iscsi_names(
    source: Object, path: Path, prefix_detail: str, secret_fields: Sequence[str]
) -> list[FieldError]:
    errors: list[FieldError] = []
    iqn = source.get("iqn")
    if not iqn:
        errors.append(required(path.child("iqn")))
    else:
        errors += _validate_iscsi_name(iqn, path.child("iqn"), prefix_detail)
    lun = source.get("lun", 0)
    if not 0 <= lun <= 255:
        errors.append(invalid(path.child("lun"), lun, names.inclusive_range_error(0, 255)))
    if (source.get("chapAuthDiscovery") or source.get("chapAuthSession")) and "secretRef" not in source:
        errors.append(required(path.child("secretRef")))
    errors += _missing_in_secret(source, path, *secret_fields)
    if (initiator := source.get("initiatorName")) is not None:
        errors += _validate_iscsi_name(initiator, path.child("initiatorname"), prefix_detail)
    return errors


def _validate_iscsi_name(value: str, path: Path, prefix_detail: str) -> list[FieldError]:
    pattern = _ISCSI_FORMATS.get(value[:3])
    if pattern is None:
        return [invalid(path, value, prefix_detail)]
    return [] if pattern.search(value) else [invalid(path, value, "must be valid format")]


def validate_glusterfs(source: Object, path: Path) -> list[FieldError]:
    """A GlusterFS volume."""
    return _missing(source, path, "endpoints", "path")


def validate_persistent_glusterfs(source: Object, path: Path) -> list[FieldError]:
    """A GlusterFS volume in a PersistentVolume."""
    errors = validate_glusterfs(source, path)
    namespace = source.get("endpointsNamespace")
    if namespace is None:
        return errors
    at = path.child("endpointsNamespace")
    if not namespace:
        detail = "if the endpointnamespace is set, it must be a valid namespace name"
        return [*errors, invalid(at, namespace, detail)]
    return errors + [invalid(at, namespace, complaint) for complaint in names.dns_label_name(namespace)]


def validate_flocker(source: Object, path: Path) -> list[FieldError]:
    """A Flocker dataset."""
    name, uid = source.get("datasetName", ""), source.get("datasetUUID")
    errors: list[FieldError] = []
    if not name and not uid:
        errors.append(required(path, "one of datasetName and datasetUUID is required"))
    if name and uid:
        errors.append(invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"))
    if "/" in name:
        errors.append(invalid(path.child("datasetName"), name, "must not contain '/'"))
    return errors


def validate_rbd(source: Object, path: Path) -> list[FieldError]:
    """A Ceph block device."""
    return _missing(source, path, "monitors", "image")


def validate_cinder(source: Object, path: Path) -> list[FieldError]:
    """An OpenStack Cinder volume."""
    return _missing(source, path, "volumeID") + _missing_in_secret(source, path, "name")


def validate_persistent_cinder(source: Object, path: Path) -> list[FieldError]:
    """An OpenStack Cinder volume in a PersistentVolume."""
    return _missing(source, path, "volumeID") + _missing_in_secret(source, path, "name", "namespace")


def validate_cephfs(source: Object, path: Path) -> list[FieldError]:
    """A Ceph file system."""
    return _missing(source, path, "monitors")


def validate_quobyte(source: Object, path: Path) -> list[FieldError]:
    """A Quobyte volume."""
    registry = source.get("registry")
    errors: list[FieldError] = []
    if not registry:
        errors.append(required(path.child("registry"), _HOST_PORTS))
    elif len(source.get("tenant", "").encode()) >= 65:
        detail = "must be a UUID and may not exceed a length of 64 characters"
        errors.append(required(path.child("tenant"), detail))
    else:
        bad = [pair for pair in registry.split(",") if not _HOST_AND_PORT.fullmatch(pair)]
        errors += [invalid(path.child("registry"), registry, _HOST_PORTS) for _ in bad]
    return errors + _missing(source, path, "volume")


def validate_fc(source: Object, path: Path) -> list[FieldError]:
    """A Fibre Channel disk."""
    targets, wwids = source.get("targetWWNs"), source.get("wwids")
    at = path.child("targetWWNs")
    errors: list[FieldError] = []
    if not targets and not wwids:
        errors.append(required(at, "must specify either targetWWNs or wwids, but not both"))
    if targets and wwids:
        errors.append(invalid(at, targets, "targetWWNs and wwids can not be specified simultaneously"))
    if targets:
        lun = source.get("lun")
        if lun is None:
            errors.append(required(path.child("lun"), "lun is required if targetWWNs is specified"))
        elif not 0 <= lun <= 255:
            errors.append(invalid(path.child("lun"), lun, names.inclusive_range_error(0, 255)))
    return errors


def validate_flex_volume(source: Object, path: Path) -> list[FieldError]:
    """A volume of an executable driver, whose options may not use Kubernetes' own prefixes."""
    errors = _missing(source, path, "driver")
    for key in source.get("options") or ():
        domain = "." + key.partition("/")[0].lower()
        if domain.endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            errors.append(invalid(path.child("options").key(key), key, detail))
    return errors


def validate_azure_file(source: Object, path: Path) -> list[FieldError]:
    """A share of Azure Files."""
    return _missing(source, path, "secretName", "shareName")


def validate_persistent_azure_file(source: Object, path: Path) -> list[FieldError]:
    """A share of Azure Files in a PersistentVolume."""
    errors = validate_azure_file(source, path)
    if source.get("secretNamespace") == "":
        errors.append(required(path.child("secretNamespace")))
    return errors


def validate_azure_disk(source: Object, path: Path) -> list[FieldError]:
    """A disk of Azure, whose URI fits its kind."""
    errors = _missing(source, path, "diskName", "diskURI")
    uri, caching, kind = source.get("diskURI", ""), source.get("cachingMode"), source.get("kind")
    if caching is not None and caching not in _CACHING_MODES:
        errors.append(not_supported(path.child("cachingMode"), caching, _CACHING_MODES))
    if kind is None:
        return errors
    if kind not in _DISK_KINDS:
        errors.append(not_supported(path.child("kind"), kind, _DISK_KINDS))
    if kind == "Managed":
        if not uri.startswith("/subscriptions/"):
            errors.append(not_supported(path.child("diskURI"), uri, [_MANAGED_DISK_URI]))
    elif not uri.startswith("https://"):
        errors.append(not_supported(path.child("diskURI"), uri, [_BLOB_DISK_URI]))
    return errors


def validate_vsphere_volume(source: Object, path: Path) -> list[FieldError]:
    """A disk of vSphere."""
    return _missing(source, path, "volumePath")


def validate_photon_persistent_disk(source: Object, path: Path) -> list[FieldError]:
    """A disk of Photon Controller."""
    return _missing(source, path, "pdID")


def validate_portworx_volume(source: Object, path: Path) -> list[FieldError]:
    """A Portworx volume."""
    return _missing(source, path, "volumeID")


def validate_scale_io(source: Object, path: Path) -> list[FieldError]:
    """A ScaleIO volume."""
    return _missing(source, path, "gateway", "system", "volumeName")


def validate_storageos(source: Object, path: Path) -> list[FieldError]:
    """A StorageOS volume."""
    return _validate_storageos(source, path) + _missing_in_secret(source, path, "name")


def validate_persistent_storageos(source: Object, path: Path) -> list[FieldError]:
    """A StorageOS volume in a PersistentVolume."""
    return _validate_storageos(source, path) + _missing_in_secret(source, path, "name", "namespace")


def _validate_storageos(source: Object, path: Path) -> list[FieldError]:
    errors = _missing(source, path, "volumeName")
    for field in ("volumeName", "volumeNamespace"):
        if value := source.get(field):
            errors += [invalid(path.child(field), value, complaint) for complaint in names.is_dns1123_label(value)]
    return errors


def validate_csi_driver_name(name: str, path: Path) -> list[FieldError]:
    """The name of a CSI driver: a DNS subdomain in any case, at most 63 bytes."""
    errors = [] if name else [required(path)]
    if len(name.encode()) > 63:
        errors.append(too_long(path, 63))
    return errors + [invalid(path, name, complaint) for complaint in names.is_dns1123_subdomain(name.lower())]


def validate_declared_driver_name(name: str, path: Path) -> list[FieldError]:
    """The same where the rule is declared in the API's types: at most 63 characters, and other words."""
    if not name:
        return [required(path)]
    errors = [invalid(path, name, complaint) for complaint in names.is_dns1123_subdomain_caseless(name)]
    return [*errors, too_long_characters(path, 63)] if len(name) > 63 else errors


def validate_csi(source: Object, path: Path) -> list[FieldError]:
    """An ephemeral volume of a CSI driver; a bad secret name is reported beside the reference, as upstream does."""
    errors = validate_csi_driver_name(source.get("driver", ""), path.child("driver"))
    secret = source.get("nodePublishSecretRef")
    if secret is None:
        return errors
    name = secret.get("name")
    if not name:
        return [*errors, required(path.child("nodePublishSecretRef", "name"))]
    return errors + [invalid(path.child("name"), name, complaint) for complaint in names.dns_subdomain_name(name)]


def validate_persistent_csi(source: Object, path: Path) -> list[FieldError]:
    """A volume of a CSI driver in a PersistentVolume."""
    errors = validate_csi_driver_name(source.get("driver", ""), path.child("driver"))
    errors += _missing(source, path, "volumeHandle")
    for field in _CSI_SECRETS:
        if (secret := source.get(field)) is not None:
            errors += _validate_secret_reference(secret, path.child(field))
    return errors


def _validate_secret_reference(secret: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for field, check in (("name", names.is_dns1123_subdomain), ("namespace", names.is_dns1123_label)):
        value = secret.get(field)
        if not value:
            errors.append(required(path.child(field)))
        else:
            errors += [invalid(path.child(field), value, complaint) for complaint in check(value)]
    return errors
