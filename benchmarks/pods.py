"""The pods that scenarios are about: about 2 KB each as sent, every hundredth with the same `shard` label."""

from __future__ import annotations

import msgspec

from benchmarks.endpoint import Endpoint

NAMESPACE = "bench"
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
        "livenessProbe": {"httpGet": {"path": "/livez", "port": "http"}, "initialDelaySeconds": 5},
        "volumeMounts": [{"name": f"volume-{place}", "mountPath": f"/var/lib/app/{place}"} for place in range(4)],
    }
    metadata = {
        "name": name(number),
        "labels": {"app": "bench", "shard": f"s{number % SHARDS}", "tier": "backend"},
        "annotations": {"example.com/owner": "bench", "example.com/checksum": "ab" * 32},
    }
    volumes = [{"name": f"volume-{place}", "configMap": {"name": f"settings-{place}"}} for place in range(4)]
    affinity = {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {
                    "weight": 100,
                    "podAffinityTerm": {
                        "labelSelector": {"matchLabels": {"app": "bench"}},
                        "topologyKey": "kubernetes.io/hostname",
                    },
                }
            ]
        }
    }
    spec = {"schedulerName": "nobody", "containers": [container], "volumes": volumes, "affinity": affinity}
    return msgspec.json.encode({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def creates(endpoint: Endpoint, first: int, count: int) -> list[bytes]:
    """Requests that create so many pods."""
    return [endpoint.raw("POST", COLLECTION, body(number)) for number in range(first, first + count)]


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
