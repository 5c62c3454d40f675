"""JSON patch: what each operation does, which liberties are taken, how it fails."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubepy.api.errors import APIError
from kubepy.api.patch import apply_json_patch

DOCUMENT: dict[str, Any] = {"a": {"b": 1, "c/d": 2, "e~f": 3}, "list": [1, 2, 3], "null": None, "deep": [{"x": [1]}]}


def patched(*operations: Any) -> dict[str, Any]:
    return apply_json_patch(DOCUMENT, list(operations))


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"op": "add", "path": "/a/g", "value": 7}, "a.g", 7),
        ({"op": "add", "path": "/a/b", "value": 7}, "a.b", 7),
        ({"op": "add", "path": "/list/1", "value": 7}, "list", [1, 7, 2, 3]),
        ({"op": "add", "path": "/list/-", "value": 7}, "list", [1, 2, 3, 7]),
        ({"op": "add", "path": "/list/3", "value": 7}, "list", [1, 2, 3, 7]),
        ({"op": "add", "path": "/list/-1", "value": 7}, "list", [1, 2, 3, 7]),
        ({"op": "add", "path": "/list/-4", "value": 7}, "list", [7, 1, 2, 3]),
        ({"op": "add", "path": "/deep/0/x/0", "value": 7}, "deep", [{"x": [7, 1]}]),
        ({"op": "remove", "path": "/a/b"}, "a", {"c/d": 2, "e~f": 3}),
        ({"op": "remove", "path": "/list/0"}, "list", [2, 3]),
        ({"op": "remove", "path": "/list/-1"}, "list", [1, 2]),
        ({"op": "remove", "path": "/a/c~1d"}, "a", {"b": 1, "e~f": 3}),
        ({"op": "remove", "path": "/a/e~0f"}, "a", {"b": 1, "c/d": 2}),
        ({"op": "replace", "path": "/list/2", "value": 7}, "list", [1, 2, 7]),
        ({"op": "replace", "path": "/list/-3", "value": 7}, "list", [7, 2, 3]),
        ({"op": "replace", "path": "/a/b", "value": {"c": 1}}, "a.b", {"c": 1}),
        ({"op": "move", "from": "/a/b", "path": "/moved"}, "moved", 1),
        ({"op": "move", "from": "/list/0", "path": "/list/-"}, "list", [2, 3, 1]),
        ({"op": "copy", "from": "/a/b", "path": "/list/0"}, "list", [1, 1, 2, 3]),
    ],
)
def test_an_operation_changes_what_its_path_points_at(operation: Any, path: str, expected: Any) -> None:
    """RFC 6902 section 4; negative indices as evanphx/json-patch v4."""
    found: Any = patched(operation)
    for part in path.split("."):
        found = found[part]
    assert found == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/a/unknown", "value": 7},
        {"op": "add", "path": "/a/unknown", "value": 7},
    ],
)
def test_replace_sets_a_member_that_does_not_exist(operation: Any) -> None:
    """evanphx/json-patch v4 `partialDoc.set`."""
    assert patched(operation)["a"]["unknown"] == 7


def test_a_missing_value_is_null() -> None:
    """evanphx/json-patch v4 `Operation.value`."""
    assert patched({"op": "add", "path": "/x"})["x"] is None


@pytest.mark.parametrize(
    ("path", "value"),
    [("/a/b", 1), ("/list", [1, 2, 3]), ("/null", None), ("/unknown", None), ("/deep/0", {"x": [1]}), ("", DOCUMENT)],
)
def test_a_test_that_holds_changes_nothing(path: str, value: Any) -> None:
    """RFC 6902 section 4.6; a missing member equals null."""
    assert patched({"op": "test", "path": path, "value": value}) == DOCUMENT


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a/b", "value": 2},
        {"op": "test", "path": "/a/b", "value": True},
        {"op": "test", "path": "/a/b", "value": 1.0},
        {"op": "test", "path": "/a/b", "value": "1"},
        {"op": "test", "path": "/deep", "value": [{"x": [1], "y": 1}]},
        {"op": "test", "path": "/unknown", "value": 1},
        {"op": "remove", "path": "/unknown"},
        {"op": "remove", "path": "/list/3"},
        {"op": "remove", "path": "/list/-"},
        {"op": "remove", "path": ""},
        {"op": "add", "path": "", "value": {}},
        {"op": "add", "path": "/unknown/b", "value": 1},
        {"op": "add", "path": "/a/b/c", "value": 1},
        {"op": "add", "path": "/list/4", "value": 1},
        {"op": "add", "path": "/list/-5", "value": 1},
        {"op": "add", "path": "/list/x", "value": 1},
        {"op": "replace", "path": "/list/3", "value": 1},
        {"op": "replace", "path": "/list/-", "value": 1},
        {"op": "replace", "path": "", "value": [1]},
        {"op": "move", "from": "/unknown", "path": "/x"},
        {"op": "move", "path": "/x"},
        {"op": "copy", "from": "/list/9", "path": "/x"},
        {"op": "bogus", "path": "/x"},
        {"path": "/x"},
        {"op": "add", "value": 1},
        None,
    ],
)
def test_an_operation_that_does_not_apply_is_unprocessable(operation: Any) -> None:
    """apiserver handlers/patch.go: the library's reason is not shown."""
    with pytest.raises(APIError) as caught:
        patched({"op": "add", "path": "/before", "value": 1}, operation)
    error = caught.value
    assert (error.code, error.reason) == (422, "Invalid")
    assert error.message == "the server rejected our request due to an error in our request"
    assert "before" not in DOCUMENT


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({}, "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"),
        ("x", "json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp"),
        ([1], "json: cannot unmarshal number into Go value of type handlers.jsonPatchOp"),
        ([[]], "json: cannot unmarshal array into Go value of type handlers.jsonPatchOp"),
        ([{"op": True}], "json: cannot unmarshal bool into Go struct field jsonPatchOp.op of type string"),
        ([{"path": 1}], "json: cannot unmarshal number into Go struct field jsonPatchOp.path of type string"),
    ],
)
def test_what_is_no_json_patch_is_a_bad_request(patch: Any, message: str) -> None:
    """apiserver handlers/patch.go: the patch is decoded before anything else."""
    with pytest.raises(APIError) as caught:
        apply_json_patch(DOCUMENT, patch)
    assert (caught.value.code, caught.value.reason) == (400, "BadRequest")
    assert caught.value.message == f"error decoding patch: {message}"


