"""A fresh kubepy on this machine, started and stopped as a user would, and what it holds in memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.endpoint import Endpoint
from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.cli.runtime_state import DataDirectory

TOKEN = "benchmark-token"


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in bytes by kind of process, each shared page counted once (PSS)."""

    workers: int
    postgres: int
    others: int
    """The supervisor and what it needs to start the rest."""

    @property
    def total(self) -> int:
        """Of all processes together."""
        return self.workers + self.postgres + self.others

    def __str__(self) -> str:
        parts = (("API servers", self.workers), ("PostgreSQL", self.postgres), ("supervisor", self.others))
        return ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in parts)


class Cluster:
    """One data directory and the cluster in it, reachable with a token of group system:masters."""

    def __init__(self, directory: Path, workers: int) -> None:
        self.directory = directory / "data"
        self.workers = workers
        self._token_file = directory / "tokens.csv"
        self._token_file.write_text(f'{TOKEN},bench,bench,"system:masters"\n')
        self._certificates = self.directory / "pki"
        self._state = DataDirectory(self.directory)
        self._state.create()
        self._port = free_port()

    @property
    def endpoint(self) -> Endpoint:
        """How to reach it."""
        return Endpoint(self._port, self._certificates / "ca.crt", TOKEN)

    @property
    def certificate(self) -> tuple[Path, Path]:
        """The server's certificate and key, for servers it is compared with."""
        return self._certificates / "apiserver.crt", self._certificates / "apiserver.key"

    @property
    def postgres(self) -> EmbeddedPostgres:
        """Its database, which runs while the cluster runs."""
        return EmbeddedPostgres(self._state.postgres)

    @contextlib.contextmanager
    def running(self) -> Iterator[float]:
        """The cluster is up inside the block; gives the seconds that took. Raises CalledProcessError."""
        started = time.monotonic()
        self._kubepy(
            "up",
            f"--secure-port={self._port}",
            "--bind-address=127.0.0.1",
            f"--token-auth-file={self._token_file}",
            f"--workers={self.workers}",
            "--components=apiserver",
            "--detach",
        )
        try:
            yield time.monotonic() - started
        finally:
            self._kubepy("down")

    def _kubepy(self, command: str, *arguments: str) -> None:
        argv = [sys.executable, "-m", "kubepy", command, f"--data-dir={self.directory}", *arguments]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)

    def memory(self) -> Memory:
        """What its processes hold now."""
        supervisor = self._state.supervisor_pid()
        assert supervisor is not None
        sizes = {"workers": 0, "postgres": 0, "others": 0}
        workers = {component["pid"] for component in self._state.read_state()["components"]}
        for pid in (supervisor, *_descendants(supervisor)):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                is_postgres = Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"
                kind = "workers" if pid in workers else "postgres" if is_postgres else "others"
                sizes[kind] += _proportional_bytes(pid)
        return Memory(**sizes)


@contextlib.contextmanager
def new_directory(below: Path) -> Iterator[Path]:
    """A directory that is gone afterwards. Others may pass through: the database has a user of its own."""
    directory = Path(tempfile.mkdtemp(prefix="kubepy-bench-", dir=below))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _descendants(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                # The second field, the program's name, is in parentheses and may hold anything.
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                parents[int(entry)] = int(fields[1])
    found: list[int] = []
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        children = [pid for pid, its_parent in parents.items() if its_parent == parent]
        found += children
        waiting += children
    return found


def _proportional_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
