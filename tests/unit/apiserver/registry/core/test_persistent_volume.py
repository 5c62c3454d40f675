"""PersistentVolumes, by pkg/apis/core/validation/validation.go and pkg/registry/core/persistentvolume/strategy.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core.persistent_volume import PersistentVolumeStrategy
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = PersistentVolumeStrategy()
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
CSI = {"driver": "csi.example.com", "volumeHandle": "h"}


def selector(key: str) -> dict[str, Any]:
    return {"nodeSelectorTerms": [{"matchExpressions": [{"key": key, "operator": "In", "values": ["b"]}]}]}


SELECTOR = selector("a")


def volume(**spec: Any) -> dict[str, Any]:
    base = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "csi": dict(CSI), **spec}
    obj = {"metadata": {"name": "pv"}, "spec": {name: value for name, value in base.items() if value is not None}}
    STRATEGY.default(obj)
    return obj


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_a_new_volume_is_pending_since_its_creation():
    """SetDefaults_PersistentVolume and PrepareForCreate: whatever status the creator sends is lost."""
    obj = volume(csi=None, hostPath={"path": "/x"}, capacity={"storage": "1024Mi"})
    obj["status"] = {"phase": "Bound", "message": "m"}
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj == {
        "metadata": {"name": "pv"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/x", "type": ""},
            "persistentVolumeReclaimPolicy": "Retain",
            "volumeMode": "Filesystem",
        },
        "status": {"phase": "Pending", "lastPhaseTransitionTime": "2026-01-02T00:00:00Z"},
    }
    assert STRATEGY.validate(obj) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"phase": "Available"}, {"phase": "Available", "lastPhaseTransitionTime": "2026-01-02T00:00:00Z"}),
        (
            {"phase": "Available", "lastPhaseTransitionTime": "2025-05-05T00:00:00Z"},
            {"phase": "Available", "lastPhaseTransitionTime": "2025-05-05T00:00:00Z"},
        ),
        (
            {"phase": "Pending", "lastPhaseTransitionTime": "2025-01-01T00:00:00Z", "message": "m"},
            {"phase": "Pending", "lastPhaseTransitionTime": "2025-01-01T00:00:00Z", "message": "m"},
        ),
    ],
)
def test_status_notes_when_the_phase_changes(status: dict[str, Any], expected: dict[str, Any]):
    """The time of a phase is set unless the writer sets another; the spec stays."""
    old = {**volume(), "status": {"phase": "Pending", "lastPhaseTransitionTime": "2025-01-01T00:00:00Z"}}
    new = {**volume(capacity={"storage": "5Gi"}), "status": status}
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new["status"] == expected
    assert new["spec"] == old["spec"]
    assert STATUS.validate_update(new, old) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"accessModes": None}, ["spec.accessModes: Required value"]),
        (
            {"accessModes": ["ReadWriteOncePod", "ReadOnlyMany", "Any"]},
            [
                'spec.accessModes: Unsupported value: "Any": supported values: '
                '"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
                "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
            ],
        ),
        (
            {"capacity": {}},
            [
                "spec.capacity: Required value",
                'spec.capacity: Unsupported value: null: supported values: "storage"',
            ],
        ),
        (
            {"capacity": {"storage": "-1"}},
            [
                "spec.capacity[storage]: Invalid value: -1: must be a valid resource quantity",
                'spec.capacity[storage]: Invalid value: "-1": must be greater than zero',
            ],
        ),
        (
            {"persistentVolumeReclaimPolicy": "Keep"},
            [
                'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": '
                'supported values: "Delete", "Recycle", "Retain"'
            ],
        ),
        ({"csi": None}, ["spec: Required value: must specify a volume type"]),
        (
            {"nfs": {"server": "h", "path": "/"}, "local": {"path": "/x"}},
            [
                "spec.local: Forbidden: may not specify more than 1 volume type",
                "spec.csi: Forbidden: may not specify more than 1 volume type",
            ],
        ),
        (
            {"csi": None, "local": {"path": "/x/.."}},
            [
                "spec.local.path: Invalid value: \"/x/..\": must not contain '..'",
                "spec.nodeAffinity: Required value: Local volume requires node affinity",
            ],
        ),
        ({"csi": None, "local": {"path": "/x"}, "nodeAffinity": {"required": SELECTOR}}, []),
        (
            {"nodeAffinity": {}},
            ["spec.nodeAffinity.required: Required value: must specify required node constraints"],
        ),
        (
            {"csi": None, "hostPath": {"path": "//"}, "persistentVolumeReclaimPolicy": "Recycle"},
            ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
        ),
        (
            {"volumeMode": "Tape"},
            ['spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"'],
        ),
        (
            {"volumeAttributesClassName": ""},
            ["spec.volumeAttributesClassName: Required value: an empty string is disallowed"],
        ),
        (
            {"csi": None, "hostPath": {"path": "/x"}, "volumeAttributesClassName": "a"},
            ["spec.csi: Required value: has to be specified when using volumeAttributesClassName"],
        ),
        (
            {"csi": {**CSI, "nodeStageSecretRef": {}, "nodeExpandSecretRef": {"name": "s"}}},
            ["spec.csi.nodeExpandSecretRef.namespace: Required value"],
        ),
        (
            {"csi": None, "cinder": {"volumeID": "1", "secretRef": {"name": "s"}}},
            ["spec.cinder.secretRef.namespace: Required value"],
        ),
        (
            {"csi": None, "azureFile": {"secretName": "s", "shareName": "n", "secretNamespace": ""}},
            ["spec.azureFile.secretNamespace: Required value"],
        ),
        (
            {"csi": None, "glusterfs": {"endpoints": "e", "path": "p", "endpointsNamespace": ""}},
            [
                'spec.glusterfs.endpointsNamespace: Invalid value: "": '
                "if the endpointnamespace is set, it must be a valid namespace name"
            ],
        ),
        (
            {"csi": None, "iscsi": {"targetPortal": "p" * 62, "iqn": "foo", "initiatorName": "eui." + "a" * 16}},
            [
                f'spec.iscsi.targetportal: Invalid value: "{"p" * 62}": Total length of <volume name>:'
                "<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.",
                'spec.iscsi.iqn: Invalid value: "foo": must be valid format',
            ],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidatePersistentVolumeSpec."""
    assert texts(STRATEGY.validate(volume(**spec))) == expected


