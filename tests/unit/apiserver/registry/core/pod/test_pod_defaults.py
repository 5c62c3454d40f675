"""Defaults of pods and templates, after kubernetes `pkg/apis/core/v1/defaults_test.go`."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.core.images import default_pull_policy
from kubepy.apiserver.registry.core.pod import default_pod, default_pod_spec, default_pod_template

Object = dict[str, Any]
DIGEST = "sha256:" + "0123456789abcdef" * 4


def pod(container: Object | None = None, **spec: Any) -> Object:
    containers = [{"name": "c", "image": "nginx", **(container or {})}]
    return {"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": containers, **spec}}


def defaulted(container: Object | None = None, **spec: Any) -> Object:
    obj = pod(container, **spec)
    default_pod(obj)
    result: Object = obj["spec"]
    return result


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.25", "IfNotPresent"),
        (f"nginx@{DIGEST}", "IfNotPresent"),
        (f"nginx:1.25@{DIGEST}", "IfNotPresent"),
        (f"nginx:latest@{DIGEST}", "Always"),
        ("registry.example:5000/team/app", "Always"),
        ("registry.example:5000/team/app:v1", "IfNotPresent"),
        ("[::1]:5000/app", "Always"),
        ("Nginx", "IfNotPresent"),
        ("", "IfNotPresent"),
        (" ", "IfNotPresent"),
        ("0123456789abcdef" * 4, "IfNotPresent"),
    ],
)
def test_pull_policy_follows_the_tag(image: str, policy: str) -> None:
    """An image without tag or digest is `latest`; what is no reference at all has no tag. pkg/util/parsers."""
    assert default_pull_policy(image) == policy


def test_a_plain_pod_gets_every_default() -> None:
    """SetDefaults_Pod, SetDefaults_PodSpec, SetDefaults_Container."""
    assert defaulted() == {
        "containers": [
            {
                "name": "c",
                "image": "nginx",
                "imagePullPolicy": "Always",
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }
        ],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }


def test_templates_do_not_get_what_only_pods_get() -> None:
    """enableServiceLinks, requests from limits and host ports are SetDefaults_Pod's alone."""
    container = {"name": "c", "image": "i:1", "ports": [{"containerPort": 80}], "resources": {"limits": {"cpu": "1"}}}
    template: Object = {"spec": {"hostNetwork": True, "containers": [container]}}
    default_pod_template(template)
    spec = template["spec"]
    assert "enableServiceLinks" not in spec
    assert spec["containers"][0]["resources"] == {"limits": {"cpu": "1"}}
    assert spec["containers"][0]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert template["metadata"] == {}


def test_defaults_are_idempotent() -> None:
    """A defaulted pod is not changed by defaulting it again."""
    obj = pod(
        {
            "ports": [{"containerPort": 80}],
            "env": [{"name": "N", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}],
            "livenessProbe": {"httpGet": {"port": 80}},
            "resources": {"limits": {"cpu": "0.5", "memory": "1Gi"}},
        },
        hostNetwork=True,
        resources={"limits": {"cpu": "2"}},
    )
    default_pod(obj)
    once = copy.deepcopy(obj)
    default_pod(obj)
    assert obj == once


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        ({"exec": {"command": ["a"]}}, {"exec": {"command": ["a"]}}),
        ({"httpGet": {"port": 1}}, {"httpGet": {"port": 1, "path": "/", "scheme": "HTTP"}}),
        ({"grpc": {"port": 1}}, {"grpc": {"port": 1, "service": ""}}),
        ({"tcpSocket": {"port": "x"}, "initialDelaySeconds": 0}, {"tcpSocket": {"port": "x"}}),
    ],
)
@pytest.mark.parametrize("field", ["livenessProbe", "readinessProbe", "startupProbe"])
def test_probes_get_their_numbers(field: str, probe: Object, expected: Object) -> None:
    """SetDefaults_Probe, SetDefaults_HTTPGetAction, and the default service of gRPC probes."""
    numbers = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
    container = defaulted({field: copy.deepcopy(probe)})["containers"][0]
    assert container[field] == {**expected, **numbers}


def test_given_probe_numbers_stay() -> None:
    probe = {"exec": {"command": ["a"]}, "timeoutSeconds": 5, "periodSeconds": 6, "successThreshold": 2}
    assert defaulted({"readinessProbe": dict(probe)})["containers"][0]["readinessProbe"] == {
        **probe,
        "failureThreshold": 3,
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            {"fieldRef": {"fieldPath": "metadata.name"}},
            {"fieldRef": {"fieldPath": "metadata.name", "apiVersion": "v1"}},
        ),
        (
            {"resourceFieldRef": {"resource": "limits.cpu"}},
            {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}},
        ),
        (
            {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0.001"}},
            {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}},
        ),
        ({"fileKeyRef": {"key": "K"}}, {"fileKeyRef": {"key": "K", "optional": False}}),
        ({"secretKeyRef": {"name": "s", "key": "k"}}, {"secretKeyRef": {"name": "s", "key": "k"}}),
    ],
)
def test_env_sources(source: Object, expected: Object) -> None:
    """SetDefaults_ObjectFieldSelector; the divisor is a value, not a pointer, in Go, so it is always written."""
    env = defaulted({"env": [{"name": "N", "valueFrom": source}]})["containers"][0]["env"]
    assert env == [{"name": "N", "valueFrom": expected}]


