"""Where the containers of a pod mount its volumes, or see them as block devices.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateVolumeMounts, ValidateVolumeDevices); the field
paths without an index are upstream's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_found, not_supported, required
from kubepy.apiserver.registry.core.volumes.paths import validate_descending_path, validate_no_backsteps

Object = dict[str, Any]

_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE_READ_ONLY = ("Disabled", "Enabled", "IfPossible")
_BLOCK_SOURCES = ("persistentVolumeClaim", "ephemeral")


def validate_volume_mounts(
    mounts: Sequence[Object],
    device_paths: Collection[str],
    volumes: Mapping[str, Object],
    container: Object,
    path: Path,
) -> list[FieldError]:
    """Mistakes in a container's `volumeMounts`.

    `device_paths` are the paths of its block devices, `volumes` the pod's volumes that are in order, by name.
    """
    errors: list[FieldError] = []
    device_names = {device.get("name") for device in container.get("volumeDevices") or ()}
    seen: set[str] = set()
    for position, mount in enumerate(mounts):
        name, mount_path = mount.get("name", ""), mount.get("mountPath", "")
        at = path.index(position)
        if not name:
            errors.append(required(at.child("name")))
        if name not in volumes:
            errors.append(not_found(at.child("name"), name))
        if not mount_path:
            errors.append(required(at.child("mountPath")))
        if mount_path in seen:
            errors.append(invalid(at.child("mountPath"), mount_path, "must be unique"))
        seen.add(mount_path)
        if name in device_names:
            errors.append(invalid(at.child("name"), name, "must not already exist in volumeDevices"))
        if mount_path in device_paths:
            detail = "must not already exist as a path in volumeDevices"
            errors.append(invalid(at.child("mountPath"), mount_path, detail))
        errors += _validate_sub_paths(mount, at, path)
        errors += _validate_propagation(mount, container, path)
        errors += _validate_recursive_read_only(mount, path.child("recursiveReadOnly"))
    return errors


def _validate_sub_paths(mount: Object, at: Path, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    sub_path = mount.get("subPath")
    if sub_path:
        errors += validate_descending_path(sub_path, path.child("subPath"))
    if expression := mount.get("subPathExpr"):
        if sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            errors.append(invalid(at.child("subPathExpr"), expression, detail))
        errors += validate_descending_path(expression, path.child("subPathExpr"))
    return errors


def _validate_propagation(mount: Object, container: Object, path: Path) -> list[FieldError]:
    propagation = mount.get("mountPropagation")
    if propagation is None or propagation in ("None", "HostToContainer"):
        return []
    at = path.child("mountPropagation")
    if propagation != "Bidirectional":
        return [not_supported(at, propagation, _PROPAGATIONS)]
    if (container.get("securityContext") or {}).get("privileged"):
        return []
    return [forbidden(at, "Bidirectional mount propagation is available only to privileged containers")]


def _validate_recursive_read_only(mount: Object, path: Path) -> list[FieldError]:
    mode = mount.get("recursiveReadOnly")
    if mode is None or mode == "Disabled":
        return []
    if mode not in _RECURSIVE_READ_ONLY:
        return [not_supported(path, mode, _RECURSIVE_READ_ONLY)]
    errors: list[FieldError] = []
    if not mount.get("readOnly"):
        errors.append(forbidden(path, "may only be specified when readOnly is true"))
    if mount.get("mountPropagation", "None") != "None":
        errors.append(forbidden(path, "may only be specified when mountPropagation is None or not specified"))
    return errors


def validate_volume_devices(
    devices: Sequence[Object],
    mount_paths: Collection[str],
    volumes: Mapping[str, Object],
    path: Path,
    *,
    mount_names: Collection[str] = (),
) -> list[FieldError]:
    """Mistakes in a container's `volumeDevices`.

    `mount_paths` and `mount_names` are where and which volumes it mounts as file systems.
    """
    errors: list[FieldError] = []
    paths: set[str] = set()
    seen: set[str] = set()
    for position, device in enumerate(devices):
        name, device_path = device.get("name", ""), device.get("devicePath", "")
        at = path.index(position)
        errors += _validate_device_name(name, seen, volumes, at.child("name"))
        at_path = at.child("devicePath")
        if not device_path:
            errors.append(required(at_path))
        if device_path in paths:
            errors.append(invalid(at_path, device_path, "must be unique"))
        if validate_no_backsteps(device_path, at_path):
            errors.append(invalid(at_path, device_path, "can not contain backsteps ('..')"))
        else:
            paths.add(device_path)
        if name in mount_names:
            errors.append(invalid(at.child("name"), name, "must not already exist in volumeMounts"))
        if device_path in mount_paths:
            errors.append(invalid(at_path, device_path, "must not already exist as a path in volumeMounts"))
        seen.add(name)
    return errors


def _validate_device_name(
    name: str, seen: Collection[str], volumes: Mapping[str, Object], path: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    if not name:
        errors.append(required(path))
    elif name in seen:
        errors.append(invalid(path, name, "must be unique"))
    volume = volumes.get(name)
    if volume is None:
        errors.append(not_found(path, name))
    elif not any(source in volume for source in _BLOCK_SOURCES):
        detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
        errors.append(invalid(path, name, detail))
    return errors
