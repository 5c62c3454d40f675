"""The storage of one process as a whole: what handlers read from, write to and watch.

handlers -> commit ----------------> Store -> PostgreSQL
         -> get, list, watch ------> WatchCache <- Feed <- PostgreSQL
         -> past states, old events -> Reader ---------> PostgreSQL
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from kubepy.storage.compaction import DEFAULT_RETENTION, Compactor
from kubepy.storage.database import Database
from kubepy.storage.errors import Compacted
from kubepy.storage.feed import Feed
from kubepy.storage.migrate import check_revision
from kubepy.storage.reader import Reader
from kubepy.storage.records import Key, Mutation, Record
from kubepy.storage.selection import FieldPaths
from kubepy.storage.store import Store
from kubepy.storage.watch_cache import (
    WATCHER_BUFFER_EVENTS,
    Entry,
    Event,
    Selection,
    WatchCache,
    Watcher,
    deletion_entry,
)

FRESH_TIMEOUT_SECONDS: Final = 3.0
"""How long a request waits for the cache to reach a revision (upstream's watch cache waits as long)."""


class ClusterState:
    """Open with `open_cluster_state`; all methods may be used concurrently on one event loop."""

    def __init__(
        self,
        database: Database,
        selectable_fields: Callable[[str], FieldPaths],
        retention: timedelta,
    ) -> None:
        self.database = database
        self.cache = WatchCache(selectable_fields)
        self.reader = Reader(database)
        self.feed = Feed(database, self.cache, self.reader)
        self.store = Store(database, self.feed.committed)
        self.compactor = Compactor(database, retention)

    async def commit(self, *mutations: Mutation) -> list[Record]:
        """Commit mutations, all or none; see `Store.commit`."""
        return await self.store.commit(*mutations)

    async def fresh(self) -> int:
        """Wait until the cache has everything acknowledged before this call; returns its revision then.

        Reading the cache afterwards, before the next await, is a linearizable read.
        """
        revision = await self.feed.current_revision()
        await self.at_least(revision)
        return self.cache.revision

    async def at_least(self, revision: int) -> None:
        """Wait until the cache is at a revision. Raises FutureRevision if that takes too long."""
        if self.cache.revision < revision:
            self.feed.nudge()
            await self.cache.wait_for(revision, FRESH_TIMEOUT_SECONDS)

    def entry_of(self, record: Record) -> Entry:
        """A record as it is served."""
        return self.cache.resource(record.resource).entry(record)

    async def get(self, key: Key) -> Entry | None:
        """One object as of now (linearizable), or None."""
        await self.fresh()
        return self.cache.get(key)

    async def watch(self, resource: str, selection: Selection, after: int) -> Watcher:
        """A watcher that is offered every event after a revision, in order, without a gap.

        Raises Compacted if events since then are gone (or too many to hand over), FutureRevision if that
        revision isn't reached soon. Give the watcher back with `unwatch`.
        """
        await self.at_least(after)
        backlog: list[Event] = []
        while True:
            # No await between the answer of events_after and adding the watcher: no event slips through.
            cache = self.cache.resource(resource)
            recent = cache.events_after(after)
            if recent is not None:
                break
            older, after = await self._older_events(resource, after, cache.replayable_from)
            backlog.extend(older)
            if len(backlog) > WATCHER_BUFFER_EVENTS // 2:
                raise Compacted(after, cache.replayable_from)
        watcher = Watcher(selection, self.cache.revision)
        for event in backlog:
            watcher.offer(event)
        for event in recent:
            watcher.offer(event)
        if watcher.closed:
            # Ending the watch would not do: its client would ask for the same again, for ever.
            raise Compacted(after, self.cache.revision)
        cache.watchers.add(watcher)
        return watcher

    def unwatch(self, resource: str, watcher: Watcher) -> None:
        """End a watcher's part in the fan-out."""
        self.cache.resource(resource).watchers.discard(watcher)

    async def _older_events(self, resource: str, after: int, until: int) -> tuple[list[Event], int]:
        pairs = await self.reader.events(resource, after, until, 1000)
        cache = self.cache.resource(resource)
        events = [_event(cache.entry, record, previous) for record, previous in pairs]
        return events, pairs[-1][0].revision if len(pairs) == 1000 else until


def _event(entry: Callable[[Record], Entry], record: Record, previous: Record | None) -> Event:
    before = entry(previous) if previous is not None else None
    if record.deleted:
        return Event(record.revision, deletion_entry(record, before or entry(record)), None)
    return Event(record.revision, before, entry(record))


@asynccontextmanager
async def open_cluster_state(
    database: Database,
    selectable_fields: Callable[[str], FieldPaths] = lambda _: {},
    retention: timedelta = DEFAULT_RETENTION,
) -> AsyncIterator[ClusterState]:
    """The storage, loaded and running for as long as the block lasts.

    Raises RevisionMismatch if the database's schema isn't the one needed. On leaving, what was submitted is
    committed first.
    """
    await check_revision(database)
    state = ClusterState(database, selectable_fields, retention)
    await state.feed.load()
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(state.store.run(), name="store"),
                tasks.create_task(state.feed.run(), name="feed"),
                tasks.create_task(state.feed.run_revisions(), name="current revision"),
                tasks.create_task(state.compactor.run(), name="compaction"),
            ]
            try:
                yield state
                await state.store.drain()
            finally:
                for task in reversed(running):
                    task.cancel()
    finally:
        await state.reader.close()
