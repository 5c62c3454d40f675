"""Server-side apply: what is merged, who owns it afterwards, what conflicts, what is removed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from apply_example import DEPLOYMENT, LATER, NOW, THING, VERSION, owners, thing

from kubepy.api.apply import apply, record_update
from kubepy.api.errors import APIError
from kubepy.api.schema import Schema


def applied(live: dict[str, Any] | None, manager: str = "me", *, force: bool = False, **fields: Any) -> dict[str, Any]:
    return apply(live, thing(**fields), THING, VERSION, manager, force, LATER)


def written(live: dict[str, Any] | None, manager: str = "controller", **fields: Any) -> dict[str, Any]:
    new = {**(live or thing()), **fields}
    new = {name: value for name, value in new.items() if value is not ...}
    record_update(live, new, THING, VERSION, manager, NOW)
    return new


def content(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in ("apiVersion", "kind", "metadata")}


def test_applying_what_does_not_exist_creates_it() -> None:
    live = applied(None, text="a", struct={"name": "b"})
    assert content(live) == {"text": "a", "struct": {"name": "b"}}
    assert live["metadata"]["managedFields"] == [
        {
            "manager": "me",
            "operation": "Apply",
            "apiVersion": VERSION,
            "time": "2026-01-02T03:05:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:struct": {"f:name": {}}, "f:text": {}},
        }
    ]


def test_two_appliers_can_own_different_fields() -> None:
    live = applied(applied(None, text="a"), "other", number=1)
    assert content(live) == {"text": "a", "number": 1}
    assert owners(live) == {"me applies": {".text"}, "other applies": {".number"}}


def test_the_same_value_is_shared() -> None:
    live = applied(applied(None, text="a"), "other", text="a")
    assert owners(live) == {"me applies": {".text"}, "other applies": {".text"}}


@pytest.mark.parametrize("value", ["c", None])
def test_another_value_conflicts(value: Any) -> None:
    live = written(None, text="a")
    with pytest.raises(APIError) as caught:
        applied(live, text=value)
    error = caught.value
    assert (error.code, error.reason) == (409, "Conflict")
    assert error.message == 'Apply failed with 1 conflict: conflict with "controller" using example.io/v1: .text'
    assert [(c.reason, c.message, c.field) for c in error.causes] == [
        ("FieldManagerConflict", 'conflict with "controller" using example.io/v1', ".text")
    ]


def test_several_conflicts_are_listed_by_manager() -> None:
    """managedfields `getConflictMessage`."""
    live = applied(written(None, text="a", list=[{"name": "x", "value": "1"}]), "zed", number=1)
    with pytest.raises(APIError) as caught:
        applied(live, text="b", number=2, list=[{"name": "x", "value": "2"}])
    assert caught.value.message == (
        'Apply failed with 3 conflicts: conflicts with "controller" using example.io/v1:\n'
        "- .text\n"
        '- .list[name="x"].value\n'
        'conflicts with "zed":\n'
        "- .number"
    )
    assert len(caught.value.causes) == 3


def test_force_takes_the_fields() -> None:
    live = applied(written(None, text="a", number=1), force=True, text="b")
    assert content(live) == {"text": "b", "number": 1}
    assert owners(live) == {"controller": {".number"}, "me applies": {".text"}}


def test_an_apply_conflicts_with_the_managers_own_updates() -> None:
    """Apply and Update are managers of their own."""
    with pytest.raises(APIError, match="1 conflict"):
        applied(written(None, "me", text="a"), text="b")


def test_fields_no_longer_applied_are_removed() -> None:
    live = applied(None, text="a", number=1, struct={"name": "b", "value": "c"}, map={"k": "1", "l": "2"})
    live = applied(live, text="a", struct={"name": "b"}, map={"l": "2"})
    assert content(live) == {"text": "a", "struct": {"name": "b"}, "map": {"l": "2"}}
    assert owners(live) == {"me applies": {".text", ".struct.name", ".map.l"}}


def test_elements_no_longer_applied_are_removed() -> None:
    live = applied(None, list=[{"name": "a", "value": "1"}, {"name": "b"}], set=["x", "y"], ports=[{"port": 80}])
    live = applied(live, list=[{"name": "b"}], set=["y"])
    assert content(live) == {"list": [{"name": "b"}], "set": ["y"]}


def test_what_is_emptied_by_removal_is_gone() -> None:
    live = applied(None, text="a", map={"k": "1"}, list=[{"name": "a"}], struct={"name": "b"})
    assert content(applied(live, text="a")) == {"text": "a"}


def test_fields_that_others_own_too_stay() -> None:
    live = applied(None, text="a", list=[{"name": "x", "value": "1"}])
    live = applied(live, "other", text="a", list=[{"name": "x", "number": 2}])
    assert content(applied(live)) == {"text": "a", "list": [{"name": "x", "number": 2}]}


def test_an_element_goes_with_what_an_update_put_into_it() -> None:
    """The element itself was the applier's alone."""
    live = applied(None, list=[{"name": "x"}])
    live = written(live, list=[{"name": "x", "number": 2}])
    assert owners(live)["controller"] == {'.list[name="x"].number'}
    assert content(applied(live)) == {}


