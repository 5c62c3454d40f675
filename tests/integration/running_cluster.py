"""A kubepy cluster that really runs, and kubectl to drive it; what all integration tests share."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import yaml

KUBECTL = Path(sys.executable).with_name("kubectl")
DEADLINE_SECONDS = 30.0
TOKENS = 'secret-token-1,alice,1001,"developers,system:masters"\nsecret-token-2,bob,1002\n'
T = TypeVar("T")


def until(what: str, probe: Callable[[], T | None], seconds: float = DEADLINE_SECONDS) -> T:
    """What `probe` gives as soon as it gives something; fails the test after a deadline."""
    ends = time.monotonic() + seconds
    while True:
        found = probe()
        if found:
            return found
        assert time.monotonic() < ends, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def free_port() -> int:
    """A port nobody listens on. Not one of the range from which outgoing connections take theirs."""
    for port in range(20000 + os.getpid() % 10000, 32000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


@dataclass
class Ran:
    """A finished command."""

    status: int
    stdout: str
    stderr: str


def run(*command: str | Path, stdin: str = "", timeout: float = 120.0, **environment: str) -> Ran:
    """Run a command to its end."""
    done = subprocess.run(
        [str(word) for word in command],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **environment},
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def kubepy(*arguments: str | Path, **environment: str) -> Ran:
    """Run `kubepy ...`."""
    return run(sys.executable, "-m", "kubepy", *arguments, **environment)


class Cluster:
    """What `kubepy up --detach` has started in a data directory."""

    def __init__(self, directory: Path, *, workers: int = 2) -> None:
        self.directory = directory
        self.port = free_port()
        self.workers = workers
        self.kubeconfig = directory / "admin.kubeconfig"
        self.server = f"https://127.0.0.1:{self.port}"

    def up(self, *flags: str | Path) -> Ran:
        """Start it; the command's outcome."""
        return kubepy(
            "up", "--data-dir", self.directory, "--secure-port", str(self.port), "--bind-address", "127.0.0.1",
            "--workers", str(self.workers), "--detach", *flags,
        )  # fmt: skip

    def down(self) -> Ran:
        """Stop it; the command's outcome."""
        return kubepy("down", "--data-dir", self.directory)

    def status(self) -> Ran:
        """`kubepy status`."""
        return kubepy("status", "--data-dir", self.directory)

    def worker_pids(self) -> list[int]:
        """The API server processes that run now."""
        shown = re.findall(r"^apiserver-\d+ +ready \(process (\d+)\)$", self.status().stdout, re.MULTILINE)
        return [int(pid) for pid in shown]

    def file(self, name: str) -> Path:
        """One of the cluster's PKI files."""
        return self.directory / "pki" / name

    def tls(self, *, anonymous: bool = False) -> ssl.SSLContext:
        """TLS as the admin, or as nobody."""
        context = ssl.create_default_context(cafile=str(self.file("ca.crt")))
        if not anonymous:
            context.load_cert_chain(self.file("admin.crt"), self.file("admin.key"))
        return context

    @asynccontextmanager
    async def session(self, *, anonymous: bool = False, **options: Any) -> AsyncIterator[aiohttp.ClientSession]:
        """An HTTP client of this cluster; `options` are those of aiohttp's session."""
        connector = aiohttp.TCPConnector(ssl=self.tls(anonymous=anonymous), limit=0)
        async with aiohttp.ClientSession(self.server, connector=connector, **options) as session:
            yield session
            await connector.close(abort_ssl=True)
        for _ in range(3):  # an aborted TLS connection needs that many turns of the loop until its socket is closed
            await asyncio.sleep(0)

    def kubectl(self, namespace: str = "default") -> Kubectl:
        """kubectl for a namespace of this cluster."""
        return Kubectl(self, namespace)


class Kubectl:
    """Unmodified kubectl with the cluster's own kubeconfig."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self._environment = {"KUBECONFIG": str(cluster.kubeconfig), "HOME": str(cluster.directory)}

    def _command(self, arguments: tuple[str | Path, ...]) -> list[str]:
        return [str(KUBECTL), "--namespace", self.namespace, *map(str, arguments)]

    def run(self, *arguments: str | Path, stdin: str = "", **environment: str) -> Ran:
        """Run it, however it ends."""
        return run(*self._command(arguments), stdin=stdin, **self._environment, **environment)

    def __call__(self, *arguments: str | Path, stdin: str = "", **environment: str) -> str:
        """What it prints; it must succeed."""
        ran = self.run(*arguments, stdin=stdin, **environment)
        assert ran.status == 0, f"kubectl {' '.join(map(str, arguments))}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def fails(self, *arguments: str | Path, stdin: str = "", status: int = 1) -> str:
        """What it complains of; it must fail with that exit status."""
        ran = self.run(*arguments, stdin=stdin)
        assert ran.status == status, f"kubectl {' '.join(map(str, arguments))}: {ran}"
        return ran.stderr

    def json(self, *arguments: str | Path) -> Any:
        """`kubectl ... -o json`."""
        return json.loads(self(*arguments, "-o", "json"))

    def get(self, *arguments: str | Path, path: str) -> str:
        """`kubectl get ... -o jsonpath`."""
        return self("get", *arguments, "-o", f"jsonpath={path}")

    def apply(self, *objects: dict[str, Any] | str) -> str:
        """`kubectl apply -f -` of objects or YAML texts."""
        return self("apply", "-f", "-", stdin=as_yaml(*objects))

    @contextmanager
    def background(self, *arguments: str | Path) -> Iterator[Output]:
        """kubectl running beside the test; it is ended with the block."""
        process = subprocess.Popen(
            self._command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **self._environment},
        )
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        output = Output(process)
        try:
            yield output
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(10)
            process.stdout.close()


class Output:
    """What a running command has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.text = ""

    def wait_for(self, text: str) -> str:
        """Everything printed, as soon as `text` is in it."""

        def probe() -> str | None:
            assert self._process.stdout is not None
            self.text += (self._process.stdout.read() or b"").decode()
            return self.text if text in self.text else None

        try:
            return until(f"{text!r} in the output", probe)
        except AssertionError as error:
            raise AssertionError(f"{error}; printed: {self.text}") from None

    def wait(self, seconds: float = DEADLINE_SECONDS) -> int:
        """The exit status, once it has ended."""
        return self._process.wait(seconds)


def as_yaml(*objects: dict[str, Any] | str) -> str:
    """A multi-document YAML text."""
    return "\n---\n".join(obj if isinstance(obj, str) else yaml.safe_dump(obj) for obj in objects)


def config_map(name: str, namespace: str = "", **data: str) -> dict[str, Any]:
    """A ConfigMap."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def pod(name: str, **metadata: Any) -> dict[str, Any]:
    """A Pod with one container."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, **metadata},
        "spec": {"containers": [{"name": "main", "image": "nginx:1.29"}]},
    }


def deployment(name: str, replicas: int = 2) -> dict[str, Any]:
    """A Deployment."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {
                    "containers": [{"name": "web", "image": "nginx:1.29", "ports": [{"containerPort": 80}]}],
                },
            },
        },
    }
