"""Preparing, binding, deleting and warning, after kubernetes `pkg/registry/core/pod/strategy_test.go`."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.api.errors import APIError
from kubepy.api.field import Path
from kubepy.apiserver.registry.core.pod import (
    STRATEGIES,
    apply_binding,
    default_pod,
    eviction_ignores_budgets,
    qos_class,
    template_warnings,
    validate_binding,
    validate_eviction,
)
from kubepy.apiserver.registry.strategy import WriteContext

Object = dict[str, Any]
PODS = STRATEGIES["pods"]
NOW = "2026-01-02T03:04:05Z"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def pod(container: Object | None = None, /, **spec: Any) -> Object:
    containers = [{"name": "c", "image": "i:1", **(container or {})}]
    obj: Object = {"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": containers, **spec}}
    default_pod(obj)
    return obj


def sized(requests: Object, limits: Object) -> Object:
    return {"resources": {"requests": requests, "limits": limits}}


FULL = {"cpu": "1", "memory": "1Gi"}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (pod(), "BestEffort"),
        (pod(sized({"cpu": "1"}, {})), "Burstable"),
        (pod(sized(FULL, FULL)), "Guaranteed"),
        (pod(sized({}, FULL)), "Guaranteed"),
        (pod(sized({"cpu": "500m", "memory": "1Gi"}, FULL)), "Burstable"),
        (pod(sized({}, {"cpu": "1"})), "Burstable"),
        (pod(sized({"cpu": "0"}, {})), "BestEffort"),
        (pod(sized({"ephemeral-storage": "1"}, {})), "BestEffort"),
        (pod(sized(FULL, FULL), initContainers=[{"name": "i", "image": "i"}]), "Burstable"),
        (pod(None, resources={"limits": FULL}), "Guaranteed"),
        (pod(sized({"cpu": "1"}, {}), resources={"limits": FULL, "requests": FULL}), "Guaranteed"),
        (pod(None, resources={"requests": {"cpu": "1"}}), "Burstable"),
    ],
)
def test_quality_of_service(obj: Object, expected: str) -> None:
    """ComputePodQOS: pod-level resources, if there are any, decide alone."""
    assert qos_class(obj) == expected


def test_creation_sets_status_and_generation(context: WriteContext) -> None:
    obj = pod()
    obj["status"] = {"phase": "Running", "podIP": "1.1.1.1"}
    obj["metadata"]["generation"] = 7
    PODS.prepare_for_create(obj, context)
    assert obj["status"] == {"phase": "Pending", "qosClass": "BestEffort"}
    assert obj["metadata"]["generation"] == 1


def test_gated_pods_say_so(context: WriteContext) -> None:
    """applySchedulingGatedCondition."""
    obj = pod(None, schedulingGates=[{"name": "g"}])
    PODS.prepare_for_create(obj, context)
    assert obj["status"]["conditions"] == [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "SchedulingGated",
            "message": "Scheduling is blocked due to non-empty scheduling gates",
            "lastTransitionTime": NOW,
        }
    ]


def test_label_keys_become_requirements(context: WriteContext) -> None:
    """mutatePodAffinity, mutateTopologySpreadConstraints: keys the pod has no label for are left out."""
    term = {"topologyKey": "t", "labelSelector": {}, "matchLabelKeys": ["a", "x"], "mismatchLabelKeys": ["b"]}
    spread = {
        "topologyKey": "t",
        "maxSkew": 1,
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {},
        "matchLabelKeys": ["a"],
    }
    obj = pod(None, affinity={"podAffinity": {REQUIRED: [term]}}, topologySpreadConstraints=[spread])
    obj["metadata"]["labels"] = {"a": "1", "b": "2"}
    PODS.prepare_for_create(obj, context)
    a = {"key": "a", "operator": "In", "values": ["1"]}
    b = {"key": "b", "operator": "NotIn", "values": ["2"]}
    assert obj["spec"]["affinity"]["podAffinity"][REQUIRED][0]["labelSelector"] == {"matchExpressions": [a, b]}
    assert obj["spec"]["topologySpreadConstraints"][0]["labelSelector"] == {"matchExpressions": [a]}
    assert PODS.validate(obj) == []


def test_a_key_in_both_selector_and_label_keys_is_refused(context: WriteContext) -> None:
    """ValidateMatchLabelKeysAndMismatchLabelKeys."""
    term = {"topologyKey": "t", "labelSelector": {"matchLabels": {"a": "1"}}, "matchLabelKeys": ["a"]}
    obj = pod(None, affinity={"podAffinity": {REQUIRED: [term]}})
    obj["metadata"]["labels"] = {"a": "1"}
    PODS.prepare_for_create(obj, context)
    assert [str(error) for error in PODS.validate(obj)] == [
        f'spec.affinity.podAffinity.{REQUIRED}[0][0]: Invalid value: "a": '
        "exists in both matchLabelKeys and labelSelector"
    ]


@pytest.mark.parametrize(
    ("annotation", "profile"),
    [
        ("runtime/default", {"type": "RuntimeDefault"}),
        ("unconfined", {"type": "Unconfined"}),
        ("localhost/x", {"type": "Localhost", "localhostProfile": "x"}),
        ("localhost/", None),
        ("bogus", None),
    ],
)
def test_app_armor_annotations_become_fields(annotation: str, profile: Object | None, context: WriteContext) -> None:
    """applyAppArmorVersionSkew."""
    key = "container.apparmor.security.beta.kubernetes.io/c"
    obj = pod()
    obj["metadata"]["annotations"] = {key: annotation}
    PODS.prepare_for_create(obj, context)
    assert (obj["spec"]["containers"][0].get("securityContext") or {}).get("appArmorProfile") == profile
    assert PODS.warnings(obj, None) == [
        f'metadata.annotations[{key}]: deprecated since v1.30; use the "appArmorProfile" field instead'
    ]


def test_alpha_fields_are_dropped_unless_already_there(context: WriteContext) -> None:
    """DropDisabledPodFields."""
    obj = pod(None, schedulingGroup={"podGroupName": "g"}, evictionResponders=[{"name": "a.b/c", "priority": 1}])
    kept = copy.deepcopy(obj)
    PODS.prepare_for_create(obj, context)
    assert not {"schedulingGroup", "evictionResponders"} & obj["spec"].keys()
    new = copy.deepcopy(kept)
    PODS.prepare_for_update(new, kept, context)
    assert new["spec"] == kept["spec"]


def test_updates_keep_status_and_count_changes_of_the_spec(context: WriteContext) -> None:
    old = pod()
    PODS.prepare_for_create(old, context)
    new = copy.deepcopy(old)
    new["status"] = {}
    new["metadata"]["labels"] = {"a": "b"}
    PODS.prepare_for_update(new, old, context)
    assert new["status"] == old["status"]
    assert new["metadata"]["generation"] == 1
    new["spec"]["containers"][0]["image"] = "i:2"
    PODS.prepare_for_update(new, old, context)
    assert new["metadata"]["generation"] == 2


def test_resize_takes_resources_only(context: WriteContext) -> None:
    """dropNonResizeUpdates."""
    old = pod(sized({"cpu": "1"}, {}))
    new = copy.deepcopy(old)
    new["metadata"]["labels"] = {"a": "b"}
    container = new["spec"]["containers"][0]
    container.update(image="other", resources={"requests": {"cpu": "2"}})
    PODS.subresources["resize"].prepare_for_update(new, old, context)
    assert "labels" not in new["metadata"]
    assert new["spec"]["containers"][0]["image"] == "i:1"
    assert new["spec"]["containers"][0]["resources"] == {"requests": {"cpu": "2"}}
    assert new["metadata"]["generation"] == 1


def test_ephemeral_containers_write_takes_these_only(context: WriteContext) -> None:
    old = pod()
    new = copy.deepcopy(old)
    new["spec"]["ephemeralContainers"] = [{"name": "e", "image": "i"}]
    new["spec"]["hostname"] = "x"
    PODS.subresources["ephemeralcontainers"].prepare_for_update(new, old, context)
    assert new["spec"] == {**old["spec"], "ephemeralContainers": [{"name": "e", "image": "i"}]}


@pytest.mark.parametrize(
    ("spec", "phase", "requested", "expected"),
    [
        ({"nodeName": "n"}, "Running", None, 30),
        ({"nodeName": "n"}, "Running", 5, 5),
        ({"nodeName": "n"}, "Running", 0, 0),
        ({"nodeName": "n"}, "Running", -5, 1),
        ({"nodeName": "n"}, "Succeeded", 5, 0),
        ({"nodeName": "n"}, "Failed", None, 0),
        ({}, "Pending", 5, 0),
    ],
)
def test_graceful_deletion(spec: Object, phase: str, requested: int | None, expected: int) -> None:
    """podStrategy.CheckGracefulDelete."""
    obj = pod(None, **spec)
    obj["status"] = {"phase": phase}
    assert PODS.grace_period_seconds(obj, requested) == expected


def test_a_binding_assigns_the_pod(context: WriteContext) -> None:
    """setPodNodeAndMetadata."""
    obj = pod()
    obj["metadata"]["labels"] = {"a": "1"}
    obj["status"] = {"nominatedNodeName": "m"}
    metadata = {"name": "p", "labels": {"topology.kubernetes.io/zone": "z"}, "annotations": {"x": "y"}}
    apply_binding(obj, {"metadata": metadata, "target": {"name": "n"}}, context.now)
    assert obj["spec"]["nodeName"] == "n"
    assert obj["metadata"]["labels"] == {"a": "1", "topology.kubernetes.io/zone": "z"}
    assert obj["metadata"]["annotations"] == {"x": "y"}
    assert obj["status"] == {"conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": NOW}]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"spec": {"nodeName": "m"}},
            'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "m"',
        ),
        (
            {"metadata": {"deletionTimestamp": NOW}},
            'Operation cannot be fulfilled on pods/binding "p": pod p is being deleted, cannot be assigned to a host',
        ),
        (
            {"spec": {"schedulingGates": [{"name": "g"}]}},
            'Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates',
        ),
        (
            {"metadata": {"uid": "other"}},
            'Operation cannot be fulfilled on pods "p": Precondition failed: UID in precondition: u, '
            "UID in object meta: other",
        ),
    ],
)
def test_bindings_that_come_too_late(change: Object, message: str, context: WriteContext) -> None:
    """assignPod turns every refusal into a conflict."""
    obj = pod()
    obj["metadata"]["uid"] = "u"
    for part, fields in change.items():
        obj[part].update(fields)
    before = copy.deepcopy(obj)
    with pytest.raises(APIError) as caught:
        apply_binding(obj, {"metadata": {"name": "p", "uid": "u"}, "target": {"name": "n"}}, context.now)
    assert (caught.value.code, caught.value.message) == (409, message)
    assert obj == before


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"name": "n"}, []),
        ({"kind": "Node", "name": "n"}, []),
        ({"kind": "Pod", "name": "n"}, ['target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"']),
        ({}, ["target.name: Required value"]),
    ],
)
def test_binding_targets(target: Object, expected: list[str]) -> None:
    """ValidatePodBinding."""
    assert [str(error) for error in validate_binding({"target": target})] == expected


def test_evictions() -> None:
    with pytest.raises(APIError, match="name in URL does not match name in Eviction object"):
        validate_eviction({"metadata": {"name": "q"}}, "p")
    validate_eviction({"metadata": {"name": "p"}}, "p")
    obj = pod()
    for phase, expected in (("Running", False), ("Pending", True), ("Succeeded", True), ("Failed", True)):
        obj["status"] = {"phase": phase}
        assert eviction_ignores_budgets(obj) is expected


@pytest.mark.parametrize(
    ("container", "spec", "annotations", "expected"),
    [
        ({}, {}, {}, []),
        (
            {},
            {"nodeSelector": {"beta.kubernetes.io/arch": "x"}},
            {},
            ['spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use "kubernetes.io/arch" instead'],
        ),
        (
            {},
            {
                "topologySpreadConstraints": [
                    {"maxSkew": 1, "topologyKey": "a", "whenUnsatisfiable": "DoNotSchedule"},
                ]
            },
            {},
            ["spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod"],
        ),
        (
            {},
            {"affinity": {"podAffinity": {REQUIRED: [{"topologyKey": "a"}]}}},
            {},
            [f"spec.affinity.podAffinity.{REQUIRED}[0].labelSelector: a null labelSelector results in matching no pod"],
        ),
        (
            {},
            {},
            {"scheduler.alpha.kubernetes.io/critical-pod": "x"},
            [
                "metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; "
                'use the "priorityClassName" field instead'
            ],
        ),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}, {"name": "A", "value": "$(A)3"}]},
            {},
            {},
            ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
        ),
        (
            {"ports": [{"containerPort": 1}, {"containerPort": 1}, {"containerPort": 1, "hostPort": 2}]},
            {},
            {},
            [
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
                "spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[0]",
                "spec.containers[0].ports[2]: overlapping port definition with spec.containers[0].ports[1]",
            ],
        ),
        (
            {"ports": [{"containerPort": 1, "hostIP": "1.1.1.1"}]},
            {},
            {},
            [
                "spec.containers[0].ports[0]: hostIP set without hostPort: "
                "{Name: HostPort:0 ContainerPort:1 Protocol:TCP HostIP:1.1.1.1}"
            ],
        ),
        (
            {"resources": {"requests": {"memory": "100m"}}},
            {},
            {},
            [
                'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, '
                "must be an integer"
            ],
        ),
        (
            {},
            {"imagePullSecrets": [{"name": "a"}, {"name": "a"}, {}]},
            {},
            [
                'spec.imagePullSecrets[1].name: duplicate name "a"',
                'spec.imagePullSecrets[2].name: invalid empty name ""',
            ],
        ),
        (
            {},
            {"volumes": [{"name": "v", "gitRepo": {"repository": "x"}}]},
            {},
            ["spec.volumes[0].gitRepo: deprecated in v1.11"],
        ),
        (
            {},
            {},
            {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"},
            [
                "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; "
                'use the "seccompProfile" field instead'
            ],
        ),
    ],
)
def test_warnings(container: Object, spec: Object, annotations: Object, expected: list[str]) -> None:
    """GetWarningsForPod."""
    obj = pod(container, **spec)
    obj["metadata"]["annotations"] = annotations
    assert PODS.warnings(obj, None) == expected
    assert PODS.warnings(obj, obj) == []


def test_bad_label_values_are_warned_about_where_validation_lets_them_pass() -> None:
    """GetWarningsForNodeSelectorTerm: required terms are validated, preferred ones only lead to warnings."""
    term = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["-"]}]}
    preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    affinity = {REQUIRED: {"nodeSelectorTerms": [term]}, preferred: [{"weight": 1, "preference": term}]}
    (warning,) = PODS.warnings(pod(affinity={"nodeAffinity": affinity}), None)
    assert warning.startswith(
        f"spec.affinity.nodeAffinity.{preferred}[0].preference.matchExpressions[0].values[0]: - is invalid, "
    )


def test_warnings_of_names_and_templates() -> None:
    obj = pod()
    obj["metadata"]["name"] = "a.b"
    assert PODS.warnings(obj, None) == [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; "
        "a DNS label is recommended: [must not contain dots]"
    ]
    template = {"spec": {"terminationGracePeriodSeconds": -1, "containers": []}}
    assert template_warnings(template, Path("spec").child("template")) == [
        "spec.template.spec.terminationGracePeriodSeconds: must be >= 0; "
        "negative values are invalid and will be treated as 1"
    ]


def test_pod_templates(context: WriteContext) -> None:
    """The podtemplates strategy defaults, validates and counts like any object with a specification."""
    strategy = STRATEGIES["podtemplates"]
    obj: Object = {"metadata": {"name": "t"}, "template": {"spec": {"containers": [{"name": "c"}]}}}
    strategy.default(obj)
    strategy.prepare_for_create(obj, context)
    assert obj["metadata"]["generation"] == 1
    assert [str(error) for error in strategy.validate(obj)] == ["template.spec.containers[0].image: Required value"]
    new = copy.deepcopy(obj)
    new["template"]["spec"]["containers"][0]["image"] = "i"
    strategy.prepare_for_update(new, obj, context)
    assert new["metadata"]["generation"] == 2
    assert strategy.warnings(new, obj) == []
