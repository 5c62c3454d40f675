"""One process that starts, watches and stops all others of a cluster on one machine.

Started in this order, stopped in the opposite one:

    embedded PostgreSQL (unless another is given) -> migration, certificates -> API server workers

A worker that dies is started again, ever later if it keeps dying. If PostgreSQL itself dies, everything stops:
that needs a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from kubepy.cli.child_process import ChildProcess
from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.cli.errors import UsageError
from kubepy.cli.runtime_state import DataDirectory
from kubepy.cli.settings import Settings

log = logging.getLogger(__name__)

READY_TIMEOUT_SECONDS: Final = 60.0
STOP_TIMEOUT_SECONDS: Final = 20.0
_RESTART_DELAYS_SECONDS: Final = (0.1, 0.5, 2.0, 5.0, 10.0)
_HEALTHY_AFTER_SECONDS: Final = 30.0


class Worker:
    """One API server process, started again whenever it dies."""

    def __init__(self, name: str, settings: Settings, changed: Callable[[], None]) -> None:
        self.name = name
        self._settings = settings
        self._changed = changed
        self._process: ChildProcess | None = None
        self.ready = asyncio.Event()

    @property
    def pid(self) -> int:
        """Its process ID, 0 while it isn't running."""
        return self._process.pid if self._process is not None and self._process.is_alive else 0

    async def run(self) -> None:
        """Keep it running until cancelled, then stop it. Raises UsageError if its first start fails."""
        failures = 0
        try:
            while True:
                started = time.monotonic()
                self._process = ChildProcess("apiserver", self._settings)
                said = await self._process.report()
                if said == "ready":
                    self.ready.set()
                    self._changed()
                elif failures == 0:
                    raise UsageError(said or "the API server ended while it was starting, see the log")
                code = await self._process.wait()
                self.ready.clear()
                self._changed()
                failures = 1 if time.monotonic() - started > _HEALTHY_AFTER_SECONDS else failures + 1
                delay = _RESTART_DELAYS_SECONDS[min(failures, len(_RESTART_DELAYS_SECONDS)) - 1]
                log.error("%s ended with status %d, starting it again in %.1f s", self.name, code, delay)
                await asyncio.sleep(delay)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        process = self._process
        if process is None or not process.is_alive:
            return
        process.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("%s has not stopped in %.0f s: killing it", self.name, STOP_TIMEOUT_SECONDS)
            process.signal(signal.SIGKILL)
            await process.wait()


class Supervisor:
    """Runs one cluster in a data directory. `progress` is told each step of the start."""

    def __init__(self, directory: DataDirectory, settings: Settings, progress: Callable[[str], None]) -> None:
        self._directory = directory
        self._settings = settings
        self._progress = progress
        self._workers: list[Worker] = []

    @asynccontextmanager
    async def running(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Everything runs inside the block. `stop` may be set during the start to give it up.

        Raises UsageError or RuntimeError (perhaps in a group) with the reason if it can't be started.
        """
        _check_port(self._settings)
        async with contextlib.AsyncExitStack() as stack:
            await self._start_database(stack, stop)
            await self._prepare()
            self._workers = [
                Worker(f"apiserver-{number}", self._settings, self._write_state)
                for number in range(self._settings.workers)
            ]
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [tasks.create_task(worker.run(), name=worker.name) for worker in self._workers]
            try:
                many = len(self._workers) > 1
                self._progress(f"starting {len(self._workers)} API server process{'es' if many else ''}")
                await self._until_ready(stop)
                yield
            finally:
                self._directory.clear_state()
                for task in running:
                    task.cancel()

    async def _start_database(self, stack: contextlib.AsyncExitStack, stop: asyncio.Event) -> None:
        if self._settings.database_url:
            return
        self._progress("starting PostgreSQL")
        postgres = EmbeddedPostgres(self._directory.postgres)
        await postgres.start()
        stack.push_async_callback(postgres.stop)
        watching = asyncio.create_task(self._stop_with(postgres, stop))
        stack.callback(watching.cancel)
        self._settings = replace(self._settings, database_url=postgres.url)

    async def _stop_with(self, postgres: EmbeddedPostgres, stop: asyncio.Event) -> None:
        code = await postgres.wait()
        if not stop.is_set():
            log.error("PostgreSQL ended with status %d: stopping", code)
            stop.set()

    async def _prepare(self) -> None:
        child = ChildProcess("prepare", self._settings)
        said = await child.report()
        await child.wait()
        if said != "ready":
            raise UsageError(said or "the database could not be prepared, see the log")

    async def _until_ready(self, stop: asyncio.Event) -> None:
        ready: asyncio.Task[Any] = asyncio.create_task(self._all_ready())
        stopped: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait(
                {ready, stopped}, timeout=READY_TIMEOUT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ready.cancel()
            stopped.cancel()
        if not done:
            raise UsageError(f"the API server was not ready within {READY_TIMEOUT_SECONDS:.0f} s")

    async def _all_ready(self) -> None:
        for worker in self._workers:
            await worker.ready.wait()

    def _write_state(self) -> None:
        components = [
            {"name": worker.name, "pid": worker.pid, "state": "ready" if worker.ready.is_set() else "starting"}
            for worker in self._workers
        ]
        ready = all(worker.ready.is_set() for worker in self._workers)
        self._directory.write_state({"ready": ready, "server": self._settings.server_url, "components": components})


def _check_port(settings: Settings) -> None:
    """Raise UsageError if somebody listens there: workers share the port, so they wouldn't notice."""
    family = socket.AF_INET6 if ":" in settings.bind_address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind_address, settings.secure_port))
        except OSError as error:
            raise UsageError(
                f"cannot listen on {settings.bind_address}:{settings.secure_port}: {os.strerror(error.errno or 0)};"
                " choose another with --secure-port"
            ) from error
