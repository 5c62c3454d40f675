"""How a configuration is put onto an object, and how fields are taken out."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from apply_example import THING, of_paths, thing

from kubepy.api.apply.merging import merge, remove, without_emptied
from kubepy.api.apply.shape import shape_of
from kubepy.api.schema import Schema

SHAPE = shape_of(THING)


@pytest.mark.parametrize(
    ("live", "config", "merged"),
    [
        ({"text": "a", "number": 1}, {"text": "b"}, {"text": "b", "number": 1}),
        ({"struct": {"name": "a"}}, {"struct": {"value": "b"}}, {"struct": {"name": "a", "value": "b"}}),
        ({"struct": {"name": "a"}}, {"struct": None}, {"struct": {"name": "a"}}),
        ({"struct": None}, {"struct": {"name": "a"}}, {"struct": {"name": "a"}}),
        ({"text": "a"}, {"text": None}, {"text": None}),
        ({"atomicStruct": {"name": "a"}}, {"atomicStruct": {"value": "b"}}, {"atomicStruct": {"value": "b"}}),
        ({"map": {"a": "1"}}, {"map": {"b": "2"}}, {"map": {"a": "1", "b": "2"}}),
        ({"map": {"a": "1"}}, {"map": {}}, {"map": {"a": "1"}}),
        ({"atomicMap": {"a": "1"}}, {"atomicMap": {"b": "2"}}, {"atomicMap": {"b": "2"}}),
        ({"atomicList": ["a"]}, {"atomicList": ["b"]}, {"atomicList": ["b"]}),
        ({"list": [{"name": "a"}]}, {"list": []}, {"list": [{"name": "a"}]}),
        ({"list": []}, {"list": [{"name": "a"}]}, {"list": [{"name": "a"}]}),
        ({"opaque": {"a": 1, "l": [1]}}, {"opaque": {"b": 2, "l": [2]}}, {"opaque": {"a": 1, "b": 2, "l": [2]}}),
        ({"opaque": {"a": 1}}, {"opaque": {"a": {"b": 1}}}, {"opaque": {"a": {"b": 1}}}),
        (
            {"list": [{"name": "a", "value": "1"}, {"name": "b"}]},
            {"list": [{"name": "a", "number": 2}]},
            {"list": [{"name": "a", "value": "1", "number": 2}, {"name": "b"}]},
        ),
        (
            {"ports": [{"port": 80, "name": "x"}]},
            {"ports": [{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "UDP"}]},
            {"ports": [{"port": 80, "name": "x", "protocol": "TCP"}, {"port": 80, "protocol": "UDP"}]},
        ),
        (
            {"list": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]},
            {"list": [{"name": "a", "number": 3}]},
            {"list": [{"name": "a", "number": 3}]},
        ),
    ],
)
def test_values_merge_by_their_schema(live: dict[str, Any], config: dict[str, Any], merged: dict[str, Any]) -> None:
    """structured-merge-diff `typed/merge.go`."""
    before = copy.deepcopy((live, config))
    assert merge(live, config, SHAPE) == merged
    assert (live, config) == before


@pytest.mark.parametrize(
    ("live", "config", "merged"),
    [
        ("abc", "b", "abc"),
        ("abc", "bd", "abcd"),
        ("abc", "d", "abcd"),
        ("abc", "da", "dabc"),
        ("abc", "cba", "cba"),
        ("abc", "ca", "bca"),
        ("abcde", "dxb", "acdexb"),
        ("ab", "ba", "ba"),
        ("aab", "c", "aabc"),
        ("aab", "a", "ab"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
    ],
)
def test_a_merged_list_takes_the_order_of_the_configuration(live: str, config: str, merged: str) -> None:
    """structured-merge-diff `visitListItems`."""
    assert "".join(merge({"set": list(live)}, {"set": list(config)}, SHAPE)["set"]) == merged


def test_what_stays_the_same_is_shared() -> None:
    live = thing(struct={"name": "a"}, list=[{"name": "a"}, {"name": "b"}])
    config = {"struct": {"name": "a"}, "list": [{"name": "b", "value": "c"}]}
    merged = merge(live, config, SHAPE)
    assert merged["struct"] is live["struct"]
    assert merged["list"][0] is live["list"][0]
    assert merge(live, {"struct": {"name": "a"}}, SHAPE) == live


@pytest.mark.parametrize(
    ("fields", "gone", "rest"),
    [
        ({"text": "a", "number": 1}, [("f:text",)], {"number": 1}),
        ({"struct": {"name": "a", "value": "b"}}, [("f:struct", "f:name")], {"struct": {"value": "b"}}),
        ({"struct": {"name": "a"}}, [("f:struct", "f:name")], {}),
        ({"map": {"a": "1", "b": "2"}}, [("f:map", "f:a"), ("f:map", "f:c")], {"map": {"b": "2"}}),
        ({"list": [{"name": "a"}, {"name": "b"}]}, [("f:list", 'k:{"name":"a"}')], {"list": [{"name": "b"}]}),
        (
            {"list": [{"name": "a", "value": "1"}]},
            [("f:list", 'k:{"name":"a"}', "f:value")],
            {"list": [{"name": "a"}]},
        ),
        ({"set": ["a", "b"]}, [("f:set", 'v:"a"')], {"set": ["b"]}),
        ({"set": ["a"], "text": None}, [("f:set", 'v:"a"')], {"text": None}),
        ({"opaque": {"a": {"b": 1, "c": 2}}}, [("f:opaque", "f:a", "f:b")], {"opaque": {"a": {"c": 2}}}),
    ],
)
def test_removed_fields_and_elements_are_gone(fields: dict[str, Any], gone: list[Any], rest: dict[str, Any]) -> None:
    """structured-merge-diff `typed/remove.go`; what is emptied goes too, where upstream's structs would drop it."""
    removed = remove(fields, of_paths(*gone), SHAPE) or {}
    assert without_emptied(removed, fields, SHAPE) == rest


def test_a_custom_resource_without_schema_merges_by_what_is_there() -> None:
    shape = shape_of(Schema(preserve_unknown_fields=True))
    live = {"spec": {"a": {"b": 1}, "l": [1, 2]}}
    assert merge(live, {"spec": {"a": {"c": 2}, "l": [3]}}, shape) == {"spec": {"a": {"b": 1, "c": 2}, "l": [3]}}
