"""What watchers are told: every change after their start once, in order, as their selector sees it.

Upstream's shared cases are in staging/src/k8s.io/apiserver/pkg/storage/testing/watcher_tests.go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from storage_objects import DEADLINE_SECONDS, Selected, content, creation, deletion, key, update
from storage_under_test import StorageUnderTest, Told

from kubepy.storage.errors import Compacted
from kubepy.storage.records import Record

Compact = Callable[[], Awaitable[int]]


def _brief(events: list[Told]) -> list[tuple[str, str, int]]:
    return [(event.kind, event.name, event.revision) for event in events]


async def _history(storage: StorageUnderTest) -> list[tuple[str, str, Record]]:
    """Some changes, with what a watcher of everything must be told of each."""
    told: list[tuple[str, str, Record]] = []
    [a] = await storage.commit(creation(key("a"), step="1"))
    told.append(("ADDED", "a", a))
    b, c = await storage.commit(creation(key("b"), step="2"), creation(key("c", "other"), step="3"))
    told += [("ADDED", "b", b), ("ADDED", "c", c)]
    [a2] = await storage.commit(update(a, step="4"))
    told.append(("MODIFIED", "a", a2))
    [gone] = await storage.commit(deletion(b))
    told.append(("DELETED", "b", gone))
    await storage.commit(creation(key("x", resource="secrets")))
    [b2] = await storage.commit(creation(key("b"), step="5"))
    told.append(("ADDED", "b", b2))
    return told


async def test_a_watch_tells_every_change_once_in_order(storage: StorageUnderTest) -> None:
    start = await storage.revision()
    async with storage.watch(start) as watching:
        expected = await _history(storage)
        events = await watching.take(len(expected))
    assert _brief(events) == [(kind, name, record.revision) for kind, name, record in expected]
    for event, (_, _, record) in zip(events, expected, strict=True):
        shown = content(event.body)
        assert shown["metadata"]["resourceVersion"] == str(record.revision)
        assert shown["data"] == content(record.body)["data"]


async def test_a_watch_replays_from_any_retained_revision(storage: StorageUnderTest) -> None:
    start = await storage.revision()
    expected = [(kind, name, record.revision) for kind, name, record in await _history(storage)]
    for after in range(start, await storage.revision()):
        rest = [event for event in expected if event[2] > after]
        async with storage.watch(after) as watching:
            assert _brief(await watching.take(len(rest))) == rest


async def test_a_replay_goes_on_with_what_happens_next(storage: StorageUnderTest) -> None:
    start = await storage.revision()
    expected = [(kind, name, record.revision) for kind, name, record in await _history(storage)]
    async with storage.watch(start) as watching:
        [new] = await storage.commit(creation(key("new")))
        events = await watching.take(len(expected) + 1)
    assert _brief(events) == [*expected, ("ADDED", "new", new.revision)]


async def test_a_deletion_tells_the_last_state_at_the_revision_of_the_deletion(storage: StorageUnderTest) -> None:
    """As in etcd3's watcher, the object of a DELETED event has the deletion's revision."""
    [created] = await storage.commit(creation(key("a"), color="red"))
    async with storage.watch(created.revision) as watching:
        [tombstone] = await storage.commit(deletion(created))
        [event] = await watching.take(1)
    assert event.kind == "DELETED"
    assert content(event.body)["metadata"]["resourceVersion"] == str(tombstone.revision)
    assert content(event.body)["data"] == {"color": "red"}


WEB = {"app": "web"}
DB = {"app": "db"}
TRANSITIONS = [
    pytest.param([WEB, WEB], ["ADDED", "MODIFIED"], id="stays selected"),
    pytest.param([WEB, DB], ["ADDED", "DELETED"], id="leaves the selection"),
    pytest.param([DB, WEB], [None, "ADDED"], id="enters the selection"),
    pytest.param([DB, None], [None, None], id="never selected"),
    pytest.param([WEB, DB, WEB], ["ADDED", "DELETED", "ADDED"], id="leaves and returns"),
    pytest.param([WEB, "delete"], ["ADDED", "DELETED"], id="deleted while selected"),
    pytest.param([WEB, DB, "delete"], ["ADDED", "DELETED", None], id="deleted when no longer selected"),
]


@pytest.mark.parametrize("replayed", [False, True], ids=["live", "replayed"])
@pytest.mark.parametrize(("labels", "expected"), TRANSITIONS)
async def test_a_selector_turns_changes_into_transitions(
    storage: StorageUnderTest, labels: list[dict[str, str] | str | None], expected: list[str | None], *, replayed: bool
) -> None:
    """Upstream's watch semantics: staging/src/k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go."""

    async def write() -> list[tuple[str, str, int]]:
        told: list[tuple[str, str, int]] = []
        [current] = await storage.commit(creation(key("a"), labels[0]))  # type: ignore[arg-type]
        for number, (now, kind) in enumerate(zip(labels, expected, strict=True)):
            if number and now == "delete":
                [current] = await storage.commit(deletion(current))
            elif number:
                [current] = await storage.commit(update(current, now))  # type: ignore[arg-type]
            if kind is not None:
                told.append((kind, "a", current.revision))
        [marker] = await storage.commit(creation(key("marker"), WEB))
        return [*told, ("ADDED", "marker", marker.revision)]

    start = await storage.revision()
    if replayed:
        told = await write()
        async with storage.watch(start, Selected(labels=WEB)) as watching:
            assert _brief(await watching.take(len(told))) == told
    else:
        async with storage.watch(start, Selected(labels=WEB)) as watching:
            told = await write()
            assert _brief(await watching.take(len(told))) == told


