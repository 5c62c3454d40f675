"""One running cluster for each test process, a fresh namespace for each test."""

from __future__ import annotations

import itertools
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_cluster import TOKENS, Cluster, Kubectl

MANIFESTS = Path(__file__).with_name("manifests")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A directory with a short path (sockets stand in it) that other users may pass through (PostgreSQL's may)."""
    path = Path(tempfile.mkdtemp(prefix="kubepy-it-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(scratch: Path) -> Iterator[Cluster]:
    """The cluster of this test process."""
    tokens = scratch / "tokens.csv"
    tokens.write_text(TOKENS)
    cluster = Cluster(scratch / "cluster")
    started = cluster.up("--token-auth-file", tokens)
    assert started.status == 0, started.stderr
    yield cluster
    stopped = cluster.down()
    assert stopped.status == 0, stopped.stderr
    log = (cluster.directory / "kubepy.log").read_text()
    assert "request failed (reference" not in log, log[-10_000:]


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    """A new namespace."""
    name = f"test-{next(_numbers)}-{secrets.token_hex(3)}"
    cluster.kubectl()("create", "namespace", name)
    return name


@pytest.fixture
def kubectl(cluster: Cluster, namespace: str) -> Kubectl:
    """kubectl in a new namespace."""
    return cluster.kubectl(namespace)


@pytest.fixture
def manifests() -> Path:
    """The directory of manifests."""
    return MANIFESTS