def test_a_field_without_an_owner_stays_beside_what_is_removed() -> None:
    """structured-merge-diff `addBackDanglingItems`."""
    live = applied(None, struct={"name": "a", "value": "b"}, list=[{"name": "x"}])
    live = {**live, "struct": {**live["struct"], "number": 1}, "list": [{"name": "x"}, {"name": "nobody's"}]}
    result = content(applied(live, struct={"name": "a"}, list=[]))
    assert result == {"struct": {"name": "a", "number": 1}}


def test_applying_nothing_gives_everything_up() -> None:
    live = applied(applied(None, text="a"))
    assert content(live) == {}
    assert "managedFields" not in live["metadata"]


def test_applying_the_same_again_changes_nothing() -> None:
    fields: dict[str, Any] = {"text": "a", "list": [{"name": "x"}], "map": {"k": "v"}}
    live = applied(None, **fields)
    again = apply(live, thing(**fields), THING, VERSION, "me", False, LATER.replace(year=2030))
    assert again == live
    assert list(again["metadata"]["managedFields"][0]) == list(live["metadata"]["managedFields"][0])


def test_a_second_applier_that_changes_nothing_gets_an_entry_without_time() -> None:
    """managedfields `managedfieldsupdater.go`: times tell when the object changed."""
    live = applied(applied(None, text="a"), "other", text="a")
    assert [entry.get("time") for entry in live["metadata"]["managedFields"]] == [None, "2026-01-02T03:05:00Z"]


def test_applying_less_without_changing_anything_keeps_the_time() -> None:
    live = applied(applied(None, text="a", number=1), "other", text="a", number=1)
    live = apply(live, thing(text="a"), THING, VERSION, "me", False, LATER.replace(year=2030))
    assert content(live) == {"text": "a", "number": 1}
    assert owners(live) == {"me applies": {".text"}, "other applies": {".text", ".number"}}
    times = {entry["manager"]: entry.get("time") for entry in live["metadata"]["managedFields"]}
    assert times == {"me": "2026-01-02T03:05:00Z", "other": None}


def test_an_object_that_nobody_owned_was_there_before_the_first_apply() -> None:
    """managedfields `skipnonapplied.go`."""
    live = applied(thing(text="a", number=1), number=1)
    assert owners(live) == {"before-first-apply": {".text", ".number"}, "me applies": {".number"}}
    with pytest.raises(APIError, match=r'conflict with "before-first-apply" using example.io/v1: \.text'):
        applied(thing(text="a"), text="b")


def test_atomic_parts_are_owned_and_replaced_as_a_whole() -> None:
    live = applied(None, atomicMap={"a": "1"}, atomicList=["a"], atomicStruct={"name": "x"})
    with pytest.raises(APIError, match=r"- \.atomicList\n- \.atomicMap\n- \.atomicStruct"):
        applied(live, "other", atomicMap={"b": "1"}, atomicList=["a", "b"], atomicStruct={"name": "y"})
    live = applied(live, "other", force=True, atomicMap={"b": "1"}, atomicList=["a"], atomicStruct={"name": "x"})
    assert content(live)["atomicMap"] == {"b": "1"}
    assert owners(live)["me applies"] == {".atomicList", ".atomicStruct"}


def test_reset_fields_are_merged_but_not_owned() -> None:
    live = apply(None, thing(text="a", number=1), THING, VERSION, "me", False, NOW, reset_fields=(("text",),))
    assert content(live) == {"text": "a", "number": 1}
    assert owners(live) == {"me applies": {".number"}}


