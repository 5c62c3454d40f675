"""GET of a collection with `watch=true`: every change from a revision on, as a stream of events.

    resourceVersion   sendInitialEvents   starts with
    unset, 0          -                   the current objects as ADDED, then changes
    R                 -                   changes after R
    any               true                the current objects (a state at least as new) as ADDED, then a
                                          bookmark annotated k8s.io/initial-events-end, then changes
    R                 false               changes after R (unset: after now)

Follows KEP-3157 (watch lists) and KEP-956 (bookmarks). Frames are made once per event and shared by all
watchers that want the same form. They go from the cache straight to the connection: no task has to wake up
for an event, and what one batch brings a watcher goes out in one write.
"""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiohttp import web

from kubepy.apiserver.handlers.matching import matching
from kubepy.apiserver.list_options import ListOptions, parse_list_options
from kubepy.apiserver.negotiation import YAML, Form
from kubepy.apiserver.representation import Representation, encode
from kubepy.apiserver.request import Request, ResourceRequest
from kubepy.apiserver.responses import add_warnings, hang_up
from kubepy.apiserver.status import status_of, translate
from kubepy.storage.errors import Compacted
from kubepy.storage.watch_cache import WATCHER_BUFFER_BYTES, Entry, Event, EventType, Watcher

log = logging.getLogger(__name__)

BOOKMARK_INTERVAL_SECONDS: Final = 60.0
MIN_TIMEOUT_SECONDS: Final = 1800
"""Without timeoutSeconds a watch lasts between this and twice as long, so that not all end at once."""
WRITE_TIMEOUT_SECONDS: Final = 30.0
"""A client that takes nothing for so long is gone."""
_INITIAL_SLICE: Final = 500
_encode: Final = msgspec.json.Encoder().encode


async def watch(target: ResourceRequest) -> web.StreamResponse:
    """Stream the events a watch's query selects until its time is over or the client goes."""
    request = target.request
    form = request.form()
    options = parse_list_options(request, target.resource, watch=True)
    stream = _Stream(target, form, options)
    state = target.server.state
    initial: list[Entry] | None = None
    after = options.revision
    if options.send_initial_events or (options.send_initial_events is None and not after):
        if options.resource_version == "0" or after:
            await state.at_least(after)
        else:
            await state.fresh()
        after = state.cache.revision
        initial = list(matching(target.server.cache_of(target.resource), options.selection))
    elif not after:
        await state.fresh()
        after = state.cache.revision
    try:
        watcher = await state.watch(target.resource.storage_key, options.selection, after)
    except Compacted as error:
        return await stream.refuse(error)
    try:
        await stream.run(watcher, initial, after)
    except (ConnectionError, TimeoutError):  # the client is gone, or takes nothing any more
        hang_up(request)
    finally:
        state.unwatch(target.resource.storage_key, watcher)
    return stream.response


