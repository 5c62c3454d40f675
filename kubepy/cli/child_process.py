"""Child processes forked from a server that has imported everything once.

The supervisor itself stays small: it asks Python's fork server (multiprocessing, "forkserver"), which has
loaded `kubepy.cli.preload`, for a child that runs a function of `kubepy.cli.workers`. Children start in
milliseconds and share the memory of what was imported.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from typing import Any, Final

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_PRELOADED: Final = "kubepy.cli.preload"
_WORKERS: Final = "kubepy.cli.workers"


class ChildProcess:
    """One child. It reports by sending strings; what it sends can be awaited."""

    def __init__(self, function: str, argument: Any) -> None:
        _CONTEXT.set_forkserver_preload([_PRELOADED])
        self._receiving, sending = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run, args=(function, argument, sending))
        self._process.start()
        sending.close()
        self.pid = self._process.pid or 0

    async def wait(self) -> int:
        """Until it has ended; returns its exit status, negative for a signal."""
        await _readable(self._process.sentinel)
        self._process.join()
        return self._process.exitcode or 0

    async def report(self) -> str | None:
        """The next thing it says, or None if it ends without saying anything more."""
        await _readable(self._receiving.fileno())
        try:
            return str(self._receiving.recv())
        except (EOFError, OSError):
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self._process.is_alive():
            os.kill(self.pid, number)

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()


def _run(function: str, argument: Any, sending: Connection) -> None:
    """In the child: a session of its own, so that Ctrl-C in a terminal reaches only the supervisor.

    When the supervisor ends, however it ended, the child gets a SIGTERM.
    """
    os.setsid()
    threading.Thread(target=_follow_supervisor, daemon=True).start()
    status = getattr(importlib.import_module(_WORKERS), function)(argument, sending.send)
    raise SystemExit(status)


def _follow_supervisor() -> None:
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
