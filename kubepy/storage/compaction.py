"""Forgetting the past: rows that no state or event within the retention needs.

Only one process at a time compacts a database (a PostgreSQL advisory lock says which). The mark in the
table `compaction` is raised first and in a transaction of its own, so a reader either sees all of a
revision or is told that it is gone. Rows then go in small batches: a writer never waits for long.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import DateTime, bindparam, delete, select, update

from kubepy.storage.database import CONNECTION_ERRORS, Database, Session
from kubepy.storage.tables import Statement, compaction, object_revision, revision_counter

log = logging.getLogger(__name__)

DEFAULT_RETENTION: Final = timedelta(minutes=5)
BATCH_ROWS: Final = 1000
_LOCK_ID: Final = 0x6B636D70  # "kcmp"

_t: Final = object_revision.c
_BOUNDS: Final = Statement(select(compaction.c.revision, revision_counter.c.revision))
_FIRST_FROM: Final = Statement(
    select(_t.revision, _t.recorded_at < bindparam("cutoff", type_=DateTime(timezone=True)))
    .where(_t.revision >= bindparam("from"))
    .order_by(_t.revision)
    .limit(1)
)
_RAISE: Final = Statement(
    update(compaction).values(revision=bindparam("to")).where(compaction.c.revision < bindparam("to"))
)


def _delete_batch(condition: Any) -> Statement:
    some = select(_t.revision).where(condition).limit(bindparam("maximum"))
    return Statement(delete(object_revision).where(_t.revision.in_(some)))


_DELETE_SUPERSEDED: Final = _delete_batch(_t.superseded_revision <= bindparam("to"))
_DELETE_TOMBSTONES: Final = _delete_batch(_t.deleted & (_t.revision <= bindparam("to")))


class Compactor:
    """Compacts everything older than `retention`, a tenth of it (at most a minute) at a time."""

    def __init__(self, database: Database, retention: timedelta = DEFAULT_RETENTION) -> None:
        self._session = Session(database)
        self._retention = retention
        self._interval_seconds = min(60.0, max(1.0, retention.total_seconds() / 10))

    async def run(self) -> None:
        """The compaction task. Runs until cancelled."""
        try:
            while True:
                await asyncio.sleep(self._interval_seconds)
                try:
                    await self.compact_once()
                except CONNECTION_ERRORS as error:
                    log.warning("compaction postponed: %s", error)
                    self._session.drop()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection; `run` does so itself."""
        await self._session.close()

    async def compact_once(self) -> int:
        """Compact now, unless another process is at it; returns the number of rows deleted.

        Raises one of CONNECTION_ERRORS. If it is interrupted, its connection goes, and with it the lock.
        """
        connection = await self._session.connection()
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK_ID):
            return 0
        try:
            cutoff = await connection.fetchval("SELECT now() - $1::interval", self._retention)
            oldest, current = await connection.fetchrow(_BOUNDS.sql)
            target = await _last_before(connection, cutoff, oldest, current)
            if target > oldest:
                await connection.execute(_RAISE.sql, *_RAISE.arguments(to=target))
            deleted = await _delete_until(connection, max(target, oldest))
            await connection.fetchval("SELECT pg_advisory_unlock($1)", _LOCK_ID)
        except BaseException:
            self._session.drop()
            raise
        return deleted


async def _last_before(connection: Any, cutoff: Any, oldest: int, current: int) -> int:
    """The last revision recorded before `cutoff`, by bisection: revisions are recorded in time order."""
    low, high = oldest, current
    while low < high:
        middle = (low + high + 1) // 2
        row = await connection.fetchrow(_FIRST_FROM.sql, *_FIRST_FROM.arguments(cutoff=cutoff, **{"from": middle}))
        if row is not None and row[1]:
            low = row[0] if row[0] <= high else high
            low = max(low, middle)
        else:
            high = middle - 1
    return low


async def _delete_until(connection: Any, revision: int) -> int:
    deleted = 0
    for statement in (_DELETE_SUPERSEDED, _DELETE_TOMBSTONES):
        while True:
            tag = await connection.execute(statement.sql, *statement.arguments(to=revision, maximum=BATCH_ROWS))
            count = int(tag.rpartition(" ")[2])
            deleted += count
            if count < BATCH_ROWS:
                break
            await asyncio.sleep(0.01)  # let writers in between batches
    return deleted
