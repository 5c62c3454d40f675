"""What tests of the storage's inner workings share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fault_proxy import FaultProxy, socket_of
from running_store import DatabaseActivity, HoldUp, RunningStore

from kubepy.storage.database import Database


@pytest.fixture
async def running(database: Database) -> AsyncIterator[RunningStore]:
    store = RunningStore(database)
    yield store
    await store.stop()


@pytest.fixture
def hold_up(database: Database) -> HoldUp:
    """No commit comes through while the block lasts: the counter row is locked."""

    @asynccontextmanager
    async def held_up() -> AsyncIterator[None]:
        connection = await database.connect()
        try:
            async with connection.transaction():
                await connection.execute("SELECT * FROM revision_counter FOR UPDATE")
                yield
        finally:
            await connection.close()

    return held_up


@pytest.fixture
async def proxy(database: Database, reachable_path: Path) -> AsyncIterator[FaultProxy]:
    """A fault proxy in front of the database's server; `behind_proxy` connects through it."""
    async with FaultProxy(reachable_path, socket_of(database.url)).running() as running:
        yield running


@pytest.fixture
def behind_proxy(proxy: FaultProxy, database: Database) -> Database:
    return Database(proxy.url(database.url))


@pytest.fixture
async def activity(database: Database) -> AsyncIterator[DatabaseActivity]:
    connection = await database.connect()
    yield DatabaseActivity(connection)
    await connection.close()
