"""Volume mounts and devices, by pkg/apis/core/validation/validation.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.field import Path
from kubepy.apiserver.registry.core.volumes import validate_volume_devices, validate_volume_mounts

VOLUMES = {
    "a": {"name": "a", "emptyDir": {}},
    "b": {"name": "b", "persistentVolumeClaim": {"claimName": "c"}},
    "i": {"name": "i", "image": {}},
}
MOUNTS = Path("m")
PRIVILEGED = {"securityContext": {"privileged": True}}


def mount(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "mountPath": "/a", **fields}


@pytest.mark.parametrize(
    ("mounts", "container", "expected"),
    [
        ([mount(subPath="x/y"), mount(name="i", mountPath="/i", subPath="z")], {}, []),
        ([mount(mountPropagation="Bidirectional")], PRIVILEGED, []),
        ([mount(readOnly=True, recursiveReadOnly="Enabled", mountPropagation="None")], {}, []),
        ([mount(recursiveReadOnly="Disabled")], {}, []),
        (
            [{"name": "", "mountPath": ""}],
            {},
            ["m[0].name: Required value", 'm[0].name: Not found: ""', "m[0].mountPath: Required value"],
        ),
        ([mount(), mount()], {}, ['m[1].mountPath: Invalid value: "/a": must be unique']),
        (
            [mount(subPath="/x", subPathExpr="../$(A)")],
            {},
            [
                'm.subPath: Invalid value: "/x": must be a relative path',
                'm[0].subPathExpr: Invalid value: "../$(A)": subPathExpr and subPath are mutually exclusive',
                "m.subPathExpr: Invalid value: \"../$(A)\": must not contain '..'",
            ],
        ),
        (
            [mount(mountPropagation="Bidirectional")],
            {},
            [
                "m.mountPropagation: Forbidden: "
                "Bidirectional mount propagation is available only to privileged containers"
            ],
        ),
        (
            [mount(mountPropagation="Up")],
            {},
            [
                'm.mountPropagation: Unsupported value: "Up": '
                'supported values: "Bidirectional", "HostToContainer", "None"'
            ],
        ),
        (
            [mount(recursiveReadOnly="IfPossible", mountPropagation="HostToContainer")],
            {},
            [
                "m.recursiveReadOnly: Forbidden: may only be specified when readOnly is true",
                "m.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified",
            ],
        ),
        (
            [mount(recursiveReadOnly="Yes")],
            {},
            ['m.recursiveReadOnly: Unsupported value: "Yes": supported values: "Disabled", "Enabled", "IfPossible"'],
        ),
        (
            [mount(mountPath="/dev/x")],
            {"volumeDevices": [{"name": "a", "devicePath": "/dev/x"}]},
            [
                'm[0].name: Invalid value: "a": must not already exist in volumeDevices',
                'm[0].mountPath: Invalid value: "/dev/x": must not already exist as a path in volumeDevices',
            ],
        ),
    ],
)
def test_mounts_are_checked(mounts: list[dict[str, Any]], container: dict[str, Any], expected: list[str]):
    """ValidateVolumeMounts; paths without an index are upstream's."""
    device_paths = {device["devicePath"] for device in container.get("volumeDevices", ())}
    errors = validate_volume_mounts(mounts, device_paths, VOLUMES, container, MOUNTS)
    assert [str(error) for error in errors] == expected


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([{"name": "b", "devicePath": "/dev/b"}], []),
        (
            [{"name": "", "devicePath": ""}],
            ["m[0].name: Required value", 'm[0].name: Not found: ""', "m[0].devicePath: Required value"],
        ),
        (
            [{"name": "a", "devicePath": "/dev/.."}],
            [
                'm[0].name: Invalid value: "a": '
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
                "m[0].devicePath: Invalid value: \"/dev/..\": can not contain backsteps ('..')",
            ],
        ),
        (
            [{"name": "b", "devicePath": "/x"}, {"name": "b", "devicePath": "/x"}],
            [
                'm[1].name: Invalid value: "b": must be unique',
                'm[1].devicePath: Invalid value: "/x": must be unique',
            ],
        ),
        (
            [{"name": "b", "devicePath": "/mounted"}],
            ['m[0].devicePath: Invalid value: "/mounted": must not already exist as a path in volumeMounts'],
        ),
    ],
)
def test_devices_are_checked(devices: list[dict[str, Any]], expected: list[str]):
    """ValidateVolumeDevices."""
    assert [str(error) for error in validate_volume_devices(devices, {"/mounted"}, VOLUMES, MOUNTS)] == expected


def test_a_volume_is_mounted_or_a_device_but_not_both():
    """deviceNameAlreadyExists."""
    device = {"name": "b", "devicePath": "/dev/b"}
    errors = validate_volume_devices([device], (), VOLUMES, MOUNTS, mount_names={"b"})
    assert [str(error) for error in errors] == ['m[0].name: Invalid value: "b": must not already exist in volumeMounts']
