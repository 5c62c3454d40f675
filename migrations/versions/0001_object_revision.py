"""The temporal table, the revision counter, the compaction mark and the commit function."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kubepy.storage.functions import CREATE_COMMIT_MUTATIONS

revision = "0001"
down_revision = None

_BYTE_ORDER = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "object_revision",
        sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("resource", _BYTE_ORDER, nullable=False),
        sa.Column("namespace", _BYTE_ORDER, nullable=False),
        sa.Column("name", _BYTE_ORDER, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("created_revision", sa.BigInteger, nullable=False),
        sa.Column("previous_revision", sa.BigInteger),
        sa.Column("superseded_revision", sa.BigInteger),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "object_revision_live",
        "object_revision",
        ["resource", "namespace", "name"],
        unique=True,
        postgresql_where=sa.text("superseded_revision IS NULL AND NOT deleted"),
    )
    op.create_index(
        "object_revision_superseded",
        "object_revision",
        ["superseded_revision"],
        postgresql_where=sa.text("superseded_revision IS NOT NULL"),
    )
    op.create_index("object_revision_tombstone", "object_revision", ["revision"], postgresql_where=sa.text("deleted"))
    # Bodies stay uncompressed and, up to a page, in the row: compressing each in and out costs more CPU than
    # it saves I/O. Dead rows come from every update, so vacuum early.
    op.execute("ALTER TABLE object_revision ALTER body SET STORAGE EXTERNAL")
    op.execute(
        "ALTER TABLE object_revision SET"
        " (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000)"
    )
    for table in ("revision_counter", "compaction"):
        op.create_table(
            table,
            sa.Column("id", sa.SmallInteger, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
            sa.Column("revision", sa.BigInteger, nullable=False),
        )
        op.execute(f"INSERT INTO {table} VALUES (1, 1)")
        # One row, updated by every commit: room on its page lets PostgreSQL reuse dead versions in place.
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 10)")
    op.execute(CREATE_COMMIT_MUTATIONS)
