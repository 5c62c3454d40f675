"""What a data directory says about the cluster in it: the lock, and the state of what runs.

DATA_DIR/
  kubepy.lock        held (flock) by the supervisor for as long as it lives; holds its process ID
  state.json         what it runs, for `kubepy status`
  kubepy.log         its log when detached, and its workers'
  admin.kubeconfig   how to reach it
  pki/               certificates and keys
  postgres/          the embedded database
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Any

import msgspec

from kubepy.cli.errors import UsageError
from kubepy.cli.pki import write_private


class DataDirectory:
    """The files of one data directory."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.kubeconfig = self.path / "admin.kubeconfig"
        self.log = self.path / "kubepy.log"
        self.postgres = self.path / "postgres"
        self._lock_path = self.path / "kubepy.lock"
        self._state_path = self.path / "state.json"
        self._lock_file: IO[str] | None = None

    def create(self) -> None:
        """Make the directory. Others may pass through (the database has a user of its own), not look."""
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)

    def lock(self) -> None:
        """Become the only supervisor here. Raises UsageError if there is one."""
        file = self._lock_path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = self.supervisor_pid()
            file.close()
            raise UsageError(
                f"a cluster is already running in {self.path} (process {pid}); `kubepy down` stops it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock_file = file

    def supervisor_pid(self) -> int | None:
        """The process ID of the running supervisor, None if none runs."""
        try:
            file = self._lock_path.open("r+")
        except FileNotFoundError:
            return None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read().strip()
                return int(text) if text.isdecimal() else None
        return None

    def write_state(self, state: dict[str, Any]) -> None:
        """Say what runs."""
        write_private(self._state_path, msgspec.json.encode(state))

    def read_state(self) -> dict[str, Any]:
        """What was last said to run; empty if nothing was."""
        try:
            value = msgspec.json.decode(self._state_path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            return {}
        return value if isinstance(value, dict) else {}

    def clear_state(self) -> None:
        """Nothing runs any more."""
        self._state_path.unlink(missing_ok=True)
