"""Events of both APIs, by pkg/apis/core/validation/events.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES as CORE
from kubepy.apiserver.registry.events import STRATEGIES

LENIENT = CORE["events"]
STRICT = STRATEGIES["events"]
TIME = "2026-01-02T03:04:05.000000Z"


def old_event(namespace: str = "a", involved: str = "a") -> dict[str, Any]:
    return {"metadata": {"name": "e", "namespace": namespace}, "involvedObject": {"namespace": involved}}


def new_event(**fields: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "e", "namespace": "a"},
        "involvedObject": {"namespace": "a", "kind": "Pod", "name": "p"},
        "eventTime": TIME,
        "reportingComponent": "k8s.io/kubelet",
        "reportingInstance": "node-1",
        "action": "Start",
        "reason": "Started",
        "type": "Normal",
        "message": "ok",
        **fields,
    }
    LENIENT.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("namespace", "involved", "good"),
    [("a", "a", True), ("default", "", True), ("a", "", False), ("a", "b", False), ("default", "b", False)],
)
def test_old_style_events_are_where_their_object_is(namespace: str, involved: str, good: bool):
    """legacyValidateEvent; cluster-scoped objects' events are in `default`."""
    expected = [f'involvedObject.namespace: Invalid value: "{involved}": does not match event.namespace']
    assert messages(LENIENT.validate(old_event(namespace, involved))) == ([] if good else expected)


def test_a_new_style_event_is_fine_in_both_apis():
    """ValidateEventCreate."""
    assert messages(LENIENT.validate(new_event())) == messages(STRICT.validate(new_event())) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"reportingInstance": ""}, ["reportingInstance: Required value"]),
        ({"action": "x" * 129}, ['action: Invalid value: "": can have at most 128 characters']),
        ({"reason": ""}, ["reason: Required value"]),
        ({"message": "x" * 1025}, ['message: Invalid value: "": can have at most 1024 characters']),
        (
            {"involvedObject": {}},
            ['involvedObject.namespace: Invalid value: "": does not match event.namespace'],
        ),
        (
            {"reportingComponent": ""},
            [
                "reportingController: Required value",
                'reportingController: Invalid value: "": name part must be non-empty',
            ],
        ),
    ],
)
def test_new_style_events_say_who_reports_what(fields: dict[str, Any], expected: list[str]):
    """legacyValidateEvent, which holds for both APIs."""
    for strategy in (LENIENT, STRICT):
        found = messages(strategy.validate(new_event(**fields)))
        assert found[: len(expected)] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "Odd"}, ['type: Invalid value: "": has invalid value: Odd']),
        (
            {"firstTimestamp": TIME, "lastTimestamp": TIME, "count": 1, "source": {"host": "h"}},
            [
                'firstTimestamp: Invalid value: "": needs to be unset',
                'lastTimestamp: Invalid value: "": needs to be unset',
                'count: Invalid value: "": needs to be unset',
                'source: Invalid value: "": needs to be unset',
            ],
        ),
        (
            {"series": {"count": 1}},
            [
                'series.count: Invalid value: "": should be at least 2',
                "series.lastObservedTime: Required value",
            ],
        ),
    ],
)
def test_the_new_api_is_stricter(fields: dict[str, Any], expected: list[str]):
    """ValidateEventCreate: what events.k8s.io/v1 refuses, core/v1 takes."""
    assert messages(STRICT.validate(new_event(**fields))) == expected
    assert messages(LENIENT.validate(new_event(**fields))) == []


def test_the_new_api_wants_a_time():
    """ValidateEventCreate."""
    obj = new_event()
    del obj["eventTime"]
    assert messages(STRICT.validate(obj)) == ["eventTime: Required value"]


def test_in_the_new_api_only_the_series_changes():
    """ValidateEventUpdate."""
    old = new_event()
    assert STRICT.validate_update(new_event(series={"count": 2, "lastObservedTime": TIME}), old) == []
    changed = new_event(message="other", reportingComponent="k8s.io/other")
    assert messages(STRICT.validate_update(changed, old)) == [
        'message: Invalid value: "other": field is immutable',
        'reportingController: Invalid value: "k8s.io/other": field is immutable',
    ]
    assert LENIENT.validate_update(changed, old) == []
