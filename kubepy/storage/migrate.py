"""Bringing a database to the schema this version needs, and refusing to run on any other."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kubepy.storage.errors import RevisionMismatch

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kubepy.storage.database import Database

log = logging.getLogger(__name__)

_PACKAGE: Final = Path(__file__).parent
_LOCK_ID: Final = 0x6B756265  # "kube": one migration at a time on a database


def script_location() -> Path:
    """Where the migrations are: inside an installed package, beside it in a source checkout."""
    installed = _PACKAGE / "_migrations"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_location()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """The revision this version of kubepy is written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


async def migrate(database: Database) -> None:
    """Upgrade the database to `head_revision()`; does nothing if it is there. Safe to run concurrently.

    Raises RevisionMismatch if the database is at a revision this version doesn't know (a newer kubepy's).
    """
    found = await current_revision(database)
    if found == head_revision():
        return
    engine = create_async_engine("postgresql+asyncpg://", async_creator=database.connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_ID})")
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if connection.dialect.has_table(connection, "alembic_version"):
        found: Any = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if found is not None and found not in known:
            raise _mismatch(found)
    command.upgrade(config, "head")


async def current_revision(database: Database) -> str | None:
    """The revision a database is at, None if it has never been migrated."""
    connection = await database.connect()
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        return await connection.fetchval("SELECT version_num FROM alembic_version")  # type: ignore[no-any-return]
    finally:
        await connection.close()


async def check_revision(database: Database) -> None:
    """Raise RevisionMismatch unless the database is at exactly the revision this version needs."""
    found = await current_revision(database)
    if found != head_revision():
        raise _mismatch(found)


def _mismatch(found: str | None) -> RevisionMismatch:
    state = f"at schema revision {found}" if found else "not migrated"
    return RevisionMismatch(
        f"the database is {state}, this version of kubepy needs {head_revision()}: run `kubepy migrate`"
        " with the version that fits"
    )
