"""Clients keep connections open between requests: a server that stops closes these instead of waiting for them."""

from __future__ import annotations

import time
from pathlib import Path

from running_cluster import Cluster

SOON_SECONDS = 5.0


async def test_a_stop_waits_for_no_idle_connection(scratch: Path) -> None:
    """A stop drains requests in flight (10 s at most); a connection without one is closed at once."""
    cluster = Cluster(scratch / "idle", workers=1)
    started = cluster.up()
    assert started.status == 0, started.stderr
    async with cluster.session() as http:
        async with http.get("/version") as response:
            assert response.status == 200
        before = time.monotonic()
        stopped = cluster.down()
        assert stopped.status == 0, stopped.stderr
        assert time.monotonic() - before < SOON_SECONDS
