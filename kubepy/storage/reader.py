"""Reads from the temporal table: states and events that the watch cache no longer (or not yet) has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Interval, and_, bindparam, cast, func, select, tuple_, union_all
from sqlalchemy import Select as SqlSelect

from kubepy.storage.database import Database, SessionPool
from kubepy.storage.errors import Compacted
from kubepy.storage.records import Key, Record
from kubepy.storage.tables import Statement, compaction, object_revision, revision_counter

POOL_SIZE: Final = 4
_LOAD_ROWS: Final = 2000

_t: Final = object_revision.c
RECORD_COLUMNS: Final = (
    _t.revision,
    _t.resource,
    _t.namespace,
    _t.name,
    _t.uid,
    _t.deleted,
    _t.created_revision,
    _t.previous_revision,
    _t.body,
)
_AT: Final = bindparam("at", type_=BigInteger)


def _state_at(*conditions: Any) -> SqlSelect[Any]:
    """The state at revision `at`: rows that are live still, and rows superseded only later.

    Two branches, so that each can use its own partial index.
    """
    existing = and_(_t.revision <= _AT, ~_t.deleted, *conditions)
    still_live = select(*RECORD_COLUMNS).where(existing, _t.superseded_revision.is_(None))
    superseded_later = select(*RECORD_COLUMNS).where(existing, _t.superseded_revision > _AT)
    both = union_all(still_live, superseded_later).subquery("state")
    return select(both)


_RESOURCE: Final = _t.resource == bindparam("resource")


class Page(NamedTuple):
    """Part of a list: the records in key order, and whether there are more after them."""

    records: Sequence[Record]
    more: bool


def _rest_of_list(*, in_namespace: bool) -> SqlSelect[Any]:
    conditions = [
        _RESOURCE,
        tuple_(_t.namespace, _t.name) > tuple_(bindparam("after_namespace"), bindparam("after_name")),
    ]
    if in_namespace:
        conditions.append(_t.namespace == bindparam("namespace"))
    return _state_at(*conditions)


def _page_statement(*, in_namespace: bool) -> Statement:
    state = _rest_of_list(in_namespace=in_namespace)
    columns = state.selected_columns
    return Statement(state.order_by(columns.namespace, columns.name).limit(bindparam("maximum")))


def _count_statement(*, in_namespace: bool) -> Statement:
    return Statement(select(func.count()).select_from(_rest_of_list(in_namespace=in_namespace).subquery("rest")))


_PAGE: Final = {in_namespace: _page_statement(in_namespace=in_namespace) for in_namespace in (False, True)}
_COUNT: Final = {in_namespace: _count_statement(in_namespace=in_namespace) for in_namespace in (False, True)}
_ONE: Final = Statement(_state_at(_RESOURCE, _t.namespace == bindparam("namespace"), _t.name == bindparam("name")))
_previous: Final = object_revision.alias("previous")
_EVENTS: Final = Statement(
    select(*RECORD_COLUMNS, _previous.c.revision, _previous.c.created_revision, _previous.c.body)
    .select_from(object_revision.outerjoin(_previous, _previous.c.revision == _t.previous_revision))
    .where(_RESOURCE, _t.revision > bindparam("after"), _t.revision <= bindparam("until"))
    .order_by(_t.revision)
    .limit(bindparam("maximum"))
)
_LIVE: Final = Statement(
    select(*RECORD_COLUMNS)
    .where(_t.superseded_revision.is_(None), ~_t.deleted)
    .order_by(_t.resource, _t.namespace, _t.name)
)
_UNCHANGED: Final = Statement(
    select(_t.namespace, _t.name).where(
        _RESOURCE,
        _t.superseded_revision.is_(None),
        ~_t.deleted,
        _t.recorded_at < func.now() - cast(bindparam("age"), Interval),
    )
)
_CURRENT: Final = Statement(select(revision_counter.c.revision))
_OLDEST: Final = Statement(select(compaction.c.revision))


def records(rows: Sequence[Any]) -> list[Record]:
    """Rows of asyncpg as records."""
    return [Record(*row) for row in rows]


def _with_previous(row: Any) -> tuple[Record, Record | None]:
    record = Record(*row[:9])
    if row[9] is None:
        return record, None
    return record, Record(
        row[9], record.resource, record.namespace, record.name, record.uid, False, row[10], None, row[11]
    )


class Reader:
    """Consistent reads of past states by SQL. Every method raises Unavailable if PostgreSQL can't be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = SessionPool(database, POOL_SIZE)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def load(self) -> AsyncIterator[tuple[int, Sequence[Record]]]:
        """The whole live state as (revision, records) parts; every part is of the same revision.

        The first part may be empty; there is always at least one.
        """
        connection = await self._database.connect()
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                revision = await connection.fetchval(_CURRENT.sql)
                yield revision, ()
                cursor = await connection.cursor(_LIVE.sql, *_LIVE.arguments())
                while rows := await cursor.fetch(_LOAD_ROWS):
                    yield revision, records(rows)
        finally:
            connection.terminate()

    async def page(self, at: int, resource: str, namespace: str | None, after: tuple[str, str], maximum: int) -> Page:
        """Up to `maximum` objects after a key, as they were at revision `at`. Raises Compacted."""
        statement = _PAGE[namespace is not None]
        rows = await self._read_at(
            at,
            statement,
            resource=resource,
            namespace=namespace,
            after_namespace=after[0],
            after_name=after[1],
            maximum=maximum + 1,
        )
        return Page(records(rows[:maximum]), len(rows) > maximum)

    async def count(self, at: int, resource: str, namespace: str | None, after: tuple[str, str]) -> int:
        """How many objects there were after a key at revision `at`. Raises Compacted."""
        statement = _COUNT[namespace is not None]
        rows = await self._read_at(
            at, statement, resource=resource, namespace=namespace, after_namespace=after[0], after_name=after[1]
        )
        return rows[0][0]  # type: ignore[no-any-return]

    async def one(self, at: int, resource: str, namespace: str, name: str) -> Record | None:
        """One object as it was at revision `at`. Raises Compacted."""
        rows = await self._read_at(at, _ONE, resource=resource, namespace=namespace, name=name)
        return Record(*rows[0]) if rows else None

    async def events(self, resource: str, after: int, until: int, maximum: int) -> list[tuple[Record, Record | None]]:
        """Up to `maximum` records of a resource with after < revision <= until, in order, each with the
        record it replaced. Raises Compacted."""

        async def read(connection: Any) -> Sequence[Any]:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                arguments = _EVENTS.arguments(resource=resource, after=after, until=until, maximum=maximum)
                rows = await connection.fetch(_EVENTS.sql, *arguments)
                oldest = await connection.fetchval(_OLDEST.sql)
            if after < oldest:
                raise Compacted(after, oldest)
            return rows  # type: ignore[no-any-return]

        async with self._pool.session() as session:
            return [_with_previous(row) for row in await session.run(read)]

    async def unchanged_since(self, resource: str, age: timedelta) -> list[Key]:
        """The live objects of a resource that were last written longer ago than `age`, by PostgreSQL's clock."""

        async def read(connection: Any) -> Sequence[Any]:
            arguments = _UNCHANGED.arguments(resource=resource, age=age)
            return await connection.fetch(_UNCHANGED.sql, *arguments)  # type: ignore[no-any-return]

        async with self._pool.session() as session:
            return [Key(resource, *row) for row in await session.run(read)]

    async def oldest(self) -> int:
        """The oldest revision that can be read."""

        async def read(connection: Any) -> int:
            return await connection.fetchval(_OLDEST.sql)  # type: ignore[no-any-return]

        async with self._pool.session() as session:
            return await session.run(read)

    async def _read_at(self, at: int, statement: Statement, **values: Any) -> Sequence[Any]:
        """Run a statement about the state at a revision; its rows are complete or Compacted is raised."""

        async def read(connection: Any) -> Sequence[Any]:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                rows = await connection.fetch(statement.sql, *statement.arguments(at=at, **values))
                oldest = await connection.fetchval(_OLDEST.sql)
            if at < oldest:
                raise Compacted(at, oldest)
            return rows  # type: ignore[no-any-return]

        async with self._pool.session() as session:
            return await session.run(read)
