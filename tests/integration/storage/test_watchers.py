"""Watchers at the edges: slow ones, far behind ones, and ones whose past is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from storage_objects import DEADLINE_SECONDS, RESOURCE, Selected, creation, deletion, key, take, told, update

from kubepy.storage import cluster_state as cluster_state_module
from kubepy.storage import watch_cache as watch_cache_module
from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.compaction import Compactor
from kubepy.storage.database import Database
from kubepy.storage.errors import Compacted, FutureRevision, Unavailable
from kubepy.storage.feed import Feed


async def _fill(state: ClusterState, count: int, **data: str) -> list[int]:
    """Create objects; returns their revisions."""
    records = await state.commit(*[creation(key(f"o{n:04}"), **data) for n in range(count)])
    return [record.revision for record in records]


async def test_a_slow_watcher_is_closed_and_disturbs_nobody(
    state: ClusterState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_cache_module, "WATCHER_BUFFER_EVENTS", 10)
    after = state.cache.revision
    slow = await state.watch(RESOURCE, Selected(), after)
    quick = await state.watch(RESOURCE, Selected(), after)
    revisions = []
    for n in range(12):
        [record] = await state.commit(creation(key(f"o{n}")))
        revisions.append(record.revision)
        [(_, event)] = await take(quick, 1)
        assert event.revision == record.revision
    assert slow.closed
    assert slow.take() == [], "what was told would end in a gap"
    await asyncio.wait_for(slow.wait(), DEADLINE_SECONDS)
    assert not quick.closed
    state.unwatch(RESOURCE, slow)
    again = await state.watch(RESOURCE, Selected(), revisions[7])
    assert [event.revision for _, event in again.take()] == revisions[8:], "it goes on where its client stopped"


async def test_a_watcher_is_closed_before_its_events_take_too_much_memory(
    state: ClusterState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_cache_module, "WATCHER_BUFFER_BYTES", 20_000)
    watcher = await state.watch(RESOURCE, Selected(), state.cache.revision)
    for n in range(3):
        await state.commit(creation(key(f"o{n}"), text="x" * 9000))
    assert watcher.closed
    reader = await state.watch(RESOURCE, Selected(), state.cache.revision)
    for n in range(3, 10):
        await state.commit(creation(key(f"o{n}"), text="x" * 9000))
        assert len(await take(reader, 1)) == 1, "what has been taken doesn't count any more"


@pytest.mark.parametrize("limit", ["WATCHER_BUFFER_EVENTS", "WATCHER_BUFFER_BYTES"])
async def test_a_watch_from_too_far_back_is_refused_not_ended(
    state: ClusterState, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """A client whose watch merely ends asks for the same again, for ever; one that is refused lists anew."""
    after = state.cache.revision
    await _fill(state, 30, text="x" * 100)
    monkeypatch.setattr(watch_cache_module, limit, 20)
    with pytest.raises(Compacted):
        await state.watch(RESOURCE, Selected(), after)
    assert not state.cache.resource(RESOURCE).watchers


async def test_a_watch_goes_from_the_table_over_to_memory_without_a_seam(
    state: ClusterState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_cache_module, "RING_EVENTS", 10)
    after = state.cache.revision
    revisions = await _fill(state, 50)
    assert state.cache.resource(RESOURCE).replayable_from > after
    for start in [after, revisions[0], revisions[38], revisions[39], revisions[40], revisions[49]]:
        watcher = await state.watch(RESOURCE, Selected(), start)
        expected = [revision for revision in revisions if revision > start]
        assert [event.revision for _, event in watcher.take()] == expected
        [record] = await state.commit(creation(key(f"after-{start}")))
        assert [event.revision for _, event in await take(watcher, 1)] == [record.revision]
        state.unwatch(RESOURCE, watcher)
        revisions.append(record.revision)


async def test_a_process_that_has_just_started_replays_what_happened_before_it(
    state: ClusterState, database: Database
) -> None:
    [a] = await state.commit(creation(key("a")))
    [b] = await state.commit(creation(key("b")))
    [a2] = await state.commit(update(a, color="blue"))
    last_words = deletion(b._replace(body=update(b, {"app": "changed"}).body))
    [gone] = await state.commit(last_words)
    async with open_cluster_state(database) as late:
        watcher = await late.watch(RESOURCE, Selected(), 1)
        selected = await late.watch(RESOURCE, Selected(labels={"app": "changed"}), 1)
        [c] = await state.commit(creation(key("c"), {"app": "changed"}))
        events = [told(kind, event) for kind, event in await take(watcher, 5)]
        selected_events = [told(kind, event) for kind, event in await take(selected, 1)]
    assert selected_events == [("ADDED", "c", c.revision)], "b was never selected while it was alive"
    assert events == [
        ("ADDED", "a", a.revision),
        ("ADDED", "b", b.revision),
        ("MODIFIED", "a", a2.revision),
        ("DELETED", "b", gone.revision),
        ("ADDED", "c", c.revision),
    ]


async def test_long_replays_are_read_in_parts(state: ClusterState, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one part of 1000 rows, with the boundary inside a transaction."""
    monkeypatch.setattr(watch_cache_module, "RING_EVENTS", 5)
    after = state.cache.revision
    revisions = await _fill(state, 1100)
    watcher = await state.watch(RESOURCE, Selected(), after)
    assert [event.revision for _, event in watcher.take()] == revisions


