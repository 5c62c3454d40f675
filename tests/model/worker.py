"""One process of a model run: random operations on a database, recorded. `python worker.py '{"url": ...}'`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from history import Change, Ended, Read, Recorder, Refused, Started, Watch, Write

from kubepy.api.encoding import encode_object
from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.database import Database
from kubepy.storage.errors import Compacted, Conflict, FutureRevision, OutcomeUnknown, StorageError
from kubepy.storage.records import Key, Mutation
from kubepy.storage.watch_cache import Entry, Watcher

RESOURCE = "configmaps"
NAMES = tuple("abcdef")
CLOSING_SECONDS = 40.0
"""Longer than a commit may take to find out that PostgreSQL doesn't answer."""


class Settings(msgspec.Struct):
    """What a worker is told."""

    url: str
    output: str
    seed: int
    seconds: float
    pause_seconds: float
    writers: int = 3


class Parity:
    """Selects by the label every object has (empty: everything)."""

    namespace: str | None = None
    name: str | None = None

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.matches_all = not wanted

    def matches(self, entry: Entry) -> bool:
        return entry.labels.get("parity") == self.wanted


class Worker:
    """Several clients in one process; all of them record into one file."""

    def __init__(self, settings: Settings, state: ClusterState, recorder: Recorder) -> None:
        self._settings = settings
        self._state = state
        self._recorder = recorder
        self._random = random.Random(settings.seed)
        self._number = 0
        self._remembered: list[int] = []
        self._stop_at = time.monotonic() + settings.seconds

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._settings.writers):
                tasks.create_task(self._repeat(self._write))
            for _ in range(2):
                tasks.create_task(self._repeat(self._read))
            for selected in ("", "even", "odd"):
                tasks.create_task(self._watch(selected))

    async def _repeat(self, operation: Callable[[], Awaitable[None]]) -> None:
        while time.monotonic() < self._stop_at:
            await operation()
            await asyncio.sleep(self._random.uniform(0, 2 * self._settings.pause_seconds))

    async def _read(self) -> None:
        start = time.monotonic()
        try:
            revision = await self._state.fresh()
        except StorageError:
            return
        found = {entry.name: entry.revision for entry in self._state.cache.resource(RESOURCE).entries(None)}
        self._recorder.record(Read(start=start, end=time.monotonic(), revision=revision, found=found))
        self._remembered.append(revision)

    async def _write(self) -> None:
        mutations, changes = [], []
        for name in self._random.sample(NAMES, 2 if self._random.random() < 0.2 else 1):
            mutation, token = self._mutation(name)
            mutations.append(mutation)
            changes.append(Change(name, mutation.uid, mutation.expected_revision, mutation.deleted, token))
        self._number += 1
        number, write = self._number, Write(start=time.monotonic(), changes=changes)
        self._recorder.record(Started(number, write))
        try:
            records = await self._state.commit(*mutations)
            write.outcome, write.revisions = "ok", [record.revision for record in records]
        except Conflict as conflict:
            write.outcome, write.conflict_name = "conflict", conflict.key.name
            write.conflict_revision = conflict.current.revision if conflict.current else 0
        except OutcomeUnknown:
            write.outcome = "unknown"
        except StorageError:
            write.outcome = "refused"
        if write.outcome != "unknown":
            write.end = time.monotonic()
        self._recorder.record(Ended(number, write))

    def _mutation(self, name: str) -> tuple[Mutation, str]:
        """Mostly with the expectation that is right at the moment, sometimes with one that can't be."""
        key = Key(RESOURCE, "default", name)
        entry = self._state.cache.get(key)
        token = str(uuid.UUID(int=self._random.getrandbits(128)))
        uid, expected = token, 0
        if entry is not None and self._random.random() < 0.97:
            uid = str(msgspec.json.decode(entry.body)["metadata"]["uid"])
            expected = entry.revision - (1 if self._random.random() < 0.05 else 0)
        deleted = expected > 0 and self._random.random() < 0.3
        body = encode_object(
            {
                "kind": "ConfigMap",
                "metadata": {
                    "name": name,
                    "uid": uid,
                    "labels": {"parity": self._random.choice(("even", "odd"))},
                },
                "data": {"token": token},
            }
        )
        return Mutation(key, uid, body, expected, deleted), token

    async def _watch(self, selected: str) -> None:
        """Watches one after the other: each goes on where the last one ended, or replays from further back."""
        after = self._state.cache.revision
        while time.monotonic() < self._stop_at:
            until = await self._one_watch(selected, after, self._random.uniform(0.05, 0.8))
            after = until
            if self._remembered and self._random.random() < 0.5:
                after = self._random.choice(self._remembered)
        while await self._one_watch(selected, after, 0, final=True) < 0:  # noqa: ASYNC110, trying is what makes it so
            await asyncio.sleep(0.05)

    async def _one_watch(self, selected: str, after: int, seconds: float, *, final: bool = False) -> int:
        """The revision it was complete up to; for a `final` one, which reaches the end, -1 if it failed."""
        try:
            watcher = await self._state.watch(RESOURCE, Parity(selected), after)
        except Compacted:
            self._recorder.record(Refused(after=after))
            return self._state.cache.revision
        except StorageError:
            return -1 if final else after
        events: list[tuple[str, str, int]] = []
        try:
            ends_at = time.monotonic() + seconds
            while not watcher.closed and time.monotonic() < ends_at:
                events += _told(watcher)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ends_at - time.monotonic()):
                        await watcher.wait()
            if final:
                await self._state.fresh()
            # No await between these two: everything up to the cache's revision has been offered.
            events += _told(watcher)
            until = self._state.cache.revision
        except (FutureRevision, StorageError):
            return -1
        finally:
            self._state.unwatch(RESOURCE, watcher)
        if watcher.closed:
            until = events[-1][2] if events else after
        self._recorder.record(Watch(after=after, until=until, events=events, selected=selected))
        return until


def _told(watcher: Watcher) -> list[tuple[str, str, int]]:
    told = []
    for kind, event in watcher.take():
        entry = event.after or event.before
        assert entry is not None
        told.append((str(kind), entry.name, event.revision))
    return told


async def main(settings: Settings) -> None:
    recorder = Recorder(Path(settings.output))
    async with asyncio.timeout(settings.seconds + CLOSING_SECONDS), open_cluster_state(Database(settings.url)) as state:
        print("ready", flush=True)  # noqa: T201
        await Worker(settings, state, recorder).run()
    recorder.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Settings)))
