"""The kinds of storage.k8s.io, by pkg/apis/storage/validation/validation.go and pkg/registry/storage."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.storage import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
Case = tuple[dict[str, Any], list[str]]


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def made(plural: str, fields: dict[str, Any]) -> dict[str, Any]:
    obj = {"metadata": {"name": "x", "generation": 1}, **copy.deepcopy(fields)}
    STRATEGIES[plural].default(obj)
    return obj


CLASS = {"provisioner": "example.com/p"}


def test_storage_classes_are_filled_in():
    """SetDefaults_StorageClass."""
    assert made("storageclasses", CLASS) == {
        "metadata": {"name": "x", "generation": 1},
        "provisioner": "example.com/p",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (CLASS, []),
        ({"provisioner": "Example.com/P", "parameters": {"a": ""}}, []),
        ({}, ["provisioner: Required value"]),
        ({**CLASS, "parameters": {"": "x"}}, ['parameters: Invalid value: "": field can not be empty.']),
        ({**CLASS, "parameters": {"a": "x" * 262144}}, ["parameters: Too long: may not be more than 262144 bytes"]),
        (
            {**CLASS, "reclaimPolicy": "Recycle", "volumeBindingMode": "Later"},
            [
                'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
                'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
            ],
        ),
        (
            {
                **CLASS,
                "allowedTopologies": [
                    {"matchLabelExpressions": [{"key": "z", "values": ["b", "a"]}]},
                    {"matchLabelExpressions": [{"key": "z", "values": ["a", "b"]}]},
                    {"matchLabelExpressions": [{"key": "y"}, {"key": "y", "values": ["a", "a"]}]},
                ],
            },
            [
                'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
                "allowedTopologies[2].matchLabelExpressions[0].values: Required value",
                'allowedTopologies[2].matchLabelExpressions[1].values[1]: Duplicate value: "a"',
                'allowedTopologies[2].matchLabelExpressions[1].key: Duplicate value: "y"',
            ],
        ),
    ],
)
def test_storage_class_rules(fields: dict[str, Any], expected: list[str]):
    """ValidateStorageClass."""
    assert texts(STRATEGIES["storageclasses"].validate(made("storageclasses", fields))) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({**CLASS, "parameters": {}, "mountOptions": ["ro"], "allowVolumeExpansion": True}, []),
        ({}, ["provisioner: Invalid value: null: field is immutable"]),
        (
            {**CLASS, "parameters": {"a": "b"}, "reclaimPolicy": "Retain", "volumeBindingMode": "WaitForFirstConsumer"},
            [
                "parameters: Invalid value: null: field is immutable",
                "reclaimPolicy: Invalid value: null: field is immutable",
                "volumeBindingMode: Invalid value: null: field is immutable",
            ],
        ),
    ],
)
def test_what_may_change_in_storage_classes(fields: dict[str, Any], expected: list[str]):
    """The declared rule `+k8s:immutable`, which reports no value and stands alone."""
    strategy = STRATEGIES["storageclasses"]
    errors = strategy.validate_update(made("storageclasses", fields), made("storageclasses", CLASS))
    assert texts(errors) == expected


def test_storage_class_warnings():
    """GetWarningsForStorageClass."""
    expression = {"key": "failure-domain.beta.kubernetes.io/zone", "values": ["a"]}
    obj = made("storageclasses", {**CLASS, "allowedTopologies": [{"matchLabelExpressions": [expression]}]})
    assert STRATEGIES["storageclasses"].warnings(obj, None) == [
        "allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.17; "
        'use "topology.kubernetes.io/zone" instead'
    ]


def test_volume_attributes_classes_need_parameters_and_are_fixed():
    """ValidateVolumeAttributesClass and its update."""
    strategy = STRATEGIES["volumeattributesclasses"]
    fast = made("volumeattributesclasses", {"driverName": "d", "parameters": {"a": "b"}})
    assert strategy.validate(fast) == []
    empty = made("volumeattributesclasses", {"driverName": "e"})
    assert texts(strategy.validate_update(empty, fast)) == [
        "driverName: Forbidden: updates to driverName are forbidden.",
        "parameters: Forbidden: updates to parameters are forbidden.",
        "parameters: Required value: must contain at least one key/value pair",
    ]


def test_csi_drivers_are_filled_in_and_counted():
    """SetDefaults_CSIDriver; each change of the spec is a new generation."""
    strategy = STRATEGIES["csidrivers"]
    driver = made("csidrivers", {"spec": {}})
    assert driver["spec"] == {
        "attachRequired": True,
        "fsGroupPolicy": "ReadWriteOnceWithFSType",
        "podInfoOnMount": False,
        "preventPodSchedulingIfMissing": False,
        "requiresRepublish": False,
        "seLinuxMount": False,
        "storageCapacity": False,
        "volumeLifecycleModes": ["Persistent"],
    }
    assert strategy.validate(driver) == []
    changed = made("csidrivers", {"spec": {"podInfoOnMount": True, "fsGroupPolicy": "File"}})
    strategy.prepare_for_update(changed, driver, CONTEXT)
    assert changed["metadata"]["generation"] == 2
    assert strategy.validate_update(changed, driver) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"tokenRequests": [{"audience": "a", "expirationSeconds": 600}], "serviceAccountTokenInSecrets": True}, []),
        (
            {"tokenRequests": [{"expirationSeconds": 599}, {"audience": ""}]},
            [
                "spec.tokenRequests[0].expirationSeconds: Invalid value: 599: "
                "may not specify a duration less than 10 minutes",
                'spec.tokenRequests[1].audience: Duplicate value: ""',
            ],
        ),
        (
            {"fsGroupPolicy": "Any", "volumeLifecycleModes": ["Persistent", "Once"]},
            [
                'spec.fsGroupPolicy: Unsupported value: "Any": '
                'supported values: "File", "None", "ReadWriteOnceWithFSType"',
                'spec.volumeLifecycleModes: Unsupported value: "Once": supported values: "Persistent", "Ephemeral"',
                'spec.volumeLifecycleModes: Invalid value: ["Persistent","Once"]: field is immutable',
            ],
        ),
        (
            {"nodeAllocatableUpdatePeriodSeconds": 9, "serviceAccountTokenInSecrets": False, "attachRequired": False},
            [
                "spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: "
                "must be greater than or equal to 10 seconds",
                "spec.serviceAccountTokenInSecrets: Invalid value: false: "
                "serviceAccountTokenInSecrets is set but no tokenRequests are specified",
                "spec.attachedRequired: Invalid value: false: field is immutable",
            ],
        ),
    ],
)
def test_csi_driver_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateCSIDriver and its update."""
    strategy = STRATEGIES["csidrivers"]
    obj, old = made("csidrivers", {"spec": spec}), made("csidrivers", {"spec": {}})
    assert texts(strategy.validate_update(obj, old)) == expected
    assert texts(strategy.validate(obj)) == [text for text in expected if "immutable" not in text]


