"""JSON merge patch: the cases of the RFC, and where the API server leaves it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.api.errors import APIError
from kubepy.api.patch import apply_merge_patch


@pytest.mark.parametrize(
    ("document", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": None}, {"a": {"b": None, "c": 1}}, {"a": {"c": 1}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": 1}, {"a": {"b": None}}, {"a": {}}),
        ({}, {"a": [None, {"b": None, "c": 1}]}, {"a": [None, {"c": 1}]}),
        ({"a": [1]}, {"a": [{"b": None}]}, {"a": [{}]}),
    ],
)
def test_members_replace_and_null_removes(document: Any, patch: Any, expected: Any) -> None:
    """RFC 7386 appendix A; nulls within arrays as evanphx/json-patch v4 `pruneAryNulls`."""
    before = copy.deepcopy((document, patch))
    assert apply_merge_patch(document, patch) == expected
    assert (document, patch) == before


def test_what_the_patch_does_not_touch_is_shared() -> None:
    document = {"kept": {"x": 1}, "changed": {"kept": [1], "y": 1}}
    result = apply_merge_patch(document, {"changed": {"y": 2}})
    assert result["kept"] is document["kept"]
    assert result["changed"]["kept"] is document["changed"]["kept"]


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ([], "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"),
        ("x", "error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}"),
        (None, "Invalid JSON Patch"),
    ],
)
def test_what_is_no_object_is_a_bad_request(patch: Any, message: str) -> None:
    """apiserver handlers/patch.go `applyJSPatch`."""
    with pytest.raises(APIError) as caught:
        apply_merge_patch({}, patch)
    assert (caught.value.code, caught.value.message) == (400, message)
