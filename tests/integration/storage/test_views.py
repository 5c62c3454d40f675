"""SQL for people: read-only views of what is live, never of Secrets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from storage_objects import creation, deletion, key, update

from kubepy.storage.cluster_state import ClusterState
from kubepy.storage.database import Database
from kubepy.storage.views import create_views

KEYS = ["configmaps", "deployments.apps", "secrets", "namespaces", "csinodes.storage.k8s.io"]


@pytest.fixture
async def sql(database: Database, state: ClusterState) -> AsyncIterator[Any]:
    await create_views(database, KEYS)
    connection = await database.connect()
    yield connection
    await connection.close()


async def test_a_view_shows_what_is_live(sql: Any, state: ClusterState) -> None:
    [a] = await state.commit(creation(key("a"), {"app": "web"}, color="red"))
    [b] = await state.commit(creation(key("b")))
    [c] = await state.commit(creation(key("cluster-wide", namespace="")))
    await state.commit(deletion(b))
    [a2] = await state.commit(update(a, {"app": "db"}, color="blue"))
    rows = await sql.fetch(
        "SELECT namespace, name, uid, labels->>'app' AS app, revision, object->'data'->>'color' AS color,"
        " object->'metadata'->>'resourceVersion' AS version FROM configmaps ORDER BY name"
    )
    assert [tuple(row) for row in rows] == [
        ("default", "a", a.uid, "db", a2.revision, "blue", str(a2.revision)),
        (None, "cluster-wide", c.uid, None, c.revision, None, str(c.revision)),
    ]


async def test_every_resource_has_a_view_but_secrets(sql: Any) -> None:
    names = {row[0] for row in await sql.fetch("SELECT viewname FROM pg_views WHERE schemaname = 'public'")}
    assert names == {"configmaps", "deployments_apps", "namespaces", "csinodes_storage_k8s_io"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM configmaps",
        "UPDATE configmaps SET name = 'b'",
        "INSERT INTO configmaps (namespace, name, uid, revision) VALUES ('default', 'b', 'u', 7)",
    ],
)
async def test_a_view_cannot_be_written_through(sql: Any, state: ClusterState, statement: str) -> None:
    await state.commit(creation(key("a")))
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match=r"cannot (delete|update|insert)"):
        await sql.execute(statement)


async def test_text_that_jsonb_cannot_hold_does_not_break_the_view(sql: Any, state: ClusterState) -> None:
    """JSON allows NUL in strings, PostgreSQL's jsonb doesn't: it is shown as U+FFFD, all else as it is."""
    await state.commit(creation(key("a"), text="nul\0nul\0\0", path="C:\\u0000", both="\\\0"), creation(key("b")))
    rows = await sql.fetch(
        "SELECT object->'data'->>'text', object->'data'->>'path', object->'data'->>'both' FROM configmaps ORDER BY name"
    )
    assert tuple(rows[0]) == ("nul\ufffdnul\ufffd\ufffd", "C:\\u0000", "\\\ufffd")
    assert len(rows) == 2


async def test_views_can_be_made_by_many_at_once_and_again(database: Database) -> None:
    await asyncio.gather(*[create_views(database, KEYS) for _ in range(4)])
    await create_views(database, [*KEYS, "pods"])
    connection = await database.connect()
    assert await connection.fetchval("SELECT count(*) FROM pods") == 0
    await connection.close()


async def test_a_view_reads_through_the_index(sql: Any, state: ClusterState) -> None:
    """A condition on the name reaches the index of live rows: no scan of all history."""
    await state.commit(*[creation(key(f"o{n}")) for n in range(300)])
    await sql.execute("ANALYZE object_revision")
    await sql.execute("SET enable_seqscan = off")
    plan = await sql.fetch("EXPLAIN SELECT object FROM configmaps WHERE name = 'o7'")
    assert "object_revision_live" in "\n".join(row[0] for row in plan)
