"""A proxy in front of PostgreSQL's Unix socket that cuts, freezes and delays connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

_CHUNK_BYTES = 65536


class FaultProxy:
    """Forwards bytes between clients and the server until told otherwise.

    `requests_flow` and `answers_flow` are gates: while one is cleared, nothing passes in that direction, and
    nobody is told. `accepting` False closes every new connection at once.
    """

    def __init__(self, directory: Path, server_socket: Path) -> None:
        self._path = directory / ".s.PGSQL.5432"
        self._directory = directory
        self._server_socket = server_socket
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self.requests_flow = asyncio.Event()
        self.answers_flow = asyncio.Event()
        self.thaw()
        self.accepting = True
        self.delay_seconds = 0.0

    def url(self, behind: str) -> str:
        """The URL of a database through the proxy, from its own."""
        return f"{behind.partition('?')[0]}?host={quote(str(self._directory))}"

    def cut(self) -> None:
        """Close every connection, what is under way included."""
        for task, writers in self._connections.items():
            for writer in writers:
                writer.transport.abort()
            task.cancel()

    def freeze(self, *, requests: bool = True, answers: bool = True) -> None:
        """Let nothing pass any more."""
        if requests:
            self.requests_flow.clear()
        if answers:
            self.answers_flow.clear()

    def abandon(self) -> None:
        """Let nothing pass any more on the connections there are, for ever; new ones work."""
        self.freeze()
        self.requests_flow, self.answers_flow = asyncio.Event(), asyncio.Event()
        self.thaw()

    def thaw(self) -> None:
        """Let everything pass again, what was held back included."""
        self.requests_flow.set()
        self.answers_flow.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FaultProxy]:
        """The proxy listens for as long as the block lasts."""
        listener = await asyncio.start_unix_server(self._accepted, self._path)
        try:
            yield self
        finally:
            listener.close()
            self.cut()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        writers = self._connections[task] = [writer]
        try:
            if self.accepting:
                server_reader, server_writer = await asyncio.open_unix_connection(self._server_socket)
                writers.append(server_writer)
                pumps = [
                    asyncio.ensure_future(self._pump(reader, server_writer, self.requests_flow)),
                    asyncio.ensure_future(self._pump(server_reader, writer, self.answers_flow)),
                ]
                try:
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for pump in pumps:
                        pump.cancel()
        except (OSError, asyncio.CancelledError):
            pass  # refused by the server, or cut
        finally:
            del self._connections[task]
            for end in writers:
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event) -> None:
        try:
            while data := await reader.read(_CHUNK_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                await gate.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # the other end is gone


def socket_of(url: str) -> Path:
    """The Unix socket that a URL of the embedded PostgreSQL leads to."""
    return Path(parse_qs(urlsplit(url).query)["host"][0]) / ".s.PGSQL.5432"
