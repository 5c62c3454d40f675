"""Answering a write with the object it left."""

from __future__ import annotations

from aiohttp import web

from kubepy.apiserver.negotiation import Form
from kubepy.apiserver.registry.object_writer import Written
from kubepy.apiserver.representation import finish
from kubepy.apiserver.request import ResourceRequest
from kubepy.apiserver.responses import is_pretty, respond


async def respond_written(target: ResourceRequest, written: Written, form: Form) -> web.StreamResponse:
    """200, or 201 for a creation, with the object in the form the client wants."""
    representation = target.server.representation(target.resource, form)
    include = target.request.query.get("includeObject", "")
    body = representation.item(written.body, target.request.received_at, include)
    body = finish(body, form, pretty=is_pretty(target.request))
    return await respond(target.request, body, form, 201 if written.created else 200)
