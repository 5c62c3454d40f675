"""The floor under HTTP: a bare aiohttp handler on uvloop that answers with bytes it has at hand.

Same TLS, same certificate, same bytes, same load as kubepy, but nothing is looked up, checked or stored. One
process, or several that share a port as kubepy's do (SO_REUSEPORT). What is written is passed on to watchers of the
same process.

`python -m benchmarks.floor DIRECTORY PORT CERTIFICATE KEY` is one such process.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import uvloop
from aiohttp import web

from benchmarks import pods
from benchmarks.cluster import Cluster, free_port
from benchmarks.endpoint import Endpoint

_ANSWERS = ("pod", "list", "page", "label")
_ADDED_BY_SERVER = b"x" * 400
"""As much as a server adds to a small object: UID, times, managed fields."""
_SLICE_BYTES = 512 * 1024
"""Larger bodies are written in such slices: in one piece aiohttp sends them more slowly, which were no floor."""


def record_answers(endpoint: Endpoint, directory: Path) -> bytes:
    """Keep what the API server answers, to be answered again without it; returns one pod."""
    paths = (f"/{pods.name(0)}", "", f"?limit={pods.PAGE}", "?labelSelector=shard%3Ds1")
    with contextlib.closing(endpoint.connect()) as connection:
        for name, path in zip(_ANSWERS, paths, strict=True):
            (directory / name).write_bytes(endpoint.send(connection, "GET", pods.COLLECTION + path))
    return (directory / _ANSWERS[0]).read_bytes()


@contextlib.contextmanager
def running(cluster: Cluster, directory: Path, processes: int) -> Iterator[Endpoint]:
    """So many processes serve the recorded answers inside the block."""
    port = free_port()
    certificate, key = cluster.certificate
    command = [sys.executable, "-m", "benchmarks.floor", str(directory), str(port), str(certificate), str(key)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)]
    try:
        for process in started:
            assert process.stdout is not None
            if process.stdout.readline().strip() != b"ready":
                raise RuntimeError("the bare server did not start")
        yield Endpoint(port, cluster.endpoint.ca_file, cluster.endpoint.token)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


async def _serve(directory: Path, port: int, context: ssl.SSLContext) -> None:
    answers = {name: (directory / name).read_bytes() for name in _ANSWERS}

    watching: set[asyncio.Transport] = set()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if "watch=1" in request.path_qs:
            return await _watch(request, watching)
        if request.can_read_body:
            _broadcast(await request.read(), watching)
        target = request.path_qs.rpartition("/")[2]
        if not target.startswith("pods") or request.method == "POST":
            body = answers["pod"]
        elif "limit" in target:
            body = answers["page"]
        elif "labelSelector" in target:
            body = answers["label"]
        else:
            body = answers["list"]
        if len(body) <= _SLICE_BYTES:
            return web.Response(body=body, headers={"Content-Type": "application/json"})
        return await _send_slices(request, body)

    server = web.Server(handle, access_log=None)
    await asyncio.get_running_loop().create_server(
        server, "127.0.0.1", port, ssl=context, reuse_port=True, backlog=1024
    )
    print("ready", flush=True)
    await asyncio.Event().wait()


async def _watch(request: web.BaseRequest, watching: set[asyncio.Transport]) -> web.StreamResponse:
    """Be sent whatever is written from now on."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    transport = request.transport
    assert transport is not None
    watching.add(transport)
    await asyncio.Event().wait()
    return response


def _broadcast(body: bytes, watching: set[asyncio.Transport]) -> None:
    """One chunk with one event, the same bytes to everybody."""
    if watching:
        frame = b'{"type":"ADDED","object":%b,"added":"%b"}\n' % (body, _ADDED_BY_SERVER)
        chunk = b"%x\r\n%b\r\n" % (len(frame), frame)
        for transport in list(watching):
            if transport.is_closing():
                watching.discard(transport)  # aiohttp doesn't tell a handler that its client has gone
            else:
                transport.write(chunk)


async def _send_slices(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    view = memoryview(body)
    for start in range(0, len(body), _SLICE_BYTES):
        await response.write(view[start : start + _SLICE_BYTES])
    await response.write_eof()
    return response


def main() -> None:
    """Serve until terminated."""
    directory, port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    uvloop.run(_serve(Path(directory), int(port), context))


if __name__ == "__main__":
    main()
