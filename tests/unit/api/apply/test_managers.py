"""managedFields entries: what is read, what is refused, their order, their number."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.apply.managers import (
    MAX_UPDATE_MANAGERS,
    Entry,
    Managers,
    cap_update_managers,
    described,
    identifier,
    read_sent,
    read_stored,
    write,
)


def raw(manager: str = "m", operation: str = "Update", version: str = "v1", **more: Any) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": version,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:a": {}},
        **more,
    }


def test_entries_survive_reading_and_writing() -> None:
    entries = [raw(), raw("n", subresource="status", time="2026-01-01T00:00:00Z")]
    assert write(read_stored(entries)) == entries
    assert write(read_sent(entries)) == entries


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (raw(operation="Replace"), "operation must be `Apply` or `Update`"),
        (raw(operation=""), "operation must be `Apply` or `Update`"),
        (raw(version=""), "apiVersion must not be empty"),
        (raw(fieldsType=""), "missing fieldsType in managed fields entry 0"),
        (raw(fieldsType="FieldsV2"), 'invalid fieldsType "FieldsV2" in managed fields entry 0'),
        (raw(fieldsV1={"nocolon": {}}), "missing colon: nocolon"),
    ],
)
def test_malformed_entries_are_refused(entry: dict[str, Any], message: str) -> None:
    """managedfields `DecodeManagedFields`."""
    with pytest.raises(ValueError, match=r".") as caught:
        read_sent([entry])
    assert str(caught.value) == message


def test_what_is_sent_gets_the_one_spelling() -> None:
    sent = raw(time="2026-01-01T02:00:00+02:00", fieldsV1={'k:{"b": 2, "a": 1}': {}, "f:z": {}, "f:a": {".": {}}})
    (entry,) = write(read_sent([sent]))
    assert entry["time"] == "2026-01-01T00:00:00Z"
    assert list(entry["fieldsV1"].items()) == [("f:a", {}), ("f:z", {}), ('k:{"a":1,"b":2}', {})]


def test_entries_come_applies_first_then_by_time_manager_version_and_subresource() -> None:
    """managedfields `sortEncodedManagedFields`."""
    sequence = [
        raw("a", "Apply", time="2026-01-01T00:00:01Z"),
        raw("b", "Apply", time="2026-01-01T00:00:02Z"),
        raw("z"),
        raw("y", time="2026-01-01T00:00:00Z"),
        raw("a", time="2026-01-01T00:00:01Z"),
        raw("a", version="v2", time="2026-01-01T00:00:01Z"),
        raw("a", version="v2", time="2026-01-01T00:00:01Z", subresource="status"),
        raw("b", time="2026-01-01T00:00:01Z"),
    ]
    assert write(read_stored(reversed(sequence))) == sequence


def test_appliers_are_the_same_at_every_version() -> None:
    """managedfields `BuildManagerIdentifier`."""
    assert len(read_stored([raw("a", "Apply", "v1"), raw("a", "Apply", "v2")])) == 1
    assert len(read_stored([raw("a", "Update", "v1"), raw("a", "Update", "v2")])) == 2


def updates(*entries: tuple[str, str, int, str]) -> Managers:
    managers = {}
    for manager, version, hour, fields in entries:
        entry = Entry(
            manager, "Update", version, "", f"2026-01-01T{hour:02}:00:00Z", {f"f:{name}": {} for name in fields}
        )
        managers[entry.key] = entry
    return managers


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            [("u1", "v1", 1, "a"), ("u2", "v1", 2, "b"), ("u3", "v1", 3, "c"), ("u4", "v1", 4, "d")],
            [("ancient-changes", "v1", 2, "ab"), ("u3", "v1", 3, "c"), ("u4", "v1", 4, "d")],
        ),
        (
            [("ancient-changes", "v1", 2, "ab"), ("u3", "v1", 3, "c"), ("u4", "v1", 4, "d"), ("u5", "v1", 5, "e")],
            [("ancient-changes", "v1", 3, "abc"), ("u4", "v1", 4, "d"), ("u5", "v1", 5, "e")],
        ),
        (
            [
                ("u1", "v1", 1, "a"),
                ("u2", "v2", 2, "b"),
                ("u3", "v1", 3, "c"),
                ("u4", "v1", 4, "d"),
                ("u5", "v1", 5, "e"),
            ],
            [("u2", "v2", 2, "b"), ("ancient-changes", "v1", 4, "acd"), ("u5", "v1", 5, "e")],
        ),
        (
            [
                ("u2", "v2", 2, "b"),
                ("ancient-changes", "v1", 4, "acd"),
                ("u5", "v1", 5, "e"),
                ("u6", "v3", 6, "f"),
                ("u7", "v2", 7, "g"),
            ],
            [("ancient-changes", "v1", 5, "acde"), ("u6", "v3", 6, "f"), ("ancient-changes", "v2", 7, "bg")],
        ),
        (
            [("u1", "v1", 1, "a"), ("u2", "v2", 2, "b"), ("u3", "v3", 3, "c"), ("u4", "v4", 4, "d")],
            [("u1", "v1", 1, "a"), ("u2", "v2", 2, "b"), ("u3", "v3", 3, "c"), ("u4", "v4", 4, "d")],
        ),
    ],
)
def test_the_oldest_updates_are_merged_version_by_version(
    monkeypatch: pytest.MonkeyPatch, before: list[Any], after: list[Any]
) -> None:
    """managedfields `capmanagers_test.go`, with a limit of three."""
    monkeypatch.setattr("kubepy.api.apply.managers.MAX_UPDATE_MANAGERS", 3)
    managers = updates(*before)
    cap_update_managers(managers)
    assert write(managers) == write(updates(*after))


def test_ten_updates_are_kept() -> None:
    managers = updates(*((f"u{hour}", "v1", hour, "a") for hour in range(MAX_UPDATE_MANAGERS)))
    before = dict(managers)
    cap_update_managers(managers)
    assert (managers, MAX_UPDATE_MANAGERS) == (before, 10)


def test_appliers_do_not_count() -> None:
    managers = updates(*((f"u{hour}", "v1", hour, "a") for hour in range(10)))
    managers |= read_stored([raw(f"a{index}", "Apply") for index in range(5)])
    cap_update_managers(managers)
    assert len(managers) == 15


@pytest.mark.parametrize(
    ("entry", "text", "identity"),
    [
        (raw("foo"), '"foo" using v1', '{"manager":"foo","operation":"Update","apiVersion":"v1"}'),
        (raw("bar", "Apply"), '"bar"', '{"manager":"bar","operation":"Apply"}'),
        (
            raw("foo", subresource="scale"),
            '"foo" with subresource "scale" using v1',
            '{"manager":"foo","operation":"Update","apiVersion":"v1","subresource":"scale"}',
        ),
    ],
)
def test_managers_are_named_as_upstream_does(entry: dict[str, Any], text: str, identity: str) -> None:
    """managedfields `printManager` and `BuildManagerIdentifier`."""
    (read,) = read_stored([entry]).values()
    assert (described(read), identifier(read)) == (text, identity)
