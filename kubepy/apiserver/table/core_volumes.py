"""Tables of persistent volumes and their claims.

Follows `printPersistentVolume` and `printPersistentVolumeClaim` in upstream
`pkg/printers/internalversion/printers.go`, and `pkg/apis/core/helper/helpers.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, UNSET, quantity
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_VOLUME: Final = "core.v1.PersistentVolumeSpec"
_VOLUME_STATUS: Final = "core.v1.PersistentVolumeStatus"
_CLAIM: Final = "core.v1.PersistentVolumeClaimSpec"
_CLAIM_STATUS: Final = "core.v1.PersistentVolumeClaimStatus"
_CLASS_ANNOTATION: Final = "volume.beta.kubernetes.io/storage-class"

_ACCESS_MODES: Final = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def _volume(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    claim = spec.get("claimRef")
    return [
        obj["metadata"]["name"],
        quantity((spec.get("capacity") or EMPTY).get("storage")),
        _access_modes(spec.get("accessModes") or ()),
        spec.get("persistentVolumeReclaimPolicy", ""),
        _phase(obj, status),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim is not None else "",
        _class(obj, spec),
        _or_unset(spec.get("volumeAttributesClassName")),
        status.get("reason", ""),
        age(obj, now),
        _or_unset(spec.get("volumeMode")),
    ]


def _claim(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    volume = spec.get("volumeName") or ""
    return [
        obj["metadata"]["name"],
        _phase(obj, status),
        volume,
        quantity((status.get("capacity") or EMPTY).get("storage")) if volume else "",
        _access_modes(status.get("accessModes") or ()) if volume else "",
        _class(obj, spec),
        _or_unset(spec.get("volumeAttributesClassName")),
        age(obj, now),
        _or_unset(spec.get("volumeMode")),
    ]


def _phase(obj: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    return "Terminating" if obj["metadata"].get("deletionTimestamp") else status.get("phase", "")


def _access_modes(modes: Iterable[str]) -> str:
    present = set(modes)
    return ",".join([short for mode, short in _ACCESS_MODES.items() if mode in present])


def _class(obj: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """The storage class; the annotation that named it before there was a field goes first."""
    annotated: str | None = (obj["metadata"].get("annotations") or EMPTY).get(_CLASS_ANNOTATION)
    return annotated if annotated is not None else spec.get("storageClassName") or ""


def _or_unset(value: str | None) -> str:
    return UNSET if value is None else value


PRINTERS: Final[Printers] = {
    ("", "PersistentVolume"): Printer(
        (
            NAME,
            Column("Capacity", doc(_VOLUME, "capacity")),
            Column("Access Modes", doc(_VOLUME, "accessModes")),
            Column("Reclaim Policy", doc(_VOLUME, "persistentVolumeReclaimPolicy")),
            Column("Status", doc(_VOLUME_STATUS, "phase")),
            Column("Claim", doc(_VOLUME, "claimRef")),
            Column("StorageClass", "StorageClass of the pv"),
            Column("VolumeAttributesClass", "VolumeAttributesClass of the pv"),
            Column("Reason", doc(_VOLUME_STATUS, "reason")),
            AGE,
            Column("VolumeMode", doc(_VOLUME, "volumeMode"), wide=True),
        ),
        _volume,
    ),
    ("", "PersistentVolumeClaim"): Printer(
        (
            NAME,
            Column("Status", doc(_CLAIM_STATUS, "phase")),
            Column("Volume", doc(_CLAIM, "volumeName")),
            Column("Capacity", doc(_CLAIM_STATUS, "capacity")),
            Column("Access Modes", doc(_CLAIM_STATUS, "accessModes")),
            Column("StorageClass", "StorageClass of the pvc"),
            Column("VolumeAttributesClass", "VolumeAttributesClass of the pvc"),
            AGE,
            Column("VolumeMode", doc(_CLAIM, "volumeMode"), wide=True),
        ),
        _claim,
    ),
}
