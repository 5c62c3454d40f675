"""The current state of every resource in memory, and the recent events, for one process.

Only the feed writes here (`apply`), in revision order, on the event loop and without awaiting: what a
reader sees between two awaits is one consistent state at `revision`.

    feed -> apply(records) -> entries + ring of events -> offers each event to matching watchers

A watcher is offered events into its own bounded buffer. One that is full is closed, never waited for.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

from sortedcontainers import SortedDict

from kubepy.api.encoding import splice_revision
from kubepy.storage.errors import FutureRevision
from kubepy.storage.records import Key, Record
from kubepy.storage.selection import FieldPaths, Summary, summarizer

RING_EVENTS: Final = 4096
RING_BYTES: Final = 4 * 2**20
"""How many recent events per resource, and how many bytes of past states, a watch can replay from memory;
older ones come from the table."""
WATCHER_BUFFER_EVENTS: Final = 10_000
WATCHER_BUFFER_BYTES: Final = 32 * 2**20
"""What a slow watcher may have waiting before it is closed."""
INDEXED_LABEL_KEYS: Final = 8
"""How many label keys per resource keep an index; the least recently asked for gives way."""


class EventType(StrEnum):
    """What a watch reports."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


class Entry:
    """One object as it is served: its bytes with the resourceVersion in place, and what selectors ask."""

    __slots__ = ("body", "fields", "labels", "name", "namespace", "revision")

    def __init__(self, revision: int, namespace: str, name: str, body: bytes, summary: Summary) -> None:
        self.revision = revision
        self.namespace = namespace
        self.name = name
        self.body = body
        self.labels = summary.labels
        self.fields = summary.fields


class Event:
    """One change: the entry before and after it (None: absent).

    `frames` memoises what watchers are sent, by form and event type, so that an event is encoded once however
    many watch it. It is there while the event is handed out and None afterwards: who replays it is alone.
    """

    __slots__ = ("after", "before", "frames", "revision")

    def __init__(self, revision: int, before: Entry | None, after: Entry | None) -> None:
        self.revision = revision
        self.before = before
        self.after = after
        self.frames: dict[Any, bytes] | None = None

    @property
    def past_bytes(self) -> int:
        """How much memory it alone keeps: the state before it."""
        return len(self.before.body) if self.before is not None else 0


def deletion_entry(tombstone: Record, before: Entry) -> Entry:
    """What watchers are sent of a deletion: the last state, at the revision that deleted it.

    Who is told depends on whether the object matched before it.
    """
    return Entry(
        tombstone.revision,
        before.namespace,
        before.name,
        splice_revision(tombstone.body, tombstone.revision),
        Summary(before.labels, before.fields),
    )


class Selection(Protocol):
    """Which objects a list or watch is about."""

    @property
    def namespace(self) -> str | None:
        """The only namespace it is about; None for all."""

    @property
    def name(self) -> str | None:
        """The only name it is about; None for all."""

    @property
    def matches_all(self) -> bool:
        """Whether namespace and name alone decide."""

    def matches(self, entry: Entry) -> bool:
        """Whether the entry's labels and fields satisfy the selectors."""


def seen_by(event: Event, selection: Selection) -> EventType | None:
    """What a watcher of `selection` is told of an event.

    before matches   after matches   told
    no               yes             ADDED
    yes              yes             MODIFIED
    yes              no              DELETED (also when the object is still there)
    no               no              nothing
    """
    before, after = event.before, event.after
    entry = after if after is not None else before
    assert entry is not None
    if selection.namespace is not None and entry.namespace != selection.namespace:
        return None
    if selection.name is not None and entry.name != selection.name:
        return None
    was = before is not None and (selection.matches_all or selection.matches(before))
    is_now = after is not None and (selection.matches_all or selection.matches(after))
    if is_now:
        return EventType.MODIFIED if was else EventType.ADDED
    return EventType.DELETED if was else None


