"""`kubepy migrate`."""

from __future__ import annotations

import argparse
import asyncio

from kubepy.cli.errors import UsageError
from kubepy.storage.database import CONNECTION_ERRORS, Database
from kubepy.storage.errors import RevisionMismatch
from kubepy.storage.migrate import SCHEMA_REVISION, migrate


def run(arguments: argparse.Namespace) -> int:
    """Migrate the database of `--database-url`."""
    if not arguments.database_url:
        raise UsageError("which database? Give --database-url (an embedded one is migrated by `kubepy up`)")
    try:
        asyncio.run(migrate(Database(arguments.database_url)))
    except RevisionMismatch as error:
        raise UsageError(str(error)) from error
    except CONNECTION_ERRORS as error:
        raise UsageError(f"cannot reach the database: {error}") from error
    print(f"the database is at schema revision {SCHEMA_REVISION}")
    return 0
