"""Telling a service manager that a process is ready: the datagram protocol of systemd's sd_notify(3)."""

from __future__ import annotations

import os
import socket


def notify_ready() -> None:
    """Say READY to the socket that `NOTIFY_SOCKET` names, if any."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.sendall(f"READY=1\nMAINPID={os.getpid()}".encode())
