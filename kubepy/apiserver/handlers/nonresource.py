"""Everything that isn't about a resource: discovery, OpenAPI, version, health, metrics."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from time import time
from typing import TYPE_CHECKING, Final

from aiohttp import web

from kubepy.api import errors
from kubepy.apiserver import health, metrics
from kubepy.apiserver.negotiation import PLAIN
from kubepy.apiserver.request import Request
from kubepy.apiserver.responses import respond, respond_value
from kubepy.apiserver.version import version_info

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

ROOT_PATHS: Final = ("/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version")
_YEAR_SECONDS: Final = 365 * 24 * 3600


async def handle(server: APIServer, request: Request) -> web.StreamResponse:
    """Answer, or raise 404 and 405."""
    if request.http.method not in ("GET", "HEAD"):
        raise errors.method_not_allowed()
    path = request.info.path
    first = path.strip("/").partition("/")[0]
    if first in ("healthz", "livez", "readyz"):
        return health.respond(server, request)
    match path.rstrip("/"):
        case "/version":
            return await respond_value(request, version_info(), PLAIN)
        case "/metrics":
            return web.Response(body=metrics.exposition(server), headers={"Content-Type": metrics.CONTENT_TYPE})
    if first == "openapi":
        return await _openapi(server, request)
    document = server.discovery.document(path, request.http.headers.get("Accept", ""))
    if document is None:
        raise errors.no_such_path()
    return await _document(request, document.content_type, document.body, f'"{document.etag}"' if document.etag else "")


async def _openapi(server: APIServer, request: Request) -> web.StreamResponse:
    accept = request.http.headers.get("Accept", "")
    loop = asyncio.get_running_loop()
    wanted_hash = request.query.get("hash", "")
    document = await loop.run_in_executor(None, server.openapi.document, request.info.path, accept, wanted_hash)
    if document is None:
        raise errors.no_such_path()
    if document.location:
        return web.Response(status=301, headers={"Location": document.location})
    headers = dict(document.headers)
    if document.cache_for_a_year:
        headers["Expires"] = formatdate(time() + _YEAR_SECONDS, usegmt=True)
    return await _document(request, document.content_type, document.body, document.etag, headers)


async def _document(
    request: Request, content_type: str, body: bytes, etag: str, headers: dict[str, str] | None = None
) -> web.StreamResponse:
    if etag and request.http.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return await respond(request, body, PLAIN._replace(media_type=content_type), headers=headers, etag=etag)
