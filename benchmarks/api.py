"""The scenarios on one cluster, in order, each beside its floor.

    create -> one client's creates -> (answers recorded for the floor) -> reads -> patch -> watch -> delete -> memory

Pods are created whatever is asked for, since everything else needs them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import fanout, floor, insert, pods
from benchmarks.cluster import Cluster
from benchmarks.endpoint import Endpoint
from benchmarks.report import Report, Row, rate_row
from benchmarks.results import Result
from benchmarks.wrk import CLIENTS, replay

SCENARIOS: Final = (
    "create", "single", "get", "list", "pages", "labels", "patch", "watch", "writers", "delete", "memory", "insert",
)  # fmt: skip
LIST_CLIENTS: Final = 2
SINGLE_CREATES: Final = 500
MANY_WRITERS: Final = 8

Requests = Callable[[Endpoint], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What to measure, and how much of it."""

    only: frozenset[str]
    objects: int
    seconds: float
    watchers: int
    events: int


def measure(directory: Path, scope: Scope, report: Report) -> None:
    """Run the scenarios on a fresh cluster in `directory`."""
    cluster = Cluster(directory, report.workers)
    with cluster.running() as seconds, contextlib.ExitStack() as stack:
        print(f"started in {seconds:.1f} s", flush=True)
        report.circumstances["versions"] += f", PostgreSQL {insert.server_version(cluster.postgres)}"
        run = _Run(cluster, scope, report)
        run.prepare()
        created = replay(cluster.endpoint, pods.creates(cluster.endpoint, pods.NAMESPACE, scope.objects))
        run.start_floors(directory, stack)
        run.write_scenarios_first(created)
        run.reads()
        run.patch_and_watch()
        run.delete_and_memory()
        run.insert()


class _Run:
    """One pass over one cluster."""

    def __init__(self, cluster: Cluster, scope: Scope, report: Report) -> None:
        self._cluster = cluster
        self._endpoint = cluster.endpoint
        self._scope = scope
        self._report = report
        self._floors: list[Endpoint] = []
        self._pod = b""

    def prepare(self) -> None:
        """Make the namespaces."""
        with contextlib.closing(self._endpoint.connect()) as connection:
            for namespace in (pods.NAMESPACE, pods.SINGLE_NAMESPACE, fanout.NAMESPACE):
                self._endpoint.send(connection, "POST", "/api/v1/namespaces", pods.namespace(namespace))

    def start_floors(self, directory: Path, stack: contextlib.ExitStack) -> None:
        """Record answers and serve them without kubepy, in one process and in as many as kubepy has."""
        answers = directory / "answers"
        answers.mkdir()
        self._pod = floor.record_answers(self._endpoint, answers)
        counts = dict.fromkeys((1, self._report.workers))
        self._floors = [stack.enter_context(floor.running(self._cluster, answers, count)) for count in counts]

    def write_scenarios_first(self, created: Result) -> None:
        """What creates gave, with 32 clients and with one."""
        self._add("create", created, lambda endpoint: pods.creates(endpoint, pods.NAMESPACE, self._scope.objects))
        if "single" in self._scope.only:
            count = min(SINGLE_CREATES, self._scope.objects)
            requests = pods.creates(self._endpoint, pods.SINGLE_NAMESPACE, count)
            result = replay(self._endpoint, requests, clients=1)
            self._report.add(Row("single", f"{result.p50_ms:.1f} ms", result.p50_ms, result))

    def reads(self) -> None:
        """Everything that only reads."""
        self._read("get", lambda endpoint: pods.gets(endpoint, self._scope.objects))
        self._read("list", pods.lists, clients=LIST_CLIENTS)
        self._read("pages", pods.pages)
        self._read("labels", pods.labels)

    def patch_and_watch(self) -> None:
        """Patches of half of the pods, and the fan-out of events."""
        if "patch" in self._scope.only:
            self._write("patch", lambda endpoint: pods.patches(endpoint, self._scope.objects // 2))
        for scenario, writers in (("watch", 1), ("writers", MANY_WRITERS)):
            if scenario in self._scope.only:
                # The bare server's processes know nothing of each other, so its floor is that of one.
                result, fanout_floor = (
                    fanout.measure(endpoint, watchers=self._scope.watchers, events=self._scope.events, writers=writers)
                    for endpoint in (self._endpoint, self._floors[0])
                )
                self._report.add(rate_row(scenario, result, [fanout_floor]))

    def delete_and_memory(self) -> None:
        """Deletion of all pods, and what is resident before and after it."""
        before = self._cluster.memory()
        if "delete" in self._scope.only:
            self._write("delete", lambda endpoint: pods.deletes(endpoint, self._scope.objects))
        if "memory" in self._scope.only:
            memory = self._cluster.memory()
            megabytes = memory.total / 1e6
            note = f"{memory}; {before.total / 1e6:.0f} MB before the deletions"
            self._report.add(Row("memory", f"{megabytes:.0f} MB", megabytes, note=note))

    def insert(self) -> None:
        """The same number of inserts through the store alone."""
        if "insert" in self._scope.only:
            result = insert.measure(self._cluster.postgres, self._pod, self._scope.objects, CLIENTS)
            self._report.add(rate_row("insert", result))

    def _write(self, scenario: str, requests: Requests) -> None:
        self._add(scenario, replay(self._endpoint, requests(self._endpoint)), requests)

    def _read(self, scenario: str, requests: Requests, clients: int = CLIENTS) -> None:
        if scenario in self._scope.only:
            result = replay(self._endpoint, requests(self._endpoint), clients=clients, seconds=self._scope.seconds)
            self._add(scenario, result, requests, clients)

    def _add(self, scenario: str, result: Result, requests: Requests, clients: int = CLIENTS) -> None:
        """Measure the floor right after the scenario itself, and add both."""
        if scenario not in self._scope.only:
            return
        floors = [
            replay(endpoint, requests(endpoint), clients=clients, seconds=self._scope.seconds)
            for endpoint in self._floors
        ]
        self._report.add(rate_row(scenario, result, floors))
