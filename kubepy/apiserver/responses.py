"""Writing answers: headers, warnings, compression, and large bodies in slices.

Compression follows upstream's rule (answers of 128 KiB and more, for clients that accept gzip) with one
exception: a client on this machine gets none. Loopback has bandwidth to spare, and compressing costs both
sides more time than sending.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from kubepy.api.errors import APIError
from kubepy.apiserver.negotiation import Form, wants_pretty
from kubepy.apiserver.representation import encode
from kubepy.apiserver.request import Request
from kubepy.apiserver.status import status_of
from kubepy.apiserver.whole_response import WholeResponse

COMPRESS_FROM_BYTES: Final = 128 * 1024
SLICE_BYTES: Final = 512 * 1024
SLICE_TIMEOUT_SECONDS: Final = 30.0
"""A client that takes less than a slice in this time doesn't get to hold the whole answer in memory."""
_GZIP_LEVEL: Final = 1
_GZIP_WINDOW: Final = 31
_NO_CACHE: Final = "no-cache, private"


def is_pretty(request: Request) -> bool:
    """Whether JSON is to be indented for this client."""
    headers = request.http.headers
    return wants_pretty(request.query.get("pretty") if request.query else None, headers.get("User-Agent", ""))


async def respond(
    request: Request,
    body: bytes,
    form: Form,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    etag: str = "",
) -> web.StreamResponse:
    """An answer that is at hand as a whole."""
    plain = not headers and not etag and not request.warnings and len(body) < COMPRESS_FROM_BYTES
    if plain and WholeResponse.fits(request.http, status):
        return WholeResponse(status, form.media_type, body)
    headers = {"Content-Type": form.media_type, "Cache-Control": _NO_CACHE, **(headers or {})}
    if etag:
        headers["ETag"] = etag
    response = web.Response(body=body, status=status, headers=headers)
    add_warnings(response, request)
    if len(body) >= COMPRESS_FROM_BYTES:
        return await _respond_large(request, response, [body])
    return response


async def respond_value(request: Request, value: Any, form: Form, status: int = 200) -> web.StreamResponse:
    """An answer given as a JSON value."""
    return await respond(request, encode(value, form, pretty=is_pretty(request)), form, status)


async def respond_parts(request: Request, parts: Sequence[bytes], form: Form) -> web.StreamResponse:
    """An answer given as pieces of its bytes."""
    if sum(map(len, parts)) < COMPRESS_FROM_BYTES:
        return await respond(request, b"".join(parts), form)
    headers = {"Content-Type": form.media_type, "Cache-Control": _NO_CACHE}
    response = web.StreamResponse(headers=headers)
    add_warnings(response, request)
    return await _respond_large(request, response, parts)


def error_response(request: Request | None, error: APIError, form: Form) -> web.Response:
    """A failed request's Status, with the headers that go with it."""
    headers = {"Content-Type": form.media_type, "Cache-Control": _NO_CACHE}
    if error.retry_after_seconds is not None and error.code in (429, 500, 503, 504):
        headers["Retry-After"] = str(error.retry_after_seconds)
    pretty = request is not None and is_pretty(request)
    body = encode(status_of(error), form, pretty=pretty)
    response = web.Response(body=body, status=error.code, headers=headers)
    if request is not None:
        add_warnings(response, request)
    return response


def add_warnings(response: web.StreamResponse, request: Request) -> None:
    """One `Warning` header each (RFC 7234 section 5.5, code 299, as upstream)."""
    for text in request.warnings:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        printable = "".join(c if c.isprintable() else " " for c in quoted)
        response.headers.add("Warning", f'299 - "{printable}"')


async def _respond_large(request: Request, response: web.StreamResponse, parts: Sequence[bytes]) -> web.StreamResponse:
    """Send in slices, so that other requests get their turn between them."""
    streamed = web.StreamResponse(status=response.status, headers=response.headers)
    streamed.headers.pop("Content-Length", None)
    if _compresses(request):
        parts = [await asyncio.get_running_loop().run_in_executor(None, _gzip, parts)]
        streamed.headers["Content-Encoding"] = "gzip"
        streamed.headers["Vary"] = "Accept-Encoding"
    streamed.content_length = sum(map(len, parts))
    await streamed.prepare(request.http)
    try:
        for piece in _slices(parts):
            async with asyncio.timeout(SLICE_TIMEOUT_SECONDS):
                await streamed.write(piece)
        await streamed.write_eof()
    except TimeoutError:
        hang_up(request)
    return streamed


def _slices(parts: Sequence[bytes]) -> Iterator[bytes | memoryview]:
    """The parts put together and cut into slices, one at a time."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        if len(part) > SLICE_BYTES:
            if waiting:
                yield b"".join(waiting)
            waiting, size = [], 0
            view = memoryview(part)
            yield from (view[start : start + SLICE_BYTES] for start in range(0, len(part), SLICE_BYTES))
            continue
        waiting.append(part)
        size += len(part)
        if size >= SLICE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def hang_up(request: Request) -> None:
    """Cut the connection to a client that has stopped taking what it asked for."""
    if request.http.transport is not None:
        request.http.transport.abort()


def _compresses(request: Request) -> bool:
    if "gzip" not in request.http.headers.get("Accept-Encoding", ""):
        return False
    return not _is_loopback(request.http.remote or "")


@functools.lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _gzip(parts: Sequence[bytes]) -> bytes:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return b"".join([*map(compressor.compress, parts), compressor.flush()])
