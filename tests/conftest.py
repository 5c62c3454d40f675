"""Fixtures of everything that needs a database: one PostgreSQL per session, one fresh database per test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer, copy_cluster, reachable_directory

from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.database import Database


@pytest.fixture(scope="session")
def prepared_cluster() -> Iterator[Path]:
    """The directory of a stopped PostgreSQL with a migrated template database, to be copied."""
    with reachable_directory() as directory:
        with PostgresServer(directory / "postgres") as server:
            server.prepare_template()
        yield directory / "postgres"


@pytest.fixture(scope="session")
def postgres(prepared_cluster: Path) -> Iterator[PostgresServer]:
    """The PostgreSQL of this session (of this worker, under pytest-xdist)."""
    with reachable_directory() as directory:
        copy_cluster(prepared_cluster, directory / "postgres")
        with PostgresServer(directory / "postgres") as server:
            yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """The URL of the session's PostgreSQL, of its maintenance database."""
    return postgres.url


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Database]:
    """A migrated, empty database of one's own."""
    with postgres.borrowed_database() as url:
        yield Database(url)


@pytest.fixture
def own_postgres(prepared_cluster: Path, reachable_path: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL that the test may restart or kill, with an empty migrated database to copy."""
    copy_cluster(prepared_cluster, reachable_path / "postgres")
    with PostgresServer(reachable_path / "postgres") as server:
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
