"""The floor under HTTP: a bare aiohttp handler on uvloop that answers with bytes it has at hand.

Same TLS, same certificate, same bytes, same load as kubepy, but nothing is looked up, checked or stored. One
process, or several that share a port as kubepy's do (SO_REUSEPORT).

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

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.can_read_body:
            await request.read()
        target = request.path_qs.rpartition("/")[2]
        if not target.startswith("pods") or request.method == "POST":
            body = answers["pod"]
        elif "limit" in target:
            body = answers["page"]
        elif "labelSelector" in target:
            body = answers["label"]
        else:
            body = answers["list"]
        return web.Response(body=body, headers={"Content-Type": "application/json"})

    server = web.Server(handle, access_log=None)
    await asyncio.get_running_loop().create_server(
        server, "127.0.0.1", port, ssl=context, reuse_port=True, backlog=1024
    )
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Serve until terminated."""
    directory, port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    uvloop.run(_serve(Path(directory), int(port), context))


if __name__ == "__main__":
    main()
