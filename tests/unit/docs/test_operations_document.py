"""docs/operations.md against the code: flags, variables, files, checks and metrics."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from documentation import ROOT, code_spans, read, rows, section
from prometheus_client import generate_latest

from kubepy.apiserver.health import CHECKS
from kubepy.apiserver.metrics import RequestMetrics, registry_of
from kubepy.cli.main import COMPONENTS, main
from kubepy.cli.pki import ensure_certificates
from kubepy.cli.runtime_state import DataDirectory
from kubepy.cli.up import FUTURE_COMPONENTS
from kubepy.storage.migrate import SCHEMA_REVISION
from kubepy.storage.watch_cache import WatchCache

TEXT = read("docs/operations.md")
Help = Callable[..., str]

COMMANDS = ("up", "down", "status", "apiserver", "migrate")
_MACHINE_DEPENDENT = {"--data-dir", "--workers", "--components"}


@pytest.fixture
def help_of(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Help:
    """What `kubepy ... --help` prints, one line an option."""
    monkeypatch.setenv("COLUMNS", "1000")

    def print_help(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--help"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return print_help


def _options(help_text: str) -> dict[str, str]:
    """Every option with its help, which begins on the next line where the option is long."""
    found = {}
    for option in re.split(r"^  (?=-)", help_text, flags=re.MULTILINE)[1:]:
        (flag,) = re.findall(r"^(?:-\w, )?(--[a-z-]+)", option)
        found[flag] = " ".join(option.split())
    del found["--help"]
    return found


def _documented(command: str) -> dict[str, str]:
    """Flag and default of every row of a command's table."""
    table = {}
    for cells in rows(section(TEXT, f"kubepy {command}")):
        flags = re.findall(r"`(--?[a-z-]+)`", cells[0])
        table[flags[0]] = cells[1]
    return table


def test_every_command_has_its_section(help_of: Help) -> None:
    commands = re.findall(r"^    ([a-z]\S+)", help_of().partition("commands:")[2], re.MULTILINE)
    assert sorted(commands) == sorted(COMMANDS)
    assert re.findall(r"^### kubepy (\w+)$", TEXT, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_is_documented_and_no_other(help_of: Help, command: str) -> None:
    """A flag that comes or goes must come or go here, too."""
    assert sorted(_documented(command)) == sorted(_options(help_of(command)))


@pytest.mark.parametrize("command", COMMANDS)
def test_documented_defaults_are_the_real_ones(help_of: Help, command: str) -> None:
    options = {flag: re.findall(r"\(default: (.+?)\)", text) for flag, text in _options(help_of(command)).items()}
    fixed = {flag: f"`{default[0]}`" for flag, default in options.items() if default and flag not in _MACHINE_DEPENDENT}
    documented = _documented(command)
    assert {flag: documented[flag] for flag in fixed} == fixed


def test_components_that_exist_and_that_do_not_are_named() -> None:
    (row,) = [cells for cells in rows(section(TEXT, "kubepy up")) if "--components" in cells[0]]
    assert set(re.findall(r"`([a-z-]+)`", row[1])) == set(COMPONENTS)
    assert set(re.findall(r"`([a-z-]+)`", row[2])) == set(FUTURE_COMPONENTS)


def _environment_variables() -> Iterator[str]:
    """What the code of the commands looks up in `os.environ`, by name or by a constant of its module."""
    for path in (ROOT / "kubepy" / "cli").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            ast.unparse(node.target): node.value for node in tree.body if isinstance(node, ast.AnnAssign) and node.value
        }
        for node in ast.walk(tree):
            key: ast.expr | None = None
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[key, *_]):
                    pass
                case ast.Subscript(value=ast.Attribute(attr="environ"), slice=key):
                    pass
                case ast.Compare(left=key, comparators=[ast.Attribute(attr="environ")]):
                    pass
            if key is not None:
                yield ast.literal_eval(constants.get(ast.unparse(key), key))


def test_every_environment_variable_is_documented() -> None:
    documented = {row[0].strip("`") for row in rows(section(TEXT, "Environment"))}
    assert documented == set(_environment_variables())


def test_every_file_of_the_data_directory_is_documented(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    paths = {value for value in vars(directory).values() if isinstance(value, Path)} - {tmp_path}
    documented = {row[0].strip("`").rstrip("/") for row in rows(section(TEXT, "The data directory"))}
    assert documented == {path.name for path in paths} | {"pki"}


def test_certificates_are_those_that_are_made(tmp_path: Path) -> None:
    """Their names, and that their directory and keys are the owner's alone."""
    ensure_certificates(tmp_path / "pki", ["localhost"])
    (row,) = [cells for cells in rows(section(TEXT, "The data directory")) if cells[0] == "`pki/`"]
    assert sorted(re.findall(r"`([^`]+)`", row[2])) == sorted(path.name for path in (tmp_path / "pki").iterdir())
    assert row[1] == f"0{(tmp_path / 'pki').stat().st_mode & 0o777:o}"
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "pki").glob("*.key"))


def test_health_checks_are_those_of_the_server() -> None:
    documented = {cells[0].strip("`/"): re.findall(r"`([^`]+)`", cells[1]) for cells in rows(section(TEXT, "Health"))}
    assert documented == {kind: list(checks) for kind, checks in CHECKS.items()}


def _metrics() -> dict[str, str]:
    """Name and type of every metric a server exposes, asked of the server's own collector."""
    state = SimpleNamespace(cache=WatchCache(lambda _: {}), feed=SimpleNamespace(healthy=True))
    page = generate_latest(registry_of(SimpleNamespace(state=state, request_metrics=RequestMetrics()))).decode()  # type: ignore[arg-type]
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.MULTILINE))


def test_every_metric_is_documented_with_its_type_and_no_other() -> None:
    documented = {
        name: cells[1] for cells in rows(section(TEXT, "Metrics")) for name in re.findall(r"`([^`]+)`", cells[0])
    }
    assert documented == _metrics()


def test_metrics_in_the_document_have_the_labels_of_the_code() -> None:
    page_labels = {cells[0].strip("`"): cells[2] for cells in rows(section(TEXT, "Metrics"))}
    assert page_labels["apiserver_request_total"] == ", ".join(
        ("verb", "group", "version", "resource", "subresource", "code")
    )


def test_schema_revision_is_the_one_the_code_needs() -> None:
    assert SCHEMA_REVISION in code_spans(section(TEXT, "Upgrades"))
