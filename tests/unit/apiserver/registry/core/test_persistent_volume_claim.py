"""PersistentVolumeClaims, by pkg/apis/core/validation/validation.go and pkg/api/persistentvolumeclaim/util.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core.persistent_volume_claim import PersistentVolumeClaimStrategy
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = PersistentVolumeClaimStrategy()
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
IMMUTABLE = (
    "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName "
    "for bound claims\n"
)
PVC = {"kind": "PersistentVolumeClaim", "name": "c"}
SNAPSHOT = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"}
OTHER = {"apiGroup": "example.com", "kind": "Backup", "name": "b"}


def claim(
    *, status: dict[str, Any] | None = None, annotations: dict[str, str] | None = None, size: str = "1Gi", **spec: Any
) -> dict[str, Any]:
    base = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, **spec}
    obj: dict[str, Any] = {"metadata": {"name": "c", "namespace": "n"}, "spec": base, "status": dict(status or {})}
    if annotations is not None:
        obj["metadata"]["annotations"] = annotations
    STRATEGY.default(obj)
    return obj


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_a_new_claim_is_pending():
    """SetDefaults_PersistentVolumeClaim(Spec), quantities in stored form, and a status of the server's own."""
    obj = claim(status={"phase": "Bound", "capacity": {"storage": "9Gi"}}, size="1.5Gi")
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj["status"] == {"phase": "Pending"}
    assert obj["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1536Mi"}},
        "volumeMode": "Filesystem",
    }
    assert STRATEGY.validate(obj) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"dataSource": PVC}, {"dataSource": PVC, "dataSourceRef": PVC}),
        ({"dataSourceRef": SNAPSHOT}, {"dataSource": SNAPSHOT, "dataSourceRef": SNAPSHOT}),
        ({"dataSource": OTHER}, {}),
        ({"dataSourceRef": OTHER}, {"dataSource": OTHER, "dataSourceRef": OTHER}),
        ({"dataSourceRef": {**OTHER, "namespace": "x"}}, {}),
        ({"dataSource": PVC, "dataSourceRef": SNAPSHOT}, {"dataSource": PVC, "dataSourceRef": SNAPSHOT}),
    ],
)
def test_data_sources_are_settled(given: dict[str, Any], kept: dict[str, Any]):
    """KEP 1495: the two fields follow each other, and old clients' odd sources are dropped."""
    obj = claim(**given)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert {name: obj["spec"][name] for name in ("dataSource", "dataSourceRef") if name in obj["spec"]} == kept


