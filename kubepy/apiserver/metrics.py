"""`/metrics`: what the process counts, in Prometheus' text format, under upstream's names where they exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from kubepy.apiserver.request import Request

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
registry = CollectorRegistry()
ProcessCollector(registry=registry)

_LABELS = ("verb", "group", "version", "resource", "subresource")
requests_total = Counter(
    "apiserver_request_total", "Requests by verb, resource and HTTP status code.", (*_LABELS, "code"), registry=registry
)
request_duration = Histogram(
    "apiserver_request_duration_seconds",
    "How long requests took, watches excepted.",
    _LABELS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=registry,
)
watchers = Gauge(
    "apiserver_longrunning_requests", "Watches that are open.", ("group", "version", "resource"), registry=registry
)

_children: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}


def observe(request: Request | None, code: int, seconds: float) -> None:
    """Count one finished request."""
    if request is None or not request.info.is_resource_request:
        return
    info = request.info
    key = (info.verb.upper(), info.group, info.version, info.resource, info.subresource, str(code))
    children = _children.get(key)
    if children is None:
        if code in (404, 405):  # made-up resources don't get to grow the set of series
            key = (info.verb.upper(), "", "", "", "", str(code))
        children = _children[key] = (requests_total.labels(*key), request_duration.labels(*key[:5]))
    children[0].inc()
    if info.verb != "watch":
        children[1].observe(seconds)


class StateCollector(Collector):
    """What the storage layer knows, read when asked."""

    def __init__(self, server: APIServer) -> None:
        self._server = server

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges of this moment."""
        cache = self._server.state.cache
        objects = GaugeMetricFamily("apiserver_storage_objects", "Stored objects by resource.", labels=["resource"])
        for resource, count in sorted(cache.counts().items()):
            objects.add_metric([resource], count)
        yield objects
        yield GaugeMetricFamily("kubepy_storage_revision", "Revision of the watch cache.", value=cache.revision)


def exposition(server: APIServer) -> bytes:
    """The whole page."""
    if not getattr(server, "collects_state", False):
        registry.register(StateCollector(server))
        server.collects_state = True
    return generate_latest(registry)
