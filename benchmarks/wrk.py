"""The load generator: wrk, so light that it doesn't measure itself, told by lua/replay.lua what to send.

Percentiles are wrk's, which counts a request that kept its client from sending others for all of them
("coordinated omission"), so they are on the pessimistic side.
"""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.endpoint import Endpoint
from benchmarks.results import Result

CLIENTS = 32
THREADS = 2
_SCRIPT = Path(__file__).parent / "lua" / "replay.lua"
_CONNECT_SECONDS = 1.0
_PATIENCE_SECONDS = 300.0


class MissingTool(Exception):
    """Something has to be installed first; the message says what."""


class _Summary(msgspec.Struct):
    answered: int
    finished_ms: float
    p50_us: int
    p99_us: int
    bytes: int
    refused: int
    broken: int


def require() -> None:
    """Raise MissingTool unless wrk is there."""
    if shutil.which("wrk") is None:
        raise MissingTool("the load generator wrk is missing: apt-get install wrk")


def replay(
    endpoint: Endpoint, requests: Sequence[bytes], *, clients: int = CLIENTS, seconds: float | None = None
) -> Result:
    """Send requests from so many clients, each waiting for its answer before it sends the next.

    With `seconds` they are repeated in turn for so long, without it each is sent exactly once. Raises
    RuntimeError if wrk fails or doesn't come to an end.
    """
    threads = min(THREADS, clients)
    requests = (
        [requests[place % len(requests)] for place in range(max(len(requests), threads))] if seconds else requests
    )
    if len(requests) < threads:
        threads = 1
    with tempfile.TemporaryDirectory(prefix="kubepy-bench-") as directory:
        prefix = Path(directory) / "requests"
        for thread in range(threads):
            share = requests[thread::threads]
            (prefix.parent / f"{prefix.name}.{thread}").write_bytes(b"".join(b"%d\n%b" % (len(r), r) for r in share))
        start_ms = (time.time() + _CONNECT_SECONDS) * 1000
        command = ["wrk", f"-t{threads}", f"-c{clients}", "-d1h", "--timeout=60s", f"-s{_SCRIPT}", endpoint.url, "--"]
        command += [str(prefix), f"{start_ms:.3f}", f"{seconds or 0:g}", str(clients // threads)]
        used = _children_cpu_seconds()
        summary = _run(command, threads, _PATIENCE_SECONDS + (seconds or 0))
        used = _children_cpu_seconds() - used
    elapsed = (summary.finished_ms - start_ms) / 1000
    wanted = 0 if seconds else len(requests)
    return Result(
        count=summary.answered - summary.refused,
        seconds=elapsed,
        p50_ms=summary.p50_us / 1000,
        p99_ms=summary.p99_us / 1000,
        errors=summary.refused + summary.broken + max(0, wanted - summary.answered),
        generator_cores=used / elapsed if elapsed > 0 else 0.0,
    )


def _children_cpu_seconds() -> float:
    """What the processes that this one has started and seen end have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(command: Sequence[str], threads: int, patience_seconds: float) -> _Summary:
    """Start wrk, interrupt it once all its threads are finished, and read what it says."""
    with tempfile.TemporaryFile("w+b") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE)
        watchdog = threading.Timer(patience_seconds, process.send_signal, [signal.SIGINT])
        watchdog.start()
        complaints = []
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                if line.strip() != b"finished":
                    complaints.append(line.decode(errors="replace").strip())
                    continue
                threads -= 1
                if threads == 0:
                    process.send_signal(signal.SIGINT)
        process.wait()
        watchdog.cancel()
        output.seek(0)
        lines = output.read().splitlines()
    if process.returncode != 0 or not lines or not lines[-1].startswith(b"{"):
        raise RuntimeError(f"wrk failed ({process.returncode}): {' '.join(complaints) or lines[-1:]}")
    return msgspec.json.decode(lines[-1], type=_Summary)
