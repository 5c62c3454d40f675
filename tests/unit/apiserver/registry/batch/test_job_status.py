"""`/status` of Jobs, by pkg/registry/batch/job/strategy.go and pkg/apis/batch/validation (validateJobStatus)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.batch import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STATUS = STRATEGIES["jobs"].subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
BEGIN, END = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"
INDEXED = {"completionMode": "Indexed", "completions": 5, "parallelism": 5}


def conditions(*kinds: str) -> list[dict[str, str]]:
    return [{"type": kind, "status": "True"} for kind in kinds]


DONE = {"conditions": conditions("SuccessCriteriaMet", "Complete"), "startTime": BEGIN, "completionTime": END}
FAILED = {"conditions": conditions("FailureTarget", "Failed"), "startTime": BEGIN}


def complaints(new: dict[str, Any], old: dict[str, Any], spec: dict[str, Any] | None = None) -> list[str]:
    obj = {"metadata": {}, "spec": spec or {"completions": 5, "parallelism": 1}}
    return [str(error) for error in STATUS.validate_update({**obj, "status": new}, {**obj, "status": old})]


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"active": 1, "ready": 1, "startTime": BEGIN}, {}),
        (DONE, {"startTime": BEGIN, "active": 1}),
        (FAILED, {"startTime": BEGIN, "conditions": conditions("FailureTarget")}),
        (DONE, DONE),
        ({"active": 1, "completionTime": END}, {"active": 1, "completionTime": END}),
        ({"startTime": "2026-01-01T00:00:00.0Z"}, {"startTime": BEGIN}),
    ],
)
def test_what_controllers_do_is_fine(new: dict[str, Any], old: dict[str, Any]):
    """A rule is looked at only if what it is about has changed."""
    assert complaints(new, old) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"active": -1}, ["active: Invalid value: -1: must be greater than or equal to 0"]),
        ({"active": 1, "ready": 2}, ["ready: Invalid value: 2: cannot set more ready pods than active"]),
        ({"uncountedTerminatedPods": {"succeeded": ["a", ""], "failed": ["a"]}}, [
            'uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty',
            'uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
        ]),
        ({"completionTime": END}, [
            f'completionTime: Invalid value: "{END}": '
            "cannot set completionTime when there is no Complete=True condition"
        ]),
        ({**DONE, "completionTime": None}, [
            "completionTime: Required value: completionTime is required for Complete jobs"
        ]),
        ({**DONE, "startTime": END, "completionTime": BEGIN}, [
            f'completionTime: Invalid value: "{BEGIN}": must be equal to or after `startTime`'
        ]),
        ({**DONE, "startTime": None}, ["startTime: Required value: startTime is required for finished job"]),
        ({**DONE, "active": 1}, ["active: Invalid value: 1: active>0 is invalid for finished job"]),
        ({**DONE, "terminating": 1}, ["terminating: Invalid value: 1: terminating>0 is invalid for finished job"]),
        ({**DONE, "uncountedTerminatedPods": {"failed": ["a"]}}, [
            'uncountedTerminatedPods: Invalid value: {"Succeeded":null,"Failed":["a"]}: must be empty for finished job'
        ]),
        ({**DONE, "conditions": conditions("Complete")}, [
            "conditions: Invalid value: "
            "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        ]),
        ({**FAILED, "conditions": conditions("Failed")}, [
            "conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition"
        ]),
        ({**DONE, "conditions": conditions("SuccessCriteriaMet", "Complete", "FailureTarget", "Failed")}, [
            "conditions: Invalid value: cannot set Complete=True and Failed=true conditions",
            "conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions",
            "conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions",
            "conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
        ]),
        ({"completedIndexes": "1"}, [
            'completedIndexes: Invalid value: "1": '
            "cannot set non-empty completedIndexes when non-indexed completion mode"
        ]),
        ({"failedIndexes": "1"}, [
            'failedIndexes: Invalid value: "1": cannot set non-null failedIndexes when backoffLimitPerIndex is null'
        ]),
    ],
)  # fmt: skip
def test_status_rules(new: dict[str, Any], expected: list[str]):
    """validateJobStatus with everything changed."""
    assert complaints({k: v for k, v in new.items() if v is not None}, {}) == ["status." + text for text in expected]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"completedIndexes": "0-2", "failedIndexes": "3"}, []),
        ({"completedIndexes": "2,1"}, [
            'completedIndexes: Invalid value: "2,1": error parsing completedIndexes: '
            "non-increasing order, previous: 2, current: 1"
        ]),
        ({"failedIndexes": "5"}, [
            'failedIndexes: Invalid value: "5": error parsing failedIndexes: too large index: "5"'
        ]),
        ({"completedIndexes": "0-2", "failedIndexes": "2-3"}, [
            'failedIndexes: Invalid value: "2-3": failedIndexes and completedIndexes overlap at index: 2'
        ]),
    ],
)  # fmt: skip
def test_index_rules(new: dict[str, Any], expected: list[str]):
    """Indexes exist, are in order, and either complete or fail."""
    errors = complaints(new, {}, {**INDEXED, "backoffLimitPerIndex": 1})
    assert errors == ["status." + text for text in expected]


@pytest.mark.parametrize(
    ("new", "old", "spec", "expected"),
    [
        ({"failed": 1}, {"failed": 2}, {}, ["failed: Invalid value: 1: cannot decrease the failed counter"]),
        ({"succeeded": 1}, {"succeeded": 2}, {}, [
            "succeeded: Invalid value: 1: cannot decrease the succeeded counter"
        ]),
        ({"succeeded": 1}, {"succeeded": 2}, INDEXED, []),
        ({**DONE, "completionTime": BEGIN}, DONE, {}, [
            f'completionTime: Invalid value: "{BEGIN}": field is immutable'
        ]),
        ({"startTime": END}, {"startTime": BEGIN}, {}, [
            f'startTime: Invalid value: "{END}": field is immutable for unsuspended job once set'
        ]),
        ({}, {"startTime": BEGIN}, {"suspend": True}, []),
        ({"conditions": []}, {"conditions": conditions("FailureTarget")}, {}, [
            "conditions: Invalid value: cannot disable the terminal FailureTarget=True condition"
        ]),
        ({"conditions": []}, {"conditions": conditions("SuccessCriteriaMet")}, {}, [
            "conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition"
        ]),
        (DONE, {**DONE, "conditions": conditions("Complete")}, {}, [
            "conditions: Invalid value: cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"
        ]),
    ],
)  # fmt: skip
def test_some_things_cannot_be_undone(
    new: dict[str, Any], old: dict[str, Any], spec: dict[str, Any], expected: list[str]
):
    """ValidateJobStatusUpdate."""
    assert complaints(new, old, spec) == ["status." + text for text in expected]


def test_status_writes_keep_the_spec():
    """jobStatusStrategy.PrepareForUpdate."""
    new = {"metadata": {}, "spec": {"suspend": True}, "status": {"active": 1}}
    STATUS.prepare_for_update(new, {"metadata": {"generation": 2}, "spec": {}}, CONTEXT)
    assert new == {"metadata": {"generation": 2}, "spec": {}, "status": {"active": 1}}