class _Stream:
    """One watch's side of the connection."""

    def __init__(self, target: ResourceRequest, form: Form, options: ListOptions) -> None:
        self._target = target
        self._request: Request = target.request
        self._form = form
        self._options = options
        self._representation: Representation = target.server.representation(target.resource, form)
        self._include_object = self._request.query.get("includeObject", "")
        self._frame_key = (form, target.resource.api_version, self._include_object)
        media_type = "application/yaml;stream=watch" if form.media_type == YAML else "application/json"
        self.response = web.StreamResponse(headers={"Content-Type": media_type, "Cache-Control": "no-cache, private"})
        self.response.enable_chunked_encoding()
        add_warnings(self.response, self._request)

    async def refuse(self, error: Compacted) -> web.StreamResponse:
        """Tell the client, in an event as upstream does, that its revision is gone."""
        await self.response.prepare(self._request.http)
        status = status_of(translate(error, self._target.resource))
        await self.response.write(self._finished(_frame(b"ERROR", _encode(status))))
        await self.response.write_eof()
        return self.response

    async def run(self, watcher: Watcher, initial: list[Entry] | None, revision: int) -> None:
        """Send the initial objects, then events as they come."""
        await self.response.prepare(self._request.http)
        loop = asyncio.get_running_loop()
        seconds = self._options.timeout_seconds or random.uniform(MIN_TIMEOUT_SECONDS, 2 * MIN_TIMEOUT_SECONDS)
        ends_at = loop.time() + seconds
        if initial is not None:
            await self._send_initial(initial, revision)
        self._watcher = watcher
        watcher.sink = self._send_events
        self._send_events()  # what has piled up meanwhile
        while not watcher.closed:
            try:
                async with asyncio.timeout_at(min(ends_at, loop.time() + BOOKMARK_INTERVAL_SECONDS)):
                    await watcher.wait()
            except TimeoutError:
                # Everything up to the cache's revision has been sent, in order: it is safe to resume from there.
                if self._options.allow_bookmarks:
                    self._send([_chunk(self._bookmark(self._target.server.state.cache.revision))])
                if loop.time() >= ends_at:
                    break
        watcher.sink = None
        await self.response.write_eof()

    async def _send_initial(self, initial: list[Entry], revision: int) -> None:
        for start in range(0, len(initial), _INITIAL_SLICE):
            part = initial[start : start + _INITIAL_SLICE]
            frames = b"".join([self._framed(b"ADDED", entry.body) for entry in part])
            async with asyncio.timeout(WRITE_TIMEOUT_SECONDS):
                await self.response.write(frames)
        if self._options.send_initial_events and self._options.allow_bookmarks:
            await self.response.write(self._bookmark(revision, initial_events_end=True))

    def _send_events(self) -> None:
        """Send what is in the watcher's buffer. Called by the cache, in the middle of applying a batch."""
        try:
            self._send([self._event_chunk(kind, event) for kind, event in self._watcher.take()])
        except Exception:
            log.exception("a watch of %s failed", self._target.resource.group_resource)
            self._watcher.close()

    def _send(self, chunks: list[bytes]) -> None:
        """Hand chunks to the connection, which buffers what the client doesn't take at once; up to a bound."""
        transport = self._request.http.transport
        if transport is None or transport.is_closing():
            self._watcher.close()
        elif chunks:
            transport.write(b"".join(chunks))
            if transport.get_write_buffer_size() > WATCHER_BUFFER_BYTES:
                self._watcher.close()
                hang_up(self._request)

    def _event_chunk(self, kind: EventType, event: Event) -> bytes:
        key = (kind, self._frame_key)
        chunk = event.frames.get(key) if event.frames is not None else None
        if chunk is None:
            if kind is EventType.DELETED and event.after is not None:
                # It still exists but no longer matches: the state the watcher knew, at the new revision.
                assert event.before is not None
                body = self._target.server.at_revision(event.before.body, event.revision)
            else:
                entry = event.after if event.after is not None else event.before
                assert entry is not None
                body = entry.body
            chunk = _chunk(self._framed(kind.encode(), body))
            if event.frames is not None:
                event.frames[key] = chunk
        return chunk

    def _framed(self, kind: bytes, body: bytes) -> bytes:
        return self._finished(_frame(kind, self._item(body)))

    def _finished(self, frame: bytes) -> bytes:
        if self._form.media_type == YAML:
            return encode(msgspec.json.decode(frame), self._form) + b"---\n"
        return frame

    def _item(self, body: bytes) -> bytes:
        return self._representation.item(body, datetime.now(UTC), self._include_object)

    def _bookmark(self, revision: int, *, initial_events_end: bool = False) -> bytes:
        metadata: dict[str, Any] = {"resourceVersion": str(revision), "creationTimestamp": None}
        if initial_events_end:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        resource = self._target.resource
        obj: dict[str, Any] = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}
        if self._representation.is_table:
            obj = {
                "kind": "Table",
                "apiVersion": self._form.api_version,
                "metadata": {"resourceVersion": str(revision)},
                "columnDefinitions": [],
                "rows": [
                    {
                        "cells": [],
                        "object": {**obj, "kind": "PartialObjectMetadata", "apiVersion": self._form.api_version},
                    }
                ]
                if initial_events_end
                else [],
            }
        elif self._form.transformation:
            obj["kind"], obj["apiVersion"] = "PartialObjectMetadata", self._form.api_version
        return self._finished(_frame(b"BOOKMARK", _encode(obj)))


def _frame(kind: bytes, body: bytes) -> bytes:
    return b'{"type":"%b","object":%b}\n' % (kind, body)


def _chunk(data: bytes) -> bytes:
    """Data as a chunk of HTTP's chunked transfer coding (RFC 9112 section 7.1).

    Framed here so that one event's bytes are the same for every watcher: aiohttp would frame them for each.
    """
    return b"%x\r\n%b\r\n" % (len(data), data)
