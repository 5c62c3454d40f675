"""Telling whoever started a process that it is ready: the datagram protocol of systemd's sd_notify(3).

The supervisor listens for its workers with it, and a unit of `Type=notify` works as well.
"""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path


def notify_ready() -> None:
    """Say READY to the socket that `NOTIFY_SOCKET` names, if any."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.sendall(f"READY=1\nMAINPID={os.getpid()}".encode())


class ReadyListener:
    """Collects which processes have said that they are ready."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = asyncio.Event()
        self.ready: set[int] = set()

    async def __aenter__(self) -> ReadyListener:
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._receive)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    async def wait_for(self, pid: int) -> None:
        """Until that process has said that it is ready."""
        while pid not in self.ready:
            self._changed.clear()
            await self._changed.wait()

    def _receive(self) -> None:
        message = dict(line.split("=", 1) for line in self._socket.recv(4096).decode().splitlines() if "=" in line)
        if message.get("READY") == "1" and message.get("MAINPID", "").isdecimal():
            self.ready.add(int(message["MAINPID"]))
            self._changed.set()
