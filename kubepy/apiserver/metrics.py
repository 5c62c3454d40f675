"""`/metrics`: what the process counts, in Prometheus' text format, under upstream's names where they exist.

Requests are counted in plain lists, since every request pays for it; the exposition is made when asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from kubepy.apiserver.request import Request

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
LABELS: Final = ("verb", "group", "version", "resource", "subresource")
BUCKETS_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

_Key = tuple[str, ...]


class RequestMetrics:
    """Counts and durations of requests, by what they asked for."""

    def __init__(self) -> None:
        self._counts: dict[_Key, int] = {}
        self._durations: dict[_Key, list[float]] = {}

    def observe(self, request: Request | None, code: int, seconds: float) -> None:
        """Count one finished request about a resource."""
        if request is None or not request.info.resource:
            return
        info = request.info
        if code in (404, 405):  # made-up resources don't get to grow the set of series
            key: _Key = (info.verb, "", "", "", "")
        else:
            key = (info.verb, info.group, info.version, info.resource, info.subresource)
        counted = (*key, str(code))
        self._counts[counted] = self._counts.get(counted, 0) + 1
        if info.verb == "watch":
            return
        durations = self._durations.get(key)
        if durations is None:
            durations = self._durations[key] = [0.0] * (len(BUCKETS_SECONDS) + 2)
        durations[bisect_left(BUCKETS_SECONDS, seconds)] += 1
        durations[-1] += seconds

    def families(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """The metrics of this moment."""
        total = CounterMetricFamily(
            "apiserver_request", "Requests by verb, resource and HTTP status code.", labels=(*LABELS, "code")
        )
        for key, count in self._counts.items():
            total.add_metric([key[0].upper(), *key[1:]], count)
        yield total
        durations = HistogramMetricFamily(
            "apiserver_request_duration_seconds", "How long requests took, watches excepted.", labels=LABELS
        )
        bounds = [*map(str, BUCKETS_SECONDS), "+Inf"]
        for key, (*counts, seconds) in self._durations.items():
            buckets = []
            reached = 0.0
            for bound, observed in zip(bounds, counts, strict=True):
                reached += observed
                buckets.append((bound, reached))
            durations.add_metric([key[0].upper(), *key[1:]], buckets, seconds)
        yield durations


class ServerCollector(Collector):
    """Everything one API server process has to tell."""

    def __init__(self, server: APIServer) -> None:
        self._server = server

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily | GaugeMetricFamily]:
        """The metrics of this moment."""
        yield from self._server.request_metrics.families()
        cache = self._server.state.cache
        objects = GaugeMetricFamily("apiserver_storage_objects", "Stored objects by resource.", labels=["resource"])
        watches = GaugeMetricFamily("apiserver_registered_watchers", "Watches that are open.", labels=["resource"])
        for resource, count, watchers in cache.statistics():
            objects.add_metric([resource], count)
            watches.add_metric([resource], watchers)
        yield objects
        yield watches
        yield GaugeMetricFamily("kubepy_storage_revision", "Revision of the watch cache.", value=cache.revision)
        yield GaugeMetricFamily(
            "kubepy_storage_up", "Whether PostgreSQL answered last.", value=1 if self._server.state.feed.healthy else 0
        )


def registry_of(server: APIServer) -> CollectorRegistry:
    """The registry of one server."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(ServerCollector(server))
    return registry


def exposition(server: APIServer) -> bytes:
    """The whole page."""
    return generate_latest(server.metrics_registry)
