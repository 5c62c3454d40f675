"""What may change in a pod, after kubernetes `pkg/apis/core/validation/validation_test.go` (TestValidatePodUpdate)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from kubepy.apiserver.registry.core.pod import STRATEGIES, default_pod

Object = dict[str, Any]
Change = Callable[[Object], Any]

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
IMMUTABLE = "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"


def pod(**spec: Any) -> Object:
    obj: Object = {
        "metadata": {"name": "p", "namespace": "default", "generation": 1},
        "spec": {"containers": [{"name": "c", "image": "nginx:1"}], **spec},
        "status": {"qosClass": "BestEffort"},
    }
    default_pod(obj)
    return obj


def update(old: Object, change: Change, subresource: str = "") -> list[str]:
    new = copy.deepcopy(old)
    change(new["spec"])
    strategy = STRATEGIES["pods"]
    if subresource:
        strategy = strategy.subresources[subresource]
    return [str(error) for error in strategy.validate_update(new, old)]


def set_image(image: str) -> Change:
    return lambda spec: spec["containers"][0].update(image=image)


def put(**fields: Any) -> Change:
    return lambda spec: spec.update(fields)


def drop(field: str) -> Change:
    return lambda spec: spec.pop(field)


TOLERATION = {"key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}


@pytest.mark.parametrize(
    ("old", "change", "expected"),
    [
        ({}, set_image("nginx:2"), []),
        ({}, set_image(""), ["spec.containers[0].image: Required value", "spec.containers[0].image: Required value"]),
        ({}, put(activeDeadlineSeconds=10), []),
        ({"activeDeadlineSeconds": 10}, put(activeDeadlineSeconds=5), []),
        (
            {"activeDeadlineSeconds": 10},
            put(activeDeadlineSeconds=11),
            ["spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value"],
        ),
        (
            {"activeDeadlineSeconds": 10},
            drop("activeDeadlineSeconds"),
            ["spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value"],
        ),
        ({"tolerations": [TOLERATION]}, put(tolerations=[TOLERATION, {"operator": "Exists"}]), []),
        ({"tolerations": [TOLERATION]}, put(tolerations=[{**TOLERATION, "tolerationSeconds": 9}]), []),
        (
            {"tolerations": [TOLERATION]},
            drop("tolerations"),
            ["spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"],
        ),
        ({"schedulingGates": [{"name": "a"}, {"name": "b"}]}, put(schedulingGates=[{"name": "b"}]), []),
        (
            {"schedulingGates": [{"name": "a"}]},
            put(schedulingGates=[{"name": "b"}]),
            ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
        ),
        (
            {},
            lambda spec: spec["containers"].append({"name": "d", "image": "i", "imagePullPolicy": "Always"}),
            ["spec.containers[1].terminationMessagePolicy", "spec.containers: Forbidden: pod updates may not add or"],
        ),
        ({}, put(hostname="x"), [IMMUTABLE]),
        ({}, put(nodeSelector={"a": "b"}), [IMMUTABLE]),
        ({"schedulingGates": [{"name": "a"}]}, put(nodeSelector={"a": "b"}), []),
        (
            {"schedulingGates": [{"name": "a"}], "nodeSelector": {"a": "b"}},
            put(nodeSelector={"a": "c"}),
            [
                'spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed '
                "(no mutations or deletions)"
            ],
        ),
        ({"terminationGracePeriodSeconds": 30}, put(terminationGracePeriodSeconds=1), [IMMUTABLE]),
    ],
)
def test_updates(old: Object, change: Change, expected: list[str]) -> None:
    """ValidatePodUpdate."""
    got = update(pod(**old), change)
    assert len(got) == len(expected), got
    for message, text in zip(sorted(got), sorted(expected), strict=True):
        assert message.startswith(text)


def test_a_negative_grace_period_may_become_one() -> None:
    """Pods stored before the rule may have one."""
    old = pod()
    old["spec"]["terminationGracePeriodSeconds"] = -3
    assert update(old, put(terminationGracePeriodSeconds=1)) == []
    assert update(old, put(terminationGracePeriodSeconds=2))[0].startswith(IMMUTABLE)


def test_a_refused_update_shows_what_differs() -> None:
    """A unified diff of the internal types' JSON with three lines of context. apimachinery pkg/util/diff."""
    got = update(pod(), lambda spec: spec["containers"][0].update(command=["sleep"]))
    assert len(got) == 1
    head, _, diff = got[0].partition("\n")
    assert head.endswith("`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")
    assert diff.splitlines() == [
        "@@ -5,7 +5,9 @@",
        "   {",
        '    "Name": "c",',
        '    "Image": "nginx:1",',
        '-   "Command": null,',
        '+   "Command": [',
        '+    "sleep"',
        "+   ],",
        '    "Args": null,',
        '    "WorkingDir": "",',
        '    "Ports": null,',
    ]


def affinity(*expressions: Object) -> Object:
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}}}


ONE = {"key": "a", "operator": "Exists"}
TWO = {"key": "b", "operator": "Exists"}


@pytest.mark.parametrize(
    ("old", "new", "ok"),
    [
        (None, affinity(ONE), True),
        (affinity(ONE), affinity(ONE, TWO), True),
        (affinity(ONE), affinity(TWO), False),
        (affinity(ONE, TWO), affinity(ONE), False),
        (affinity(ONE), None, False),
        (affinity(ONE), {**affinity(ONE), "podAffinity": {}}, True),
    ],
)
def test_gated_pods_can_get_choosier_about_nodes(old: Object | None, new: Object | None, ok: bool) -> None:
    """validateNodeAffinityMutation: requirements may be added, not changed or removed."""
    fields: Object = {"schedulingGates": [{"name": "g"}]}
    if old:
        fields["affinity"] = old
    change = put(affinity=new) if new else drop("affinity")
    assert (update(pod(**fields), change) == []) is ok


