"""The two ways to read what the store keeps, behind one interface: by SQL, and from the watch cache.

The shared cases know only this interface, so whatever they demand both ways keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import islice
from typing import NamedTuple, Protocol

from storage_objects import DEADLINE_SECONDS, RESOURCE, Selected, take

from kubepy.storage.cluster_state import ClusterState
from kubepy.storage.records import Key, Mutation, Record
from kubepy.storage.watch_cache import Entry, EventType, Watcher


class Told(NamedTuple):
    """An event as a watcher gets it."""

    kind: str
    name: str
    revision: int
    body: bytes
    """The object after the change; of one that is gone (or no longer selected), its state at the deletion."""


class Watching(Protocol):
    async def take(self, count: int) -> list[Told]: ...


class StorageUnderTest(Protocol):
    """Writes go to `commit`, everything else is read in one of the two ways."""

    async def commit(self, *mutations: Mutation) -> list[Record]: ...

    async def revision(self) -> int: ...

    async def get(self, of: Key, at: int | None = None) -> Entry | None: ...

    async def page(
        self, at: int | None = None, namespace: str | None = None, after: tuple[str, str] = ("", ""), limit: int = 1000
    ) -> tuple[list[Entry], bool]: ...

    async def count(self, namespace: str | None, after: tuple[str, str]) -> int: ...

    def watch(self, after: int, selection: Selected | None = None) -> AbstractAsyncContextManager[Watching]: ...


class ReadBySQL:
    """Every read is one of the table."""

    def __init__(self, writer: ClusterState, reader: ClusterState) -> None:
        self._writer = writer
        self._state = reader

    async def commit(self, *mutations: Mutation) -> list[Record]:
        return await self._writer.commit(*mutations)

    async def revision(self) -> int:
        return await self._state.feed.current_revision()

    async def get(self, of: Key, at: int | None = None) -> Entry | None:
        record = await self._state.reader.one(at or await self.revision(), *of)
        return None if record is None else self._state.entry_of(record)

    async def page(
        self, at: int | None = None, namespace: str | None = None, after: tuple[str, str] = ("", ""), limit: int = 1000
    ) -> tuple[list[Entry], bool]:
        page = await self._state.reader.page(at or await self.revision(), RESOURCE, namespace, after, limit)
        return [self._state.entry_of(record) for record in page.records], page.more

    async def count(self, namespace: str | None, after: tuple[str, str]) -> int:
        return await self._state.reader.count(await self.revision(), RESOURCE, namespace, after)

    @asynccontextmanager
    async def watch(self, after: int, selection: Selected | None = None) -> AsyncIterator[Watching]:
        yield _Polling(self._state, after, selection or Selected())


class _Polling:
    def __init__(self, state: ClusterState, after: int, selection: Selected) -> None:
        self._state = state
        self._after = after
        self._selection = selection
        self._told: list[Told] = []

    async def take(self, count: int) -> list[Told]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                until = await self._state.feed.current_revision()
                for record, previous in await self._state.reader.events(RESOURCE, self._after, until, 10_000):
                    self._offer(record, previous)
                self._after = until
                if len(self._told) >= count:
                    taken, self._told = self._told, []
                    return taken

    def _offer(self, record: Record, previous: Record | None) -> None:
        if self._selection.namespace not in (None, record.namespace) or self._selection.name not in (None, record.name):
            return
        before = None if previous is None else self._state.entry_of(previous)
        now = self._state.entry_of(record)
        was = before is not None and self._selection.matches(before)
        matches = not record.deleted and self._selection.matches(now)
        if matches:
            self._told.append(Told("MODIFIED" if was else "ADDED", now.name, record.revision, now.body))
        elif was:
            shown = now if record.deleted else before
            assert shown is not None
            self._told.append(Told("DELETED", now.name, record.revision, shown.body))


class ReadFromCache:
    """Reads as the handlers make them: from memory, older states by SQL."""

    def __init__(self, writer: ClusterState, reader: ClusterState) -> None:
        self._writer = writer
        self._state = reader

    async def commit(self, *mutations: Mutation) -> list[Record]:
        return await self._writer.commit(*mutations)

    async def revision(self) -> int:
        return await self._state.fresh()

    async def get(self, of: Key, at: int | None = None) -> Entry | None:
        if at is None:
            return await self._state.get(of)
        await self._state.at_least(at)
        if self._state.cache.resource(of.resource).last_revision <= at:
            return self._state.cache.get(of)
        record = await self._state.reader.one(at, *of)
        return None if record is None else self._state.entry_of(record)

    async def page(
        self, at: int | None = None, namespace: str | None = None, after: tuple[str, str] = ("", ""), limit: int = 1000
    ) -> tuple[list[Entry], bool]:
        await (self._state.fresh() if at is None else self._state.at_least(at))
        cache = self._state.cache.resource(RESOURCE)
        if at is not None and cache.last_revision > at:
            page = await self._state.reader.page(at, RESOURCE, namespace, after, limit)
            return [self._state.entry_of(record) for record in page.records], page.more
        found = list(islice(cache.entries(namespace, after), limit + 1))
        return found[:limit], len(found) > limit

    async def count(self, namespace: str | None, after: tuple[str, str]) -> int:
        await self._state.fresh()
        return self._state.cache.resource(RESOURCE).count_after(namespace, after)

    @asynccontextmanager
    async def watch(self, after: int, selection: Selected | None = None) -> AsyncIterator[Watching]:
        watcher = await self._state.watch(RESOURCE, selection or Selected(), after)
        try:
            yield _Offered(watcher)
        finally:
            self._state.unwatch(RESOURCE, watcher)


class _Offered:
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    async def take(self, count: int) -> list[Told]:
        told = []
        for kind, event in await take(self._watcher, count):
            shown = event.before if kind is EventType.DELETED else event.after
            assert shown is not None
            told.append(Told(str(kind), shown.name, event.revision, shown.body))
        return told