def test_mount_options_annotation_is_for_some_types_only():
    """checkMountOption of pkg/volume/validation."""
    annotation = "volume.beta.kubernetes.io/mount-options"
    for spec, count in (({}, 1), ({"csi": None, "nfs": {"server": "h", "path": "/"}}, 0)):
        obj = volume(**spec)
        obj["metadata"]["annotations"] = {annotation: "ro"}
        assert [str(error) for error in STRATEGY.validate(obj)] == [
            f"metadata.annotations.{annotation}: Forbidden: may not specify mount options for this volume type"
        ][:count]


def test_the_source_is_immutable():
    """The message shows what was to change, as a unified diff."""
    assert texts(STRATEGY.validate_update(volume(csi={**CSI, "volumeHandle": "other"}), volume())) == [
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n"
        '@@ -1,6 +1,6 @@\n {\n  "csi": {\n   "driver": "csi.example.com",\n'
        '-  "volumeHandle": "h"\n+  "volumeHandle": "other"\n  }\n }\n'
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"csi": {**CSI, "controllerExpandSecretRef": {"name": "s", "namespace": "n"}}}, []),
        ({}, {"capacity": {"storage": "2Gi"}, "persistentVolumeReclaimPolicy": "Delete", "mountOptions": ["ro"]}, []),
        ({}, {"nodeAffinity": {"required": SELECTOR}}, []),
        ({}, {"volumeMode": "Block"}, ['volumeMode: Invalid value: "Block": field is immutable']),
        (
            {"nodeAffinity": {"required": SELECTOR}},
            {},
            ["nodeAffinity: Invalid value: null: field is immutable"],
        ),
        (
            {"nodeAffinity": {"required": selector("failure-domain.beta.kubernetes.io/zone")}},
            {"nodeAffinity": {"required": selector("topology.kubernetes.io/zone")}},
            [],
        ),
        ({"volumeAttributesClassName": "a"}, {"volumeAttributesClassName": "b"}, []),
    ],
)
def test_what_may_change(old: dict[str, Any], new: dict[str, Any], expected: list[str]):
    """ValidatePersistentVolumeUpdate."""
    stored = volume(**old)
    before = copy.deepcopy(stored)
    assert texts(STRATEGY.validate_update(volume(**new), stored)) == expected
    assert stored == before


def test_warnings():
    """GetWarningsForPersistentVolume."""
    requirement = {"key": "beta.kubernetes.io/os", "operator": "In", "values": ["-"]}
    obj = volume(
        csi=None,
        storageos={"volumeName": "v"},
        persistentVolumeReclaimPolicy="Recycle",
        nodeAffinity={"required": {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}},
    )
    obj["metadata"]["annotations"] = {"volume.beta.kubernetes.io/storage-class": "c"}
    warnings = STRATEGY.warnings(obj, None)
    assert warnings[:3] == [
        'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" '
        "attribute instead",
        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended "
        "approach is to use dynamic provisioning.",
        "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is deprecated "
        'since v1.14; use "kubernetes.io/os" instead',
    ]
    assert warnings[3:] == ["spec.storageOS: deprecated in v1.22, non-functional in v1.25+"]
