"""The README's tour, typed as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from running_cluster import Cluster, run

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {
    "kubectl version": ["Server Version: v1.37.0+kubepy", "kube-system"],
    "kubectl apply": ["namespace/shop serverside-applied", "service/web serverside-applied", "nginx:1.29"],
    "--watch": ["green", "configmap/settings patched"],
    "autoscaler": ['conflict with "kubectl": .spec.replicas', "deployment.apps/web serverside-applied"],
    "deployments_apps": ["shop", "| 5 "],
    "resourceVersionMatch": ["| 2\n", "| 5\n", '"data":{"color":"blue"}'],
    "finalize": ['namespace "shop" deleted', "Terminating"],
}
"""For each block of the tour, by what is typed in it, what must be seen."""


def _blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tour = text.partition("## A one-minute tour")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", tour, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def seen(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block prints when the tour is typed in one shell; the last text names the commands that failed."""
    directory = tmp_path_factory.mktemp("tour")
    script = "\n".join(f"{block}\necho '=== end of block'" for block in _blocks())
    script = script.replace("$PWD/.venv", sys.prefix).replace("/tmp/", f"{directory}/")
    script = script.replace("kubepy status", f"{sys.executable} -m kubepy status --data-dir {cluster.directory}")
    watch_failures = f"trap 'echo \"$BASH_COMMAND\" >> {directory}/failed' ERR\n"
    ran = run("bash", "-c", f"cd {ROOT}\nexec 2>&1\n{watch_failures}{script}")
    failed = directory / "failed"
    return [*ran.stdout.split("=== end of block\n")[:-1], failed.read_text() if failed.exists() else ""]


def test_every_block_of_the_tour_is_looked_at() -> None:
    blocks = _blocks()
    assert len(blocks) == len(SHOWN)
    assert all(typed in block for typed, block in zip(SHOWN, blocks, strict=True))


@pytest.mark.parametrize("typed", SHOWN)
def test_the_tour_shows_what_the_readme_says(seen: list[str], typed: str) -> None:
    printed = seen[list(SHOWN).index(typed)]
    for text in SHOWN[typed]:
        assert text in printed


def test_only_the_conflict_of_the_tour_fails(seen: list[str]) -> None:
    """Everything typed succeeds, but for the apply that the text says is refused."""
    assert re.fullmatch(r"kubectl apply --server-side --field-manager autoscaler -f \S+\n", seen[-1])


def test_the_tour_can_be_taken_again(cluster: Cluster, seen: list[str]) -> None:
    """It leaves no namespace behind."""
    assert seen
    assert "shop" not in cluster.kubectl()("get", "namespaces", "-o", "name")
