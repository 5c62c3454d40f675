"""docs/compatibility.md against the code: what is served, and how."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from documentation import ROOT, code_spans, read, rows, section
from resource_tables import BEGIN, DOCUMENT, END, tables, verbs_text, written

from kubepy.api.builtin import builtin_scheme
from kubepy.api.decoding import MAX_DEPTH
from kubepy.api.scheme import READ_WRITE_VERBS
from kubepy.apiserver import bootstrap
from kubepy.apiserver.admission import default_plugins
from kubepy.apiserver.discovery import Discovery
from kubepy.apiserver.handlers.nonresource import ROOT_PATHS
from kubepy.apiserver.handlers.watch import MIN_TIMEOUT_SECONDS
from kubepy.apiserver.negotiation import PATCH_TYPES, READABLE, SERVED
from kubepy.apiserver.registry.strategies import strategy_of
from kubepy.apiserver.request import MAX_BODY_BYTES
from kubepy.apiserver.responses import COMPRESS_FROM_BYTES
from kubepy.apiserver.version import GIT_VERSION
from kubepy.cli.main import main

TEXT = read(DOCUMENT)
_MISSING_PLUGINS = "ServiceAccount LimitRanger ResourceQuota Priority PodSecurity MutatingAdmissionWebhook"


def _first_cells(text: str) -> list[str]:
    """The words in code type of each row's first cell."""
    return [word for cells in rows(text) for word in re.findall(r"`([^`]+)`", cells[0])]


def test_resource_tables_are_those_of_the_scheme() -> None:
    """Every served resource, with its state; `python tests/unit/docs/resource_tables.py` writes them anew."""
    assert written(TEXT) == tables()


def _documented() -> dict[str, list[list[str]]]:
    found = {}
    served = TEXT.partition(BEGIN)[2].partition(END)[0]
    for part in served.split("### ")[1:]:
        heading, _, body = part.partition("\n")
        found[heading] = rows(body)
    return found


def _discovered() -> dict[str, list[list[str]]]:
    discovery = Discovery(builtin_scheme(), "10.0.0.1:6443", ROOT_PATHS)

    def get(path: str) -> Any:
        document = discovery.document(path, "")
        assert document is not None, path
        return json.loads(document.body)

    versions = {"v1": "/api/v1"}
    for group in get("/apis")["groups"]:
        versions |= {v["groupVersion"]: f"/apis/{v['groupVersion']}" for v in group["versions"]}
    return {name: [_row(name, entry) for entry in get(path)["resources"]] for name, path in versions.items()}


def _row(api_version: str, entry: dict[str, Any]) -> list[str]:
    own = "/".join(part for part in (entry.get("group", ""), entry.get("version", "")) if part)
    kind = entry["kind"] if own in ("", api_version) else f"{own} {entry['kind']}"
    return [
        f"`{entry['name']}`",
        kind,
        "namespace" if entry["namespaced"] else "cluster",
        " ".join(entry.get("shortNames", ())),
        " ".join(entry.get("categories", ())),
        verbs_text(entry["verbs"]),
    ]


def test_resource_tables_say_what_discovery_says() -> None:
    """A row more, a row less or another verb in the document than in discovery is a mistake in one of them."""
    documented = {version: sorted(row[:6] for row in table) for version, table in _documented().items()}
    assert documented == {version: sorted(table) for version, table in _discovered().items()}


@pytest.mark.parametrize("name", ["pods/log", "pods/exec", "services/proxy", "serviceaccounts/token"])
def test_subresources_without_a_handler_are_marked_501(name: str) -> None:
    (state,) = [row[6] for row in _documented()["v1"] if row[0] == f"`{name}`"]
    assert state == "501"


def test_verbs_are_those_of_the_scheme() -> None:
    assert sorted(row[0] for row in rows(section(TEXT, "Verbs"))) == sorted(READ_WRITE_VERBS)


def test_patch_types_are_those_that_are_served() -> None:
    assert _first_cells(section(TEXT, "Patch types")) == list(PATCH_TYPES)


