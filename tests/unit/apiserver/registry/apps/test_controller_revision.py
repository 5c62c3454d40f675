"""ControllerRevisions, by pkg/apis/apps/validation."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.apps import STRATEGIES

STRATEGY = STRATEGIES["controllerrevisions"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"data": {"spec": {}}, "revision": 1}, []),
        ({"data": {}, "revision": 0}, []),
        ({"revision": 1}, ["data: Required value: data is mandatory"]),
        ({"data": [1], "revision": 1}, ["data: Required value: data must be a valid JSON object"]),
        ({"data": {}, "revision": -1}, ["revision: Invalid value: -1: must be greater than or equal to 0"]),
    ],
)
def test_data_is_an_object_and_revisions_are_counted(fields: dict[str, Any], expected: list[str]):
    """ValidateControllerRevisionCreate."""
    assert [str(error) for error in STRATEGY.validate({"metadata": {"name": "r"}, **fields})] == expected


def test_data_never_changes_but_the_number_may():
    """ValidateControllerRevisionUpdate."""
    old = {"metadata": {}, "data": {"a": 1}, "revision": 1}
    assert STRATEGY.validate_update({**old, "revision": 2}, old) == []
    errors = STRATEGY.validate_update({**old, "data": {"a": 2}}, old)
    assert [str(error) for error in errors] == ['data: Invalid value: {"a":2}: field is immutable']
