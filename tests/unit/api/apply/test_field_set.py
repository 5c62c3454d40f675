"""Sets of fields: their operations, their spelling and order, and how paths are shown."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from apply_example import of_paths
from hypothesis import given, settings
from hypothesis import strategies as st

from kubepy.api.apply.field_set import (
    FieldSet,
    decode,
    decode_element,
    difference,
    has,
    intersection,
    path_text,
    paths,
    union,
    without,
)

ELEMENTS = st.sampled_from(["f:a", "f:b", "f:z/y", 'k:{"name":"x"}', 'k:{"port":80}', 'k:{"port":443}', 'v:"s"', "v:1"])
PATHS = st.lists(ELEMENTS, min_size=1, max_size=4).map(tuple)
MEMBERS = st.sets(PATHS, max_size=12)
unhurried = settings(deadline=None)


def made(members: set[tuple[str, ...]]) -> FieldSet:
    return of_paths(*members)


@unhurried
@given(MEMBERS, MEMBERS)
def test_operations_are_those_of_sets(left: Any, right: Any) -> None:
    """structured-merge-diff `fieldpath/set.go`: membership of a parent and of its children are independent."""
    a, b = made(left), made(right)
    assert set(paths(a)) == left
    assert set(paths(union(a, b))) == left | right
    assert set(paths(difference(a, b))) == left - right
    assert set(paths(intersection(a, b))) == left & right
    assert all(has(a, path) == (path in left) for path in left | right)
    assert (set(paths(a)), set(paths(b))) == (left, right)


@unhurried
@given(MEMBERS, MEMBERS)
def test_equal_sets_are_equal_in_content_and_order(left: Any, right: Any) -> None:
    a, b = made(left), made(right)
    assert json.dumps(union(a, b)) == json.dumps(union(b, a))
    assert json.dumps(made(left)) == json.dumps(of_paths(*sorted(left, reverse=True)))
    assert difference(a, b) == made(left - right)
    assert intersection(a, b) == made(left & right)


@unhurried
@given(MEMBERS, st.randoms(use_true_random=False))
def test_decoding_what_was_encoded_gives_the_same_set(members: Any, shuffle: random.Random) -> None:
    """Whatever the order in which the members are written."""

    def shuffled(node: Any) -> Any:
        items = list(node.items())
        shuffle.shuffle(items)
        return {key: shuffled(child) for key, child in items}

    fields = made(members)
    decoded = decode(json.loads(json.dumps(shuffled(fields))))
    assert json.dumps(decoded) == json.dumps(fields)


def test_sets_are_ordered_by_kind_of_element_and_by_value() -> None:
    """structured-merge-diff `PathElement.Compare`: fields, keys, values, indices; numbers by value."""
    fields = decode(
        {'v:"b"': {}, "i:2": {}, 'k:{"n":443}': {}, "v:10": {}, "f:b": {}, 'k:{"n":80}': {}, "v:9": {}, "f:a": {}}
    )
    assert list(fields) == ["f:a", "f:b", 'k:{"n":80}', 'k:{"n":443}', "v:9", "v:10", 'v:"b"', "i:2"]


@pytest.mark.parametrize(
    ("sent", "spelt"),
    [
        ("f:a:b", "f:a:b"),
        ("i:01", "i:1"),
        ("v: 1.0", "v:1"),
        ('v:"<a>"', 'v:"\\u003ca\\u003e"'),
        ('v:"\\u00e9"', 'v:"é"'),
        ('k:{"b": 1, "a": "x"}', 'k:{"a":"x","b":1}'),
        ("v:true", "v:true"),
        ("x:whatever", None),
    ],
)
def test_path_elements_have_one_spelling(sent: str, spelt: str | None) -> None:
    """structured-merge-diff `serialize-pe.go`; unknown kinds are for later versions."""
    assert decode_element(sent) == spelt


@pytest.mark.parametrize(
    "sent",
    [
        {"f": {}},
        {"nocolon": {}},
        {"v:{": {}},
        {'k:["a"]': {}},
        {"i:x": {}},
        {"f:a": 1},
        [],
    ],
)
def test_what_is_no_fields_v1_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(sent)


def test_unknown_elements_are_dropped_with_everything_below() -> None:
    assert decode({"f:a": {}, "x:b": {"f:c": {}}}) == {"f:a": {}}


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        (("spec",), {("f:status",), ("f:status", "f:a"), ("f:status", "f:a", "f:b")}),
        (("status", "a"), {("f:spec", "f:x"), ("f:status",)}),
        (("status", "a", "b"), {("f:spec", "f:x"), ("f:status",), ("f:status", "f:a")}),
        (("nothing", "here"), {("f:spec", "f:x"), ("f:status",), ("f:status", "f:a"), ("f:status", "f:a", "f:b")}),
    ],
)
def test_a_field_goes_with_everything_below_it(path: tuple[str, ...], rest: set[Any]) -> None:
    """structured-merge-diff `Set.RecursiveDifference`, for reset fields."""
    fields = of_paths(("f:spec", "f:x"), ("f:status",), ("f:status", "f:a"), ("f:status", "f:a", "f:b"))
    assert set(paths(without(fields, path))) == rest


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (("f:spec", "f:replicas"), ".spec.replicas"),
        (("f:list", 'k:{"name":"a\\"b"}', "f:x"), '.list[name="a\\"b"].x'),
        (("f:ports", 'k:{"port":80,"protocol":"TCP"}'), '.ports[port=80,protocol="TCP"]'),
        (("f:set", 'v:"a"'), '.set[="a"]'),
        (("f:set", "v:1"), ".set[=1]"),
        (("f:set", "v:true"), ".set[=true]"),
        (("f:list", "i:3"), ".list[3]"),
    ],
)
def test_paths_are_shown_as_upstream_does(path: tuple[str, ...], shown: str) -> None:
    """structured-merge-diff `PathElement.String`."""
    assert path_text(path) == shown
