"""`kubepy up`, `down`, `status`, `apiserver`, as a person or a supervisor uses them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from running_cluster import Cluster, config_map, free_port, kubepy, until

from kubepy.cli.embedded_postgres import EmbeddedPostgres


@pytest.fixture
def own(scratch: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of the test's own, not yet started; stopped afterwards whatever happens."""
    cluster = Cluster(scratch / f"own-{os.getpid()}-{abs(hash(request.node.name)) % 10**6}")
    yield cluster
    cluster.down()


def healthy(cluster: Cluster) -> bool:
    """Whether a new connection is answered."""
    import ssl

    context = ssl.create_default_context(cafile=str(cluster.file("ca.crt")))
    try:
        with urllib.request.urlopen(f"{cluster.server}/readyz", context=context, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_a_cluster_starts_says_how_to_use_it_and_stops(own: Cluster) -> None:
    assert own.status().status == 3
    started = own.up()
    assert started.status == 0, started.stderr
    assert f"kubeconfig: {own.kubeconfig}" in started.stdout
    assert "kubectl --kubeconfig" in started.stdout
    assert f"kubepy down --data-dir {own.directory}" in started.stdout
    assert own.kubectl()("get", "namespaces", "-o", "name").split() == [
        f"namespace/{name}" for name in ("default", "kube-node-lease", "kube-public", "kube-system")
    ]
    assert own.kubectl()("get", "service", "kubernetes", "--no-headers").split()[:3] == [
        "kubernetes",
        "ClusterIP",
        "10.96.0.1",
    ]
    status = own.status()
    assert status.status == 0
    assert "supervisor   running" in status.stdout
    assert own.server in status.stdout
    again = own.up()
    assert again.status == 1
    assert f"a cluster is already running in {own.directory}" in again.stderr
    own.kubectl()("create", "configmap", "kept", "--from-literal=a=b")
    uid = own.kubectl().get("configmap/kept", path="{.metadata.uid}")
    certificate = own.file("ca.crt").read_bytes()
    stopped = own.down()
    assert (stopped.status, stopped.stdout) == (0, "stopped\n")
    assert not healthy(own)
    assert own.status().status == 3
    assert own.down().status == 0
    assert own.up().status == 0
    assert own.kubectl().get("configmap/kept", path="{.metadata.uid}") == uid
    assert own.file("ca.crt").read_bytes() == certificate


def test_a_port_in_use_is_said_so(own: Cluster) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", own.port))
        taken.listen()
        started = own.up()
    assert started.status == 1
    assert f"cannot listen on 127.0.0.1:{own.port}: Address already in use" in started.stderr


WRONG = [
    (("up", "--workers", "0"), 1, "--workers must be at least 1"),
    (("up", "--workers", "many"), 2, "invalid int value: 'many'"),
    (("up", "--components", "apiserver,nonsense"), 1, "nonsense is not a component"),
    (("up", "--token-auth-file", "/does/not/exist"), 1, "/does/not/exist"),
    (("up", "--database-url", "postgresql://nobody@127.0.0.1:1/none"), 1, "cannot reach the database"),
    (("up", "--nonsense"), 2, "unrecognized arguments: --nonsense"),
    (("nonsense",), 2, "invalid choice: 'nonsense'"),
    ((), 2, "required: COMMAND"),
    (("apiserver",), 2, "--tls-cert-file"),
    (("migrate",), 1, "database"),
]


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"), WRONG, ids=[" ".join(case[0]) or "nothing" for case in WRONG]
)
def test_wrong_usage_ends_with_one_clear_line(
    scratch: Path, arguments: tuple[str, ...], status: int, complaint: str
) -> None:
    place = ("--data-dir", str(scratch / "wrong"), "--secure-port", str(free_port())) if "up" in arguments else ()
    ran = kubepy(*arguments, *place, KUBEPY_DATABASE_URL="")
    assert ran.status == status, ran
    assert complaint in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_in_the_foreground_a_signal_stops_everything_with_status_0(own: Cluster, number: signal.Signals) -> None:
    own.workers = 1
    process = subprocess.Popen(
        [
            sys.executable, "-m", "kubepy", "up", "--data-dir", own.directory, "--secure-port", str(own.port),
            "--bind-address", "127.0.0.1", "--workers", "1",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        until("ready", lambda: own.status().status == 0)
        assert healthy(own)
        process.send_signal(number)
        output, _ = process.communicate(timeout=40)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0, output
    assert "stop: Ctrl-C" in output
    assert output.endswith("stopping\nstopped\n")
    assert "Traceback" not in output


def test_a_worker_that_is_killed_is_started_again_and_nothing_acknowledged_is_lost(own: Cluster) -> None:
    assert own.up().status == 0
    acknowledged: set[str] = set()
    progress = asyncio.Event()

    async def write(writer: int) -> None:
        async with own.session() as http:
            for number in range(60):
                name = f"w{writer}-{number}"
                try:
                    async with http.post("/api/v1/namespaces/default/configmaps", json=config_map(name)) as response:
                        if response.status == 201:
                            acknowledged.add(name)
                            progress.set()
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)

    async def kill() -> None:
        for _ in range(2):
            enough = len(acknowledged) + 60
            async with asyncio.timeout(30):
                while len(acknowledged) < enough:
                    progress.clear()
                    await progress.wait()
            os.kill(own.worker_pids()[0], signal.SIGKILL)

    async def load() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kill())
            for writer in range(8):
                tasks.create_task(write(writer))

    before = set(own.worker_pids())
    asyncio.run(load())
    stored = own.kubectl()("get", "configmaps", "-o", "name").split()
    assert len(acknowledged) > 120
    assert acknowledged <= {name.removeprefix("configmap/") for name in stored}
    until("two workers again", lambda: len(own.worker_pids()) == 2)
    assert set(own.worker_pids()) != before
    until("ready again", lambda: own.status().status == 0 and healthy(own))


