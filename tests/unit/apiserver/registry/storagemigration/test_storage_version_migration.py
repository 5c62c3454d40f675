"""StorageVersionMigrations, by pkg/apis/storagemigration/validation/validation.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.storagemigration import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["storageversionmigrations"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))


def migration(status: dict[str, Any] | None = None, **resource: str) -> dict[str, Any]:
    return {"metadata": {"name": "m"}, "spec": {"resource": resource}, "status": status or {}}


def condition(kind: str, status: str = "True") -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": "R", "lastTransitionTime": "2026-01-01T00:00:00Z"}


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_the_resource_is_required_and_fixed():
    """ValidateStorageVersionMigration and its update, with upstream's paths."""
    old = migration(group="apps", resource="deployments")
    assert STRATEGY.validate(old) == []
    assert texts(STRATEGY.validate_update(migration(group="batch"), old)) == [
        "spec.resource.resource: Required value: resource is required",
        'group: Invalid value: "batch": field is immutable',
        'resource: Invalid value: "": field is immutable',
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"resourceVersion": "12", "conditions": [condition("Running")]}, []),
        ({"resourceVersion": "12"}, {"resourceVersion": "12"}, []),
        (
            {"resourceVersion": "12"},
            {"resourceVersion": "13"},
            ['status.resourceVersion: Invalid value: "13": cannot be updated'],
        ),
        (
            {},
            {"resourceVersion": "-1"},
            ["status.resourceVersion: Invalid value: -1: must be greater than or equal to 0"],
        ),
        (
            {},
            {"resourceVersion": "x"},
            [
                'status.resourceVersion: Invalid value: "x": failed to parse resource version "x": '
                'strconv.ParseInt: parsing "x": invalid syntax'
            ],
        ),
        (
            {"conditions": [condition("Failed")]},
            {"conditions": [condition("Failed", "False")]},
            ["Failed condition cannot be set to false once it is true"],
        ),
        (
            {},
            {"conditions": [condition("Succeeded"), condition("Failed"), condition("Running")]},
            [
                "Both success and failed conditions cannot be true at the same time",
                "Running condition cannot be true when success condition is true",
                "Running condition cannot be true when failed condition is true",
            ],
        ),
    ],
)
def test_status_rules(old: dict[str, Any], new: dict[str, Any], expected: list[str]):
    """ValidateStorageVersionMigrationStatusUpdate."""
    before, after = migration(old, resource="pods"), migration(new, resource="nodes")
    after["metadata"]["labels"] = {"a": "b"}
    STATUS.prepare_for_update(after, before, CONTEXT)
    assert after["spec"] == before["spec"]
    assert "labels" not in after["metadata"]
    errors = texts(STATUS.validate_update(after, before))
    assert len(errors) == len(expected), errors
    assert all(error.endswith(end) for error, end in zip(errors, expected, strict=True)), errors
