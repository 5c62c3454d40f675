"""Which fields an object has, which of them changed, and which configurations don't fit."""

from __future__ import annotations

from typing import Any

import pytest
from apply_example import DEPLOYMENT, POD, THING, texts, thing

from kubepy.api.apply.shape import TypedError, shape_of
from kubepy.api.apply.typed import compare, owned_fields
from kubepy.api.apply.validation import validate
from kubepy.api.schema import Schema

SHAPE = shape_of(THING)


@pytest.mark.parametrize(
    ("fields", "owned"),
    [
        ({"text": "a", "number": 0, "flag": False}, {".text", ".number", ".flag"}),
        ({"text": None}, {".text"}),
        ({"struct": {"name": "a", "number": 1}}, {".struct.name", ".struct.number"}),
        ({"struct": {}}, {".struct"}),
        ({"struct": None}, {".struct"}),
        ({"atomicStruct": {"name": "a"}}, {".atomicStruct"}),
        ({"map": {"a": "1"}}, {".map.a"}),
        ({"map": {}}, {".map"}),
        ({"maps": {"a": {"b": "1"}}}, {".maps.a", ".maps.a.b"}),
        ({"atomicMap": {"a": "1"}}, {".atomicMap"}),
        ({"list": [{"name": "a", "value": "v"}]}, {'.list[name="a"]', '.list[name="a"].name', '.list[name="a"].value'}),
        ({"list": []}, set()),
        ({"list": None}, {".list"}),
        ({"ports": [{"port": 80}]}, {'.ports[port=80,protocol="TCP"]', '.ports[port=80,protocol="TCP"].port'}),
        ({"set": ["a", "b"]}, {'.set[="a"]', '.set[="b"]'}),
        ({"set": ["a", "a", "b"]}, {'.set[="a"]', '.set[="b"]'}),
        ({"list": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]}, {'.list[name="a"]'}),
        ({"atomicList": ["a"]}, {".atomicList"}),
        ({"atomicList": []}, {".atomicList"}),
        ({"opaque": {"a": {"b": [1]}, "c": {}}}, {".opaque.a", ".opaque.a.b", ".opaque.c"}),
        ({"metadata": {"name": "n", "uid": "u", "labels": {"a": "b"}}}, {".metadata.labels.a"}),
    ],
)
def test_an_applier_owns_leaves_elements_and_entries(fields: dict[str, Any], owned: set[str]) -> None:
    """structured-merge-diff `typed/tofieldset.go`."""
    assert texts(owned_fields(thing(**fields), SHAPE)) == owned


@pytest.mark.parametrize(
    ("old", "new", "changed", "removed"),
    [
        ({"text": "a"}, {"text": "a"}, set(), set()),
        ({"text": "a"}, {"text": "b"}, {".text"}, set()),
        ({}, {"text": "b"}, {".text"}, set()),
        ({"text": "a"}, {}, set(), {".text"}),
        ({"text": "a"}, {"text": None}, {".text"}, set()),
        ({}, {"struct": {"name": "a"}}, {".struct", ".struct.name"}, set()),
        ({"struct": {"name": "a"}}, {}, set(), {".struct", ".struct.name"}),
        ({"struct": {"name": "a"}}, {"struct": {"value": "b"}}, {".struct.value"}, {".struct.name"}),
        ({"struct": {}}, {"struct": None}, {".struct"}, set()),
        ({"struct": None}, {"struct": {"name": "a"}}, {".struct.name"}, set()),
        ({"map": {"a": "1", "b": "2"}}, {"map": {"a": "2"}}, {".map.a"}, {".map.b"}),
        ({"atomicMap": {"a": "1"}}, {"atomicMap": {"a": "1", "b": "1"}}, {".atomicMap"}, set()),
        ({"atomicStruct": {"name": "1"}}, {}, set(), {".atomicStruct"}),
        ({"atomicList": ["a", "b"]}, {"atomicList": ["b", "a"]}, {".atomicList"}, set()),
        ({"set": ["a", "b"]}, {"set": ["b", "a"]}, set(), set()),
        ({"set": ["a", "b"]}, {"set": ["b", "c"]}, {'.set[="c"]'}, {'.set[="a"]'}),
        ({"set": ["a", "a", "b"]}, {"set": ["a", "b"]}, {'.set[="a"]'}, {'.set[="a"]'}),
        ({"set": ["a", "b"]}, {"set": ["a", "a", "b"]}, {'.set[="a"]'}, {'.set[="a"]'}),
        (
            {"list": [{"name": "a", "value": "1"}, {"name": "b"}]},
            {"list": [{"name": "c"}, {"name": "a", "value": "2"}]},
            {'.list[name="a"].value', '.list[name="c"]', '.list[name="c"].name'},
            {'.list[name="b"]', '.list[name="b"].name'},
        ),
        (
            {"ports": [{"port": 80}]},
            {"ports": [{"port": 80, "protocol": "TCP"}]},
            {'.ports[port=80,protocol="TCP"].protocol'},
            set(),
        ),
        ({"opaque": {"a": 1}}, {"opaque": {"a": {"b": 1}}}, {".opaque.a", ".opaque.a.b"}, set()),
        ({"opaque": {"a": {"b": 1}}}, {"opaque": {"a": 1}}, {".opaque.a"}, {".opaque.a.b"}),
        ({"opaque": {"a": [1]}}, {"opaque": {"a": [1, 2]}}, {".opaque.a"}, set()),
        (
            {"metadata": {"name": "x", "resourceVersion": "1"}},
            {"metadata": {"name": "x", "resourceVersion": "2"}},
            set(),
            set(),
        ),
    ],
)
def test_a_comparison_names_what_changed_and_what_is_gone(
    old: dict[str, Any], new: dict[str, Any], changed: set[str], removed: set[str]
) -> None:
    """structured-merge-diff `typed/compare.go`; added and modified fields count as changed."""
    found = compare(thing(**old), thing(**new), SHAPE)
    assert tuple(map(texts, found)) == (changed, removed)


