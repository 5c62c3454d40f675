"""The tables, declared once in SQLAlchemy Core, and the hot statements compiled from them.

`object_revision` is temporal: every write adds a row, and the row it replaces is marked with the revision
that superseded it. The state at any retained revision R is

    revision <= R and (superseded_revision is null or superseded_revision > R) and not deleted

so paginated lists, reads at an exact revision and time travel are one WHERE clause.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import ClauseElement

metadata: Final = MetaData()

_BYTE_ORDER: Final = Text(collation="C")

object_revision: Final = Table(
    "object_revision",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("resource", _BYTE_ORDER, nullable=False),
    Column("namespace", _BYTE_ORDER, nullable=False),
    Column("name", _BYTE_ORDER, nullable=False),
    Column("uid", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("created_revision", BigInteger, nullable=False),
    Column("previous_revision", BigInteger),
    Column("superseded_revision", BigInteger),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("body", LargeBinary, nullable=False),
)

live: Final = Index(
    "object_revision_live",
    object_revision.c.resource,
    object_revision.c.namespace,
    object_revision.c.name,
    unique=True,
    postgresql_where=object_revision.c.superseded_revision.is_(None) & ~object_revision.c.deleted,
)
superseded: Final = Index(
    "object_revision_superseded",
    object_revision.c.superseded_revision,
    postgresql_where=object_revision.c.superseded_revision.is_not(None),
)
tombstones: Final = Index(
    "object_revision_tombstone",
    object_revision.c.revision,
    postgresql_where=object_revision.c.deleted,
)

revision_counter: Final = Table(
    "revision_counter",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1"), primary_key=True),
    Column("revision", BigInteger, nullable=False),
)
"""One row: the revision of the last commit. Locking it is what puts commits in order."""

compaction: Final = Table(
    "compaction",
    metadata,
    Column("id", SmallInteger, CheckConstraint("id = 1"), primary_key=True),
    Column("revision", BigInteger, nullable=False),
)
"""One row: states before this revision can no longer be read. Raised before rows are deleted."""

_DIALECT: Final = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Statement:
    """A SQLAlchemy statement compiled once to SQL with `$n` parameters, for asyncpg.

    `arguments(name=value, ...)` gives the positional arguments in the order asyncpg wants.
    """

    __slots__ = ("_fixed", "_names", "sql")

    def __init__(self, clause: ClauseElement) -> None:
        compiled = clause.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql: Final = str(compiled)
        self._names: Final = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]
        self._fixed: Final = {k: v for k, v in compiled.params.items() if v is not None}

    def arguments(self, **values: Any) -> tuple[Any, ...]:
        """The values of the bind parameters, in the order of their numbers."""
        return tuple(values[name] if name in values else self._fixed[name] for name in self._names)
