"""What creates, updates and patches leave in managedFields."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from apply_example import LATER, NOW, THING, VERSION, owners, texts, thing

from kubepy.api.apply import keep_times_if_unchanged, record_update
from kubepy.api.schema import Schema


def created(manager: str = "creator", **fields: Any) -> dict[str, Any]:
    new = thing(**fields)
    record_update(None, new, THING, VERSION, manager, NOW)
    return new


def updated(live: dict[str, Any], manager: str = "updater", **fields: Any) -> dict[str, Any]:
    """`live` with these fields, as a client sends it back."""
    new = {**copy.deepcopy(live), **fields}
    new = {name: value for name, value in new.items() if value is not ...}
    record_update(live, new, THING, VERSION, manager, LATER)
    return new


def entry(document: dict[str, Any], manager: str) -> dict[str, Any]:
    (found,) = (entry for entry in document["metadata"]["managedFields"] if entry["manager"] == manager)
    return dict(found)


def test_the_creator_owns_everything() -> None:
    live = created(text="a", struct={"name": "b"})
    assert live["metadata"]["managedFields"] == [
        {
            "manager": "creator",
            "operation": "Update",
            "apiVersion": VERSION,
            "time": "2026-01-02T03:04:05Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:struct": {".": {}, "f:name": {}}, "f:text": {}},
        }
    ]


def test_an_object_without_fields_has_no_entries() -> None:
    assert "managedFields" not in created()["metadata"]


def test_a_manager_without_a_name_is_unknown() -> None:
    """managedfields `buildmanagerinfo.go`."""
    assert owners(created("", text="a")) == {"unknown": {".text"}}


def test_who_changes_a_field_owns_it_alone() -> None:
    live = updated(created(text="a", number=1), text="b")
    assert owners(live) == {"creator": {".number"}, "updater": {".text"}}
    assert entry(live, "creator")["time"] == "2026-01-02T03:04:05Z"
    assert entry(live, "updater")["time"] == "2026-01-02T03:05:00Z"


def test_a_field_that_is_gone_is_nobodys() -> None:
    live = created(text="a", number=1)
    live = updated(live, text=...)
    assert owners(live) == {"creator": {".number"}}
    assert entry(live, "creator")["time"] == "2026-01-02T03:04:05Z"


def test_a_manager_with_nothing_left_is_gone() -> None:
    assert owners(updated(created(text="a"), text="b")) == {"updater": {".text"}}


def test_a_manager_that_changes_more_keeps_what_it_had() -> None:
    live = updated(created("me", text="a", number=1), "me", flag=True)
    assert owners(live) == {"me": {".text", ".number", ".flag"}}
    assert entry(live, "me")["time"] == "2026-01-02T03:05:00Z"


def test_an_update_that_changes_nothing_changes_no_entry() -> None:
    live = created(text="a", list=[{"name": "b"}])
    assert updated(live)["metadata"] == live["metadata"]


def test_list_elements_have_owners_of_their_own() -> None:
    live = created(list=[{"name": "a", "value": "1"}, {"name": "b"}])
    live = updated(live, list=[{"name": "b"}, {"name": "a", "value": "2"}, {"name": "c"}])
    assert owners(live)["updater"] == {'.list[name="a"].value', '.list[name="c"]', '.list[name="c"].name'}
    assert '.list[name="a"].value' not in owners(live)["creator"]


def test_updates_at_another_version_or_subresource_have_their_own_entry() -> None:
    live = created("me", text="a", number=1, flag=False)
    new = {**live, "number": 2}
    record_update(live, new, THING, "example.io/v2", "me", LATER)
    live, new = new, {**new, "flag": True}
    record_update(live, new, THING, VERSION, "me", LATER, "status")
    found = [(e["apiVersion"], e.get("subresource"), texts(e["fieldsV1"])) for e in new["metadata"]["managedFields"]]
    assert found == [
        (VERSION, None, {".text"}),
        (VERSION, "status", {".flag"}),
        ("example.io/v2", None, {".number"}),
    ]


def test_entries_at_versions_that_no_longer_exist_are_dropped() -> None:
    """structured-merge-diff `Updater.update`: missing versions."""
    live = created(text="a", number=1)
    live["metadata"]["managedFields"][0]["apiVersion"] = "example.io/v0"
    new = {**live, "number": 2}
    record_update(live, new, THING, VERSION, "updater", LATER, versions=(VERSION,))
    assert owners(new) == {"updater": {".number"}}


def test_fields_that_the_endpoint_resets_are_not_owned() -> None:
    """merge `ignore_test.go`: changes to them don't count."""
    new = thing(text="a", struct={"name": "b", "value": "c"})
    record_update(None, new, THING, VERSION, "me", NOW, reset_fields=(("text",), ("struct", "name")))
    assert owners(new) == {"me": {".struct", ".struct.value"}}
    changed = {**new, "text": "x", "struct": {"name": "y", "value": "c"}}
    record_update(new, changed, THING, VERSION, "other", LATER, reset_fields=(("text",), ("struct", "name")))
    assert owners(changed) == owners(new)


