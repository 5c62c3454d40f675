"""The PostgreSQL that comes along: started again, taken over, under any user, in any directory."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from postgres_server import copy_cluster

from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.database import Database

ROOT = Path(__file__).parent.parent.parent.parent
DEADLINE_SECONDS = 30.0
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes users")

START = """
import asyncio, pathlib, sys
from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.database import Database

async def main():
    postgres = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
    await postgres.start()
    connection = await Database(postgres.url).connect()
    print(postgres.pid, await connection.fetchval("SELECT count(*) FROM pg_class") > 0, flush=True)
    await connection.close()
    if sys.argv[2] == "wait":
        await asyncio.Event().wait()
    await postgres.stop()

asyncio.run(main())
"""


@asynccontextmanager
async def _running(directory: Path) -> AsyncIterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(directory)
    await postgres.start()
    try:
        yield postgres
    finally:
        await postgres.stop()


async def _sql(postgres: EmbeddedPostgres, statement: str) -> object:
    connection = await Database(postgres.url).connect()
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def _started_by_another(directory: Path) -> tuple[asyncio.subprocess.Process, int]:
    """A process that has started the server, and the server's process ID."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        START,
        str(directory),
        "wait",
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_SECONDS):
        return process, int((await process.stdout.readline()).split()[0])