def test_an_old_client_keeps_the_data_source_it_does_not_know():
    """EnforceDataSourceBackwardsCompatibility doesn't drop what the stored claim has."""
    old = claim(dataSource=OTHER, dataSourceRef=OTHER)
    new = claim(dataSource=OTHER)
    STRATEGY.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert STRATEGY.validate_update(new, old) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"accessModes": []}, ["spec.accessModes: Required value: at least 1 access mode is required"]),
        ({"resources": {}}, ["spec.resources[storage]: Required value"]),
        ({"size": "0"}, ['spec.resources[storage]: Invalid value: "0": must be greater than zero']),
        (
            {"selector": {"matchExpressions": [{"key": "a", "operator": "In"}]}},
            [
                "spec.selector.matchExpressions[0].values: Required value: "
                "must be specified when `operator` is 'In' or 'NotIn'"
            ],
        ),
        (
            {"volumeMode": ""},
            ['spec.volumeMode: Unsupported value: "": supported values: "Block", "Filesystem"'],
        ),
        (
            {"dataSource": {"kind": "Pod"}},
            [
                "spec.dataSource.name: Required value",
                'spec.dataSource: Invalid value: "Pod": '
                "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
            ],
        ),
        (
            {"dataSource": PVC, "dataSourceRef": SNAPSHOT},
            ["spec: Invalid value: {}: must match dataSourceRef"],
        ),
        (
            {"dataSource": PVC, "dataSourceRef": {**PVC, "namespace": "x"}},
            ["spec: Invalid value: {}: may not be specified when dataSourceRef.namespace is specified"],
        ),
        ({"storageClassName": "", "volumeAttributesClassName": ""}, []),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidatePersistentVolumeClaimSpec."""
    assert texts(STRATEGY.validate(claim(**spec))) == expected


BOUND = {"phase": "Bound", "capacity": {"storage": "1Gi"}}


@pytest.mark.parametrize(
    ("old", "new", "starts"),
    [
        ({}, {"volumeName": "pv"}, []),
        ({"volumeName": "pv"}, {"volumeName": "other"}, [IMMUTABLE]),
        ({"status": BOUND}, {"status": BOUND, "size": "2Gi"}, []),
        ({"status": BOUND}, {"status": BOUND, "size": "1073741824"}, []),
        ({}, {"size": "2Gi"}, [IMMUTABLE]),
        ({"status": BOUND, "size": "3Gi"}, {"status": BOUND, "size": "2Gi"}, []),
        (
            {"status": BOUND, "size": "3Gi"},
            {"status": BOUND, "size": "1Gi"},
            ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"],
        ),
        ({}, {"storageClassName": "a"}, []),
        ({"storageClassName": "a"}, {"storageClassName": "b"}, [IMMUTABLE]),
        ({"storageClassName": "a"}, {}, [IMMUTABLE]),
        ({"annotations": {BETA_CLASS: "a"}}, {"storageClassName": "a"}, []),
        (
            {"annotations": {BETA_CLASS: "a"}},
            {"annotations": {BETA_CLASS: "a"}, "storageClassName": "b"},
            [IMMUTABLE],
        ),
        (
            {"annotations": {BETA_CLASS: "a"}},
            {"annotations": {BETA_CLASS: "b"}},
            [f'metadata.annotations.{BETA_CLASS}: Invalid value: "b": field is immutable'],
        ),
        ({}, {"volumeMode": "Block"}, [IMMUTABLE, 'volumeMode: Invalid value: "Block": field is immutable']),
        ({"status": BOUND}, {"status": BOUND, "volumeAttributesClassName": "v"}, []),
        ({}, {"volumeAttributesClassName": "v"}, [IMMUTABLE]),
        ({"status": BOUND, "volumeAttributesClassName": "v"}, {"status": BOUND}, []),
        (
            {"status": {**BOUND, "currentVolumeAttributesClassName": "v"}, "volumeAttributesClassName": "v"},
            {"status": BOUND},
            [
                "spec.volumeAttributesClassName: Forbidden: "
                "update to nil is forbidden when status.currentVolumeAttributesClassName is not nil"
            ],
        ),
        (
            {"status": {**BOUND, "currentVolumeAttributesClassName": "v"}, "volumeAttributesClassName": "v"},
            {"status": BOUND, "volumeAttributesClassName": ""},
            [
                "spec.volumeAttributesClassName: Forbidden: "
                "update to empty string is forbidden when status.currentVolumeAttributesClassName is not nil"
            ],
        ),
    ],
)
def test_what_may_change(old: dict[str, Any], new: dict[str, Any], starts: list[str]):
    """ValidatePersistentVolumeClaimUpdate: expansion, classes, binding."""
    errors = texts(STRATEGY.validate_update(claim(**new), claim(**old)))
    assert len(errors) == len(starts), errors
    assert all(error.startswith(start) for error, start in zip(errors, starts, strict=True)), errors


def test_an_immutable_spec_shows_the_difference():
    """The unified diff after the message."""
    (error,) = STRATEGY.validate_update(claim(storageClassName="b"), claim(storageClassName="a"))
    assert '- "storageClassName": "a",\n+ "storageClassName": "b",\n' in str(error)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (
            {
                "allocatedResources": {"storage": "2Gi", "example.com/x": "1"},
                "allocatedResourceStatuses": {"storage": "NodeResizePending"},
            },
            [],
        ),
        (
            {"capacity": {"storage": "-1"}},
            ["status.capacity[storage]: Invalid value: -1: must be a valid resource quantity"],
        ),
        (
            {"allocatedResourceStatuses": {"storage": "Done"}},
            [
                'status.allocatedResourceStatus: Unsupported value: "storage": supported values: '
                '"ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", '
                '"NodeResizeInfeasible", "NodeResizePending"'
            ],
        ),
        (
            {"allocatedResources": {"cpu": "1"}},
            ['status.allocatedResources: Unsupported value: "cpu": supported values: "storage"'],
        ),
    ],
)
def test_status_rules(status: dict[str, Any], expected: list[str]):
    """ValidatePersistentVolumeClaimStatusUpdate, with upstream's paths."""
    old = claim()
    new = claim(status={**status, "healthStatus": {}}, size="9Gi")
    STATUS.default(new)
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert "healthStatus" not in new["status"]
    assert texts(STATUS.validate_update(new, old)) == expected


def test_warnings():
    """GetWarningsForPersistentVolumeClaim."""
    obj = claim(annotations={BETA_CLASS: "a"}, size="1.5")
    assert STRATEGY.warnings(obj, None) == [
        f'metadata.annotations[{BETA_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead',
        'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ]
