"""A store of one's own, and what the database is doing meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from storage_objects import DEADLINE_SECONDS

from kubepy.storage.database import Database
from kubepy.storage.records import Record
from kubepy.storage.store import Store

HoldUp = Callable[[], AbstractAsyncContextManager[None]]


class RunningStore:
    """A store whose writer task runs, and the batches it has committed."""

    def __init__(self, database: Database) -> None:
        self.batches: list[list[Record]] = []
        self.store = Store(database, self._committed)
        self.task = asyncio.create_task(self.store.run())

    def _committed(self, records: Sequence[Record]) -> None:
        self.batches.append(list(records))

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


class DatabaseActivity:
    """What the server's processes are doing, for tests that wait for it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def until_blocked(self, count: int) -> None:
        """Until so many connections to the database wait for a lock."""
        await self._until(count, _BLOCKED)

    async def until_connected(self, count: int) -> None:
        """Until so many others are connected to the database."""
        await self._until(count, "true")

    async def blocked(self) -> set[int]:
        """The process IDs of those."""
        rows = await self._connection.fetch(f"SELECT pid {_OTHERS} AND {_BLOCKED}")
        return {row["pid"] for row in rows}

    async def _until(self, count: int, condition: str) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while await self._connection.fetchval(f"SELECT count(*) {_OTHERS} AND {condition}") != count:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


_OTHERS = (
    "FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_BLOCKED = "wait_event_type = 'Lock'"