DRIVER = {"name": "a", "nodeID": "n", "topologyKeys": ["z"], "allocatable": {"count": 5}}


@pytest.mark.parametrize(
    ("drivers", "expected"),
    [
        ([DRIVER, {**DRIVER, "name": "b", "nodeID": "n" * 256}], []),
        ([{**DRIVER, "allocatable": {"count": 7}}], []),
        (
            [{"name": "A_", "topologyKeys": ["z", "z", ""], "allocatable": {"count": -1}}],
            [
                "spec.drivers[0].name: Invalid value",
                "spec.drivers[0].nodeID: Required value",
                "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
                'spec.drivers[0]: Duplicate value: "z"',
                "spec.drivers[0]: Required value",
                'spec.drivers[0]: Invalid value: "": name part must be non-empty',
                'spec.drivers[0]: Invalid value: "": name part must consist',
            ],
        ),
        (
            [{**DRIVER, "nodeID": "m"}, {**DRIVER, "name": "b", "nodeID": "n" * 257}],
            [
                f'spec.drivers[1].nodeID: Invalid value: "{"n" * 257}": must be 256 characters or less',
                'spec.drivers: Invalid value: {"name":"a","nodeID":"m","topologyKeys":["z"]}: field is immutable',
            ],
        ),
    ],
)
def test_csi_node_rules(drivers: list[dict[str, Any]], expected: list[str]):
    """ValidateCSINode and its update: how much a driver can take may change, what it is may not."""
    strategy = STRATEGIES["csinodes"]
    new, old = made("csinodes", {"spec": {"drivers": drivers}}), made("csinodes", {"spec": {"drivers": [DRIVER]}})
    errors = texts(strategy.validate_update(new, old))
    assert len(errors) == len(expected), errors
    assert all(error.startswith(start) for error, start in zip(errors, expected, strict=True)), errors


