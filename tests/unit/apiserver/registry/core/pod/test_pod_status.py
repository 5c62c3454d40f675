"""Status updates, after kubernetes `pkg/apis/core/validation/validation_test.go` (TestValidatePodStatusUpdate)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.core.pod import STRATEGIES, default_pod

Object = dict[str, Any]
STATUS = STRATEGIES["pods"].subresources["status"]
TERMINATED = {"name": "c", "state": {"terminated": {"exitCode": 1}}}
RUNNING = {"name": "c", "state": {"running": {}}}
STAYS = "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state"


def pod(status: Object, **spec: Any) -> Object:
    obj: Object = {
        "metadata": {"name": "p", "namespace": "default"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1"}], **spec},
        "status": status,
    }
    default_pod(obj)
    return obj


def update(new: Object, old: Object | None = None, **spec: Any) -> list[str]:
    return [str(error) for error in STATUS.validate_update(pod(new, **spec), pod(old or {}, **spec))]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({}, []),
        ({"conditions": [{"type": "Ready"}, {"type": "example.com/x"}]}, []),
        ({"conditions": [{"type": "a b"}]}, ['status.conditions[0].Type: Invalid value: "a b"']),
        (
            {"conditions": [{"type": "Ready", "observedGeneration": -1}]},
            ["status.conditions[0].observedGeneration: Invalid value: -1"],
        ),
        ({"nominatedNodeName": "A"}, ['status.nominatedNodeName: Invalid value: "A"']),
        ({"qosClass": "Guaranteed"}, ['status.qosClass: Invalid value: "Guaranteed": field is immutable']),
        ({"podIPs": [{"ip": "x"}]}, ['status.podIPs[0]: Invalid value: "x": must be a valid IP address']),
        ({"podIPs": [{"ip": "1.2.3.4"}, {"ip": "::1"}]}, []),
        (
            {"podIPs": [{"ip": "1.2.3.4"}, {"ip": "1.2.3.5"}]},
            [
                'status.podIPs: Invalid value: [{"IP":"1.2.3.4"},{"IP":"1.2.3.5"}]: '
                "may specify no more than one IP for each IP family"
            ],
        ),
        (
            {"hostIP": "1.1.1.1", "hostIPs": [{"ip": "1.1.1.2"}]},
            ['status.hostIPs[0].ip: Invalid value: "1.1.1.2": must be equal to `hostIP`'],
        ),
        (
            {"resourceClaimStatuses": [{"name": "x"}]},
            [
                'status.resourceClaimStatuses[0].name: Invalid value: "x": '
                "must match the name of an entry in `spec.resourceClaims`"
            ],
        ),
        (
            {"containerStatuses": [{"name": "c", "user": {"linux": {"uid": -1, "gid": 0}}}]},
            ["status.containerStatuses[0].user.linux.uid: Invalid value: -1"],
        ),
        (
            {"containerStatuses": [{"name": "c", "allocatedResourcesStatus": [{"name": "gpu"}]}]},
            [
                'status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: "gpu": '
                "must match one of the container's resource requests"
            ],
        ),
        (
            {"ephemeralContainerStatuses": [{"name": "e", "allocatedResourcesStatus": [{"name": "gpu"}]}]},
            ["status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in"],
        ),
    ],
)
def test_mistakes_in_a_status(new: Object, expected: list[str]) -> None:
    """ValidatePodStatusUpdate."""
    got = update(new)
    assert len(got) == len(expected), got
    for message, text in zip(got, expected, strict=True):
        assert message.startswith(text)


@pytest.mark.parametrize(
    ("policy", "container", "exit_code", "allowed"),
    [
        ("Always", {}, 1, True),
        ("OnFailure", {}, 1, True),
        ("OnFailure", {}, 0, False),
        ("Never", {}, 1, False),
        ("Never", {"restartPolicy": "Always"}, 0, True),
        ("Always", {"restartPolicy": "Never"}, 1, False),
        (
            "Never",
            {
                "restartPolicy": "Never",
                "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}],
            },
            1,
            True,
        ),
        (
            "Never",
            {
                "restartPolicy": "Never",
                "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [1]}}],
            },
            1,
            False,
        ),
    ],
)
def test_terminated_containers_stay_so_unless_they_restart(
    policy: str, container: Object, exit_code: int, allowed: bool
) -> None:
    """ContainerShouldRestart: a matching rule, then the container's policy, then the pod's."""
    before = {"name": "c", "state": {"terminated": {"exitCode": exit_code}}}
    containers = [{"name": "c", "image": "i", **container}]
    got = update(
        {"containerStatuses": [RUNNING]}, {"containerStatuses": [before]}, restartPolicy=policy, containers=containers
    )
    assert got == ([] if allowed else [STAYS])


def test_ephemeral_containers_never_restart() -> None:
    got = update({"ephemeralContainerStatuses": [RUNNING]}, {"ephemeralContainerStatuses": [TERMINATED]})
    assert got == [STAYS.replace("containerStatuses", "ephemeralContainerStatuses")]


def test_a_node_is_not_nominated_for_a_bound_pod() -> None:
    assert update({"nominatedNodeName": "n"}, nodeName="m") == [
        "status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node"
    ]
    assert update({"nominatedNodeName": "n"}, {"nominatedNodeName": "n"}, nodeName="m") == []


def test_an_address_that_was_accepted_before_stays() -> None:
    assert update({"podIPs": [{"ip": "010.0.0.1"}]}, {"podIPs": [{"ip": "010.0.0.1"}]}) == []


def test_status_writes_touch_nothing_but_the_status(context: Any) -> None:
    """podStatusStrategy.PrepareForUpdate."""
    old = pod(
        {
            "qosClass": "BestEffort",
            "observedGeneration": 2,
            "conditions": [{"type": "Ready", "observedGeneration": 2}],
        }
    )
    old["metadata"].update(generation=3, deletionTimestamp="2026-01-02T03:04:05Z", ownerReferences=[{"name": "o"}])
    new = copy.deepcopy(old)
    new["spec"]["nodeName"] = "n"
    new["metadata"].update(generation=9, ownerReferences=[])
    del new["metadata"]["deletionTimestamp"]
    new["status"] = {"phase": "Running", "conditions": [{"type": "Ready"}, {"type": "X"}], "volumeHealth": [{}]}
    STATUS.prepare_for_update(new, old, context)
    assert new["spec"] == old["spec"]
    assert new["metadata"] == old["metadata"]
    assert new["status"] == {
        "phase": "Running",
        "qosClass": "BestEffort",
        "observedGeneration": 2,
        "conditions": [{"type": "Ready", "observedGeneration": 2}, {"type": "X"}],
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"podIP": "1.1.1.1"}, {"podIP": "1.1.1.1", "podIPs": [{"ip": "1.1.1.1"}]}),
        ({"podIPs": [{"ip": "1.1.1.1"}]}, {"podIP": "1.1.1.1", "podIPs": [{"ip": "1.1.1.1"}]}),
        (
            {"podIP": "2.2.2.2", "podIPs": [{"ip": "1.1.1.1"}]},
            {"podIP": "2.2.2.2", "podIPs": [{"ip": "2.2.2.2"}]},
        ),
    ],
)
def test_pod_ip_and_pod_ips_are_one(status: Object, expected: Object) -> None:
    """Convert_v1_PodStatus_To_core_PodStatus: the single address has the last word."""
    obj = pod(copy.deepcopy(status))
    STATUS.default(obj)
    assert obj["status"] == expected