def test_more_than_ten_thousand_operations_are_too_many() -> None:
    """apiserver handlers/patch.go `maxJSONPatchOperations`."""
    operation = {"op": "test", "path": "/a/b", "value": 1}
    assert apply_json_patch(DOCUMENT, [operation] * 10_000) == DOCUMENT
    with pytest.raises(APIError) as caught:
        apply_json_patch(DOCUMENT, [operation] * 10_001)
    assert caught.value.code == 413
    assert caught.value.message == "The allowed maximum operations in a JSON patch is 10000, got 10001"


def test_later_operations_change_neither_the_patch_nor_the_copied_source() -> None:
    operations: list[Any] = [
        {"op": "add", "path": "/new", "value": {"list": []}},
        {"op": "add", "path": "/new/list/-", "value": 1},
        {"op": "copy", "from": "/new", "path": "/copy"},
        {"op": "add", "path": "/copy/list/-", "value": 2},
    ]
    before = copy.deepcopy(operations)
    result = apply_json_patch({}, operations)
    assert result == {"new": {"list": [1]}, "copy": {"list": [1, 2]}}
    assert operations == before


PATHS = st.sampled_from(["/a/b", "/a/new", "/list/0", "/list/-", "/deep/0/x/0", "/deep/0", "/null", "/nothing/x"])
OPERATIONS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
        "path": PATHS,
        "from": PATHS,
        "value": st.sampled_from([1, None, {"b": 1}, [1]]),
    }
)


@settings(deadline=None)
@given(st.lists(OPERATIONS, max_size=6))
def test_the_document_is_never_changed(operations: list[Any]) -> None:
    before = copy.deepcopy(DOCUMENT)
    with contextlib.suppress(APIError):
        apply_json_patch(DOCUMENT, operations)
    assert before == DOCUMENT
