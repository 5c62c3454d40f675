"""Every case of the contract runs three times: by SQL, on the writer's own cache, and on another process's cache."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from storage_under_test import ReadBySQL, ReadFromCache, StorageUnderTest

from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.compaction import Compactor
from kubepy.storage.database import Database


@pytest.fixture(params=["sql", "own cache", "another cache"])
async def storage(
    request: pytest.FixtureRequest, state: ClusterState, database: Database
) -> AsyncIterator[StorageUnderTest]:
    if request.param == "sql":
        yield ReadBySQL(state, state)
    elif request.param == "own cache":
        yield ReadFromCache(state, state)
    else:
        async with open_cluster_state(database) as other:
            yield ReadFromCache(state, other)


@pytest.fixture
def compact(database: Database) -> Callable[[], Awaitable[int]]:
    """Compact everything that can be, as if its retention were over."""

    async def compact_now() -> int:
        compactor = Compactor(database, timedelta(0))
        try:
            return await compactor.compact_once()
        finally:
            await compactor.close()

    return compact_now
