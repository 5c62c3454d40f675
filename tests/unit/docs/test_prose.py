"""README and docs/ as a whole: links, commands, folders, and the numbers and packages of the design."""

from __future__ import annotations

import re
import tomllib

import pytest
from documentation import DOCUMENTS, ROOT, blocks, code_spans, links, read, rows, section, without_blocks

from kubepy.apiserver.filters import REQUEST_TIMEOUT_SECONDS
from kubepy.apiserver.handlers.watch import WRITE_TIMEOUT_SECONDS
from kubepy.apiserver.responses import COMPRESS_FROM_BYTES, SLICE_TIMEOUT_SECONDS
from kubepy.storage import compaction, store, watch_cache
from kubepy.storage.tables import object_revision
from kubepy.storage.views import HIDDEN_RESOURCES, view_name

COMMANDS = {"up", "down", "status", "apiserver", "migrate"}
NOT_THERE_YET = {"restore"}
"""Commands the documents name only to say that they are missing."""


def _slug(heading: str) -> str:
    """The anchor that renderers of Markdown give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _anchors(name: str) -> set[str]:
    return {_slug(heading) for heading in re.findall(r"^#+ (.+)$", without_blocks(read(name)), re.MULTILINE)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in links(read(name)) - {""}:
        assert (ROOT / name).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_anchors_exist(name: str) -> None:
    for target, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", read(name)):
        document = str((ROOT / name).parent.joinpath(target).resolve().relative_to(ROOT)) if target else name
        assert anchor in _anchors(document), f"{target}#{anchor}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_named_in_the_documents_exist(name: str) -> None:
    text = read(name)
    shell = "\n".join(blocks(text, "sh"))
    named = {word for span in code_spans(text) for word in re.findall(r"^kubepy ([a-z]+)", span)}
    named |= set(re.findall(r"\bkubepy ([a-z]+)", shell))
    assert named <= COMMANDS | NOT_THERE_YET


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_named_in_the_documents_exist(name: str) -> None:
    text = read(name)
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    shell = "\n".join(blocks(text, "sh"))
    named = {word for span in code_spans(text) for word in re.findall(r"^make ([a-z]+)", span)}
    assert named | set(re.findall(r"^make ([a-z]+)", shell, re.MULTILINE)) <= targets


def test_readme_shows_how_to_run_and_how_to_test() -> None:
    assert re.findall(r"^make (\w+)", "\n".join(blocks(read("README.md"), "sh")), re.MULTILINE) == ["run", "test"]
    assert "make check" in code_spans(read("README.md"))


def test_folders_in_the_readme_exist() -> None:
    folders = [row[0].strip("`") for row in rows(section(read("README.md"), "How it is built"))]
    assert len(folders) > 5
    assert all((ROOT / folder).is_dir() for folder in folders)


def test_views_in_the_operations_guide_are_named_as_the_code_names_them() -> None:
    named = code_spans(section(read("docs/operations.md"), "SQL"))
    for storage_key in ("pods", "deployments.apps", "ingresses.networking.k8s.io"):
        assert view_name(storage_key) in named
    assert {"secrets"} == HIDDEN_RESOURCES


def test_packages_of_the_design_exist_and_planned_ones_do_not() -> None:
    """When a planned package comes, the page must say so."""
    text = section(read("docs/design.md"), "3. Packages and who may import whom")
    present, _, rest = text.partition("*Planned*")
    packages = {path.name for path in (ROOT / "kubepy").iterdir() if (path / "__init__.py").exists()}
    assert set(re.findall(r"^ {6}([a-z]+)/", present, re.MULTILINE)) == packages
    planned = re.findall(r"`kubepy/([a-z]+)`", rest)
    assert len(planned) > 5
    assert not packages & set(planned)


def test_layers_of_the_design_are_those_that_are_checked() -> None:
    text = section(read("docs/design.md"), "3. Packages and who may import whom")
    documented = re.findall(r"^    ([a-z]+(?: \| [a-z]+)*)$", text.partition("Layers, top first")[2], re.MULTILINE)
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    assert documented == [layer.replace("kubepy.", "") for layer in layers]


def test_columns_of_the_design_are_those_of_the_table() -> None:
    text = section(read("docs/design.md"), "4. Storage: etcd's promises, kept by PostgreSQL")
    listed = re.search(r"object_revision\(([^)]+)\)", text)
    assert listed is not None
    assert re.split(r",\s+", listed[1]) == [column.name for column in object_revision.columns]


@pytest.mark.parametrize(
    "text",
    [
        f"the last {watch_cache.RING_EVENTS:,} events",
        f"({watch_cache.WATCHER_BUFFER_EVENTS:,} events, {watch_cache.WATCHER_BUFFER_BYTES >> 20} MiB)",
        f"(up to {watch_cache.INDEXED_LABEL_KEYS})",
        f"in batches of {compaction.BATCH_ROWS:,}",
        f"{COMPRESS_FROM_BYTES >> 10} KiB on",
        f"{REQUEST_TIMEOUT_SECONDS:.0f} seconds, then 504",
        f"cut off after {SLICE_TIMEOUT_SECONDS:.0f} seconds",
        f"cut off after {WRITE_TIMEOUT_SECONDS:.0f} seconds",
    ],
)
def test_numbers_of_the_design_are_those_of_the_code(text: str) -> None:
    assert text in re.sub(r"\s+", " ", read("docs/design.md"))


def test_waiting_times_in_the_operations_guide_are_those_of_the_code() -> None:
    assert store.COMMIT_DEADLINE_SECONDS == 30.0
    assert "up to ten (reads) or thirty (writes) seconds" in read("docs/operations.md")