class Watcher:
    """One watch's place in the fan-out: a bounded buffer of (type, event).

    With `sink` set, it is called once after each batch of events that put something into the buffer; it
    must take it without awaiting and without raising. Without one, `wait` tells when there is something.
    """

    __slots__ = ("_wake", "buffer", "bytes_waiting", "closed", "revision", "selection", "sink")

    def __init__(self, selection: Selection, revision: int) -> None:
        self.selection = selection
        self.revision = revision
        self.buffer: deque[tuple[EventType, Event]] = deque()
        self.bytes_waiting = 0
        self.closed = False
        self.sink: Callable[[], None] | None = None
        self._wake = asyncio.Event()

    def offer(self, event: Event) -> bool:
        """Take an event if it concerns this watcher; close instead of growing beyond the bound.

        Returns whether it is the first one since the buffer was empty.
        """
        told = seen_by(event, self.selection)
        if told is None or self.closed:
            return False
        entry = event.after or event.before
        assert entry is not None
        self.bytes_waiting += len(entry.body)
        if len(self.buffer) >= WATCHER_BUFFER_EVENTS or self.bytes_waiting > WATCHER_BUFFER_BYTES:
            self.close()
            return False
        self.buffer.append((told, event))
        if self.sink is None:
            self._wake.set()
        return len(self.buffer) == 1

    def close(self) -> None:
        """Let the watch end: its client has fallen behind or the resource has gone."""
        self.closed = True
        self.buffer.clear()
        self._wake.set()

    def take(self) -> list[tuple[EventType, Event]]:
        """All events waiting, oldest first; may be empty."""
        events = list(self.buffer)
        self.buffer.clear()
        self.bytes_waiting = 0
        self._wake.clear()
        if self.closed:
            self._wake.set()
        return events

    async def wait(self) -> None:
        """Until there is an event to take or the watcher was closed."""
        await self._wake.wait()


