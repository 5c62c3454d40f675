"""GET of one object."""

from __future__ import annotations

from aiohttp import web

from kubepy.apiserver.representation import finish
from kubepy.apiserver.request import ResourceRequest
from kubepy.apiserver.responses import is_pretty, respond
from kubepy.storage.watch_cache import Entry


async def get(target: ResourceRequest) -> web.StreamResponse:
    """The object as of now, or, with `resourceVersion`, not older than that (0: whatever is at hand)."""
    form = target.request.form()
    entry = await read(target)
    representation = target.server.representation(target.resource, form)
    body = representation.item(entry.body, target.request.received_at, target.request.query.get("includeObject", ""))
    return await respond(target.request, finish(body, form, pretty=is_pretty(target.request)), form)


async def read(target: ResourceRequest) -> Entry:
    """The entry of the object in the URL. Raises 404."""
    wanted = target.request.query.get("resourceVersion", "")
    state = target.server.state
    if not wanted:
        await state.fresh()
    elif not wanted.isdecimal():
        raise target.server.invalid_revision(wanted)
    else:
        await state.at_least(int(wanted))
    entry = state.cache.resource(target.resource.storage_key).get(target.namespace, target.name)
    if entry is None:
        raise target.not_found()
    return entry