def test_a_subresource_has_an_entry_of_its_own() -> None:
    live = applied(None, text="a")
    live = apply(live, thing(number=1), THING, VERSION, "me", False, NOW, "status")
    assert [entry.get("subresource") for entry in live["metadata"]["managedFields"]] == ["status", None]
    with pytest.raises(APIError, match=r'conflict with "me" with subresource "status": \.number'):
        applied(live, text="a", number=2)


def test_another_version_continues_the_managers_entry() -> None:
    live = applied(None, text="a", number=1)
    config = thing(text="a") | {"apiVersion": "example.io/v2"}
    live = apply(live | {"apiVersion": "example.io/v2"}, config, THING, "example.io/v2", "me", False, NOW)
    assert content(live) == {"text": "a"}
    assert [entry["apiVersion"] for entry in live["metadata"]["managedFields"]] == ["example.io/v2"]


def test_a_custom_resource_without_schema_can_be_applied() -> None:
    schema = Schema(preserve_unknown_fields=True)
    config = {"apiVersion": VERSION, "kind": "X", "metadata": {"name": "x"}, "spec": {"a": {"b": 1}, "l": [1]}}
    live = apply(None, config, schema, VERSION, "me", False, NOW)
    live = apply(live, {**config, "spec": {"a": {"b": 1}}}, schema, VERSION, "me", False, NOW)
    assert live["spec"] == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("config", "code", "message"),
    [
        ({"metadata": {"managedFields": []}}, 400, "metadata.managedFields must be nil"),
        ({"apiVersion": "example.io/v2"}, 400, "invalid object type: example.io/v2, Kind=Thing"),
        ({"apiVersion": "v1"}, 400, "invalid object type: /v1, Kind=Thing"),
        ({"kind": "Other"}, 400, "invalid object type: example.io/v1, Kind=Other"),
        (
            {"metadata": {"name": "x", "namespace": "n"}, "unknown": 1},
            400,
            "failed to create typed patch object (n/x; example.io/v1, Kind=Thing): "
            ".unknown: field not declared in schema",
        ),
        (
            {"set": ["a", "a"]},
            400,
            "failed to create typed patch object (/x; example.io/v1, Kind=Thing): .set: duplicate entries for key "
            '[="a"]',
        ),
    ],
)
def test_a_configuration_that_cannot_be_applied_is_refused(config: dict[str, Any], code: int, message: str) -> None:
    """managedfields `structuredmerge.go`, `versioncheck.go`."""
    with pytest.raises(APIError) as caught:
        apply(written(None, text="a"), thing() | config, THING, VERSION, "me", False, NOW)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_neither_the_live_object_nor_the_configuration_is_changed() -> None:
    live = applied(None, text="a", list=[{"name": "x"}])
    config = thing(list=[{"name": "x", "value": "1"}])
    before = copy.deepcopy((live, config))
    result = apply(live, config, THING, VERSION, "me", False, NOW)
    assert (live, config) == before
    assert result["metadata"] is not live["metadata"]


def test_a_controller_that_scales_keeps_its_replicas_when_the_applier_lets_go() -> None:
    """The documented way to hand a field over: apply without it once somebody else owns it."""

    def deployment(**spec: Any) -> dict[str, Any]:
        template = {"spec": {"containers": [{"name": "web", "image": "nginx"}]}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {"template": template, **spec},
        }

    live = apply(None, deployment(replicas=1), DEPLOYMENT, "apps/v1", "me", False, NOW)
    scaled = {**live, "spec": {**live["spec"], "replicas": 5}}
    record_update(live, scaled, DEPLOYMENT, "apps/v1", "autoscaler", NOW, "scale")
    with pytest.raises(APIError) as caught:
        apply(scaled, deployment(replicas=1), DEPLOYMENT, "apps/v1", "me", False, NOW)
    assert caught.value.message == (
        'Apply failed with 1 conflict: conflict with "autoscaler" with subresource "scale" using apps/v1: '
        ".spec.replicas"
    )
    result = apply(scaled, deployment(), DEPLOYMENT, "apps/v1", "me", False, NOW)
    assert result["spec"]["replicas"] == 5
