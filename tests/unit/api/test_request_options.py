"""Request options: apimachinery `pkg/apis/meta/v1/validation/validation_test.go`."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api import request_options as options


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({}, []),
        ({"dryRun": ["All"], "fieldManager": "m", "fieldValidation": "Strict"}, []),
        ({"dryRun": ["None"]}, ['dryRun: Unsupported value: ["None"]: supported values: "All"']),
        (
            {"fieldValidation": "x"},
            ['fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"'],
        ),
        ({"fieldManager": "m" * 129}, ["fieldManager: Too long: may not be more than 128 bytes"]),
        ({"fieldManager": "\t"}, ['fieldManager: Invalid value: "\\t": invalid character U+0009 (at position 0)']),
    ],
)
def test_create_and_update_options(given: dict[str, Any], errors: list[str]) -> None:
    assert [str(error) for error in options.validate_create_options(given)] == errors
    assert [str(error) for error in options.validate_update_options(given)] == errors


def test_apply_needs_a_manager_and_only_apply_takes_force() -> None:
    apply, merge = "application/apply-patch+yaml", "application/merge-patch+json"
    assert [str(error) for error in options.validate_patch_options({}, apply)] == [
        "fieldManager: Required value: is required for apply patch"
    ]
    assert options.validate_patch_options({"fieldManager": "m", "force": True}, apply) == []
    assert [str(error) for error in options.validate_patch_options({"force": False}, merge)] == [
        "force: Forbidden: may not be specified for non-apply patch"
    ]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"propagationPolicy": "Foreground", "gracePeriodSeconds": 0}, []),
        ({"orphanDependents": True}, []),
        (
            {"propagationPolicy": "Orphan", "orphanDependents": False},
            ['propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set'],
        ),
        (
            {"propagationPolicy": "Never"},
            [
                'propagationPolicy: Unsupported value: "Never": '
                'supported values: "Foreground", "Background", "Orphan", "nil"'
            ],
        ),
        (
            {"ignoreStoreReadErrorWithClusterBreakingPotential": True, "gracePeriodSeconds": 0},
            [
                "ignoreStoreReadErrorWithClusterBreakingPotential: Invalid value: true: "
                "cannot be set together with .gracePeriodSeconds"
            ],
        ),
    ],
)
def test_delete_options(given: dict[str, Any], errors: list[str]) -> None:
    assert [str(error) for error in options.validate_delete_options(given)] == errors
