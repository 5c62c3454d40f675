"""POST to a collection."""

from __future__ import annotations

from aiohttp import web

from kubepy.apiserver.handlers.body import read_object, to_storage, write_options
from kubepy.apiserver.handlers.written import respond_written
from kubepy.apiserver.registry import object_writer
from kubepy.apiserver.request import ResourceRequest


async def create(target: ResourceRequest) -> web.StreamResponse:
    """Store a new object; answers 201 with it."""
    form = target.request.form()
    options = write_options(target.request, "CreateOptions")
    obj = await read_object(target, target.resource.gvk, target.resource.schema)
    written = await object_writer.create(target, to_storage(target.resource, obj), options)
    return await respond_written(target, written, form)
