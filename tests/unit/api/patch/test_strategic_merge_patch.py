"""Strategic merge patch: how lists and maps merge, what the directives do, how a bad patch fails.

The cases follow those of apimachinery `pkg/util/strategicpatch/patch_test.go`.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.api.errors import APIError
from kubepy.api.patch import apply_strategic_merge_patch
from kubepy.api.schema import Catalog, Schema, builtin_catalog

_ITEM = {"$ref": "#/$defs/example.Item"}
_STRING = {"type": "string"}
_INTEGERS = {"type": "array", "items": {"type": "integer"}}
_BY_NAME = {"type": "array", "items": _ITEM, "x-kubernetes-patch-merge-key": "name"}
_MERGE = "x-kubernetes-patch-strategy"

ITEM = Catalog(
    {
        "example.Item": {
            "type": "object",
            "properties": {
                "name": _STRING,
                "value": _STRING,
                "other": _STRING,
                "items": {**_BY_NAME, _MERGE: "merge"},
                "plainItems": {"type": "array", "items": _ITEM},
                "keylessItems": {"type": "array", "items": _ITEM, _MERGE: "merge"},
                "numbers": {**_INTEGERS, _MERGE: "merge"},
                "plainNumbers": _INTEGERS,
                "matrix": {"type": "array", "items": _INTEGERS, _MERGE: "merge"},
                "map": {"type": "object", "additionalProperties": _STRING},
                "maps": {"type": "object", "additionalProperties": _ITEM},
                "replaced": {"$ref": "#/$defs/example.Item", _MERGE: "replace"},
                "opaque": {"type": "object"},
                "retained": {"$ref": "#/$defs/example.Item", _MERGE: "retainKeys"},
                "retainedItems": {**_BY_NAME, _MERGE: "merge,retainKeys"},
            },
        }
    }
).get("example.Item")


def names(*keys: int) -> list[dict[str, int]]:
    return [{"name": key} for key in keys]


MERGES: list[tuple[str, Any, Any, Any]] = [
    ("scalar lists are united", {"numbers": [1, 2]}, {"numbers": [2, 3]}, {"numbers": [1, 2, 3]}),
    ("the patch orders what it names", {"numbers": [1, 2, 3]}, {"numbers": [3, 1, 2]}, {"numbers": [3, 1, 2]}),
    ("others stay before", {"numbers": [1, 2, 3]}, {"numbers": [3, 1]}, {"numbers": [2, 3, 1]}),
    ("duplicates go", {"numbers": [1, 1, 2]}, {"numbers": [3]}, {"numbers": [3, 1, 2]}),
    ("plain lists are replaced", {"plainNumbers": [1, 2]}, {"plainNumbers": [3]}, {"plainNumbers": [3]}),
    ("plain object lists are replaced", {"plainItems": names(1)}, {"plainItems": names(2)}, {"plainItems": names(2)}),
    ("empty lists merge to an empty list", {"items": []}, {"items": []}, {"items": []}),
    (
        "elements with the same key merge",
        {"items": [{"name": 1, "value": "a"}, {"name": 2}]},
        {"items": [{"name": 1, "other": "b"}]},
        {"items": [{"name": 1, "value": "a", "other": "b"}, {"name": 2}]},
    ),
    (
        "elements with a new key come first",
        {"items": names(1, 2)},
        {"items": [{"name": 3, "value": None}]},
        {"items": names(3, 1, 2)},
    ),
    (
        "lists within lists merge",
        {"items": [{"name": 1, "items": names(1, 2)}]},
        {"items": [{"name": 1, "items": [{"name": 2, "value": "x"}]}]},
        {"items": [{"name": 1, "items": [{"name": 1}, {"name": 2, "value": "x"}]}]},
    ),
    (
        "the patch orders the elements it names",
        {"items": names(1, 2, 3)},
        {"items": names(3, 1)},
        {"items": names(2, 3, 1)},
    ),
    ("null removes", {"name": "a", "value": "b"}, {"value": None}, {"name": "a"}),
    ("null removes nothing that isn't there", {"name": "a"}, {"value": None}, {"name": "a"}),
    ("nulls in what is new are dropped", {}, {"map": {"a": None, "b": "c"}}, {"map": {"b": "c"}}),
    ("nulls in new lists stay", {}, {"unknown": ["a", None]}, {"unknown": ["a", None]}),
    ("nulls of the document stay", {"name": None}, {"value": "a"}, {"name": None, "value": "a"}),
    ("another type replaces", {"map": "text"}, {"map": {"a": "b"}}, {"map": {"a": "b"}}),
    ("strategy replace", {"replaced": {"name": "a"}}, {"replaced": {"value": "b"}}, {"replaced": {"value": "b"}}),
    ("maps merge", {"map": {"a": "1", "b": "2"}}, {"map": {"b": "3"}}, {"map": {"a": "1", "b": "3"}}),
]

DIRECTIVES: list[tuple[str, Any, Any, Any]] = [
    ("delete empties a map", {"map": {"a": "1"}}, {"map": {"$patch": "delete"}}, {"map": {}}),
    ("replace empties a list", {"items": names(1, 2)}, {"items": [{"$patch": "replace"}]}, {"items": []}),
    (
        "replace keeps its neighbours",
        {"items": names(1)},
        {"items": [{"$patch": "replace"}, {"name": 2}]},
        {"items": names(2)},
    ),
    ("replace empties the object", {"name": 1, "value": 1}, {"$patch": "replace"}, {}),
    ("replace takes the patch's members", {"name": 1}, {"other": "a", "$patch": "replace"}, {"other": "a"}),
    (
        "delete takes every element with the key",
        {"items": [{"name": 1}, {"name": 1}, {"name": 2, "value": "a"}, {"name": 3}]},
        {"items": [{"name": 1, "$patch": "delete"}, {"name": 3, "$patch": "delete"}]},
        {"items": [{"name": 2, "value": "a"}]},
    ),
    ("delete of what isn't there", {}, {"map": {"$patch": "delete"}}, {}),
    (
        "delete of elements of no list",
        {},
        {"items": [{"name": 1, "$patch": "delete"}, {"name": 2}]},
        {"items": names(2)},
    ),
    (
        "retainKeys clears the rest",
        {"retained": {"name": "a", "value": "b"}},
        {"retained": {"$retainKeys": ["value", "other"], "other": "c"}},
        {"retained": {"value": "b", "other": "c"}},
    ),
    (
        "retainKeys in an element",
        {"retainedItems": [{"name": 1, "value": "b"}, {"name": 2, "value": "c"}]},
        {"retainedItems": [{"name": 1, "$retainKeys": ["name", "other"], "other": "c"}]},
        {"retainedItems": [{"name": 1, "other": "c"}, {"name": 2, "value": "c"}]},
    ),
    (
        "no retainKeys, no clearing",
        {"retained": {"name": "a"}},
        {"retained": {"value": "b"}},
        {"retained": {"name": "a", "value": "b"}},
    ),
    (
        "deleteFromPrimitiveList",
        {"numbers": [1, 2, 3]},
        {"$deleteFromPrimitiveList/numbers": [2, 4]},
        {"numbers": [1, 3]},
    ),
    (
        "deleteFromPrimitiveList without merge strategy",
        {"plainNumbers": [1, 2, 3]},
        {"$deleteFromPrimitiveList/plainNumbers": [2]},
        {"plainNumbers": [1, 3]},
    ),
    ("deleteFromPrimitiveList of no list", {"name": 1}, {"$deleteFromPrimitiveList/numbers": [2]}, {"name": 1}),
    (
        "deleteFromPrimitiveList of null",
        {"numbers": None},
        {"$deleteFromPrimitiveList/numbers": [2]},
        {"numbers": None},
    ),
    (
        "setElementOrder alone reorders",
        {"numbers": [1, 3]},
        {"$setElementOrder/numbers": [3, 2, 1]},
        {"numbers": [3, 1]},
    ),
    (
        "setElementOrder, additions and deletions",
        {"numbers": [1, 2, 3, 9]},
        {
            "$setElementOrder/numbers": [3, 4, 1],
            "$deleteFromPrimitiveList/numbers": [2],
            "numbers": [4],
        },
        {"numbers": [3, 4, 1, 9]},
    ),
    (
        "setElementOrder keeps the server's own elements in place",
        {"items": names(1, 7, 2, 8, 3)},
        {"$setElementOrder/items": names(3, 2, 1), "items": [{"name": 2, "value": "x"}]},
        {"items": [{"name": 7}, {"name": 8}, {"name": 3}, {"name": 2, "value": "x"}, {"name": 1}]},
    ),
    (
        "setElementOrder of a new list",
        {},
        {"$setElementOrder/items": names(2, 1), "items": [{"name": 1}, {"name": 3, "$patch": "delete"}]},
        {"items": names(1)},
    ),
    ("setElementOrder of nothing", {}, {"$setElementOrder/items": names(2, 1)}, {}),
    (
        "setElementOrder with a deletion",
        {"items": names(1, 2, 3)},
        {"$setElementOrder/items": names(3, 1), "items": [{"name": 2, "$patch": "delete"}]},
        {"items": names(3, 1)},
    ),
]


@pytest.mark.parametrize(("document", "patch", "expected"), [case[1:] for case in MERGES], ids=[c[0] for c in MERGES])
def test_values_merge_by_their_schema(document: Any, patch: Any, expected: Any) -> None:
    """strategicpatch `mergeMap`, `mergeSlice`."""
    before = copy.deepcopy((document, patch))
    assert apply_strategic_merge_patch(document, patch, ITEM) == expected
    assert (document, patch) == before


@pytest.mark.parametrize(
    ("document", "patch", "expected"), [case[1:] for case in DIRECTIVES], ids=[c[0] for c in DIRECTIVES]
)
def test_directives_are_obeyed_and_consumed(document: Any, patch: Any, expected: Any) -> None:
    """strategicpatch `$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`."""
    before = copy.deepcopy((document, patch))
    assert apply_strategic_merge_patch(document, patch, ITEM) == expected
    assert (document, patch) == before


@pytest.mark.parametrize(
    ("document", "patch", "code", "message"),
    [
        (
            {"items": names(1)},
            {"items": [{"value": "b"}]},
            400,
            "map: map[value:b] does not contain declared merge key: name",
        ),
        (
            {"items": names(1)},
            {"items": [{"$patch": "delete"}]},
            400,
            "map: map[$patch:delete] does not contain declared merge key: name",
        ),
        (
            {"keylessItems": names(1)},
            {"keylessItems": names(2)},
            400,
            "cannot merge lists without merge key for struct",
        ),
        ({"map": {"a": 1}}, {"map": {"$patch": "merge"}}, 400, "unknown patch type: merge in map: map[$patch:merge]"),
        (
            {"items": names(1)},
            {"items": [{"name": 1, "$patch": "merge"}]},
            400,
            "merging lists cannot yet be specified in the patch",
        ),
        ({"numbers": [1]}, {"numbers": ["a"]}, 400, "list element types are not identical: [[1] [a]]"),
        (
            {"unknown": {"a": 1}},
            {"unknown": {"a": 2}},
            400,
            'unable to find api field in struct Item for the json field "unknown"',
        ),
        (
            {"opaque": {"a": {"b": 1}}},
            {"opaque": {"a": {"b": 2}}},
            400,
            'unable to find api field in struct  for the json field "a"',
        ),
        (
            {"maps": {"a": {"name": 1}}},
            {"maps": {"a": {"name": 2}}},
            400,
            "merging an object in json but data type is not struct, instead is: map",
        ),
        ({"matrix": [[1]]}, {"matrix": [[2]]}, 400, "unexpected slice of slice"),
        ({"retained": {"a": 1}}, {"retained": {"$retainKeys": "a"}}, 400, "invalid patch format of retainKeys"),
        ({"retained": {}}, {"retained": {"$retainKeys": ["a"], "b": 1}}, 400, "invalid patch format of retainKeys"),
        ({}, {"$deleteFromPrimitiveList": [1]}, 400, "invalid patch format of primitive list"),
        ({}, {"$setElementOrder": [1]}, 400, "invalid patch format of setElementOrder list"),
        ({}, {"$setElementOrder/items": "x"}, 400, "expected a []interface {}, but received a string"),
        ({"numbers": [[1]]}, {"numbers": [2]}, 422, "the server rejected our request due to an error in our request"),
        (
            {"numbers": [1, 3, 2]},
            {"$setElementOrder/numbers": [1, 2, 3], "numbers": [3, 1]},
            400,
            "The order in patch list:\n[3 1]\n doesn't match $setElementOrder list:\n[1 2 3]\n",
        ),
        (
            {"items": names(1)},
            {"$setElementOrder/items": names(1, 2), "items": names(2, 1)},
            400,
            "The order in patch list:\n[map[name:2] map[name:1]]\n doesn't match $setElementOrder list:\n"
            "[map[name:1] map[name:2]]\n",
        ),
        ({}, [], 400, "json: cannot unmarshal array into Go value of type map[string]interface {}"),
    ],
)
def test_a_patch_that_cannot_be_merged_fails(document: Any, patch: Any, code: int, message: str) -> None:
    """strategicpatch and mergepatch/errors.go; handlers/patch.go `interpretStrategicMergePatchError`."""
    with pytest.raises(APIError) as caught:
        apply_strategic_merge_patch(document, patch, ITEM)
    assert (caught.value.code, caught.value.message) == (code, message)


def deployment() -> Schema:
    return builtin_catalog().get("io.k8s.api.apps.v1.Deployment")


def test_a_deployment_patch_merges_containers_by_name_and_ports_by_number() -> None:
    """What `kubectl set image` and `kubectl edit` send."""
    live: Any = {
        "metadata": {"finalizers": ["a", "b"]},
        "spec": {
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
            "template": {
                "spec": {
                    "containers": [
                        {"name": "sidecar", "image": "s"},
                        {"name": "web", "image": "w:1", "ports": [{"containerPort": 80, "name": "http"}]},
                    ],
                    "tolerations": [{"key": "a"}],
                }
            },
        },
    }
    patch = {
        "metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]},
        "spec": {
            "strategy": {"$retainKeys": ["type"], "type": "Recreate"},
            "template": {
                "spec": {
                    "$setElementOrder/containers": [{"name": "web"}],
                    "containers": [{"name": "web", "image": "w:2", "ports": [{"containerPort": 81}]}],
                    "tolerations": [{"key": "b"}],
                }
            },
        },
    }
    result = apply_strategic_merge_patch(live, patch, deployment())
    assert result["metadata"]["finalizers"] == ["b"]
    assert result["spec"]["strategy"] == {"type": "Recreate"}
    pod = result["spec"]["template"]["spec"]
    assert pod["containers"] == [
        {"name": "sidecar", "image": "s"},
        {"name": "web", "image": "w:2", "ports": [{"containerPort": 81}, {"containerPort": 80, "name": "http"}]},
    ]
    assert pod["tolerations"] == [{"key": "b"}]
    assert pod["containers"][0] is live["spec"]["template"]["spec"]["containers"][0]
