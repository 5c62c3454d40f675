"""How long after a commit in one process a watcher in another one has the event.

Two processes on one database: one commits at a steady rate, each write noting when it was acknowledged; the
other watches. Both clocks are the machine's monotonic one. Prints percentiles of event minus acknowledgement
(an event may come before the acknowledgement: then the latency is negative) and of event minus submission.

    python -m benchmarks.watch_latency [--database-url URL] [--rate 500] [--seconds 10] [--body-bytes 2000]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Final

import msgspec

from kubepy.api.encoding import encode_object
from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.cluster_state import open_cluster_state
from kubepy.storage.database import Database
from kubepy.storage.migrate import migrate
from kubepy.storage.records import Key, Mutation

RESOURCE: Final = "configmaps"
CLOSING_SECONDS: Final = 15.0


class Everything:
    """Selects all objects."""

    namespace: str | None = None
    name: str | None = None
    matches_all = True

    def matches(self, entry: object) -> bool:
        return True


async def watch(url: str, count: int) -> None:
    """Print the revision and the arrival time of each of `count` events, as JSON."""
    arrived: list[tuple[int, float]] = []
    async with open_cluster_state(Database(url)) as state:
        watcher = await state.watch(RESOURCE, Everything(), state.cache.revision)
        print("ready", flush=True)
        while len(arrived) < count and not watcher.closed:
            await watcher.wait()
            now = time.monotonic()
            arrived += [(event.revision, now) for _, event in watcher.take()]
    print(msgspec.json.encode(arrived).decode(), flush=True)


async def write(url: str, arguments: argparse.Namespace) -> dict[int, tuple[float, float]]:
    """Commit at the rate; gives when each revision was submitted and acknowledged."""
    times: dict[int, tuple[float, float]] = {}
    padding = "x" * arguments.body_bytes

    async def one(number: int) -> None:
        key, uid = Key(RESOURCE, "default", f"object-{number}"), str(uuid.uuid4())
        body = encode_object({"kind": "ConfigMap", "metadata": {"name": key.name, "uid": uid}, "data": {"x": padding}})
        submitted = time.monotonic()
        [record] = await state.commit(Mutation(key, uid, body, 0))
        times[record.revision] = (submitted, time.monotonic())

    async with open_cluster_state(Database(url)) as state, asyncio.TaskGroup() as tasks:
        started = time.monotonic()
        for number in range(int(arguments.rate * arguments.seconds)):
            await asyncio.sleep(max(0.0, started + number / arguments.rate - time.monotonic()))
            tasks.create_task(one(number))
    return times


async def measure(url: str, arguments: argparse.Namespace) -> None:
    """Run both processes and print what they saw."""
    await migrate(Database(url))
    count = int(arguments.rate * arguments.seconds)
    watching = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.watch_latency",
        f"--database-url={url}",
        f"--watch={count}",
        stdout=asyncio.subprocess.PIPE,
        limit=2**26,
    )
    assert watching.stdout is not None
    await watching.stdout.readline()
    times = await write(url, arguments)
    async with asyncio.timeout(CLOSING_SECONDS):
        arrived = msgspec.json.decode(await watching.stdout.readline(), type=list[tuple[int, float]])
    await watching.wait()
    print(f"{count} writes at {arguments.rate}/s, {arguments.body_bytes} bytes each")
    _print_percentiles("commit to watcher", [at - times[revision][1] for revision, at in arrived])
    _print_percentiles("submit to watcher", [at - times[revision][0] for revision, at in arrived])
    _print_percentiles("submit to commit", [end - start for start, end in times.values()])


def _print_percentiles(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    parts = [
        f"p{share * 100:g} {ordered[int(share * (len(ordered) - 1))] * 1000:.1f} ms" for share in (0.5, 0.99, 0.999)
    ]
    print(f"{what:18} {'  '.join(parts)}  max {ordered[-1] * 1000:.1f} ms")


async def main(arguments: argparse.Namespace) -> None:
    """Measure on the given database, or on a PostgreSQL of its own."""
    if arguments.watch:
        await watch(arguments.database_url, arguments.watch)
    elif arguments.database_url:
        await measure(arguments.database_url, arguments)
    else:
        with tempfile.TemporaryDirectory(prefix="kubepy-benchmark-") as directory:
            Path(directory).chmod(0o711)
            postgres = EmbeddedPostgres(Path(directory) / "postgres")
            await postgres.start()
            try:
                await measure(postgres.url, arguments)
            finally:
                await postgres.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database-url", default="", help="an empty database; default: a PostgreSQL of its own")
    parser.add_argument("--rate", type=float, default=500.0, help="writes per second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--body-bytes", type=int, default=2000)
    parser.add_argument("--watch", type=int, default=0, help=argparse.SUPPRESS)
    asyncio.run(main(parser.parse_args()))
