"""A PostgreSQL of their own for tests: started once, with a migrated template from which databases are copied."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.database import Database
from kubepy.storage.migrate import migrate

T = TypeVar("T")

_TEMPLATE: Final = "migrated"
_CALL_TIMEOUT_SECONDS: Final = 60.0
_EMPTY: Final = """
DO $$
DECLARE view text;
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    FOR view IN SELECT viewname FROM pg_views WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP VIEW %I', view);
    END LOOP;
    TRUNCATE object_revision;
    UPDATE revision_counter SET revision = 1;
    UPDATE compaction SET revision = 1;
END $$
"""


@contextmanager
def reachable_directory() -> Iterator[Path]:
    """A temporary directory that the database's own OS user may pass through, as pytest's may not be."""
    directory = Path(tempfile.mkdtemp(prefix="kubepy-test-"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def copy_cluster(prepared: Path, directory: Path) -> None:
    """Copy a stopped cluster with its owner: much faster than making a new one."""
    subprocess.run(["cp", "-a", prepared, directory], check=True)


class PostgresServer:
    """An embedded PostgreSQL whose event loop runs in a thread: it outlives the loops of single tests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.postgres = EmbeddedPostgres(directory)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._numbers = itertools.count(1)
        self._free: list[str] = []

    def __enter__(self) -> PostgresServer:
        self._thread.start()
        self.call(self.postgres.start())
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.call(self.postgres.stop())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @property
    def url(self) -> str:
        """The maintenance database."""
        return self.postgres.url

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the server with a signal (SIGQUIT: an immediate shutdown) and wait until it is gone."""
        assert self.postgres.pid is not None
        os.kill(self.postgres.pid, number)
        self.call(self.postgres.wait())

    def start_again(self) -> None:
        """Start it again after it was killed: it recovers from its log."""
        self.call(self.postgres.start())

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_TIMEOUT_SECONDS)

    def database_url(self, name: str) -> str:
        """How to connect to one of its databases."""
        return self.url.replace("/postgres?", f"/{name}?")

    def prepare_template(self) -> None:
        """Make the migrated database that `create_database` copies."""
        self.call(self._execute(self.url, f"CREATE DATABASE {_TEMPLATE}"))
        self.call(migrate(Database(self.database_url(_TEMPLATE))))

    def create_database(self, template: str = _TEMPLATE) -> str:
        """A fresh database, migrated unless another template is named; returns its URL."""
        name = f"test_{next(self._numbers)}"
        # Copying files is much faster here than the default, which logs every page.
        self.call(self._execute(self.url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        return self.database_url(name)

    @contextmanager
    def borrowed_database(self) -> Iterator[str]:
        """An empty migrated database, for as long as the block lasts; emptying is faster than making."""
        url = self._free.pop() if self._free else self.create_database()
        yield url
        self.call(self._execute(url, _EMPTY))
        self._free.append(url)

    async def _execute(self, url: str, sql: str) -> None:
        connection = await Database(url).connect()
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