async def test_a_revision_that_is_not_reached_in_time_is_refused(
    state: ClusterState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_state_module, "FRESH_TIMEOUT_SECONDS", 0.05)
    revision = await state.fresh()
    with pytest.raises(FutureRevision) as caught:
        await state.at_least(revision + 1)
    assert (caught.value.revision, caught.value.current) == (revision + 1, revision)
    with pytest.raises(FutureRevision):
        await state.watch(RESOURCE, Selected(), revision + 1)


async def test_a_revision_that_is_reached_in_time_is_waited_for(state: ClusterState) -> None:
    revision = await state.fresh()
    waiting = [asyncio.create_task(state.at_least(revision + n)) for n in (1, 2, 2)]
    watching = asyncio.create_task(state.watch(RESOURCE, Selected(), revision + 1))
    await asyncio.sleep(0)
    await state.commit(creation(key("a")))
    await waiting[0]
    [b] = await state.commit(creation(key("b")))
    await asyncio.gather(*waiting)
    assert [event.revision for _, event in await take(await watching, 1)] == [b.revision]


async def test_a_cache_that_fell_behind_the_compaction_loads_anew_and_never_shows_half(
    state: ClusterState, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the new state is complete, readers of "whatever is at hand" see the old one; watches end."""
    async with open_cluster_state(database) as behind:
        [a] = await state.commit(creation(key("a")))
        await behind.fresh()
        watcher = await behind.watch(RESOURCE, Selected(), behind.cache.revision)
        seen: list[tuple[int, list[str]]] = []

        def look() -> None:
            names = [entry.name for entry in behind.cache.resource(RESOURCE).entries(None)]
            seen.append((behind.cache.revision, names))

        resume = await _hold_feed(behind.feed, monkeypatch)
        await state.commit(creation(key("b")))
        [a2] = await state.commit(update(a, color="blue"))
        compactor = Compactor(database, timedelta(0))
        await compactor.compact_once()
        await compactor.close()
        [c] = await state.commit(creation(key("c")))
        load = behind.cache.load

        def load_and_look(records: object) -> None:
            load(records)  # type: ignore[arg-type]
            look()

        monkeypatch.setattr(behind.cache, "load", load_and_look)
        resume()
        look()
        await behind.cache.wait_for(c.revision, DEADLINE_SECONDS)
        look()
        assert len(seen) > 2
        assert all(names == (["a", "b", "c"] if at >= c.revision else ["a"]) for at, names in seen)
        assert watcher.closed
        entry = behind.cache.get(key("a"))
        assert entry is not None
        assert entry.revision == a2.revision
        with pytest.raises(Compacted):
            await behind.watch(RESOURCE, Selected(), a.revision)


async def _hold_feed(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The feed reads no news until the function that is returned is called."""
    released = asyncio.Event()
    held = asyncio.Event()
    catch_up = feed._catch_up

    async def catch_up_later(connection: object) -> None:
        held.set()
        await released.wait()
        await catch_up(connection)

    monkeypatch.setattr(feed, "_catch_up", catch_up_later)
    feed.nudge()
    await asyncio.wait_for(held.wait(), DEADLINE_SECONDS)
    return released.set


async def test_readers_are_told_when_the_process_stops(database: Database) -> None:
    """Nobody waits for ever for an answer that won't come."""

    async with open_cluster_state(database) as state:
        asking = asyncio.create_task(state.fresh())
        await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await asking
    with pytest.raises(Unavailable):
        await state.fresh()
