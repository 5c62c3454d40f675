"""What a large collection costs: resident memory with it, and the time each page of a list takes."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.cluster import Cluster, Memory
from benchmarks.endpoint import Endpoint
from benchmarks.results import Result, percentile
from kubepy.api.encoding import encode_object
from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.database import Database
from kubepy.storage.migrate import migrate
from kubepy.storage.records import Key, Mutation
from kubepy.storage.store import MAX_BATCH_MUTATIONS, Store

PAGE: Final = 500
COLLECTION: Final = "/api/v1/namespaces/default/configmaps"
_DATA_BYTES: Final = 900
_CREATED: Final = "2026-01-02T03:04:05Z"
_find_continue = re.compile(rb'"continue":"([^"]+)"').search


@dataclass(frozen=True, slots=True)
class Collection:
    """A cluster with a large collection."""

    start_seconds: float
    before: Memory
    after: Memory
    """Memory once the whole collection has been listed twice."""
    pages: Result


def measure(directory: Path, workers: int, count: int) -> Collection:
    """Fill a database, start a cluster on it, and list it. `directory` must be new."""
    cluster = Cluster(directory, workers)
    asyncio.run(_fill(cluster.postgres, count))
    with cluster.running() as start_seconds:
        before = cluster.memory()
        list_all(cluster.endpoint, count)
        pages = list_all(cluster.endpoint, count)
        return Collection(start_seconds, before, cluster.memory(), pages)


async def _fill(postgres: EmbeddedPostgres, count: int) -> None:
    """ConfigMaps as the API server would have stored them, straight into the database."""
    await postgres.start()
    try:
        database = Database(postgres.url)
        await migrate(database)
        store = Store(database, lambda _: None)
        writer = asyncio.create_task(store.run())
        batch: list[Mutation] = []
        for mutation in _config_maps(count):
            batch.append(mutation)
            if len(batch) == MAX_BATCH_MUTATIONS:
                await store.commit(*batch)
                batch = []
        if batch:
            await store.commit(*batch)
        writer.cancel()
        await asyncio.wait([writer])
    finally:
        await postgres.stop()


def _config_maps(count: int) -> Iterator[Mutation]:
    generator = random.Random(1)
    for number in range(count):
        name, uid = f"settings-{number:06d}", str(uuid.UUID(int=generator.getrandbits(128), version=4))
        entry = {
            "manager": "bench",
            "operation": "Update",
            "apiVersion": "v1",
            "time": _CREATED,
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:data": {".": {}, "f:settings": {}}},
        }
        metadata = {
            "name": name,
            "namespace": "default",
            "uid": uid,
            "creationTimestamp": _CREATED,
            "managedFields": [entry],
        }
        data = {"settings": generator.randbytes(_DATA_BYTES // 2).hex()}
        obj = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": data}
        yield Mutation(Key("configmaps", "default", name), uid, encode_object(obj), 0)


def list_all(endpoint: Endpoint, count: int) -> Result:
    """Read the whole collection page by page, as one client."""
    samples = []
    path = f"{COLLECTION}?limit={PAGE}"
    items = 0
    started = time.perf_counter()
    with contextlib.closing(endpoint.connect()) as connection:
        token = b""
        while True:
            began = time.perf_counter()
            page = endpoint.send(connection, "GET", path + (f"&continue={token.decode()}" if token else ""))
            samples.append((time.perf_counter() - began) * 1000)
            items += page.count(b'"uid":')
            found = _find_continue(page)
            if found is None:
                break
            token = found[1]
    seconds = time.perf_counter() - started
    ordered = sorted(samples)
    return Result(
        count=len(ordered),
        seconds=seconds,
        p50_ms=percentile(ordered, 0.5),
        p99_ms=percentile(ordered, 0.99),
        errors=max(0, count - items),
        note=f"slowest page {ordered[-1]:.0f} ms",
    )
