"""Bringing a database to the schema this version needs, and refusing to run on any other."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kubepy.storage.errors import RevisionMismatch

if TYPE_CHECKING:
    from kubepy.storage.database import Database

log = logging.getLogger(__name__)

_PACKAGE: Final = Path(__file__).parent
SCHEMA_REVISION: Final = "0001"
"""The revision this version of kubepy is written for: the head of the migrations."""
_LOCK_ID: Final = 0x6B756265  # "kube": one migration at a time on a database


def script_location() -> Path:
    """Where the migrations are: inside an installed package, beside it in a source checkout."""
    installed = _PACKAGE / "_migrations"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / "migrations"


async def migrate(database: Database) -> None:
    """Upgrade the database to `SCHEMA_REVISION`; does nothing if it is there. Safe to run concurrently.

    Raises RevisionMismatch if the database is at a revision this version doesn't know (a newer kubepy's).
    """
    found = await current_revision(database)
    if found == SCHEMA_REVISION:
        return
    # Alembic takes longer to import than everything else here, and is needed once in a database's life.
    from kubepy.storage.upgrade import upgrade

    await upgrade(database, script_location(), _LOCK_ID, _mismatch)


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
    if found != SCHEMA_REVISION:
        raise _mismatch(found)


def _mismatch(found: str | None) -> RevisionMismatch:
    state = f"at schema revision {found}" if found else "not migrated"
    return RevisionMismatch(
        f"the database is {state}, this version of kubepy needs {SCHEMA_REVISION}: run `kubepy migrate`"
        " with the version that fits"
    )
