"""StatefulSets, by pkg/apis/apps/{v1/defaults.go,validation} and pkg/registry/apps/statefulset/strategy.go."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.apps import STRATEGIES

STRATEGY = STRATEGIES["statefulsets"]
STATUS = STRATEGY.subresources["status"]
CLAIM = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


def stateful_set(**spec: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "db", "namespace": "default", "generation": 1},
        "spec": {
            "selector": {"matchLabels": {"app": "db"}},
            "serviceName": "db",
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "db", "image": "postgres"}]},
            },
            **copy.deepcopy(spec),
        },
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults_are_upstreams():
    """SetDefaults_StatefulSet; MaxUnavailableStatefulSet is beta and on since v1.35."""
    spec = stateful_set()["spec"]
    assert spec["podManagementPolicy"] == "OrderedReady"
    assert spec["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 1}}
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert spec["replicas"] == 1
    assert spec["revisionHistoryLimit"] == 10


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "RollingUpdate"}, {"type": "RollingUpdate"}),
        (
            {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
            {"type": "RollingUpdate", "rollingUpdate": {"partition": 2, "maxUnavailable": 1}},
        ),
        ({"type": "OnDelete"}, {"type": "OnDelete"}),
    ],
)
def test_a_named_update_strategy_gets_no_rolling_update(given: dict[str, Any], expected: dict[str, Any]):
    """SetDefaults_StatefulSet adds the struct only together with the type."""
    assert stateful_set(updateStrategy=given)["spec"]["updateStrategy"] == expected


def test_claim_templates_state_type_and_phase():
    """SetDefaults_PersistentVolumeClaim and Convert_apps_StatefulSetSpec_To_v1_StatefulSetSpec."""
    (claim,) = stateful_set(volumeClaimTemplates=[CLAIM])["spec"]["volumeClaimTemplates"]
    assert (claim["apiVersion"], claim["kind"]) == ("v1", "PersistentVolumeClaim")
    assert claim["status"] == {"phase": "Pending"}
    assert claim["spec"]["volumeMode"] == "Filesystem"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"serviceName": ""}, []),
        ({"volumeClaimTemplates": [CLAIM]}, []),
        (
            {"podManagementPolicy": "Any"},
            ["spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'"],
        ),
        (
            {"updateStrategy": {"type": "Recreate"}},
            [
                'spec.updateStrategy: Invalid value: {"Type":"Recreate","RollingUpdate":null}: '
                "must be 'RollingUpdate' or 'OnDelete'"
            ],
        ),
        (
            {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {}}},
            [
                'spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":0,"MaxUnavailable":null}: '
                "only allowed for updateStrategy 'RollingUpdate'"
            ],
        ),
        (
            {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": -1, "maxUnavailable": 0}}},
            [
                "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0",
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0",
            ],
        ),
        (
            {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Burn"}},
            [
                'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Burn": '
                'supported values: "Retain", "Delete"'
            ],
        ),
        ({"ordinals": {"start": -1}}, [
            "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"
        ]),
        ({"selector": {}}, ["spec.selector: Invalid value: {}: empty selector is invalid for statefulset"]),
    ],
)  # fmt: skip
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateStatefulSetSpec."""
    assert messages(STRATEGY.validate(stateful_set(**spec))) == expected


def test_a_new_service_name_is_a_dns_label():
    """ValidateStatefulSetSpec tolerates other names that are stored."""
    obj = stateful_set(serviceName="a.b")
    assert [error.field for error in STRATEGY.validate(obj)] == ["spec.serviceName"]
    assert STRATEGY.validate_update(obj, copy.deepcopy(obj)) == []


def test_names_are_dns_labels():
    """ValidateStatefulSetName."""
    assert STRATEGY.validate_name("a.b") != []
    assert STRATEGY.validate_name("a-", True) == []


def test_containers_may_mount_claims_by_name():
    """ValidateStatefulSetSpec adds the volumes of the claim templates before it looks at the pods."""
    obj = stateful_set(volumeClaimTemplates=[CLAIM])
    obj["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    assert STRATEGY.validate(obj) == []
    del obj["spec"]["volumeClaimTemplates"]
    assert [error.field for error in STRATEGY.validate(obj)] == [
        "spec.template.spec.containers[0].volumeMounts[0].name"
    ]


def test_claim_templates_follow_the_rules_of_claims():
    """validateVolumeClaimTemplates."""
    claim = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
    fields = [error.field for error in STRATEGY.validate(stateful_set(volumeClaimTemplates=[claim]))]
    assert fields == ["spec.volumeClaimTemplates[0].spec.accessModes"]


@pytest.mark.parametrize(
    "spec",
    [
        {"replicas": 5},
        {"ordinals": {"start": 3}},
        {"updateStrategy": {"type": "OnDelete"}},
        {"revisionHistoryLimit": 2},
        {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}},
        {"minReadySeconds": 9},
    ],
)
def test_some_fields_may_change(spec: dict[str, Any]):
    """ValidateStatefulSetUpdate."""
    assert STRATEGY.validate_update(stateful_set(**spec), stateful_set()) == []


@pytest.mark.parametrize(
    "spec", [{"serviceName": "other"}, {"podManagementPolicy": "Parallel"}, {"volumeClaimTemplates": [CLAIM]}]
)
def test_other_fields_may_not_change(spec: dict[str, Any]):
    """ValidateStatefulSetUpdate."""
    assert messages(STRATEGY.validate_update(stateful_set(**spec), stateful_set())) == [
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
        "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' "
        "are forbidden"
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"replicas": 2, "readyReplicas": 2, "availableReplicas": 2}, []),
        (
            {"replicas": 2, "readyReplicas": 1, "availableReplicas": 2},
            ["status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas"],
        ),
        (
            {"replicas": 1, "currentReplicas": 2},
            ["status.currentReplicas: Invalid value: 2: cannot be greater than status.replicas"],
        ),
    ],
)
def test_status_rules(status: dict[str, Any], expected: list[str]):
    """ValidateStatefulSetStatusUpdate."""
    assert messages(STATUS.validate_update(stateful_set() | {"status": status}, stateful_set())) == expected


def test_keeping_all_revisions_is_warned_of():
    """WarningsOnCreate and WarningsOnUpdate."""
    obj = stateful_set(revisionHistoryLimit=-1)
    warning = (
        "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
    )
    assert STRATEGY.warnings(obj, None) == [warning]
    assert STRATEGY.warnings(obj, stateful_set()) == [warning]
    assert STRATEGY.warnings(stateful_set(), None) == []