class ResourceCache:
    """The objects of one resource, sorted, with its recent events, label indexes and watchers."""

    def __init__(self, paths: FieldPaths) -> None:
        self._summarize = summarizer(paths)
        self._namespaces: SortedDict = SortedDict()  # namespace -> SortedDict of name -> Entry
        self._ring: deque[Event] = deque()
        self._ring_bytes = 0
        self._label_indexes: dict[str, dict[str, dict[tuple[str, str], Entry]]] = {}
        self.watchers: set[Watcher] = set()
        self.count = 0
        self.last_revision = 0
        """The revision of the last change to this resource."""
        self.replayable_from = 0
        """Every event after this revision is in the ring."""

    def get(self, namespace: str, name: str) -> Entry | None:
        """One object, or None."""
        entries = self._namespaces.get(namespace)
        return None if entries is None else entries.get(name)

    def entries(self, namespace: str | None, after: tuple[str, str] | None = None) -> Iterator[Entry]:
        """The objects of one namespace (None: of all) in key order, those after a key only if one is given.

        The iterator must be exhausted before the next await.
        """
        if namespace is not None:
            names = self._namespaces.get(namespace)
            if names is not None and (after is None or after[0] <= namespace):
                yield from _names_after(names, after[1] if after is not None and after[0] == namespace else None)
            return
        start = None if after is None else after[0]
        for found in self._namespaces.irange(start):
            yield from _names_after(
                self._namespaces[found], after[1] if after is not None and found == after[0] else None
            )

    def count_after(self, namespace: str | None, after: tuple[str, str]) -> int:
        """How many objects of one namespace (None: of all) follow a key."""
        if namespace is not None and namespace != after[0]:
            return len(self._namespaces.get(namespace, ())) if namespace > after[0] else 0
        names = self._namespaces.get(after[0])
        rest = len(names) - names.bisect_right(after[1]) if names is not None else 0
        if namespace is not None:
            return rest
        later = self._namespaces.irange(after[0], inclusive=(False, True))
        return rest + sum(len(self._namespaces[found]) for found in later)

    def labelled(self, key: str, values: Iterable[str], namespace: str | None) -> list[Entry]:
        """The objects whose label `key` has one of `values`, in key order, by an index made on demand."""
        index = self._label_indexes.pop(key, None)
        if index is None:
            index = self._build_index(key)
            while len(self._label_indexes) >= INDEXED_LABEL_KEYS:
                del self._label_indexes[next(iter(self._label_indexes))]
        self._label_indexes[key] = index  # the most recently used is last
        found = {place: entry for value in set(values) for place, entry in index.get(value, {}).items()}
        if namespace is not None:
            return [found[place] for place in sorted(found) if place[0] == namespace]
        return [found[place] for place in sorted(found)]

    def events_after(self, revision: int) -> Sequence[Event] | None:
        """The events after a revision, oldest first, or None if memory doesn't go back that far."""
        if revision < self.replayable_from:
            return None
        if revision >= self.last_revision:
            return ()
        events = list(self._ring)
        return events[bisect_right(events, revision, key=lambda event: event.revision) :]

    def load(self, record: Record) -> None:
        """Put an object of the initial state in place; no event."""
        self._put(self.entry(record))
        self.last_revision = max(self.last_revision, record.revision)

    def apply(self, record: Record) -> Event:
        """Bring in one change and return it as an event (already offered to nobody)."""
        before = self.get(record.namespace, record.name)
        after = None if record.deleted else self.entry(record)
        if after is not None:
            self._put(after)
        elif before is not None:
            self._remove(before)
        if record.deleted and before is not None:
            before = deletion_entry(record, before)
        event = Event(record.revision, before, after)
        self._ring.append(event)
        self._ring_bytes += event.past_bytes
        self.last_revision = record.revision
        while len(self._ring) > RING_EVENTS or self._ring_bytes > RING_BYTES:
            self._forget_oldest()
        return event

    def forget_events(self, revision: int) -> None:
        """Drop events up to a revision: they have been compacted."""
        while self._ring and self._ring[0].revision <= revision:
            self._forget_oldest()
        self.replayable_from = max(self.replayable_from, revision)

    def _forget_oldest(self) -> None:
        oldest = self._ring.popleft()
        self._ring_bytes -= oldest.past_bytes
        self.replayable_from = oldest.revision

    def entry(self, record: Record) -> Entry:
        """A record as it is served."""
        body = splice_revision(record.body, record.revision)
        return Entry(record.revision, record.namespace, record.name, body, self._summarize(record.body))

    def _put(self, entry: Entry) -> None:
        entries = self._namespaces.get(entry.namespace)
        if entries is None:
            entries = self._namespaces[entry.namespace] = SortedDict()
        before = entries.get(entry.name)
        if before is None:
            self.count += 1
        entries[entry.name] = entry
        self._reindex(before, entry)

    def _remove(self, entry: Entry) -> None:
        entries = self._namespaces[entry.namespace]
        del entries[entry.name]
        if not entries:
            del self._namespaces[entry.namespace]
        self.count -= 1
        self._reindex(entry, None)

    def _build_index(self, key: str) -> dict[str, dict[tuple[str, str], Entry]]:
        index: dict[str, dict[tuple[str, str], Entry]] = {}
        for entry in self.entries(None):
            value = entry.labels.get(key)
            if value is not None:
                index.setdefault(value, {})[entry.namespace, entry.name] = entry
        return index

    def _reindex(self, before: Entry | None, after: Entry | None) -> None:
        for key, index in self._label_indexes.items():
            if before is not None and (value := before.labels.get(key)) is not None:
                places = index[value]
                del places[before.namespace, before.name]
                if not places:
                    del index[value]
            if after is not None and (value := after.labels.get(key)) is not None:
                index.setdefault(value, {})[after.namespace, after.name] = after


