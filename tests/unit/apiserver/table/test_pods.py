from datetime import UTC, datetime, timedelta

import pytest

from kubepy.api.scheme import GroupVersionKind
from kubepy.apiserver.table import table_for_kind

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PODS = table_for_kind(GroupVersionKind("", "v1", "Pod"))
RUNNING = {"running": {}}


def _ago(**delta):
    return (NOW - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _status(state=None, *, ready=False, restarts=0, ended=None, started=None, name="c"):
    status = {"name": name, "ready": ready, "restartCount": restarts, "state": state or {}}
    if ended:
        status["lastState"] = {"terminated": {"exitCode": 1, "finishedAt": ended}}
    if started is not None:
        status["started"] = started
    return status


def _terminated(reason="", exit_code=0, signal=0):
    return {"terminated": {"reason": reason, "exitCode": exit_code, "signal": signal}}


def _waiting(reason=""):
    return {"waiting": {"reason": reason}}


def _pod(containers, statuses, *, phase="Running", init=(), init_statuses=(), conditions=(), reason="", **metadata):
    return {
        "metadata": {"name": "p", **metadata},
        "spec": {"containers": [{"name": "c"}] * containers, "initContainers": list(init)},
        "status": {
            "phase": phase,
            "reason": reason,
            "containerStatuses": statuses,
            "initContainerStatuses": list(init_statuses),
            "conditions": [{"type": kind, "status": "True"} for kind in conditions],
        },
    }


INIT = {"name": "i"}
SIDECAR = {"name": "s", "restartPolicy": "Always"}
DONE = _status(_terminated(), name="i")
UP = _status(RUNNING, ready=True)

STATUS_CASES = {
    "one of two is ready": (_pod(2, [_status(RUNNING, ready=True, restarts=3), _status(restarts=3)]), "1/2 Running 6"),
    "a container's reason replaces the phase": (
        _pod(2, [_status(RUNNING, ready=True, restarts=3), _status(_waiting("ErrImagePull"), restarts=3)]),
        "1/2 ErrImagePull 6",
    ),
    "the first container's reason wins": (
        _pod(2, [_status(_waiting("CrashLoopBackOff")), _status(_terminated("Error", 1))]),
        "0/2 CrashLoopBackOff 0",
    ),
    "ready alone is not running": (_pod(2, [UP, _status(ready=True)], phase="Pending"), "1/2 Pending 0"),
    "the pod's reason replaces the phase": (_pod(2, [UP, _status(ready=True)], reason="Evicted"), "1/2 Evicted 0"),
    "one completed, not ready": (_pod(2, [_status(_terminated("Completed")), UP]), "1/2 NotReady 0"),
    "one completed, ready": (_pod(2, [_status(_terminated("Completed")), UP], conditions=["Ready"]), "1/2 Running 0"),
    "an error is told before a completion": (
        _pod(2, [_status(_terminated("Completed")), _status(_terminated("Error", 1))]),
        "0/2 Error 0",
    ),
    "signals": (_pod(1, [_status(_terminated(exit_code=137, signal=9))]), "0/1 Signal:9 0"),
    "exit codes": (_pod(1, [_status(_terminated(exit_code=3))]), "0/1 ExitCode:3 0"),
    "an init container restarts": (
        _pod(
            1, [_status(_waiting())], init=[INIT], init_statuses=[_status(RUNNING, restarts=3, ended=_ago(seconds=10))]
        ),
        "0/1 Init:0/1 3 (10s ago)",
    ),
    "restarts of all init containers so far": (
        _pod(
            1,
            [_status(_waiting("PodInitializing"))],
            init=[INIT, INIT],
            init_statuses=[
                _status(_terminated(), restarts=2, ended=_ago(minutes=2)),
                _status(_waiting("PodInitializing"), restarts=3, ended=_ago(seconds=10)),
            ],
        ),
        "0/1 Init:1/2 5 (10s ago)",
    ),
    "init failures": (
        _pod(1, [], init=[INIT], init_statuses=[_status(_terminated("Error", 1))]),
        "0/1 Init:Error 0",
    ),
    "init signals": (
        _pod(1, [], init=[INIT], init_statuses=[_status(_terminated(exit_code=1, signal=15))]),
        "0/1 Init:Signal:15 0",
    ),
    "init exit codes": (
        _pod(1, [], init=[INIT], init_statuses=[_status(_terminated(exit_code=7))]),
        "0/1 Init:ExitCode:7 0",
    ),
    "init waits for a reason": (
        _pod(1, [], init=[INIT], init_statuses=[_status(_waiting("CrashLoopBackOff"))]),
        "0/1 Init:CrashLoopBackOff 0",
    ),
    "init restarts are forgotten once initialized": (
        _pod(
            1,
            [_status(RUNNING, restarts=4, ended=_ago(seconds=20))],
            init=[INIT],
            init_statuses=[_status(_terminated(), restarts=2, ended=_ago(seconds=5))],
        ),
        "0/1 Running 4 (20s ago)",
    ),
    "the latest restart counts": (
        _pod(
            2,
            [
                _status(RUNNING, ready=True, restarts=6, ended=_ago(days=5)),
                _status(RUNNING, ready=True, restarts=3, ended=_ago(days=20)),
            ],
        ),
        "2/2 Running 9 (5d ago)",
    ),
    "sidecars are containers": (
        _pod(
            1,
            [UP],
            init=[INIT, SIDECAR],
            init_statuses=[
                DONE,
                _status(RUNNING, ready=True, started=True, restarts=2, ended=_ago(minutes=5), name="s"),
            ],
        ),
        "2/2 Running 2 (5m ago)",
    ),
    "a sidecar that hasn't started holds the pod up": (
        _pod(1, [], phase="Pending", init=[SIDECAR], init_statuses=[_status(RUNNING, started=False, name="s")]),
        "0/2 Init:0/1 0",
    ),
    "a sidecar that fails later, the pod being initialized": (
        _pod(
            1,
            [_status(_terminated("Completed"))],
            init=[SIDECAR],
            init_statuses=[_status(_waiting("CrashLoopBackOff"), started=False, restarts=1, name="s")],
            conditions=["Initialized"],
        ),
        "0/2 Completed 1",
    ),
    "deleted": (_pod(1, [UP], deletionTimestamp=_ago(seconds=1)), "1/1 Terminating 0"),
    "deleted on a lost node": (_pod(1, [UP], reason="NodeLost", deletionTimestamp=_ago(seconds=1)), "1/1 Unknown 0"),
    "deleted after its end": (
        _pod(1, [_status(_terminated("Completed"))], phase="Succeeded", deletionTimestamp=_ago(seconds=1)),
        "0/1 Completed 0",
    ),
}


@pytest.mark.parametrize(("pod", "expected"), STATUS_CASES.values(), ids=STATUS_CASES)
def test_ready_status_and_restarts(pod, expected):
    """printPod and the cases of TestPrintPod, TestPrintPodWithRestartableInitContainers."""
    assert " ".join(PODS.cells(pod, NOW)[1:4]) == expected


def test_gated_pods_say_so():
    """A PodScheduled condition with the reason SchedulingGated."""
    pod = _pod(1, [], phase="Pending")
    pod["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]
    assert PODS.cells(pod, NOW)[2] == "SchedulingGated"


def test_wide_columns_tell_where_the_pod_is():
    """IP, node, nominated node and passed readiness gates; none of which need be known."""
    assert PODS.cells(_pod(1, []), NOW)[4:] == ["<unknown>", "<none>", "<none>", "<none>", "<none>"]
    pod = _pod(1, [], conditions=["a"], creationTimestamp=_ago(hours=5))
    pod["spec"] |= {"nodeName": "n1", "readinessGates": [{"conditionType": "a"}, {"conditionType": "b"}]}
    pod["status"] |= {"podIPs": [{"ip": "1.1.1.1"}, {"ip": "fd00::1"}], "nominatedNodeName": "n2"}
    assert PODS.cells(pod, NOW)[4:] == ["5h", "1.1.1.1", "n1", "n2", "1/2"]


@pytest.mark.parametrize(
    ("phase", "conditions"),
    [
        ("Running", []),
        ("Pending", []),
        ("Succeeded", [("Succeeded", "The pod has completed successfully.")]),
        ("Failed", [("Failed", "The pod failed.")]),
    ],
)
def test_finished_pods_are_marked_completed(phase, conditions):
    """TestPrintPodConditions."""
    assert PODS.conditions(_pod(1, [], phase=phase)) == [
        {"type": "Completed", "status": "True", "reason": reason, "message": message} for reason, message in conditions
    ]
