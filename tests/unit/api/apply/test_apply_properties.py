"""What holds of every sequence of writes, on generated objects and configurations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from apply_example import LATER, NOW, THING, VERSION, thing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubepy.api.apply import apply, record_update
from kubepy.api.apply.field_set import SELF, decode, has, path_text, paths
from kubepy.api.apply.shape import shape_of
from kubepy.api.apply.typed import owned_fields
from kubepy.api.errors import APIError

SHAPE = shape_of(THING)
TEXT = st.sampled_from("abc")
STRUCT = st.fixed_dictionaries({}, optional={"name": TEXT, "value": TEXT, "number": st.integers(0, 2)}).filter(bool)
ITEM = st.fixed_dictionaries({"name": TEXT}, optional={"value": TEXT, "number": st.integers(0, 2)})
PORT = st.fixed_dictionaries({"port": st.integers(1, 3)}, optional={"protocol": st.sampled_from(["TCP", "UDP"])})
MAP = st.dictionaries(TEXT, TEXT, min_size=1, max_size=3)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXT,
        "number": st.integers(0, 2),
        "struct": STRUCT,
        "atomicStruct": STRUCT,
        "map": MAP,
        "maps": st.dictionaries(TEXT, MAP, min_size=1, max_size=2),
        "atomicMap": MAP,
        "list": st.lists(ITEM, min_size=1, max_size=3, unique_by=lambda item: item["name"]),
        "ports": st.lists(
            PORT, min_size=1, max_size=3, unique_by=lambda port: (port["port"], port.get("protocol", "TCP"))
        ),
        "set": st.lists(TEXT, min_size=1, max_size=3, unique=True),
        "atomicList": st.lists(TEXT, min_size=1, max_size=3),
        "opaque": st.dictionaries(TEXT, st.one_of(TEXT, MAP, st.lists(TEXT, max_size=2)), min_size=1, max_size=2),
    },
)
WRITES = st.lists(
    st.tuples(st.sampled_from(["create or update", "apply", "force"]), st.sampled_from(["a", "b", "c"]), FIELDS),
    min_size=1,
    max_size=6,
)
quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def perform(live: Any, write: Any) -> Any:
    """The object after one write; the same if it conflicts."""
    kind, manager, fields = write
    if kind == "create or update":
        new = thing(**fields)
        record_update(live, new, THING, VERSION, manager, NOW)
        return new
    try:
        return apply(live, thing(**fields), THING, VERSION, manager, kind == "force", NOW)
    except APIError as error:
        if error.code != 409:
            raise
        return live


def after(writes: Any) -> Any:
    live = None
    for write in writes:
        live = perform(live, write)
    return live


def sets(document: dict[str, Any]) -> dict[tuple[str, str], Any]:
    entries = document["metadata"].get("managedFields", ())
    return {(entry["manager"], entry["operation"]): entry["fieldsV1"] for entry in entries}


def value_at(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of an object; None if there is nothing."""
    for key in path:
        if value is None:
            return None
        if key[0] == "f":
            value = value.get(key[2:]) if isinstance(value, dict) else None
            continue
        wanted = json.loads(key[2:])
        if key[0] == "v":
            value = wanted if wanted in value else None
        else:
            defaults = {"protocol": "TCP"} if "protocol" in wanted else {}
            value = next((item for item in value if {**defaults, **item}.items() >= wanted.items()), None)
    return value


@quick
@given(WRITES, FIELDS)
def test_applying_twice_is_applying_once(writes: Any, fields: Any) -> None:
    live = apply(after(writes), thing(**fields), THING, VERSION, "d", True, NOW)
    assert apply(live, thing(**fields), THING, VERSION, "d", False, LATER) == live


@quick
@given(WRITES, FIELDS)
def test_what_is_applied_is_there_and_owned(writes: Any, fields: Any) -> None:
    live = apply(after(writes), thing(**fields), THING, VERSION, "d", True, NOW)
    owned = owned_fields(thing(**fields), SHAPE)
    assert sets(live).get(("d", "Apply"), {}) == owned
    for path in paths(owned):
        expected = value_at(fields, path)
        if not isinstance(expected, dict | list):
            assert value_at(live, path) == expected


@quick
@given(WRITES, FIELDS, FIELDS)
def test_without_force_others_keep_their_fields_and_values(writes: Any, first: Any, second: Any) -> None:
    live = perform(after(writes), ("apply", "d", first))
    result = perform(live, ("apply", "d", second))
    if live is None or result is None:
        return
    before, now = sets(live), sets(result)
    for key, fields in before.items():
        if key == ("d", "Apply"):
            continue
        assert now[key] == fields
        for path in paths(fields):
            value = value_at(live, path)
            if not isinstance(value, dict | list):
                assert value_at(result, path) == value


@quick
@given(WRITES)
def test_nobody_owns_what_is_not_there(writes: Any) -> None:
    live = after(writes)
    if live is None:
        return
    for fields in sets(live).values():
        for path in paths(fields):
            assert value_at(live, path) is not None, path_text(path)


@quick
@given(WRITES)
def test_entries_are_in_the_one_spelling_and_order(writes: Any) -> None:
    live = after(writes)
    if live is not None:
        for fields in sets(live).values():
            assert json.dumps(decode(json.loads(json.dumps(fields)))) == json.dumps(fields)
            assert SELF not in fields


@quick
@given(FIELDS, FIELDS)
def test_an_apply_conflicts_exactly_on_leaves_that_differ(stored: Any, wanted: Any) -> None:
    live = perform(None, ("create or update", "a", stored))
    config = thing(**wanted)
    owned = sets(live).get(("a", "Update"), {})
    expected = {
        path_text(path)
        for path in paths(owned_fields(config, SHAPE))
        if has(owned, path) and differ(path, value_at(live, path), value_at(config, path))
    }
    if not expected:
        apply(live, config, THING, VERSION, "b", False, NOW)
        return
    with pytest.raises(APIError) as caught:
        apply(live, config, THING, VERSION, "b", False, NOW)
    assert {cause.field for cause in caught.value.causes} == expected


def differ(path: tuple[str, ...], current: Any, new: Any) -> bool:
    """Whether two values conflict themselves, not only parts of them."""
    if isinstance(current, dict) and isinstance(new, dict) and not path[0].startswith("f:atomic"):
        return False
    return bool(current != new)