@pytest.mark.parametrize("reset", [[], [{}], [{"manager": "", "time": None}]])
def test_an_empty_list_or_entry_resets(reset: list[Any]) -> None:
    """managedfields `isResetManagedFields`."""
    live = created(text="a")
    new = {**live, "metadata": {"name": "x", "managedFields": reset}}
    record_update(live, new, THING, VERSION, "me", LATER)
    assert new["metadata"] == {"name": "x"}


@pytest.mark.parametrize(
    "sent",
    [None, [{"manager": "x"}], [{"manager": "x", "operation": "Update", "apiVersion": "v1"}]],
)
def test_entries_that_are_missing_or_malformed_stay_as_stored(sent: Any) -> None:
    """managedfields `decodeLiveOrNew`: clients that don't know the field must not lose it."""
    live = created(text="a")
    metadata = {"name": "x"} if sent is None else {"name": "x", "managedFields": sent}
    new = {**live, "metadata": metadata}
    record_update(live, new, THING, VERSION, "me", LATER)
    assert new["metadata"]["managedFields"] == live["metadata"]["managedFields"]


def test_entries_that_are_sent_replace_the_stored_ones() -> None:
    live = created(text="a", number=1)
    sent = copy.deepcopy(live["metadata"]["managedFields"])
    sent[0]["manager"] = "renamed"
    new = {**live, "metadata": {"name": "x", "managedFields": sent}, "number": 2}
    record_update(live, new, THING, VERSION, "me", LATER)
    assert owners(new) == {"renamed": {".text"}, "me": {".number"}}


def test_a_subresource_cannot_replace_the_entries() -> None:
    """managedfields `decodeLiveOrNew`, `ignoreManagedFieldsFromRequestObject`."""
    live = created(text="a")
    new = {**live, "metadata": {"name": "x", "managedFields": []}}
    record_update(live, new, THING, VERSION, "me", LATER, "status")
    assert owners(new) == owners(live)


def test_an_object_without_entries_gets_none_by_an_update() -> None:
    """managedfields `skipnonapplied.go`."""
    live = thing(text="a")
    assert "managedFields" not in updated(live, text="b")["metadata"]


def test_what_cannot_be_told_apart_leaves_the_entries_as_they_are() -> None:
    """managedfields `UpdateNoErrors`."""
    live = created(text="a")
    new = updated(live, list=[{"value": "no key"}])
    assert new["metadata"]["managedFields"] == live["metadata"]["managedFields"]


def test_what_became_atomic_is_owned_as_a_whole() -> None:
    """structured-merge-diff `ReconcileFieldSetWithSchema`."""
    live = created(struct={"name": "a"}, text="b")
    live["metadata"]["managedFields"][0]["fieldsV1"] = {"f:atomicStruct": {"f:name": {}}, "f:text": {}}
    live["atomicStruct"] = live.pop("struct")
    assert owners(updated(live, number=1))["creator"] == {".atomicStruct", ".text"}


def test_the_eleventh_updater_merges_the_oldest() -> None:
    live = created("m00", map={"m00": ""})
    for index in range(1, 12):
        name = f"m{index:02}"
        new = {**live, "map": {**live["map"], name: ""}}
        record_update(live, new, THING, VERSION, name, LATER.replace(minute=10 + index))
        live = new
    found = owners(live)
    assert len(found) == 10
    assert {".map.m00", ".map.m01", ".map.m02"} <= found["ancient-changes"]
    assert found["m11"] == {".map.m11"}


def test_neither_object_is_changed_but_for_the_new_ones_metadata() -> None:
    live = created(text="a", struct={"name": "b"})
    before = copy.deepcopy(live)
    metadata = {"name": "x"}
    new = {**live, "metadata": metadata, "text": "c"}
    record_update(live, new, THING, VERSION, "me", LATER)
    assert live == before
    assert metadata == {"name": "x"}


def test_without_a_schema_the_creator_owns_by_what_is_there() -> None:
    new = {"kind": "X", "metadata": {"name": "x"}, "spec": {"a": {"b": [1]}}}
    record_update(None, new, Schema(preserve_unknown_fields=True), "example.io/v1", "me", NOW)
    assert owners(new) == {"me": {".spec", ".spec.a", ".spec.a.b"}}


def test_times_go_back_if_nothing_else_changed() -> None:
    """handlers/fieldmanager/equality.go."""
    live = created(text="a")
    new = copy.deepcopy(live)
    new["metadata"]["managedFields"][0]["time"] = "2027-01-01T00:00:00Z"
    keep_times_if_unchanged(live, new)
    assert new == live


@pytest.mark.parametrize("change", [{"text": "b"}, {"metadata": {"labels": {"a": "b"}}}])
def test_times_stay_if_anything_changed(change: dict[str, Any]) -> None:
    live = created(text="a")
    new = copy.deepcopy(live)
    new["metadata"]["managedFields"][0]["time"] = "2027-01-01T00:00:00Z"
    new["metadata"] |= change.pop("metadata", {})
    new |= change
    expected = copy.deepcopy(new)
    keep_times_if_unchanged(live, new)
    assert new == expected
