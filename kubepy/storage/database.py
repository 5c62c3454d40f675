"""Connections to PostgreSQL: where it is, what counts as "gone", and reconnecting.

A `Session` owns one connection and is used by one task at a time. Everything above it survives a
restart, a failover or a cut network by asking the session again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import asyncpg

from kubepy.storage.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

CONNECT_TIMEOUT_SECONDS: Final = 5.0
COMMAND_TIMEOUT_SECONDS: Final = 15.0
"""A statement that takes longer is taken for a connection that leads nowhere."""
RETRY_DELAYS_SECONDS: Final = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)

_SETTINGS: Final = {"application_name": "kubepy", "default_transaction_isolation": "read committed"}
"""The commit function needs READ COMMITTED, whatever the database's default is."""

CONNECTION_ERRORS: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TooManyConnectionsError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
)
"""What asyncpg raises when the server went away, is starting, stopping, or has become a standby."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where the state lives: any PostgreSQL URL asyncpg takes, several hosts in one included."""

    url: str

    async def connect(self) -> Any:
        """One new connection to the server that accepts writes. Raises one of CONNECTION_ERRORS."""
        hosts = urlsplit(self.url).netloc.rpartition("@")[2]
        several_hosts = {"target_session_attrs": "read-write"} if "," in hosts else {}
        return await asyncpg.connect(
            self.url,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            server_settings=_SETTINGS,
            **several_hosts,
        )


class Session:
    """One connection, made on demand and again after it was lost.

    `on_connect` prepares every new connection (listeners, settings).
    """

    def __init__(self, database: Database, on_connect: Callable[[Any], Awaitable[None]] | None = None) -> None:
        self._database = database
        self._on_connect = on_connect
        self._connection: Any = None

    async def connection(self) -> Any:
        """The live connection, connecting if there is none. Raises one of CONNECTION_ERRORS."""
        if self._connection is None or self._connection.is_closed():
            connection = await self._database.connect()
            try:
                if self._on_connect is not None:
                    await self._on_connect(connection)
            except BaseException:
                connection.terminate()
                raise
            self._connection = connection
        return self._connection

    def drop(self) -> None:
        """Forget a connection that failed; the next use makes a new one."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """End the connection politely, or at once if it doesn't answer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close(timeout=1.0)
            except CONNECTION_ERRORS:
                connection.terminate()

    async def run(self, operation: Callable[[Any], Awaitable[T]], deadline_seconds: float = 10.0) -> T:
        """Run a read, again on a new connection if the old one is lost, for at most so long.

        Only for operations that may be repeated. Raises Unavailable when the time is over.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + deadline_seconds
        attempt = 0
        while True:
            try:
                async with asyncio.timeout_at(give_up_at):
                    return await operation(await self.connection())
            except CONNECTION_ERRORS as error:
                self.drop()
                delay = retry_delay_seconds(attempt)
                attempt += 1
                if loop.time() + delay > give_up_at:
                    raise Unavailable(f"PostgreSQL does not answer: {error}") from error
                await asyncio.sleep(delay)


def retry_delay_seconds(attempt: int) -> float:
    """How long to wait before attempt number `attempt` (from 0) to reach the server again."""
    return RETRY_DELAYS_SECONDS[min(attempt, len(RETRY_DELAYS_SECONDS) - 1)]


class SessionPool:
    """A few sessions shared by reads from history; the next reader waits for a free one."""

    def __init__(self, database: Database, size: int) -> None:
        self._sessions = [Session(database) for _ in range(size)]
        self._free: asyncio.LifoQueue[Session] = asyncio.LifoQueue()
        for session in self._sessions:
            self._free.put_nowait(session)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A session of one's own for as long as the block lasts."""
        session = await self._free.get()
        try:
            yield session
        finally:
            self._free.put_nowait(session)

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions:
            await session.close()
