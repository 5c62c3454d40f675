"""Watch fan-out: many watchers of one collection, few writers, and each event timed at every watcher.

    writers (threads here) --POST--> server --events--> watchers (processes, one epoll loop each)

A written object carries the moment it was sent, in nanoseconds of the clock that all processes of a machine
share (CLOCK_MONOTONIC). Watchers find that text in what they receive and parse nothing else.
"""

from __future__ import annotations

import array
import contextlib
import multiprocessing
import re
import select
import socket
import ssl
import threading
import time
from multiprocessing.connection import Connection
from typing import Final

import msgspec

from benchmarks.endpoint import HOST, Endpoint
from benchmarks.results import Result, percentile

NAMESPACE: Final = "bench-fanout"
COLLECTION: Final = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
WATCHER_PROCESSES: Final = 2
TIMEOUT_SECONDS: Final = 60.0
_PAYLOAD_BYTES: Final = 500
_find_sent = re.compile(rb'"sent":"([0-9]+)"').finditer
_LONGEST_CUT: Final = 40
"""A mark that is cut in two by the end of a chunk is shorter than this."""


def measure(endpoint: Endpoint, *, watchers: int, events: int, writers: int) -> Result:
    """Deliveries of so many events to so many watchers; the latencies are from sending the write to the event.

    Raises RuntimeError if the server refuses a watch or a write.
    """
    with contextlib.closing(endpoint.connect()) as connection:
        answer = msgspec.json.decode(endpoint.send(connection, "GET", f"{COLLECTION}?limit=1"))
    request = endpoint.raw("GET", f"{COLLECTION}?watch=1&resourceVersion={answer['metadata']['resourceVersion']}")
    shares = [len(range(place, watchers, WATCHER_PROCESSES)) for place in range(WATCHER_PROCESSES)]
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for share in shares:
        ours, theirs = context.Pipe()
        process = context.Process(target=_watch, args=(theirs, endpoint, request, share, events), daemon=True)
        process.start()
        pipes.append(ours)
        processes.append(process)
    try:
        for pipe in pipes:
            _expect(pipe, "watching")
        began = time.monotonic_ns()
        _write(endpoint, events, writers)
        delays: array.array[float] = array.array("d")
        last = began
        cpu_seconds = 0.0
        for pipe in pipes:
            _expect(pipe, "done")
            its_last, its_cpu_seconds = pipe.recv()
            last = max(last, its_last)
            cpu_seconds += its_cpu_seconds
            delays.frombytes(pipe.recv_bytes())
    finally:
        for process in processes:
            process.terminate()
    ordered = sorted(delays)
    seconds = (last - began) / 1e9
    return Result(
        count=len(ordered),
        seconds=seconds,
        p50_ms=percentile(ordered, 0.5),
        p99_ms=percentile(ordered, 0.99),
        errors=watchers * events - len(ordered),
        note=f"{watchers} watchers x {events} events",
        generator_cores=cpu_seconds / seconds if seconds > 0 else 0.0,
    )


def _expect(pipe: Connection, word: str) -> None:
    if not pipe.poll(TIMEOUT_SECONDS * 1.5):
        raise RuntimeError(f"the watchers are not {word}")
    said = pipe.recv()
    if said != word:
        raise RuntimeError(f"a watcher says: {said}")


def _write(endpoint: Endpoint, events: int, writers: int) -> None:
    """Create so many ConfigMaps, one after the other by each writer. Raises what a writer raised."""
    numbers = iter(range(events))
    failures: list[Exception] = []
    stamp = time.monotonic_ns()

    def write() -> None:
        try:
            with contextlib.closing(endpoint.connect()) as connection:
                for number in numbers:  # next() of a range iterator is atomic
                    data = {"sent": str(time.monotonic_ns()), "payload": "x" * _PAYLOAD_BYTES}
                    metadata = {"name": f"fan-{stamp}-{number:06d}"}
                    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
                    endpoint.send(connection, "POST", COLLECTION, msgspec.json.encode(obj))
        except (OSError, RuntimeError) as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _watch(pipe: Connection, endpoint: Endpoint, request: bytes, watchers: int, events: int) -> None:
    """A process's watchers: says "watching", then "done", when the last event came with the CPU seconds, all delays."""
    try:
        streams = _open_streams(endpoint, request, watchers)
    except (OSError, RuntimeError) as error:
        pipe.send(str(error))
        return
    pipe.send("watching")
    began = time.process_time()
    delays, last = _receive(streams, watchers * events)
    pipe.send("done")
    pipe.send((last, time.process_time() - began))
    pipe.send_bytes(delays.tobytes())


def _open_streams(endpoint: Endpoint, request: bytes, watchers: int) -> dict[int, ssl.SSLSocket]:
    context = endpoint.tls()
    streams = {}
    for _ in range(watchers):
        plain = socket.create_connection((HOST, endpoint.port), timeout=TIMEOUT_SECONDS)
        stream = context.wrap_socket(plain, server_hostname=HOST)
        stream.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            part = stream.recv(65536)
            if not part:
                raise RuntimeError("a watch was closed at once")
            head += part
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head[:200].decode(errors="replace"))
        stream.setblocking(False)
        streams[stream.fileno()] = stream
    return streams


def _receive(streams: dict[int, ssl.SSLSocket], wanted: int) -> tuple[array.array[float], int]:
    """The delay in milliseconds of each event at each watcher, and when the last one came."""
    poll = select.epoll()
    for descriptor in streams:
        poll.register(descriptor, select.EPOLLIN)
    rests = dict.fromkeys(streams, b"")  # of the streams that are open
    delays: array.array[float] = array.array("d")
    last = time.monotonic_ns()
    give_up_at = last + int(TIMEOUT_SECONDS * 1e9)
    while rests and len(delays) < wanted and time.monotonic_ns() < give_up_at:
        for descriptor, _ in poll.poll(1.0):
            try:
                data = streams[descriptor].recv(65536)
            except ssl.SSLWantReadError:
                continue
            if not data:
                poll.unregister(descriptor)
                del rests[descriptor]
                continue
            now = time.monotonic_ns()
            data = rests[descriptor] + data
            end = 0
            for found in _find_sent(data):
                delays.append((now - int(found[1])) / 1e6)
                end = found.end()
                last = now
            rests[descriptor] = data[max(end, len(data) - _LONGEST_CUT) :]
    return delays, last