def test_annotations_that_cannot_change() -> None:
    """ValidatePodSpecificAnnotationUpdates."""
    key = "container.apparmor.security.beta.kubernetes.io/c"
    old, new = pod(), pod()
    new["metadata"]["annotations"] = {key: "unconfined"}
    strategy = STRATEGIES["pods"]
    path = f"metadata.annotations[{key}]"
    assert [str(e) for e in strategy.validate_update(new, old)] == [
        f"{path}: Forbidden: may not add AppArmor annotations"
    ]
    assert [str(e) for e in strategy.validate_update(old, new)] == [
        f"{path}: Forbidden: may not remove or update AppArmor annotations"
    ]


def test_ephemeral_containers_are_only_added() -> None:
    """ValidatePodEphemeralContainersUpdate."""
    old = pod(ephemeralContainers=[{"name": "e", "image": "i:1"}])
    added = [*old["spec"]["ephemeralContainers"], {**old["spec"]["ephemeralContainers"][0], "name": "f"}]
    assert update(old, put(ephemeralContainers=added), "ephemeralcontainers") == []
    changed = [{**old["spec"]["ephemeralContainers"][0], "image": "i:2"}]
    got = update(old, put(ephemeralContainers=changed), "ephemeralcontainers")
    assert got[0].startswith(
        'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be changed'
    )
    assert '-  "Image": "i:1",' not in got[0]
    assert '- "Image": "i:1",' in got[0]
    assert update(old, drop("ephemeralContainers"), "ephemeralcontainers") == [
        'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n'
    ]
    old["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    old["spec"]["nodeName"] = "n"
    assert update(old, put(ephemeralContainers=added), "ephemeralcontainers") == [
        ": Forbidden: static pods do not support ephemeral containers"
    ]


def sized(requests: Object | None = None, limits: Object | None = None, **container: Any) -> Object:
    resources: Object = {}
    if requests:
        resources["requests"] = requests
    if limits:
        resources["limits"] = limits
    obj = pod(containers=[{"name": "c", "image": "i:1", "resources": resources, **container}])
    obj["status"]["qosClass"] = "Burstable"
    return obj


def resources(kind: str, **amounts: str) -> Change:
    return lambda spec: spec["containers"][0]["resources"].setdefault(kind, {}).update(amounts)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (resources("requests", cpu="2"), []),
        (resources("limits", cpu="4"), []),
        (
            lambda spec: spec["containers"][0]["resources"]["requests"].pop("cpu"),
            ["spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed"],
        ),
        (
            resources("requests", cpu="1", **{"ephemeral-storage": "1"}),
            ["spec: Forbidden: only cpu and memory resources are mutable"],
        ),
        (
            lambda spec: spec["containers"][0].update(name="d"),
            ["spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize"],
        ),
        (
            lambda spec: spec["containers"].append(copy.deepcopy({**spec["containers"][0], "name": "d"})),
            ["spec.containers: Forbidden: containers may not be added or removed on resize"],
        ),
        (put(hostname="x"), ["spec: Forbidden: only cpu and memory resources are mutable"]),
        (
            lambda spec: spec["containers"][0].update(
                resources={"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
            ),
            ['spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing'],
        ),
    ],
)
def test_resizing(change: Change, expected: list[str]) -> None:
    """ValidatePodResize."""
    assert update(sized({"cpu": "1", "memory": "1Gi"}), change, "resize") == expected


def test_pods_that_cannot_be_resized() -> None:
    old = sized({"cpu": "1"})
    old["status"]["containerStatuses"] = [{"name": "c", "state": {"running": {}}}]
    change = resources("requests", cpu="2")
    assert update(old, change, "resize") == ["spec: Forbidden: Pod running on node without support for resize"]
    old["status"]["containerStatuses"][0]["resources"] = {}
    assert update(old, change, "resize") == []
    old["spec"]["os"] = {"name": "windows"}
    assert update(old, change, "resize") == [": Forbidden: windows pods cannot be resized"]
    old["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    assert update(old, change, "resize") == [": Forbidden: static pods cannot be resized"]


def test_resizing_the_pod_as_a_whole() -> None:
    """validatePodLevelResourcesResize."""
    old = pod(resources={"requests": {"cpu": "1"}, "limits": {"cpu": "2"}})
    old["status"]["qosClass"] = "Burstable"
    assert update(old, put(resources={"requests": {"cpu": "1"}, "limits": {"cpu": "3"}}), "resize") == []
    assert update(old, put(resources={"requests": {"cpu": "1"}}), "resize") == [
        "spec.resources.limits: Forbidden: pod-level resource limits cannot be removed"
    ]


@pytest.mark.parametrize(
    ("policy", "ok"),
    [("NotRequired", True), ("RestartContainer", False)],
)
def test_resizing_init_containers(policy: str, ok: bool) -> None:
    """Plain init containers can be resized as long as they need not be restarted for it."""
    init = {
        "name": "i",
        "image": "i:1",
        "resources": {"requests": {"cpu": "1"}},
        "resizePolicy": [{"resourceName": "cpu", "restartPolicy": policy}],
    }
    old = pod(initContainers=[init])
    old["status"]["qosClass"] = "Burstable"
    got = update(old, lambda spec: spec["initContainers"][0]["resources"]["requests"].update(cpu="2"), "resize")
    assert (got == []) is ok, got