async def test_what_leaves_a_selection_is_shown_as_it_last_was_in_it(storage: StorageUnderTest) -> None:
    [web] = await storage.commit(creation(key("a"), WEB, color="red"))
    async with storage.watch(web.revision, Selected(labels=WEB)) as watching:
        await storage.commit(update(web, DB, color="blue"))
        [event] = await watching.take(1)
    assert event.kind == "DELETED"
    assert content(event.body)["data"] == {"color": "red"}


@pytest.mark.parametrize("replayed", [False, True], ids=["live", "replayed"])
async def test_a_deletion_that_changes_labels_is_told_to_who_knew_the_object(
    storage: StorageUnderTest, *, replayed: bool
) -> None:
    """A tombstone may carry a last change; who is told depends on the state that watchers knew."""
    [web] = await storage.commit(creation(key("a"), WEB))
    last = deletion(web._replace(body=update(web, DB).body))
    if replayed:
        [tombstone] = await storage.commit(last)
        async with storage.watch(web.revision, Selected(labels=WEB)) as watching:
            events = await watching.take(1)
    else:
        async with storage.watch(web.revision, Selected(labels=WEB)) as watching:
            [tombstone] = await storage.commit(last)
            events = await watching.take(1)
    assert _brief(events) == [("DELETED", "a", tombstone.revision)]


async def test_a_watch_of_a_namespace_or_name_tells_only_of_it(storage: StorageUnderTest) -> None:
    start = await storage.revision()
    records = await storage.commit(*[creation(key(name, namespace)) for namespace in ("x", "y") for name in ("a", "b")])
    async with storage.watch(start, Selected(namespace="y")) as watching:
        assert _brief(await watching.take(2)) == [
            ("ADDED", "a", records[2].revision),
            ("ADDED", "b", records[3].revision),
        ]
    async with storage.watch(start, Selected(namespace="y", name="b")) as watching:
        assert _brief(await watching.take(1)) == [("ADDED", "b", records[3].revision)]


async def test_a_watch_from_before_the_compaction_is_refused(storage: StorageUnderTest, compact: Compact) -> None:
    [a] = await storage.commit(creation(key("a")))
    [a2] = await storage.commit(update(a, color="blue"))
    [a3] = await storage.commit(update(a2, color="green"))
    await compact()
    for after in (a.revision - 1, a.revision, a2.revision):
        await _until_refused(storage, after)
    async with storage.watch(a3.revision) as watching:
        [a4] = await storage.commit(update(a3, color="white"))
        assert _brief(await watching.take(1)) == [("MODIFIED", "a", a4.revision)]


async def _until_refused(storage: StorageUnderTest, after: int) -> None:
    """A process that hasn't heard of the compaction replays from memory for a moment still."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                async with storage.watch(after) as watching:
                    assert (await watching.take(1))[0].revision == after + 1, "either all of it or none"
            except Compacted:
                return
            await asyncio.sleep(0.02)
