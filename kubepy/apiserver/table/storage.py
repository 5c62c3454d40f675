"""Tables of storage classes, CSI objects, volume attachments, storage versions and their migrations.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`. CSI storage capacities have
the default table: upstream has a printer for them, but doesn't use it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, NONE, UNSET, first_of_or_unset, group_name
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_DEFAULT_CLASS: Final = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_DRIVER: Final = "storage.v1.CSIDriverSpec"
_CLASS: Final = "storage.v1.StorageClass"
_ATTACHMENT: Final = "storage.v1.VolumeAttachmentSpec"
_VERSION_STATUS: Final = "apiserverinternal.v1alpha1.StorageVersionStatus"
_MIGRATION_STATES: Final = ("Running", "Failed", "Succeeded")


def _storage_class(obj: dict[str, Any], now: datetime) -> list[Any]:
    metadata = obj["metadata"]
    annotations = metadata.get("annotations") or EMPTY
    is_default = any(annotations.get(key) == "true" for key in _DEFAULT_CLASS)
    return [
        f"{metadata['name']} (default)" if is_default else metadata["name"],
        obj.get("provisioner", ""),
        obj.get("reclaimPolicy") or "Delete",
        obj.get("volumeBindingMode") or "Immediate",
        bool(obj.get("allowVolumeExpansion")),
        age(obj, now),
    ]


def _attributes_class(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("driverName", ""), age(obj, now)]


def _attachment(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    return [
        obj["metadata"]["name"],
        spec.get("attacher", ""),
        (spec.get("source") or EMPTY).get("persistentVolumeName") or "",
        spec.get("nodeName", ""),
        (obj.get("status") or EMPTY).get("attached", False),
        age(obj, now),
    ]


def _csi_node(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], len((obj.get("spec") or EMPTY).get("drivers") or ()), age(obj, now)]


def _csi_driver(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    attach, tokens = spec.get("attachRequired"), spec.get("tokenRequests")
    return [
        obj["metadata"]["name"],
        True if attach is None else attach,
        bool(spec.get("podInfoOnMount")),
        bool(spec.get("storageCapacity")),
        UNSET if tokens is None else ",".join([token.get("audience", "") for token in tokens]),
        bool(spec.get("requiresRepublish")),
        ",".join(spec.get("volumeLifecycleModes") or ()) or NONE,
        age(obj, now),
    ]


def _storage_version(obj: dict[str, Any], now: datetime) -> list[Any]:
    status = obj.get("status") or EMPTY
    common = status.get("commonEncodingVersion")
    servers = status.get("storageVersions") or ()
    return [
        obj["metadata"]["name"],
        UNSET if common is None else common,
        first_of_or_unset([f"{item.get('apiServerID', '')}={item.get('encodingVersion', '')}" for item in servers]),
        age(obj, now),
    ]


def _migration(obj: dict[str, Any], _now: datetime) -> list[Any]:
    resource = (obj.get("spec") or EMPTY).get("resource") or EMPTY
    state = "Unknown"
    for item in (obj.get("status") or EMPTY).get("conditions") or ():
        if item["status"] == "True" and item["type"] in _MIGRATION_STATES:
            state = item["type"]
    return [obj["metadata"]["name"], group_name(resource.get("group", ""), resource.get("resource", "")), state]


PRINTERS: Final[Printers] = {
    ("storage.k8s.io", "StorageClass"): Printer(
        (
            NAME,
            Column("Provisioner", doc(_CLASS, "provisioner")),
            Column("ReclaimPolicy", doc(_CLASS, "reclaimPolicy")),
            Column("VolumeBindingMode", doc(_CLASS, "volumeBindingMode")),
            Column("AllowVolumeExpansion", doc(_CLASS, "allowVolumeExpansion")),
            AGE,
        ),
        _storage_class,
    ),
    ("storage.k8s.io", "VolumeAttributesClass"): Printer(
        (NAME, Column("DriverName", doc("storage.v1.VolumeAttributesClass", "driverName")), AGE), _attributes_class
    ),
    ("storage.k8s.io", "VolumeAttachment"): Printer(
        (
            NAME,
            Column("Attacher", doc(_ATTACHMENT, "attacher"), format="name"),
            Column("PV", doc("storage.v1.VolumeAttachmentSource", "persistentVolumeName")),
            Column("Node", doc(_ATTACHMENT, "nodeName")),
            Column("Attached", doc("storage.v1.VolumeAttachmentStatus", "attached"), type="boolean"),
            AGE,
        ),
        _attachment,
    ),
    ("storage.k8s.io", "CSINode"): Printer(
        (
            NAME,
            Column(
                "Drivers",
                "Drivers indicates the number of CSI drivers registered on the node",
                type="integer",
            ),
            AGE,
        ),
        _csi_node,
    ),
    ("storage.k8s.io", "CSIDriver"): Printer(
        (
            NAME,
            Column("AttachRequired", doc(_DRIVER, "attachRequired"), type="boolean"),
            Column("PodInfoOnMount", doc(_DRIVER, "podInfoOnMount"), type="boolean"),
            Column("StorageCapacity", doc(_DRIVER, "storageCapacity"), type="boolean"),
            Column("TokenRequests", doc(_DRIVER, "tokenRequests")),
            Column("RequiresRepublish", doc(_DRIVER, "requiresRepublish"), type="boolean"),
            Column("Modes", doc(_DRIVER, "volumeLifecycleModes")),
            AGE,
        ),
        _csi_driver,
    ),
    ("internal.apiserver.k8s.io", "StorageVersion"): Printer(
        (
            NAME,
            Column("CommonEncodingVersion", doc(_VERSION_STATUS, "commonEncodingVersion")),
            Column("StorageVersions", doc(_VERSION_STATUS, "storageVersions")),
            AGE,
        ),
        _storage_version,
    ),
    ("storagemigration.k8s.io", "StorageVersionMigration"): Printer(
        (
            NAME._replace(format=""),
            Column("Resource", "GroupResource to migrate"),
            Column("Status", "Status of the migration"),
        ),
        _migration,
    ),
}