def test_lifecycle_handlers_get_path_and_scheme() -> None:
    lifecycle = {"preStop": {"httpGet": {"port": 1}}, "postStart": {"exec": {"command": ["a"]}}, "stopSignal": "SIGHUP"}
    got = defaulted({"lifecycle": lifecycle})["containers"][0]["lifecycle"]
    assert got["preStop"]["httpGet"] == {"port": 1, "path": "/", "scheme": "HTTP"}


@pytest.mark.parametrize(
    ("resources", "requests"),
    [
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, {"cpu": "1", "memory": "1Gi"}),
        ({"limits": {"cpu": "1"}, "requests": {"cpu": "100m"}}, {"cpu": "100m"}),
        ({"limits": {"cpu": "1"}, "requests": {"memory": "1Mi"}}, {"cpu": "1", "memory": "1Mi"}),
        ({"requests": {"cpu": "0.1"}}, {"cpu": "100m"}),
        ({"limits": {"cpu": "0.0001"}}, {"cpu": "1m"}),
        ({"limits": {"memory": "1000Mi"}}, {"memory": "1000Mi"}),
        ({"limits": {"memory": "1024Mi"}}, {"memory": "1Gi"}),
    ],
)
@pytest.mark.parametrize("kind", ["containers", "initContainers"])
def test_requests_follow_limits_and_are_canonical(kind: str, resources: Object, requests: Object) -> None:
    """SetDefaults_Pod and SetDefaults_ResourceList (rounded up to thousandths)."""
    obj = pod()
    obj["spec"].setdefault(kind, []).append({"name": "x", "image": "i:1", "resources": copy.deepcopy(resources)})
    default_pod(obj)
    assert obj["spec"][kind][-1]["resources"]["requests"] == requests


def test_host_network_sets_host_ports() -> None:
    spec = defaulted({"ports": [{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081}]}, hostNetwork=True)
    assert [port["hostPort"] for port in spec["containers"][0]["ports"]] == [80, 8081]


def test_service_account_alias_is_mirrored_and_the_new_name_wins() -> None:
    """Convert_v1_PodSpec_To_core_PodSpec and back."""
    spec: Object = {"containers": [], "serviceAccount": "old"}
    default_pod_spec(spec)
    assert (spec["serviceAccount"], spec["serviceAccountName"]) == ("old", "old")
    spec["serviceAccountName"] = "new"
    default_pod_spec(spec)
    assert (spec["serviceAccount"], spec["serviceAccountName"]) == ("new", "new")


def test_empty_values_of_fields_without_unset_vanish() -> None:
    """They are not pointers in Go and are left out when the object is written."""
    spec = defaulted(
        {"command": [], "env": [], "tty": False, "workingDir": ""}, hostNetwork=False, nodeName="", hostUsers=False
    )
    assert not {"command", "env", "tty", "workingDir"} & spec["containers"][0].keys()
    assert "hostNetwork" not in spec
    assert "nodeName" not in spec
    assert spec["hostUsers"] is False


def test_negative_grace_period_becomes_one_in_pods_only() -> None:
    """Convert_v1_Pod_To_core_Pod."""
    assert defaulted(terminationGracePeriodSeconds=-5)["terminationGracePeriodSeconds"] == 1
    spec: Object = {"containers": [], "terminationGracePeriodSeconds": -5}
    default_pod_spec(spec)
    assert spec["terminationGracePeriodSeconds"] == -5


def test_legacy_init_container_annotations_are_dropped() -> None:
    obj = pod()
    obj["metadata"]["annotations"] = {"pod.beta.kubernetes.io/init-containers": "[]", "kept": "x"}
    default_pod(obj)
    assert obj["metadata"]["annotations"] == {"kept": "x"}


@pytest.mark.parametrize(
    ("of_pod", "of_container", "expected"),
    [
        ({"limits": {"cpu": "2"}}, {}, {"limits": {"cpu": "2"}, "requests": {"cpu": "2"}}),
        (
            {"limits": {"cpu": "2", "memory": "1Gi"}},
            {"requests": {"cpu": "1"}},
            {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}},
        ),
        (
            {"requests": {"cpu": "2"}},
            {"limits": {"cpu": "3"}},
            {"requests": {"cpu": "2"}, "limits": {"cpu": "3"}},
        ),
        ({"requests": {"cpu": "2"}}, {}, {"requests": {"cpu": "2"}}),
        (
            {"limits": {"cpu": "1"}},
            {"limits": {"hugepages-2Mi": "4Mi", "cpu": "1"}},
            {
                "limits": {"cpu": "1", "hugepages-2Mi": "4Mi"},
                "requests": {"cpu": "1", "hugepages-2Mi": "4Mi"},
            },
        ),
        ({}, {"limits": {"cpu": "3"}}, {}),
    ],
)
def test_pod_level_resources(of_pod: Object, of_container: Object, expected: Object) -> None:
    """KEP-2837: what the pod as a whole leaves out comes from its containers or from its other half."""
    assert (
        defaulted({"resources": copy.deepcopy(of_container)}, resources=copy.deepcopy(of_pod))["resources"] == expected
    )
