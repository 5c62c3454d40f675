"""The pods that scenarios are about: about 2 KB each as sent and 3.8 KB as stored, of a hundred `shard` labels."""

from __future__ import annotations

import random

import msgspec

from benchmarks.endpoint import Endpoint

NAMESPACE = "bench"
SINGLE_NAMESPACE = "bench-single"
COLLECTION = f"/api/v1/namespaces/{NAMESPACE}/pods"
SHARDS = 100
PAGE = 500


def name(number: int) -> str:
    """A pod's name."""
    return f"bench-{number:06d}"


def body(number: int) -> bytes:
    """A pod as a client sends it. It names a scheduler that nobody is, so that it is left alone."""
    container = {
        "name": "app",
        "image": "registry.example/app:1.2.3",
        "args": ["--port=8080", "--verbose"],
        "ports": [{"containerPort": 8080, "name": "http"}],
        "env": [{"name": f"VAR_{place}", "value": f"value-{number}-{place}"} for place in range(8)],
        "resources": {
            "requests": {"cpu": "100m", "memory": "64Mi"},
            "limits": {"cpu": "200m", "memory": "128Mi"},
        },
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
    }
    metadata = {
        "name": name(number),
        "labels": {"app": "bench", "shard": f"s{number % SHARDS}", "tier": "backend"},
        "annotations": {
            "example.com/owner": "bench",
            "example.com/checksum": _hex_text(number, 64),
            "example.com/release-notes": _hex_text(~number, 850),
        },
    }
    spec = {"schedulerName": "nobody", "containers": [container]}
    return msgspec.json.encode({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def _hex_text(seed: int, length: int) -> str:
    """Text that differs from pod to pod and doesn't compress to nothing."""
    return random.Random(seed).randbytes(length // 2).hex()


def namespace(its_name: str) -> bytes:
    """A namespace as a client sends it."""
    return msgspec.json.encode({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": its_name}})


def creates(endpoint: Endpoint, namespace: str, count: int) -> list[bytes]:
    """Requests that create so many pods."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    return [endpoint.raw("POST", path, body(number)) for number in range(count)]


def gets(endpoint: Endpoint, count: int) -> list[bytes]:
    """Requests for each single pod."""
    return [endpoint.raw("GET", f"{COLLECTION}/{name(number)}") for number in range(count)]


def lists(endpoint: Endpoint) -> list[bytes]:
    """The request for all pods."""
    return [endpoint.raw("GET", COLLECTION)]


def pages(endpoint: Endpoint) -> list[bytes]:
    """The request for a first page."""
    return [endpoint.raw("GET", f"{COLLECTION}?limit={PAGE}")]


def labels(endpoint: Endpoint) -> list[bytes]:
    """Requests for each shard's pods."""
    return [endpoint.raw("GET", f"{COLLECTION}?labelSelector=shard%3Ds{shard}") for shard in range(SHARDS)]


def patches(endpoint: Endpoint, count: int) -> list[bytes]:
    """Requests that merge an annotation into so many pods, each a change."""
    return [
        endpoint.raw(
            "PATCH",
            f"{COLLECTION}/{name(number)}",
            msgspec.json.encode({"metadata": {"annotations": {"example.com/sequence": str(number)}}}),
            "application/merge-patch+json",
        )
        for number in range(count)
    ]


def deletes(endpoint: Endpoint, count: int) -> list[bytes]:
    """Requests that delete so many pods at once, without grace."""
    return [endpoint.raw("DELETE", f"{COLLECTION}/{name(number)}?gracePeriodSeconds=0") for number in range(count)]
