"""Random histories of several processes on one database, judged by the checker, with and without faults.

A failing run prints its seed and leaves its history as JSON in the temporary directory it names; a history
that showed a bug becomes a case of test_checker.py or a test of its own in tests/integration/storage.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from checker import check
from fault_proxy import FaultProxy, socket_of
from history import LOG_COMMITS, History, Write, committed, operations_of
from postgres_server import PostgresServer

from kubepy.storage.compaction import Compactor
from kubepy.storage.database import Database

SECONDS = 2.5
PROCESSES = 3
HERE = Path(__file__).parent
ROOT = HERE.parent.parent

Faults = Callable[[random.Random], Awaitable[None]]


class Run:
    """Worker processes on one database, and what came of them."""

    def __init__(self, database: Database, directory: Path, seed: int) -> None:
        self._database = database
        self._directory = directory
        self._seed = seed
        self.random = random.Random(seed)
        self.processes: list[asyncio.subprocess.Process] = []

    @asynccontextmanager
    async def workers(self, url: str, pause_seconds: float = 0.004) -> AsyncIterator[None]:
        """Started and ready inside the block; on leaving they have ended by themselves."""
        for number in range(PROCESSES):
            settings = {
                "url": url,
                "output": str(self._directory / f"{number}.jsonl"),
                "seed": self._seed + number,
                "seconds": SECONDS,
                "pause_seconds": pause_seconds,
            }
            self.processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    str(HERE / "worker.py"),
                    msgspec.json.encode(settings).decode(),
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                )
            )
        try:
            for process in self.processes:
                assert process.stdout is not None
                assert await process.stdout.readline() == b"ready\n", await _errors(process)
            yield
            for process in self.processes:
                _, errors = await process.communicate()
                assert process.returncode in (0, -signal.SIGKILL), errors.decode()
        finally:
            for process in self.processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    async def verdict(self) -> History:
        """The history, which is a correct one."""
        log, mark = await committed(self._database)
        history = History(log, [], mark)
        for number in range(PROCESSES):
            with (self._directory / f"{number}.jsonl").open("rb") as lines:
                history.operations += operations_of(lines)
        complaints = check(history)
        if complaints:
            path = self._directory / "history.json"
            path.write_bytes(msgspec.json.encode(history))
            pytest.fail(f"seed {self._seed}, history in {path}:\n" + "\n".join(complaints[:10]))
        writes = [operation for operation in history.operations if isinstance(operation, Write)]
        assert sum(write.outcome == "ok" for write in writes) > 20, "too few writes to mean anything"
        assert any(write.outcome == "conflict" for write in writes)
        return history


async def _errors(process: asyncio.subprocess.Process) -> str:
    return (await process.communicate())[1].decode()


@pytest.fixture
async def database(postgres: PostgresServer) -> Database:
    database = Database(postgres.create_database())
    await _log_commits(database)
    return database


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    return Run(database, tmp_path, random.SystemRandom().getrandbits(32))


async def _log_commits(database: Database) -> None:
    connection = await database.connect()
    try:
        await connection.execute(LOG_COMMITS)
    finally:
        await connection.close()


async def test_processes_on_one_database_make_a_linearizable_history(run: Run, database: Database) -> None:
    async with run.workers(database.url):
        pass
    await run.verdict()


async def test_cut_and_frozen_connections_lose_and_repeat_nothing(
    run: Run, database: Database, reachable_path: Path
) -> None:
    async with FaultProxy(reachable_path, socket_of(database.url)).running() as proxy:
        async with run.workers(proxy.url(database.url)):
            ends_at = asyncio.get_running_loop().time() + SECONDS
            while asyncio.get_running_loop().time() < ends_at:
                await asyncio.sleep(run.random.uniform(0.1, 0.5))
                await _one_fault(proxy, run.random)
        await run.verdict()


async def _one_fault(proxy: FaultProxy, chance: random.Random) -> None:
    fault = chance.choice(["cut", "freeze", "freeze and cut", "lose answers", "lose requests", "delay", "refuse"])
    seconds = chance.uniform(0.05, 0.3)
    if fault == "delay":
        proxy.delay_seconds = 0.02
    elif fault == "refuse":
        proxy.accepting = False
        proxy.cut()
    elif fault != "cut":
        proxy.freeze(requests=fault != "lose answers", answers=fault != "lose requests")
    await asyncio.sleep(seconds)
    if fault not in ("freeze", "delay", "refuse"):
        proxy.cut()
    proxy.thaw()
    proxy.accepting = True
    proxy.delay_seconds = 0.0


async def test_compaction_never_shows_half_of_the_past(run: Run, database: Database) -> None:
    compactor = Compactor(database, timedelta(milliseconds=200))
    deleted = 0

    async def compact() -> None:
        nonlocal deleted
        while True:
            deleted += await compactor.compact_once()
            await asyncio.sleep(0.05)

    async with run.workers(database.url):
        task = asyncio.create_task(compact())
        await asyncio.wait([task], timeout=SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await compactor.close()
    await run.verdict()
    assert deleted > 50, "compaction had nothing to do"


@pytest.fixture
async def own_run(own_postgres: PostgresServer, tmp_path: Path) -> tuple[Run, PostgresServer, str]:
    url = own_postgres.create_database()
    await _log_commits(Database(url))
    return Run(Database(url), tmp_path, random.SystemRandom().getrandbits(32)), own_postgres, url


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL], ids=["immediate restart", "kill -9"])
async def test_a_crash_of_postgresql_loses_nothing_acknowledged(
    own_run: tuple[Run, PostgresServer, str], number: int
) -> None:
    """SIGQUIT is what `pg_ctl restart -m immediate` sends: no checkpoint, recovery from the log."""
    run, server, url = own_run
    async with run.workers(url):
        for _ in range(2):
            await asyncio.sleep(run.random.uniform(0.4, 0.8))
            await asyncio.to_thread(server.kill, number)
            await asyncio.to_thread(server.start_again)
    await run.verdict()


async def test_a_killed_process_loses_nothing_acknowledged_and_disturbs_nobody(run: Run, database: Database) -> None:
    """Its writes never pause: it dies in the middle of one."""
    async with run.workers(database.url, pause_seconds=0.0):
        await asyncio.sleep(run.random.uniform(0.5, 1.5))
        run.processes[0].kill()
    await run.verdict()