def test_a_created_deployment_is_owned_as_by_kube_apiserver() -> None:
    """Structs that Go holds by value are nobody's; pointers, maps and elements of lists are their creator's."""
    created = {
        "metadata": {"name": "web", "labels": {"app": "web"}, "creationTimestamp": "2026-01-02T03:04:05Z"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [
                        {"name": "web", "image": "nginx", "ports": [{"containerPort": 80}], "resources": {}}
                    ],
                    "securityContext": {},
                },
            },
        },
        "status": {},
    }
    changed, removed = compare({}, created, shape_of(DEPLOYMENT))
    assert removed == {}
    leaf: dict[str, Any] = {}
    assert changed == {
        "f:metadata": {"f:labels": {".": {}, "f:app": leaf}},
        "f:spec": {
            "f:replicas": leaf,
            "f:selector": leaf,
            "f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": leaf}, "f:type": leaf},
            "f:template": {
                "f:metadata": {"f:labels": {".": {}, "f:app": leaf}},
                "f:spec": {
                    "f:containers": {
                        'k:{"name":"web"}': {
                            ".": {},
                            "f:image": leaf,
                            "f:name": leaf,
                            "f:ports": {
                                ".": {},
                                'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": leaf},
                            },
                            "f:resources": leaf,
                        }
                    },
                    "f:securityContext": leaf,
                },
            },
        },
    }


def test_the_first_owner_reference_is_owned_as_a_whole() -> None:
    """OwnerReference is an atomic map in a list keyed by uid."""
    old: dict[str, Any] = {"metadata": {"name": "p"}}
    new: dict[str, Any] = {"metadata": {"name": "p", "ownerReferences": [{"uid": "1", "name": "rs"}]}}
    changed, _ = compare(old, new, shape_of(POD))
    assert texts(changed) == {".metadata.ownerReferences", '.metadata.ownerReferences[uid="1"]'}


def test_without_a_schema_maps_are_divided_and_lists_are_atomic() -> None:
    """structured-merge-diff's deduced type."""
    shape = shape_of(Schema(preserve_unknown_fields=True))
    config = {"kind": "X", "spec": {"a": [{"name": "b"}], "c": {"d": 1}}}
    assert texts(owned_fields(config, shape)) == {".spec", ".spec.a", ".spec.c", ".spec.c.d"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"unknown": 1}, ".unknown: field not declared in schema"),
        ({"struct": {"unknown": 1}}, ".struct.unknown: field not declared in schema"),
        ({"number": "1"}, ".number: expected numeric (int or float), got string"),
        ({"text": 1}, ".text: expected string, got &value.valueUnstructured{Value:1}"),
        ({"flag": "yes"}, ".flag: expected boolean, got &{yes}"),
        ({"struct": "x"}, ".struct: expected map, got &{x}"),
        ({"list": {"name": "a"}}, ".list: expected list, got &{map[name:a]}"),
        ({"list": [{"name": "a"}, {"name": "a"}]}, '.list: duplicate entries for key [name="a"]'),
        (
            {"ports": [{"port": 80}, {"port": 80, "protocol": "TCP"}]},
            '.ports: duplicate entries for key [port=80,protocol="TCP"]',
        ),
        ({"set": ["a", "a"]}, '.set: duplicate entries for key [="a"]'),
        (
            {"list": [{"value": "a"}]},
            '.list: element 0: associative list with keys has an element that omits all key fields ["name"] '
            "(and doesn't have default values for any key fields)",
        ),
        ({"list": [None]}, ".list: element 0: associative list with keys may not have a null element"),
        ({"list": ["a"]}, ".list: element 0: associative list with keys may not have non-map elements"),
        ({"set": [{}]}, ".set: element 0: associative list without keys has an element that's a map type"),
        ({"set": [None]}, ".set: element 0: associative list without keys has an element that's an explicit null"),
        ({"set": [[]]}, ".set: element 0: not supported: associative list with lists as elements"),
        (
            {"list": [{"name": "a", "number": "x"}]},
            '.list[name="a"].number: expected numeric (int or float), got string',
        ),
        ({"atomicList": [{}]}, ".atomicList[0]: expected string, got &value.valueUnstructured{Value:map[]}"),
        (
            {"text": 1, "flag": 1},
            "errors:\n  .text: expected string, got &value.valueUnstructured{Value:1}\n"
            "  .flag: expected boolean, got &{1}",
        ),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(fields: dict[str, Any], message: str) -> None:
    """structured-merge-diff `typed/validate.go`, `typed/helpers.go`."""
    with pytest.raises(TypedError) as caught:
        validate(thing(**fields), SHAPE)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "fields",
    [
        {"text": None, "struct": None, "list": None, "number": 1.5},
        {"opaque": {"anything": [1, {"a": None}]}},
        {"metadata": {"labels": {"a": "b"}}},
    ],
)
def test_a_configuration_that_fits_is_accepted(fields: dict[str, Any]) -> None:
    validate(thing(**fields), SHAPE)
