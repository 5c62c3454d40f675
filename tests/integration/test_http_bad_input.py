"""Whatever a client sends gets a clear 4xx Status and leaves the connection, and others, in working order."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest
from running_cluster import Cluster, config_map

JSON = "application/json"
YAML = "application/yaml"


@pytest.fixture
async def http(cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client with the admin's certificate."""
    async with cluster.session() as session:
        yield session


def obj(**changes: Any) -> bytes:
    return json.dumps({**config_map("it"), **changes}).encode()


BODIES: list[tuple[str, str, bytes, int]] = [
    ("empty", JSON, b"", 400),
    ("no JSON", JSON, b"{nonsense", 400),
    ("cut off", JSON, obj()[:-5], 400),
    ("two values", JSON, obj() + obj(), 400),
    ("a list", JSON, b"[]", 400),
    ("a string", JSON, b'"it"', 400),
    ("null", JSON, b"null", 422),
    ("not UTF-8", JSON, b'{"kind":"\xff\xfe"', 400),
    ("NUL bytes", JSON, b"\0" * 100, 400),
    ("nested lists", JSON, b"[" * 100_000, 400),
    ("nested objects", JSON, b'{"data":' * 50_000 + b"1" + b"}" * 50_000, 400),
    (
        "nested in an opaque place",
        JSON,
        b'{"metadata":{"name":"x"},"data":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        400,
    ),
    ("wrong kind", JSON, obj(kind="Pod"), 400),
    ("wrong version", JSON, obj(apiVersion="v2"), 400),
    ("wrong type of a field", JSON, obj(data=[]), 400),
    ("wrong type of a value", JSON, obj(data={"a": 1}), 400),
    ("wrong type of metadata", JSON, obj(metadata="it"), 400),
    ("wrong type of a name", JSON, obj(metadata={"name": 7}), 400),
    ("a huge number", JSON, obj(metadata={"name": "it", "generation": 10**30}), 400),
    ("a huge exponent", JSON, b'{"metadata":{"name":"it","generation":1e400}}', 400),
    ("thousands of digits", JSON, b'{"metadata":{"name":"it","generation":' + b"9" * 10_000 + b"}}", 400),
    ("a bad name", JSON, obj(metadata={"name": "Not A Name"}), 422),
    ("a very long name", JSON, obj(metadata={"name": "a" * 10_000}), 422),
    ("a bad label", JSON, obj(metadata={"name": "it", "labels": {"a b": "c d"}}), 422),
    ("a bad key", JSON, obj(data={"a b": ""}), 422),
    ("a bad time", JSON, obj(metadata={"name": "it", "creationTimestamp": "yesterday"}), 400),
    ("no YAML", YAML, b"a: b: c: d", 400),
    ("a YAML tab", YAML, b"a:\n\t- b", 400),
    (
        "a YAML bomb",
        YAML,
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 9)) for c in range(ord("a"), ord("j"))),
        400,
    ),
    ("a YAML object", YAML, b"!!python/object/apply:os.system ['true']", 400),
    ("deep YAML", YAML, b"[" * 10_000 + b"]" * 10_000, 400),
    ("no protobuf", "application/vnd.kubernetes.protobuf", b"nonsense", 400),
    ("an empty message", "application/vnd.kubernetes.protobuf", b"k8s\0", 400),
    (
        "a cut off message",
        "application/vnd.kubernetes.protobuf",
        b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x7f\x0a",
        400,
    ),
]


@pytest.mark.parametrize(
    ("content_type", "body", "status"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES]
)
async def test_a_bad_body_is_refused(
    http: aiohttp.ClientSession, namespace: str, content_type: str, body: bytes, status: int
) -> None:
    url = f"/api/v1/namespaces/{namespace}/configmaps"
    async with asyncio.timeout(20), http.post(url, data=body, headers={"Content-Type": content_type}) as response:
        answer = await response.json()
        assert response.status == status, answer
        assert (answer["kind"], answer["status"], answer["code"]) == ("Status", "Failure", status)
    async with http.get(url) as response:
        assert (await response.json())["items"] == []


PATCHES: list[tuple[str, bytes, int]] = [
    ("application/json-patch+json", b"{}", 400),
    ("application/json-patch+json", b"[1]", 400),
    ("application/json-patch+json", b'[{"op":"fly","path":"/a"}]', 422),
    ("application/json-patch+json", b'[{"op":"add","path":"nowhere","value":1}]', 422),
    ("application/json-patch+json", b'[{"op":"copy","from":"/data","path":"/data/x"}]', 400),
    (
        "application/json-patch+json",
        json.dumps([{"op": "add", "path": "/data/x", "value": "y"}] * 20_000).encode(),
        413,
    ),
    ("application/merge-patch+json", b"[]", 400),
    ("application/strategic-merge-patch+json", b'{"metadata":{"$patch":"fly"}}', 400),
    ("application/merge-patch+json", b'{"metadata":{"name":"other"}}', 400),
    ("application/merge-patch+json", b'{"metadata":null}', 400),
    ("application/merge-patch+json", b'{"kind":"Pod"}', 400),
    ("application/strategic-merge-patch+json", b'"x"', 400),
    ("application/apply-patch+yaml", b"a: b: c", 400),
    ("application/apply-patch+yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}", 400),
    (
        "application/apply-patch+yaml",
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it, managedFields: [{}]}",
        400,
    ),
]