CAPACITY = {"storageClassName": "c", "nodeTopology": {"matchLabels": {"a": "b"}}, "capacity": "1024Mi"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({**CAPACITY, "capacity": "2Gi", "maximumVolumeSize": "1"}, []),
        (
            {**CAPACITY, "capacity": "-1"},
            ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
        ),
        (
            {"storageClassName": "d"},
            [
                "nodeTopology: Invalid value: null: field is immutable",
                'storageClassName: Invalid value: "d": field is immutable',
            ],
        ),
    ],
)
def test_csi_storage_capacity_rules(fields: dict[str, Any], expected: list[str]):
    """ValidateCSIStorageCapacity and its update."""
    strategy = STRATEGIES["csistoragecapacities"]
    old = made("csistoragecapacities", CAPACITY)
    assert old["capacity"] == "1Gi"
    assert texts(strategy.validate_update(made("csistoragecapacities", fields), old)) == expected


ATTACHMENT = {"spec": {"attacher": "csi.example.com", "nodeName": "n", "source": {"persistentVolumeName": "pv"}}}
INLINE = {"accessModes": ["ReadWriteOnce"], "csi": {"driver": "d", "volumeHandle": "h"}}


def attachment(**spec: Any) -> dict[str, Any]:
    return made("volumeattachments", {"spec": {**ATTACHMENT["spec"], **spec}})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"source": {"inlineVolumeSpec": INLINE}}, []),
        ({"attacher": ""}, ["spec.attacher: Required value"]),
        ({"attacher": "a" * 64}, ["spec.attacher: Too long: may not be more than 63 characters"]),
        (
            {"source": {}},
            [
                "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName",
            ],
        ),
        (
            {"source": {"persistentVolumeName": "pv", "inlineVolumeSpec": INLINE}},
            ["spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName"],
        ),
        (
            {
                "source": {
                    "inlineVolumeSpec": {
                        "accessModes": ["ReadWriteOnce"],
                        "hostPath": {"path": "/x"},
                        "capacity": {"storage": "1"},
                        "storageClassName": "c",
                        "claimRef": {},
                        "persistentVolumeReclaimPolicy": "Delete",
                        "volumeMode": "Block",
                    }
                }
            },
            [
                "claimRef: Forbidden: may not be specified in the context of inline volumes",
                "capacity: Forbidden: may not be specified in the context of inline volumes",
                "csi: Required value: has to be specified in the context of inline volumes",
                "persistentVolumeReclaimPolicy: Forbidden: may only be Retain in the context of inline volumes",
                "storageClassName: Forbidden: may not be specified in the context of inline volumes",
                "volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline "
                "volumes",
            ],
        ),
    ],
)
def test_volume_attachment_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateVolumeAttachment with the rules of v1, and of persistent volumes in the context of inline volumes."""
    errors = texts(STRATEGIES["volumeattachments"].validate(attachment(**spec)))
    assert [error.removeprefix("spec.source.inlineVolumeSpec.") for error in errors] == expected


def test_a_new_attachment_is_not_attached_and_its_spec_is_fixed():
    """PrepareForCreate and ValidateVolumeAttachmentUpdate."""
    strategy = STRATEGIES["volumeattachments"]
    obj = attachment()
    obj["status"] = {"attached": True, "attachmentMetadata": {"a": "b"}}
    strategy.prepare_for_create(obj, CONTEXT)
    assert obj["status"] == {"attached": False}
    assert texts(strategy.validate_update(attachment(nodeName="m"), obj)) == [
        "spec: Invalid value: null: field is immutable"
    ]


def test_attachment_status():
    """Metadata and spec stay; messages are limited, and error codes are not negative."""
    status = STRATEGIES["volumeattachments"].subresources["status"]
    old, new = attachment(), attachment(nodeName="m")
    new["metadata"] |= {"labels": {"a": "b"}, "finalizers": ["example.com/f"]}
    new["status"] = {"attached": True, "attachError": {"message": "m" * 1025, "errorCode": -1}}
    status.prepare_for_update(new, old, CONTEXT)
    assert new["metadata"] == old["metadata"]
    assert new["spec"] == old["spec"]
    assert texts(status.validate_update(new, old)) == [
        "status.attachError.message: Too long: may not be more than 262144 bytes",
        "status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive",
    ]
