"""Writing the objects that the server itself is responsible for.

Every server process may try at the same time: each write is a compare-and-swap, and losing means that
somebody else has done the work.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kubepy.api.encoding import encode_object
from kubepy.api.timestamps import format_time
from kubepy.storage.errors import Conflict
from kubepy.storage.records import Key, Mutation

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

Object = dict[str, Any]


async def ensure_object(server: APIServer, resource: str, namespace: str, name: str, obj: Object) -> None:
    """Create an object unless it is there."""
    key = Key(resource, namespace, name)
    if server.state.cache.get(key) is None:
        await write_object(server, key, obj, 0)


async def ensure_fields(server: APIServer, key: Key, wanted: Object, fields: Sequence[str]) -> None:
    """Create an object, or bring some of its fields into the wanted state."""
    entry = server.state.cache.get(key)
    if entry is None:
        await write_object(server, key, wanted, 0)
        return
    current: Object = server.decode(entry.body)
    if any(current.get(name) != wanted[name] for name in fields):
        current.update({name: wanted[name] for name in fields})
        await write_object(server, key, current, entry.revision)


async def write_object(server: APIServer, key: Key, obj: Object, expected_revision: int) -> None:
    """Write an object if it is at a revision (0: isn't there); where it isn't, catch up instead."""
    metadata = obj["metadata"]
    metadata.setdefault("uid", str(uuid.uuid4()))
    metadata.setdefault("creationTimestamp", format_time(datetime.now(UTC)))
    try:
        await server.state.commit(Mutation(key, metadata["uid"], encode_object(obj), expected_revision))
    except Conflict:
        await server.state.fresh()


async def delete_object(server: APIServer, key: Key) -> None:
    """Delete an object in the state it was seen in; if it has changed since, leave it."""
    entry = server.state.cache.get(key)
    if entry is None:
        return
    obj: Object = server.decode(entry.body)
    mutation = Mutation(key, obj["metadata"]["uid"], encode_object(obj), entry.revision, deleted=True)
    with contextlib.suppress(Conflict):
        await server.state.commit(mutation)
