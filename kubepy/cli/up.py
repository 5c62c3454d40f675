"""`kubepy up`: a whole cluster on this machine, in the foreground or detached."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
from typing import Final

from kubepy.cli.errors import UsageError
from kubepy.cli.main import COMPONENTS
from kubepy.cli.runtime_state import DataDirectory
from kubepy.cli.settings import Settings
from kubepy.cli.supervisor import Supervisor

FUTURE_COMPONENTS: Final = frozenset({"controller-manager", "scheduler", "node"})
_DETACHED_VARIABLE: Final = "KUBEPY_REPORT_FD"


def run(arguments: argparse.Namespace) -> int:
    """Start everything; returns when it has been stopped, or, detached, when it is ready."""
    directory = DataDirectory(arguments.data_dir)
    settings = _settings(arguments, directory)
    directory.create()
    if arguments.detach and _DETACHED_VARIABLE not in os.environ:
        return _detach(directory)
    report = _Reporter()
    try:
        directory.lock()
        supervisor = Supervisor(directory, settings, report.line)
        return asyncio.run(_supervise(supervisor, report, directory))
    except* (UsageError, RuntimeError) as group:
        reason = str(group.exceptions[0])
        report.failed(reason)
        raise UsageError(reason) from group


def _settings(arguments: argparse.Namespace, directory: DataDirectory) -> Settings:
    components = [name for name in arguments.components.split(",") if name]
    for name in components:
        if name not in COMPONENTS:
            why = "is not there yet" if name in FUTURE_COMPONENTS else "is not a component"
            raise UsageError(f"{name} {why}; there is: {', '.join(COMPONENTS)}")
    if arguments.workers < 1:
        raise UsageError("--workers must be at least 1")
    return Settings(
        data_directory=directory.path,
        database_url=arguments.database_url,
        secure_port=arguments.secure_port,
        bind_address=arguments.bind_address,
        advertise_address=arguments.advertise_address or _own_address(),
        workers=arguments.workers,
        token_auth_file=arguments.token_auth_file.absolute() if arguments.token_auth_file else None,
        service_cidrs=arguments.service_cluster_ip_range,
        node_port_range=arguments.service_node_port_range,
        event_ttl=arguments.event_ttl,
        history_retention=arguments.history_retention,
    )


def _own_address() -> str:
    """The address of the interface that leads out of this machine; loopback if none does. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


async def _supervise(supervisor: Supervisor, report: _Reporter, directory: DataDirectory) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with supervisor.running(stop):
        if not stop.is_set():
            report.ready(directory)
        await stop.wait()
        report.line("stopping")
    report.line("stopped")
    return 0


class _Reporter:
    """Tells a person, or the waiting parent of a detached cluster, how far the start has got."""

    def __init__(self) -> None:
        descriptor = os.environ.pop(_DETACHED_VARIABLE, "")
        self._parent = os.fdopen(int(descriptor), "w") if descriptor else None

    def line(self, text: str) -> None:
        """One step of progress."""
        print(text, flush=True)

    def ready(self, directory: DataDirectory) -> None:
        """Everything is up."""
        if self._parent is not None:
            self._parent.write("ready")
            self._parent.close()
            self._parent = None
            return
        print(ready_text(directory) + "\nstop: Ctrl-C", flush=True)

    def failed(self, reason: str) -> None:
        """It won't come up."""
        if self._parent is not None:
            self._parent.write(reason)
            self._parent.close()
            self._parent = None


def ready_text(directory: DataDirectory) -> str:
    """What to do next."""
    return f"\nkubeconfig: {directory.kubeconfig}\ntry: kubectl --kubeconfig {directory.kubeconfig} get namespaces"


def _detach(directory: DataDirectory) -> int:
    """Start the same command in a session of its own and wait for its report."""
    reading, writing = os.pipe()
    with directory.log.open("ab") as log:
        directory.log.chmod(0o600)
        subprocess.Popen(
            [sys.executable, "-m", "kubepy", *sys.argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(writing,),
            env={**os.environ, _DETACHED_VARIABLE: str(writing)},
            start_new_session=True,
        )
    os.close(writing)
    with os.fdopen(reading) as report:
        outcome = report.read()
    if outcome == "ready":
        print(ready_text(directory) + f"\nstop: kubepy down --data-dir {directory.path}")
        return 0
    raise UsageError(outcome or f"the cluster did not start, see {directory.log}")
