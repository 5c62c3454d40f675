"""Small objects, mutations and selections for tests of the storage."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kubepy.api.encoding import encode_object
from kubepy.storage.records import Key, Mutation, Record
from kubepy.storage.watch_cache import Entry, Event, EventType, Watcher

RESOURCE = "configmaps"
DEADLINE_SECONDS = 10.0


def key(name: str, namespace: str = "default", resource: str = RESOURCE) -> Key:
    return Key(resource, namespace, name)


def body_of(of: Key, uid: str, labels: Mapping[str, str] | None = None, data: Mapping[str, Any] | None = None) -> bytes:
    metadata: dict[str, Any] = {"name": of.name, "uid": uid}
    if of.namespace:
        metadata["namespace"] = of.namespace
    if labels:
        metadata["labels"] = dict(labels)
    return encode_object({"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": dict(data or {})})


def creation(of: Key, labels: Mapping[str, str] | None = None, uid: str | None = None, **data: Any) -> Mutation:
    uid = uid or str(uuid.uuid4())
    return Mutation(of, uid, body_of(of, uid, labels, data), 0)


def update(current: Record, labels: Mapping[str, str] | None = None, **data: Any) -> Mutation:
    body = body_of(current.key, current.uid, labels, data)
    return Mutation(current.key, current.uid, body, current.revision)


def deletion(current: Record) -> Mutation:
    return Mutation(current.key, current.uid, current.body, current.revision, deleted=True)


@dataclass
class Selected:
    """Objects of a namespace, of a name, with labels."""

    namespace: str | None = None
    name: str | None = None
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def matches_all(self) -> bool:
        return not self.labels

    def matches(self, entry: Entry) -> bool:
        return all(entry.labels.get(name) == value for name, value in self.labels.items())


def content(body: bytes) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(body)
    return value


def told(kind: EventType, event: Event) -> tuple[str, str, int]:
    """An event as tests compare it: type, name, revision."""
    entry = event.after or event.before
    assert entry is not None
    return str(kind), entry.name, event.revision


async def take(watcher: Watcher, count: int) -> list[tuple[EventType, Event]]:
    """The next `count` events of a watcher."""
    events: list[tuple[EventType, Event]] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            events += watcher.take()
            if len(events) >= count or watcher.closed:
                return events
            await watcher.wait()