@pytest.fixture
def directory(prepared_cluster: Path, reachable_path: Path) -> Path:
    """Of a cluster that has been started and stopped before."""
    copy_cluster(prepared_cluster, reachable_path / "postgres")
    return reachable_path / "postgres"


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_second_start_finds_what_the_first_left(directory: Path) -> None:
    async with _running(directory) as postgres:
        await _sql(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
        first = postgres.pid
        made_at = (directory / "data" / "PG_VERSION").stat().st_mtime_ns
    assert not _alive(first or 0)
    async with _running(directory) as postgres:
        assert await _sql(postgres, "SELECT answer FROM kept") == 42
    assert (directory / "data" / "PG_VERSION").stat().st_mtime_ns == made_at


async def test_nothing_that_bears_on_durability_is_turned_off(directory: Path) -> None:
    async with _running(directory) as postgres:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await _sql(postgres, f"SHOW {setting}") == "on"
        assert await _sql(postgres, "SHOW listen_addresses") == ""


async def test_a_server_left_by_a_killed_parent_is_taken_over(directory: Path) -> None:
    parent, left = await _started_by_another(directory)
    parent.kill()
    await parent.wait()
    assert _alive(left)
    async with _running(directory) as postgres:
        assert postgres.pid != left
        assert not _alive(left)
        assert await _sql(postgres, "SELECT 1") == 1


async def test_a_killed_server_is_started_again_even_while_its_processes_still_work(directory: Path) -> None:
    """A backend in the middle of a long computation doesn't notice that its postmaster has died."""
    postgres = EmbeddedPostgres(directory)
    await postgres.start()
    assert postgres.pid is not None
    connection = await Database(postgres.url).connect()
    pid = await connection.fetchval("SELECT pg_backend_pid()")
    busy = asyncio.ensure_future(
        connection.execute("DO $$ DECLARE n bigint := 0; BEGIN LOOP n := n + 1; END LOOP; END $$")
    )
    try:
        await _until_active(postgres, pid)
        os.kill(postgres.pid, signal.SIGKILL)
        await postgres.wait()
        async with _running(directory) as again:
            assert await _sql(again, "SELECT 1") == 1
            assert not _alive(pid)
    finally:
        await asyncio.wait([busy])
        assert busy.exception() is not None
        connection.terminate()


async def _until_active(postgres: EmbeddedPostgres, pid: int) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while await _sql(postgres, f"SELECT state FROM pg_stat_activity WHERE pid = {pid}") != "active":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_server_of_another_directory_is_left_alone(directory: Path, reachable_path: Path) -> None:
    """After a reboot, the process ID in a leftover postmaster.pid may be that of any other process."""
    other = reachable_path / "other"
    copy_cluster(directory, other)
    async with _running(directory) as one:
        shutil.copy(directory / "data" / "postmaster.pid", other / "data" / "postmaster.pid")
        async with _running(other) as two:
            assert await _sql(two, "SELECT 1") == 1
            assert await _sql(one, "SELECT 1") == 1


async def test_a_start_that_fails_says_why_and_leaves_nothing_running(directory: Path) -> None:
    with (directory / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("nonsense = 1\n")
    postgres = EmbeddedPostgres(directory)
    with pytest.raises(RuntimeError, match="nonsense"):
        await postgres.start()
    assert postgres.pid is None or not _alive(postgres.pid)


async def test_a_cancelled_start_leaves_nothing_running(directory: Path) -> None:
    postgres = EmbeddedPostgres(directory)
    starting = asyncio.create_task(postgres.start())
    async with asyncio.timeout(DEADLINE_SECONDS):
        while postgres.pid is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not _alive(postgres.pid or 0)


@as_root
async def test_a_directory_that_only_root_can_enter_is_refused_with_the_way_out(
    reachable_path: Path, prepared_cluster: Path
) -> None:
    closed = reachable_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(RuntimeError, match=f"may not enter {closed}.*chmod o\\+x {closed}"):
        await EmbeddedPostgres(closed / "postgres").start()
    closed.chmod(0o711)
    shutil.rmtree(closed / "postgres")
    copy_cluster(prepared_cluster, closed / "postgres")
    async with _running(closed / "postgres") as postgres:
        assert await _sql(postgres, "SELECT 1") == 1


@as_root
async def test_it_runs_as_an_unprivileged_user(reachable_path: Path) -> None:
    """Then the server runs as that user, and nothing needs to be given away."""
    python = _python_for_everybody()
    home = reachable_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    process = await asyncio.create_subprocess_exec(
        python,
        "-c",
        START,
        str(home / "postgres"),
        "stop",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd=home,
        env={
            "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("platlib")]),
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    async with asyncio.timeout(DEADLINE_SECONDS):
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert output.split()[1] == b"True"
    assert (home / "postgres" / "data").stat().st_uid == NOBODY


def _python_for_everybody() -> str:
    """A Python of this version that every user may run; the virtual environment's may be below /root."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        for path in (python, sysconfig.get_path("platlib"), str(ROOT / "kubepy")):
            if subprocess.run(["test", "-r", path], user=NOBODY, group=NOBODY, extra_groups=[], check=False).returncode:
                break
        else:
            return python
    pytest.skip("no Python here that other users may run")


async def test_a_deep_directory_has_its_socket_elsewhere_and_always_in_the_same_place(
    reachable_path: Path, prepared_cluster: Path
) -> None:
    """The kernel takes no socket paths longer than 107 bytes; every process must find the same one."""
    directory = reachable_path / ("deep" * 20) / "postgres"
    directory.parent.mkdir()
    copy_cluster(prepared_cluster, directory)
    async with _running(directory) as postgres:
        assert await _sql(postgres, "SELECT 1") == 1
        show = "import sys, pathlib; from kubepy.cli.embedded_postgres import EmbeddedPostgres as E;"
        for seed in ("1", "2"):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                show + "print(E(pathlib.Path(sys.argv[1])).url)",
                str(directory),
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            )
            output, _ = await process.communicate()
            assert output.decode().strip() == postgres.url
    socket_directory = Path(postgres.url.partition("host=")[2].replace("%2F", "/"))
    assert socket_directory.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(socket_directory)


async def test_a_socket_directory_of_somebody_elses_is_refused(
    reachable_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever made it could put a server of their own there."""
    elsewhere = reachable_path / "theirs"
    (reachable_path / "target").mkdir()
    elsewhere.symlink_to(reachable_path / "target")
    monkeypatch.setattr("kubepy.cli.embedded_postgres._socket_directory", lambda _: elsewhere)
    owner = (reachable_path / "target").stat().st_uid
    with pytest.raises(RuntimeError, match="somebody else's"):
        await EmbeddedPostgres(reachable_path / "postgres").start()
    assert (reachable_path / "target").stat().st_uid == owner, "nothing was given away"