@pytest.mark.parametrize(("content_type", "body", "status"), PATCHES)
async def test_a_bad_patch_is_refused(
    http: aiohttp.ClientSession, namespace: str, content_type: str, body: bytes, status: int
) -> None:
    url = f"/api/v1/namespaces/{namespace}/configmaps"
    async with http.post(url, json=config_map("it", a="b")) as response:
        made = await response.json()
    async with http.patch(f"{url}/it?fieldManager=me", data=body, headers={"Content-Type": content_type}) as response:
        answer = await response.json()
        assert response.status == status, answer
        assert answer["status"] == "Failure"
    async with http.get(f"{url}/it") as response:
        assert (await response.json())["data"] == made["data"]


async def test_apply_needs_a_field_manager(http: aiohttp.ClientSession, namespace: str) -> None:
    url = f"/api/v1/namespaces/{namespace}/configmaps/it"
    async with http.patch(
        url, json=config_map("it"), headers={"Content-Type": "application/apply-patch+yaml"}
    ) as response:
        assert response.status == 422
        assert (await response.json())["message"] == (
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'
        )


PATHS = [
    "/api/v1/namespaces/%2e%2e/configmaps",
    "/api/v1/namespaces/a%00b/configmaps/x",
    "/api/v1/namespaces//configmaps/x",
    "/api/v1/namespaces/default/configmaps/%ff%fe",
    "/api/v1/namespaces/default/configmaps/" + "x" * 5000,
    "//",
    "/api/v1/",
    "/apis/apps",
    "/api/v1/namespaces/default/configmaps/x/y/z",
    "/%",
    "/api/v1/pods?watch=%ff",
    "/openapi/v3/nonsense",
    "/api/v1/namespaces/default/pods/x/log",
    "/api/v1/nodes/x/proxy/a/b",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_strange_url_is_answered(cluster: Cluster, path: str) -> None:
    """Sent as written, which no HTTP library would."""
    with connection(cluster) as raw:
        raw.sendall(f"GET {path}{'&' if '?' in path else '?'}timeoutSeconds=1 HTTP/1.1\r\nHost: it\r\n\r\n".encode())
        status = int(await asyncio.to_thread(read_status, raw))
        assert status < 500 or status == 501


@contextmanager
def connection(cluster: Cluster) -> Iterator[ssl.SSLSocket]:
    """A TLS connection without any HTTP on it yet."""
    context = cluster.tls()
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", cluster.port), timeout=20) as plain, context.wrap_socket(plain) as raw:
        yield raw


def read_status(raw: ssl.SSLSocket) -> str:
    """The status code of the answer."""
    line = b""
    while not line.endswith(b"\r\n"):
        part = raw.recv(1)
        assert part, f"hung up after {line!r}"
        line += part
    return line.split()[1].decode()


async def test_no_http_at_all_is_answered_or_hung_up_on(cluster: Cluster, http: aiohttp.ClientSession) -> None:
    for noise in (b"\x16\x03\x01" * 100, b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"x" * 200_000):
        with connection(cluster) as raw:
            try:
                raw.sendall(noise)
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(65536):
                    pass
            except OSError:
                pass
    async with http.get("/readyz") as response:
        assert response.status == 200


async def test_half_open_and_slow_clients_hold_nobody_up(
    cluster: Cluster, http: aiohttp.ClientSession, namespace: str
) -> None:
    """Unfinished handshakes, heads and bodies, and watchers that don't read: others are served meanwhile."""
    url = f"/api/v1/namespaces/{namespace}/configmaps"
    idle: list[socket.socket] = []
    stack = []
    try:
        idle.extend(socket.create_connection(("127.0.0.1", cluster.port), timeout=20) for _ in range(30))
        for start in (
            f"POST {url} HTTP/1.1\r\nHost: it\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
            f"GET {url} HTTP/1.1\r\nHost:",
            f"GET {url}?watch=true HTTP/1.1\r\nHost: it\r\n\r\n",
        ):
            for _ in range(5):
                manager = connection(cluster)
                stack.append(manager)
                manager.__enter__().sendall(start.encode())
        async with asyncio.timeout(30):
            for number in range(40):
                async with http.post(url, json=config_map(f"m{number}", a="x" * 50_000)) as response:
                    assert response.status == 201
            async with http.get(url) as response:
                assert len((await response.json())["items"]) == 40
    finally:
        for manager in stack:
            manager.__exit__(None, None, None)
        for plain in idle:
            plain.close()
