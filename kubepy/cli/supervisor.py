"""One process that starts, watches and stops all others of a cluster on one machine.

Started in this order, stopped in the opposite one:

    embedded PostgreSQL (unless another is given) -> migration -> certificates -> API server workers

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
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kubepy.cli.embedded_postgres import EmbeddedPostgres
from kubepy.cli.errors import UsageError
from kubepy.cli.kubeconfig import write_kubeconfig
from kubepy.cli.notify import ReadyListener
from kubepy.cli.pki import ADMIN_NAME, ClusterCertificates, ensure_certificates, server_names
from kubepy.cli.runtime_state import DataDirectory
from kubepy.storage.database import CONNECTION_ERRORS, Database
from kubepy.storage.errors import RevisionMismatch
from kubepy.storage.migrate import migrate

log = logging.getLogger(__name__)

SERVICE_CIDR: Final = "10.96.0.0/12"
SERVICE_IP: Final = "10.96.0.1"
READY_TIMEOUT_SECONDS: Final = 60.0
STOP_TIMEOUT_SECONDS: Final = 20.0
_RESTART_DELAYS_SECONDS: Final = (0.1, 0.5, 2.0, 5.0, 10.0)
_HEALTHY_AFTER_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What `kubepy up` was asked for. `database_url` is empty for the embedded PostgreSQL."""

    database_url: str
    secure_port: int
    bind_address: str
    advertise_address: str
    workers: int
    token_auth_file: Path | None


class Worker:
    """One child process, started again whenever it dies."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self.ready = asyncio.Event()

    @property
    def pid(self) -> int:
        """Its process ID, 0 while it isn't running."""
        return self._process.pid if self._process is not None and self._process.returncode is None else 0

    async def run(self, listener: ReadyListener) -> None:
        """Keep it running until cancelled, then stop it."""
        failures = 0
        try:
            while True:
                started = time.monotonic()
                self._process = await asyncio.create_subprocess_exec(
                    *self._command, env=self._environment, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
                )
                waiting = asyncio.create_task(self._note_ready(listener, self._process.pid))
                try:
                    code = await self._process.wait()
                finally:
                    waiting.cancel()
                was_ready = self.ready.is_set()
                self.ready.clear()
                if not was_ready and failures == 0:
                    raise RuntimeError(f"{self.name} did not start (exit status {code}), see the log above")
                failures = 1 if time.monotonic() - started > _HEALTHY_AFTER_SECONDS else failures + 1
                delay = _RESTART_DELAYS_SECONDS[min(failures, len(_RESTART_DELAYS_SECONDS)) - 1]
                log.error("%s ended with status %d, starting it again in %.1f s", self.name, code, delay)
                await asyncio.sleep(delay)
        finally:
            await self._stop()

    async def _note_ready(self, listener: ReadyListener, pid: int) -> None:
        await listener.wait_for(pid)
        self.ready.set()

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("%s has not stopped in %.0f s: killing it", self.name, STOP_TIMEOUT_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Supervisor:
    """Runs one cluster in a data directory. `progress` is told each step of the start."""

    def __init__(self, directory: DataDirectory, settings: Settings, progress: Callable[[str], None]) -> None:
        self._directory = directory
        self._settings = settings
        self._progress = progress

    @asynccontextmanager
    async def running(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Everything runs inside the block. `stop` may be set during the start to give it up.

        Raises UsageError or RuntimeError (in a group) with the reason if it can't be started.
        """
        _check_port(self._settings)
        async with contextlib.AsyncExitStack() as stack:
            database_url = await self._database(stack, stop)
            certificates = self._certificates()
            listener = await stack.enter_async_context(ReadyListener(self._directory.notify_socket))
            workers = [self._worker(number, certificates, database_url) for number in range(self._settings.workers)]
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [tasks.create_task(worker.run(listener), name=worker.name) for worker in workers]
            try:
                self._progress(f"starting {len(workers)} API server process{'es' if len(workers) > 1 else ''}")
                await self._until_ready(workers, stop)
                self._write_kubeconfig(certificates)
                self._directory.write_state(self._state(workers))
                yield
            finally:
                self._directory.clear_state()
                for task in running:
                    task.cancel()

    async def _database(self, stack: contextlib.AsyncExitStack, stop: asyncio.Event) -> str:
        url = self._settings.database_url
        if not url:
            self._progress("starting PostgreSQL")
            postgres = EmbeddedPostgres(self._directory.postgres)
            await postgres.start()
            stack.push_async_callback(postgres.stop)
            watching = asyncio.create_task(self._stop_with(postgres, stop))
            stack.callback(watching.cancel)
            url = postgres.url
        try:
            await migrate(Database(url))
        except RevisionMismatch as error:
            raise UsageError(str(error)) from error
        except CONNECTION_ERRORS as error:
            raise UsageError(f"cannot reach the database: {error}") from error
        return url

    async def _stop_with(self, postgres: EmbeddedPostgres, stop: asyncio.Event) -> None:
        code = await postgres.wait()
        if not stop.is_set():
            log.error("PostgreSQL ended with status %d: stopping", code)
            stop.set()

    def _certificates(self) -> ClusterCertificates:
        names = server_names(SERVICE_IP, [self._settings.advertise_address])
        return ensure_certificates(self._directory.pki, names)

    def _worker(self, number: int, certificates: ClusterCertificates, database_url: str) -> Worker:
        settings = self._settings
        command = [
            sys.executable,
            "-m",
            "kubepy",
            "apiserver",
            f"--bind-address={settings.bind_address}",
            f"--secure-port={settings.secure_port}",
            f"--advertise-address={settings.advertise_address}",
            f"--tls-cert-file={certificates.server.certificate_file}",
            f"--tls-private-key-file={certificates.server.key_file}",
            f"--client-ca-file={certificates.ca.certificate_file}",
            f"--service-cluster-ip-range={SERVICE_CIDR}",
            "--quiet",
        ]
        if settings.token_auth_file is not None:
            command.append(f"--token-auth-file={settings.token_auth_file}")
        # The URL may hold a password: the environment is private to the user, the command line isn't.
        environment = {
            **os.environ,
            "KUBEPY_DATABASE_URL": database_url,
            "NOTIFY_SOCKET": str(self._directory.notify_socket),
        }
        return Worker(f"apiserver-{number}", command, environment)

    async def _until_ready(self, workers: list[Worker], stop: asyncio.Event) -> None:
        ready: asyncio.Future[Any] = asyncio.gather(*[worker.ready.wait() for worker in workers])
        stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            done, _ = await asyncio.wait(
                {ready, stopped}, timeout=READY_TIMEOUT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            ready.cancel()
            stopped.cancel()
        if not done:
            raise UsageError(f"the API server was not ready within {READY_TIMEOUT_SECONDS:.0f} s")

    def _write_kubeconfig(self, certificates: ClusterCertificates) -> None:
        host = self._settings.bind_address
        if host in ("0.0.0.0", "::"):
            host = "127.0.0.1"
        self._server = f"https://{f'[{host}]' if ':' in host else host}:{self._settings.secure_port}"
        write_kubeconfig(
            self._directory.kubeconfig, self._server, certificates.ca.certificate_file, ADMIN_NAME, certificates.admin
        )

    def _state(self, workers: list[Worker]) -> dict[str, object]:
        components = [{"name": worker.name, "pid": worker.pid, "state": "ready"} for worker in workers]
        return {"ready": True, "server": self._server, "components": components}


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
