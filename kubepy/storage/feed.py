"""Keeps the watch cache at the latest committed revision: the only writer of the cache.

Rows after the last applied revision are read whenever somebody nudges: a commit of this process, a NOTIFY
from another one, or a slow ticker. A lost notification therefore costs a moment, never an event; a lost
connection costs a reconnect, after which reading goes on where it stopped.

Records of this process's own commits are applied from memory: only what others wrote in between is read.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, literal, select, true

from kubepy.storage.database import CONNECTION_ERRORS, Database, Session, retry_delay_seconds
from kubepy.storage.errors import Unavailable
from kubepy.storage.functions import NOTIFY_CHANNEL
from kubepy.storage.reader import RECORD_COLUMNS, Reader, records
from kubepy.storage.records import Record
from kubepy.storage.tables import Statement, compaction, object_revision, revision_counter
from kubepy.storage.watch_cache import WatchCache

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
BATCH_ROWS: Final = 1000
NEWS_TIMEOUT_SECONDS: Final = 5.0
"""A connection that gives no answer for so long is given up. It may also be that the rows are large: the next
attempt asks for fewer."""
MAX_OWN_RECORDS: Final = 8192
_FOR_EVER: Final = 2**62
CURRENT_TIMEOUT_SECONDS: Final = 3.0
"""Reading one number takes no longer unless the connection leads nowhere, and every linearizable read waits for it."""

_after: Final = (
    select(*RECORD_COLUMNS)
    .where(object_revision.c.revision > bindparam("after"), object_revision.c.revision <= bindparam("until"))
    .order_by(object_revision.c.revision)
    .limit(bindparam("maximum"))
    .subquery("news")
)
_NEWS: Final = Statement(
    select(revision_counter.c.revision, compaction.c.revision, _after)
    .select_from(revision_counter.join(compaction, literal(1) == 1).outerjoin(_after, true()))
    .order_by(_after.c.revision)
)
"""One snapshot of: the current revision, the oldest readable one, and the next records (or one row of nulls)."""
_CURRENT: Final = Statement(select(revision_counter.c.revision))


class Feed:
    """Reads news from PostgreSQL into the cache, and answers which revision is current."""

    def __init__(self, database: Database, cache: WatchCache, reader: Reader) -> None:
        self._cache = cache
        self._reader = reader
        self._nudged = asyncio.Event()
        self._session = Session(database, self._listen)
        self._revision_session = Session(database)
        self._asking: list[asyncio.Future[int]] = []
        self._asked = asyncio.Event()
        self._own: deque[Record] = deque()
        self._closed = False
        self._batch_rows = BATCH_ROWS
        self.healthy = False
        """Whether the last attempt to read news succeeded."""

    async def load(self) -> None:
        """Fill the cache with the whole current state. Raises one of CONNECTION_ERRORS."""
        at = 0
        self._cache.clear()
        async for revision, part in self._reader.load():
            at = revision
            self._cache.load(part)
            await asyncio.sleep(0)
        self._cache.start(at)
        self.healthy = True

    def committed(self, batch: Sequence[Record]) -> None:
        """Take the records of a commit made by this process."""
        self._own.extend(batch)
        if len(self._own) > MAX_OWN_RECORDS:
            self._own.clear()  # the feed is behind or cut off: what it needs, it will read
        if self.healthy:
            self._apply_own()
        if self._own:
            self.nudge()

    def nudge(self) -> None:
        """There may be news."""
        self._nudged.set()

    async def current_revision(self) -> int:
        """The revision of the last commit that had been acknowledged when this was called (a read index).

        One query answers everybody who asked before it was sent. Raises Unavailable.
        """
        if self._closed:
            raise Unavailable("the server is shutting down")
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asking.append(future)
        self._asked.set()
        return await future

    async def run(self) -> None:
        """The feed task. Runs until cancelled."""
        attempt = 0
        try:
            while True:
                try:
                    connection = await self._session.connection()
                    await self._catch_up(connection)
                    attempt = 0
                    await self._next_nudge()
                except CONNECTION_ERRORS as error:
                    if isinstance(error, TimeoutError):
                        self._batch_rows = max(1, self._batch_rows // 10)
                    if self.healthy:
                        log.warning("the feed lost PostgreSQL: %s", error)
                    self.healthy = False
                    self._session.drop()
                    await asyncio.sleep(retry_delay_seconds(attempt))
                    attempt += 1
        finally:
            await self._session.close()

    async def run_revisions(self) -> None:
        """The task behind `current_revision`. Runs until cancelled; who still waits then gets Unavailable."""
        asking: list[asyncio.Future[int]] = []
        try:
            while True:
                await self._asked.wait()
                await self._until_all_have_asked()
                self._asked.clear()
                asking, self._asking = self._asking, []
                try:
                    revision = await self._revision_session.run(_fetch_current)
                except Exception as error:
                    _fail(asking, error)
                    continue
                for future in asking:
                    if not future.done():
                        future.set_result(revision)
        finally:
            self._closed = True
            _fail([*asking, *self._asking], Unavailable("the server is shutting down"))
            await self._revision_session.close()

    async def _until_all_have_asked(self) -> None:
        """Let the requests that have already arrived ask too: fewer queries, and fewer processes to wake up."""
        asking = 0
        while len(self._asking) > asking:
            asking = len(self._asking)
            await asyncio.sleep(0)

    async def _listen(self, connection: Any) -> None:
        await connection.add_listener(NOTIFY_CHANNEL, lambda *_: self.nudge())
        connection.add_termination_listener(lambda *_: self.nudge())

    async def _next_nudge(self) -> None:
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._nudged.wait()
        except TimeoutError:
            pass
        self._nudged.clear()

    def _apply_own(self) -> None:
        """Apply own records as far as they follow the last applied revision without a gap."""
        following: list[Record] = []
        revision = self._cache.revision
        while self._own and self._own[0].revision <= revision + 1:
            record = self._own.popleft()
            if record.revision > revision:  # it may have been read meanwhile
                following.append(record)
                revision = record.revision
        if following:
            self._cache.apply(following, revision)

    async def _catch_up(self, connection: Any) -> None:
        """Apply everything committed until now: read what others wrote, take own records from memory."""
        while True:
            until = self._own[0].revision - 1 if self._own else _FOR_EVER
            maximum = self._batch_rows
            arguments = _NEWS.arguments(after=self._cache.revision, until=until, maximum=maximum)
            rows = await connection.fetch(_NEWS.sql, *arguments, timeout=NEWS_TIMEOUT_SECONDS)
            current, oldest = rows[0][0], rows[0][1]
            if oldest > self._cache.revision:
                # What happened meanwhile has been compacted, so the events can't be told one by one.
                log.warning("revision %d has been compacted: loading anew", self._cache.revision)
                self.healthy = False  # own records wait until the new state is there
                await self.load()
                continue
            self._cache.compacted(oldest)
            news = records([row[2:] for row in rows if row[2] is not None])
            # Own commits may have been applied while the query ran.
            news = news[_first_after(news, self._cache.revision) :]
            # Whatever is at or before `until` was committed before this process's own next record.
            reached = min(current, until) if len(rows) < maximum else rows[-1][2]
            if reached > self._cache.revision:
                self._cache.apply(news, reached)
            self._apply_own()
            self.healthy = True
            if self._cache.revision >= current:
                self._batch_rows = BATCH_ROWS
                return


def _fail(futures: Iterable[asyncio.Future[int]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)


def _first_after(news: Sequence[Record], revision: int) -> int:
    return next((position for position, record in enumerate(news) if record.revision > revision), len(news))


async def _fetch_current(connection: Any) -> int:
    return await connection.fetchval(_CURRENT.sql, timeout=CURRENT_TIMEOUT_SECONDS)  # type: ignore[no-any-return]
