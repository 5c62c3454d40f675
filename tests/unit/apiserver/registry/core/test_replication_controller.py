"""ReplicationControllers, by pkg/apis/core/{v1/defaults.go,validation} and pkg/registry/core/replicationcontroller."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.core.replication_controller import ReplicationControllerStrategy

STRATEGY = ReplicationControllerStrategy()
STATUS = STRATEGY.subresources["status"]


def controller(volumes: list[Any] | None = None, **spec: Any) -> dict[str, Any]:
    pod_spec: dict[str, Any] = {"containers": [{"name": "web", "image": "nginx"}]}
    if volumes:
        pod_spec["volumes"] = volumes
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod_spec}
    obj = {"metadata": {"name": "web", "namespace": "default"}, "spec": {"template": template, **spec}}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_selector_and_labels_default_to_those_of_the_template():
    """SetDefaults_ReplicationController."""
    obj = controller()
    labels = obj["spec"]["template"]["metadata"]["labels"]
    assert obj["spec"]["replicas"] == 1
    assert obj["spec"]["selector"] == obj["metadata"]["labels"] == {"app": "web"}
    assert obj["spec"]["selector"] is not labels
    assert obj["metadata"]["labels"] is not labels


def test_what_is_given_is_no_default():
    """SetDefaults_ReplicationController."""
    obj = controller(selector={"tier": "a"})
    assert obj["spec"]["selector"] == {"tier": "a"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        (
            {"selector": {"app": "other"}},
            [
                'spec.template.metadata.labels: Invalid value: {"app":"web"}: '
                "`selector` does not match template `labels`"
            ],
        ),
        (
            {"replicas": -1, "minReadySeconds": -1},
            [
                "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            ],
        ),
        ({"template": None}, ["spec.selector: Required value", "spec.template: Required value"]),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateReplicationControllerSpec."""
    assert messages(STRATEGY.validate(controller(**spec))) == expected


def test_replicas_share_disks_for_reading():
    """ValidateReadOnlyPersistentDisks."""
    volumes = [{"name": "disk", "gcePersistentDisk": {"pdName": "pd"}}]
    assert STRATEGY.validate(controller(volumes)) == []
    assert [error.field for error in STRATEGY.validate(controller(volumes, replicas=2))] == [
        "spec.template.spec.volumes[0].gcePersistentDisk.readOnly"
    ]


def test_the_selector_may_change():
    """ValidateReplicationControllerUpdate."""
    old = controller()
    old["spec"]["selector"] = {}
    assert STRATEGY.validate_update(controller(), old) == []


def test_status_rules():
    """ValidateReplicationControllerStatus."""
    obj = controller() | {"status": {"replicas": 1, "readyReplicas": 2}}
    assert messages(STATUS.validate_update(obj, controller())) == [
        "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas"
    ]


def test_dependents_are_orphaned_by_default():
    """DefaultGarbageCollectionPolicy of v1."""
    assert STRATEGY.orphans_by_default
