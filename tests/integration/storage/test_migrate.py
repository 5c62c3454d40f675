"""A database is brought to the one schema this version needs, by one process at a time."""

from __future__ import annotations

import asyncio

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from postgres_server import PostgresServer
from storage_objects import creation, key

from kubepy.storage.cluster_state import open_cluster_state
from kubepy.storage.database import Database
from kubepy.storage.errors import RevisionMismatch
from kubepy.storage.migrate import SCHEMA_REVISION, check_revision, current_revision, migrate, script_location


@pytest.fixture
def empty(postgres: PostgresServer) -> Database:
    return Database(postgres.create_database("template0"))


async def _set_version(database: Database, version: str) -> None:
    connection = await database.connect()
    await connection.execute("UPDATE alembic_version SET version_num = $1", version)
    await connection.close()


def test_the_schema_revision_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(script_location()))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_REVISION


async def test_many_processes_may_migrate_at_once(empty: Database) -> None:
    assert await current_revision(empty) is None
    await asyncio.gather(*[migrate(empty) for _ in range(4)])
    assert await current_revision(empty) == SCHEMA_REVISION
    await migrate(empty)


async def test_a_server_does_not_start_on_an_unmigrated_database(empty: Database) -> None:
    with pytest.raises(RevisionMismatch, match="not migrated"):
        async with open_cluster_state(empty):
            pass


async def test_a_server_does_not_start_on_a_newer_schema_nor_migrates_it(empty: Database) -> None:
    await migrate(empty)
    await _set_version(empty, "9999")
    with pytest.raises(RevisionMismatch, match="at schema revision 9999"):
        await check_revision(empty)
    with pytest.raises(RevisionMismatch, match="at schema revision 9999"):
        await migrate(empty)


async def test_the_databases_own_isolation_default_does_not_break_commits(postgres: PostgresServer) -> None:
    """The commit function relies on READ COMMITTED: its second statement must see what the lock waited for."""

    url = postgres.create_database()
    database = Database(url)
    connection = await database.connect()
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    await connection.close()
    async with open_cluster_state(database) as one, open_cluster_state(database) as two:
        await asyncio.gather(
            *[state.commit(creation(key(f"{n}-{id(state)}"))) for n in range(30) for state in (one, two)]
        )
        assert await one.fresh() == 61
