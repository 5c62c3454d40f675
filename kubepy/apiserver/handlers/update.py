"""PUT of one object, or of its status and other views of the same object."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from kubepy.apiserver.handlers.body import read_object, to_storage, write_options
from kubepy.apiserver.handlers.written import respond_written
from kubepy.apiserver.registry import object_writer
from kubepy.apiserver.request import ResourceRequest


async def update(target: ResourceRequest) -> web.StreamResponse:
    """Replace the object; answers 200 with the new one (201 where a PUT may create)."""
    form = target.request.form()
    options = write_options(target.request, "UpdateOptions")
    wanted = to_storage(target.resource, await read_object(target, target.resource.gvk, target.resource.schema))

    def transform(live: dict[str, Any] | None) -> dict[str, Any]:
        return dict(wanted)

    written = await object_writer.update(target, transform, options)
    return await respond_written(target, written, form)
