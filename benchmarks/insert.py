"""The floor under writes: kubepy's store alone, group commit and all, without HTTP, validation or watchers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import uvloop

from benchmarks.results import Result, percentile
from kubepy.api.encoding import without_revision
from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.database import Database
from kubepy.storage.migrate import migrate
from kubepy.storage.records import Key, Mutation
from kubepy.storage.store import Store

_DATABASE = "insert_floor"


def measure(postgres: EmbeddedPostgres, served: bytes, count: int, clients: int) -> Result:
    """Insert so many copies of an object, given as it is served, into a new database of a running server."""
    return uvloop.run(_measure(postgres.url, without_revision(served), count, clients))


def server_version(postgres: EmbeddedPostgres) -> str:
    """PostgreSQL's version."""
    return uvloop.run(_server_version(postgres.url))


async def _server_version(url: str) -> str:
    connection = await Database(url).connect()
    try:
        return str(await connection.fetchval("SHOW server_version")).split()[0]
    finally:
        await connection.close()


async def _measure(url: str, body: bytes, count: int, clients: int) -> Result:
    connection = await Database(url).connect()
    await connection.execute(f"CREATE DATABASE {_DATABASE}")
    try:
        database = Database(url.replace("/postgres?", f"/{_DATABASE}?"))
        await migrate(database)
        return await _insert(database, body, count, clients)
    finally:
        await connection.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)")
        await connection.close()


async def _insert(database: Database, body: bytes, count: int, clients: int) -> Result:
    store = Store(database, lambda _: None)
    writer = asyncio.create_task(store.run())
    samples: list[float] = []
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            await store.commit(Mutation(Key("pods", "bench", f"bench-{number:06d}"), str(number), body, 0))
            samples.append((time.perf_counter() - began) * 1000)

    await store.commit(Mutation(Key("pods", "bench", "first"), "first", body, 0))
    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - started
    writer.cancel()
    await asyncio.wait([writer])
    return _result(samples, seconds)


def _result(samples: Sequence[float], seconds: float) -> Result:
    ordered = sorted(samples)
    return Result(len(ordered), seconds, percentile(ordered, 0.5), percentile(ordered, 0.99))