def _names_after(names: SortedDict, after: str | None) -> Iterator[Entry]:
    if after is None:
        yield from names.values()
        return
    for name in names.irange(after, inclusive=(False, True)):
        yield names[name]


class WatchCache:
    """All resources at one revision. `selectable_fields(resource)` says what field selectors may ask."""

    def __init__(self, selectable_fields: Callable[[str], FieldPaths]) -> None:
        self._selectable_fields = selectable_fields
        self._resources: dict[str, ResourceCache] = {}
        self._loading: dict[str, ResourceCache] = {}
        self._revision = 0
        self._origin = 0
        self._compacted = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def revision(self) -> int:
        """The revision whose state this is."""
        return self._revision

    def resource(self, name: str) -> ResourceCache:
        """The cache of one resource (empty if nothing of it has been stored)."""
        cache = self._resources.get(name)
        if cache is None:
            cache = self._resources[name] = self._new_resource(name)
            cache.replayable_from = max(self._origin, self._compacted)
        return cache

    def _new_resource(self, name: str) -> ResourceCache:
        return ResourceCache(self._selectable_fields(name))

    def get(self, key: Key) -> Entry | None:
        """One object, or None."""
        return self.resource(key.resource).get(key.namespace, key.name)

    def statistics(self) -> list[tuple[str, int, int]]:
        """For each resource: its name, how many objects it has, how many watch it."""
        return [(name, cache.count, len(cache.watchers)) for name, cache in sorted(self._resources.items())]

    def clear(self) -> None:
        """The state is about to be loaded anew; until `start` the old one is what readers see."""
        self._loading = {}

    def close_watchers(self) -> None:
        """Let every watch end."""
        for cache in self._resources.values():
            for watcher in list(cache.watchers):
                watcher.close()

    def load(self, records: Iterable[Record]) -> None:
        """Take in a part of the initial state; `start` must follow."""
        for record in records:
            cache = self._loading.get(record.resource)
            if cache is None:
                cache = self._loading[record.resource] = self._new_resource(record.resource)
            cache.load(record)

    def start(self, revision: int) -> None:
        """The initial state is complete and is the state at `revision`.

        Watchers of an earlier state are closed: nobody can tell them what happened in between.
        """
        self.close_watchers()
        self._resources, self._loading = self._loading, {}
        self._origin = self._revision = revision
        for cache in self._resources.values():
            cache.replayable_from = revision
        self._release_waiting()

    def apply(self, records: Sequence[Record], revision: int) -> None:
        """Bring in the next records, in order; the state is then the one at `revision`."""
        events: list[Event] = []
        reached: list[Watcher] = []
        for record in records:
            cache = self.resource(record.resource)
            event = cache.apply(record)
            event.frames = {}
            events.append(event)
            reached += [watcher for watcher in cache.watchers if watcher.offer(event)]
        self._revision = revision
        for watcher in reached:
            if watcher.sink is not None:
                watcher.sink()
        for event in events:
            event.frames = None
        self._release_waiting()

    def compacted(self, revision: int) -> None:
        """Events up to this revision can no longer be replayed."""
        if revision <= self._compacted:
            return
        self._compacted = revision
        for cache in self._resources.values():
            cache.forget_events(revision)

    async def wait_for(self, revision: int, timeout_seconds: float) -> None:
        """Until the state is at least at `revision`. Raises FutureRevision when the time is over."""
        if self._revision >= revision:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((revision, future))
        try:
            async with asyncio.timeout(timeout_seconds):
                await future
        except TimeoutError:
            raise FutureRevision(revision, self._revision) from None
        finally:
            if future.cancelled():  # else `_release_waiting` has taken it out
                self._waiting = [waiting for waiting in self._waiting if waiting[1] is not future]

    def _release_waiting(self) -> None:
        if not self._waiting:
            return
        for revision, future in self._waiting:
            if revision <= self._revision and not future.done():
                future.set_result(None)
        self._waiting = [waiting for waiting in self._waiting if not waiting[1].done()]