@contextmanager
def api_server(cluster: Cluster, database_url: str) -> Iterator[int]:
    """`kubepy apiserver` beside the cluster, on its database; gives the port."""
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "kubepy", "apiserver", "--quiet", "--bind-address", "127.0.0.1",
            "--secure-port", str(port), "--tls-cert-file", cluster.file("apiserver.crt"),
            "--tls-private-key-file", cluster.file("apiserver.key"), "--client-ca-file", cluster.file("ca.crt"),
        ],
        env={**os.environ, "KUBEPY_DATABASE_URL": database_url},
    )  # fmt: skip
    try:
        yield port
    finally:
        process.terminate()
        assert process.wait(30) == 0


def database_of(cluster: Cluster) -> str:
    """The URL of its embedded database."""
    return EmbeddedPostgres(cluster.directory / "postgres").url


def test_two_servers_on_one_database_are_one_cluster(cluster: Cluster, namespace: str) -> None:
    """What one has acknowledged the other shows at once, and its watchers are told."""
    kubectl = cluster.kubectl(namespace)
    with api_server(cluster, database_of(cluster)) as port:
        other = ("--server", f"https://127.0.0.1:{port}")
        until("the other serves", lambda: kubectl.run("get", "--raw", "/readyz", *other).stdout == "ok")
        with kubectl.background("get", "configmaps", "--watch", "--output-watch-events", *other) as watching:
            kubectl("create", "configmap", "here", "--from-literal=a=b")
            assert kubectl("get", "configmaps", "-o", "name", *other) == "configmap/here\n"
            watching.wait_for("ADDED      here")
            kubectl("delete", "configmap", "here", *other)
            assert kubectl("get", "configmaps", "-o", "name") == ""
            watching.wait_for("DELETED    here")
        kubectl("create", "service", "clusterip", "a", "--tcp=80", *other)
        kubectl("create", "service", "clusterip", "b", "--tcp=80")
        ips = kubectl("get", "services", "-o", "jsonpath={.items[*].spec.clusterIP}").split()
        assert len(set(ips)) == 2


def test_version_and_help() -> None:
    assert kubepy("--version").stdout.startswith("kubepy ")
    for command in ((), ("up",), ("down",), ("status",), ("apiserver",), ("migrate",)):
        shown = kubepy(*command, "--help")
        assert (shown.status, shown.stderr) == (0, "")
        assert shown.stdout.startswith("usage: kubepy")