def test_media_types_are_those_that_are_negotiated() -> None:
    """What the tables say is read and written must be; what they say isn't must not be."""
    table = rows(section(TEXT, "Media types"))
    assert {row[0].strip("`") for row in table if row[1].startswith("yes")} == set(READABLE)
    assert {row[0].strip("`") for row in table if row[2].startswith("yes")} == set(SERVED)


def test_admission_plugins_are_those_of_the_chain_in_their_order() -> None:
    table, _, missing = section(TEXT, "Admission plugins").partition("Every other plugin")
    present = [plugin.name for plugin in default_plugins()]
    assert _first_cells(table) == present
    absent = {name for row in rows(missing) for name in row[0].split(", ")}
    assert not absent & set(present)
    assert absent >= set(_MISSING_PLUGINS.split()) - set(present)


def test_kinds_that_an_update_creates_are_those_whose_strategy_says_so() -> None:
    creatable = {
        resource.plural
        for resource in builtin_scheme()
        if resource.storage_version and strategy_of(resource).allow_create_on_update
    }
    assert code_spans(section(TEXT, "Update that creates")) - {"PUT"} == creatable


def test_paths_beside_resources_are_those_of_the_server() -> None:
    documented = set(_first_cells(section(TEXT, "Other paths")))
    assert documented - {"/api", "/apis"} == set(ROOT_PATHS)


@functools.cache
def _query_parameters() -> frozenset[str]:
    """The names of all query parameters that the server's code reads."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "kubepy" / "apiserver").glob("*.py")]
    trees += [
        ast.parse(p.read_text(encoding="utf-8")) for p in (ROOT / "kubepy" / "apiserver" / "handlers").glob("*.py")
    ]
    return frozenset(name for tree in trees for node in ast.walk(tree) for name in _read_by(node))


def _read_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Attribute(value=receiver, attr="get" | "getall"), args=[ast.Constant(value=str(name)), *_]
        ):
            reads = _is_query(receiver)
        case ast.Call(func=ast.Attribute(attr="flag" | "integer"), args=[ast.Constant(value=str(name))]):
            reads = True
        case ast.Compare(left=ast.Constant(value=str(name)), comparators=[receiver]):
            reads = _is_query(receiver)
        case ast.Subscript(value=receiver, slice=ast.Constant(value=str(name))):
            reads = _is_query(receiver)
        case _:
            return
    if reads:
        yield name


def _is_query(expression: ast.expr) -> bool:
    return ast.unparse(expression).rpartition(".")[2] == "query"


def test_every_query_parameter_is_documented() -> None:
    documented = code_spans(TEXT) | code_spans(read("docs/operations.md"))
    words = {word for span in documented for word in re.findall(r"\w+", span)}
    assert len(_query_parameters()) > 15
    assert _query_parameters() - words == {"hash"}  # what /openapi/v3 puts into its own links


@pytest.mark.parametrize("heading", ["List and watch options", "Write options"])
def test_no_query_parameter_is_documented_that_nothing_reads(heading: str) -> None:
    for name in _first_cells(section(TEXT, heading)):
        assert name.partition("=")[0] in _query_parameters()


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Differences from upstream", f"may nest {MAX_DEPTH} levels deep"),
        ("Media types", f"may have {MAX_BODY_BYTES >> 20} MiB, as upstream"),
        ("Media types", f"Answers of {COMPRESS_FROM_BYTES >> 10} KiB and more"),
        ("List and watch options", f"lasts {MIN_TIMEOUT_SECONDS // 60} to {MIN_TIMEOUT_SECONDS // 30} minutes"),
        ("Other paths", f"`{GIT_VERSION}`"),
        *(("Differences from upstream", f"`{name}`") for name in bootstrap.NAMESPACES),
    ],
)
def test_numbers_are_those_of_the_code(heading: str, text: str) -> None:
    assert text in section(TEXT, heading)


def test_feature_gates_are_not_settable_as_the_document_says(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["apiserver", "--help"])
    help_text = capsys.readouterr().out
    for flag in ("--feature-gates", "--runtime-config"):
        assert flag in section(TEXT, "Differences from upstream")
        assert flag not in help_text
