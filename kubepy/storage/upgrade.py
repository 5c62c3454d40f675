"""Running the migrations with Alembic, on an asyncpg connection; see `kubepy.storage.migrate`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kubepy.storage.database import Database


async def upgrade(database: Database, script_location: Path, lock_id: int, unknown: Callable[[str], Exception]) -> None:
    """Upgrade a database to the head of the migrations, one process at a time (by an advisory lock).

    Raises `unknown(revision)` if the database is at a revision that isn't among them.
    """
    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))

    def run(connection: Connection) -> None:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if connection.dialect.has_table(connection, "alembic_version"):
            found: Any = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if found is not None and found not in known:
                raise unknown(found)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    engine = create_async_engine("postgresql+asyncpg://", async_creator=database.connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock_id})")
            await connection.run_sync(run)
    finally:
        await engine.dispose()
