"""Fixtures of everything that needs a database: one PostgreSQL per session, one fresh database per test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer, reachable_directory

from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.database import Database


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL of this session (of this worker, under pytest-xdist)."""
    with reachable_directory() as directory, PostgresServer(directory / "postgres") as server:
        server.prepare_template()
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """The URL of the session's PostgreSQL, of its maintenance database."""
    return postgres.url


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Database]:
    """A migrated, empty database of one's own."""
    url = postgres.create_database()
    yield Database(url)
    postgres.drop_database(url)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that the test may restart or kill, with an empty migrated database to copy."""
    with reachable_directory() as directory, PostgresServer(directory / "postgres") as server:
        server.prepare_template()
        yield server


@pytest.fixture
async def state(database: Database) -> AsyncIterator[ClusterState]:
    """The storage of one process, running on a fresh database."""
    async with open_cluster_state(database) as running:
        yield running


@pytest.fixture
def reachable_path() -> Iterator[Path]:
    """A temporary directory that every OS user may pass through."""
    with reachable_directory() as directory:
        yield directory
