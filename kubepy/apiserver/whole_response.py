"""The common answer, written in one piece: 200 or 201, one body, no headers but the usual ones.

aiohttp's Response keeps a header map, cookies and a payload writer, and hands head and body to TLS as two
records. For an answer of a few kilobytes that takes longer than everything else the server does for it.
"""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from typing import Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

MAX_WAITING_BYTES: Final = 2**20
"""What a client may leave unread of earlier answers before the next one waits."""
_DRAIN_SECONDS: Final = 30.0
_DRAIN_POLL_SECONDS: Final = 0.05
_REASONS: Final = {200: b"OK", 201: b"Created"}


class WholeResponse(web.StreamResponse):
    """See the module. Only for HTTP/1.1 connections that stay open, and not for HEAD: see `fits`.

    The state of the base class isn't set up: what aiohttp's server asks of a response is answered here.
    """

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        self._whole_status = status
        self._media_type = media_type
        self._whole_body = body
        self._http: web.BaseRequest | None = None
        self.audit_id = ""

    @staticmethod
    def fits(http: web.BaseRequest, status: int) -> bool:
        """Whether an answer to this request can be written this way."""
        return status in _REASONS and http.keep_alive and http.version >= (1, 1) and http.method != hdrs.METH_HEAD

    @property
    def status(self) -> int:
        return self._whole_status

    @property
    def prepared(self) -> bool:
        return self._http is not None

    @property
    def keep_alive(self) -> bool | None:
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        self._http = request
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Hand everything to the connection; if the client is far behind with reading, wait for it first."""
        transport = self._http.transport if self._http is not None else None
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client is gone")
        if transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            await _drained(transport)
        transport.write(
            b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\nCache-Control: no-cache, private\r\nAudit-Id: %b\r\n"
            b"Date: %b\r\nContent-Length: %d\r\n\r\n%b"
            % (
                self._whole_status,
                _REASONS[self._whole_status],
                self._media_type.encode(),
                self.audit_id.encode(),
                _date(),
                len(self._whole_body),
                self._whole_body,
            )
        )


async def _drained(transport: asyncio.WriteTransport) -> None:
    give_up_at = time.monotonic() + _DRAIN_SECONDS
    while transport.get_write_buffer_size() > MAX_WAITING_BYTES:
        if time.monotonic() > give_up_at:
            transport.abort()
            raise ConnectionResetError("the client takes nothing any more")
        await asyncio.sleep(_DRAIN_POLL_SECONDS)


_date_of_second: tuple[int, bytes] = (0, b"")


def _date() -> bytes:
    """The Date header's value, made once a second."""
    global _date_of_second
    second = int(time.time())
    if _date_of_second[0] != second:
        _date_of_second = (second, formatdate(second, usegmt=True).encode())
    return _date_of_second[1]
