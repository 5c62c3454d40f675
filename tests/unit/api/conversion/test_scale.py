"""The scale subresource as a view of workloads."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.conversion import apply_scale, scale_of
from kubepy.api.errors import APIError
from kubepy.api.scheme import Resource

SCHEME = builtin_scheme()
METADATA = {
    "name": "web",
    "namespace": "d",
    "uid": "u1",
    "resourceVersion": "7",
    "creationTimestamp": "2026-01-01T00:00:00Z",
}


def _resource(group: str, plural: str) -> Resource:
    resource = SCHEME.find(group, "v1", plural)
    assert resource is not None
    return resource


DEPLOYMENTS = _resource("apps", "deployments")


def test_a_scale_shows_replicas_and_selector() -> None:
    """Only the identifying metadata is shown (scaleFromDeployment)."""
    obj = {
        "metadata": {**METADATA, "labels": {"a": "b"}, "generation": 3},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}},
        "status": {"replicas": 2},
    }
    assert scale_of(DEPLOYMENTS, obj) == {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": METADATA,
        "spec": {"replicas": 3},
        "status": {"replicas": 2, "selector": "app=web"},
    }


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ({"matchLabels": {"b": "2", "a": "1"}}, "a=1,b=2"),
        ({"matchExpressions": [{"key": "t", "operator": "In", "values": ["y", "x"]}]}, "t in (x,y)"),
        ({"matchExpressions": [{"key": "t", "operator": "NotIn", "values": ["x"]}]}, "t notin (x)"),
        ({"matchExpressions": [{"key": "t", "operator": "Exists"}], "matchLabels": {"u": "1", "a": "1"}}, "a=1,t,u=1"),
        ({"matchExpressions": [{"key": "t", "operator": "DoesNotExist"}]}, "!t"),
    ],
)
def test_selectors_print_as_upstream_prints_them(selector: dict[str, Any], text: str) -> None:
    """labels.Selector.String(): requirements sorted by key, values sorted."""
    obj = {"metadata": METADATA, "spec": {"replicas": 1, "selector": selector}}
    assert scale_of(DEPLOYMENTS, obj)["status"] == {"replicas": 0, "selector": text}


def test_a_replication_controller_selects_by_a_plain_label_set() -> None:
    """Its selector is a map of labels (scaleFromRC)."""
    obj = {"metadata": METADATA, "spec": {"replicas": 1, "selector": {"b": "2", "a": "1"}}}
    assert scale_of(_resource("", "replicationcontrollers"), obj)["status"]["selector"] == "a=1,b=2"


def test_zero_replicas_and_no_selector_are_left_out() -> None:
    """ScaleSpec.replicas and ScaleStatus.selector are omitempty, ScaleStatus.replicas is not."""
    scale = scale_of(DEPLOYMENTS, {"metadata": METADATA, "spec": {"replicas": 0}})
    assert (scale["spec"], scale["status"]) == ({}, {"replicas": 0})


def test_applying_a_scale_moves_replicas_and_the_version_it_relies_on() -> None:
    """scaleUpdatedObjectInfo: a Scale without resourceVersion updates unconditionally, without replicas means zero."""
    obj = {"metadata": dict(METADATA), "spec": {"replicas": 1}}
    apply_scale(DEPLOYMENTS, obj, {"metadata": {"resourceVersion": "5", "uid": "u1"}, "spec": {"replicas": 4}})
    assert (obj["spec"]["replicas"], obj["metadata"]["resourceVersion"]) == (4, "5")
    apply_scale(DEPLOYMENTS, obj, {"metadata": {}, "spec": {}})
    assert obj["spec"]["replicas"] == 0
    assert "resourceVersion" not in obj["metadata"]


def test_applying_the_scale_of_another_object_is_a_conflict() -> None:
    """The uid is a precondition."""
    with pytest.raises(APIError) as caught:
        apply_scale(DEPLOYMENTS, {"metadata": METADATA, "spec": {}}, {"metadata": {"uid": "u2"}, "spec": {}})
    assert caught.value.code == 409
    assert caught.value.message == (
        'Operation cannot be fulfilled on deployments/scale.apps "web": '
        "Precondition failed: UID in precondition: u2, UID in object meta: u1"
    )
