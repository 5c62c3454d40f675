"""A PostgreSQL of their own for tests: started once, with a migrated template from which databases are copied."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.storage.database import Database
from kubepy.storage.migrate import migrate

T = TypeVar("T")

_TEMPLATE: Final = "migrated"
_CALL_TIMEOUT_SECONDS: Final = 60.0


@contextmanager
def reachable_directory() -> Iterator[Path]:
    """A temporary directory that the database's own OS user may pass through, as pytest's may not be."""
    directory = Path(tempfile.mkdtemp(prefix="kubepy-test-"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class PostgresServer:
    """An embedded PostgreSQL whose event loop runs in a thread: it outlives the loops of single tests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.postgres = EmbeddedPostgres(directory)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._numbers = itertools.count(1)

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

    @property
    def socket(self) -> Path:
        """The Unix socket it listens on."""
        return Path(os.fsdecode(urlsplit(self.url).query.removeprefix("host=")).replace("%2F", "/")) / ".s.PGSQL.5432"

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_TIMEOUT_SECONDS)

    def database_url(self, name: str) -> str:
        """How to connect to one of its databases."""
        return self.url.replace("/postgres?", f"/{name}?")

    def prepare_template(self) -> None:
        """Make the migrated database that `create_database` copies."""
        self.call(self._execute(f"CREATE DATABASE {_TEMPLATE}"))
        self.call(migrate(Database(self.database_url(_TEMPLATE))))

    def create_database(self, template: str = _TEMPLATE) -> str:
        """A fresh database; returns its URL."""
        name = f"test_{next(self._numbers)}"
        self.call(self._execute(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return self.database_url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self.call(self._execute(f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)"))

    async def _execute(self, sql: str) -> None:
        connection = await Database(self.url).connect()
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
