"""`kubepy down`."""

from __future__ import annotations

import argparse
import os
import signal
import time

from kubepy.cli.errors import UsageError
from kubepy.cli.runtime_state import DataDirectory

STOP_TIMEOUT_SECONDS = 60.0


def run(arguments: argparse.Namespace) -> int:
    """Stop the supervisor of the data directory and wait until it is gone."""
    directory = DataDirectory(arguments.data_dir)
    pid = directory.supervisor_pid()
    if pid is None:
        print(f"nothing is running in {directory.path}")
        return 0
    os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + STOP_TIMEOUT_SECONDS
    while directory.supervisor_pid() is not None:
        if time.monotonic() > give_up_at:
            raise UsageError(f"process {pid} has not stopped within {STOP_TIMEOUT_SECONDS:.0f} s")
        time.sleep(0.05)
    print("stopped")
    return 0
