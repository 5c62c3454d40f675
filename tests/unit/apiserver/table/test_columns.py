from datetime import UTC, datetime
from pathlib import Path

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.scheme import GroupVersionKind
from kubepy.apiserver.table import PRINTERS, table_for, table_for_kind
from kubepy.apiserver.table.printer import Doc

GOLDEN = Path(__file__).parents[3] / "golden" / "table" / "columns.txt"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def _golden():
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split(" | ") for line in lines)


def _text(column):
    name = f"{column['name']}{'*' * column['priority']}"
    kind = "" if column["type"] == "string" else f":{column['type']}"
    return f"{name}{kind}" + (f"({column['format']})" if column["format"] else "")


def _columns(group, kind):
    return ", ".join(map(_text, table_for_kind(GroupVersionKind(group, "v1", kind)).columns))


def test_every_printer_has_upstreams_columns():
    """Names, types, formats and priorities in the order of upstream's AddHandlers."""
    mine = {f"{group}/{kind}": _columns(group, kind) for group, kind in PRINTERS}
    assert mine | {"default": _columns("example.com", "Other")} == _golden()


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("", "LimitRange"),
        ("", "Binding"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("storage.k8s.io", "CSIStorageCapacity"),
        ("authentication.k8s.io", "TokenReview"),
    ],
)
def test_kinds_without_a_printer_show_name_and_creation_time(group, kind):
    """rest.NewDefaultTableConvertor in these kinds' storage.go."""
    assert _columns(group, kind) == "Name(name), Created At:date"


def test_descriptions_are_the_documented_fields():
    """Upstream takes them from SwaggerDoc, so each field named must exist and be documented."""
    docs = {
        (kind, column.name): column.description.text()
        for (_, kind), printer in PRINTERS.items()
        for column in printer.columns
        if isinstance(column.description, Doc)
    }
    assert [key for key, text in docs.items() if not text] == []
    assert docs["Pod", "Node"].startswith("NodeName indicates in which node this pod is scheduled")


@pytest.mark.parametrize("resource", list(builtin_scheme()), ids=lambda resource: resource.group_resource)
def test_an_object_with_nothing_but_a_name_has_a_cell_for_each_column(resource):
    printer = table_for(resource)
    cells = printer.cells({"metadata": {"name": "bare"}}, NOW)
    extra = 1 if resource.kind == "IPAddress" else 0  # an age without a column, as upstream
    assert len(cells) == len(printer.columns) + extra
    assert "bare" in cells
    assert printer.conditions({"metadata": {"name": "bare"}}) == []


def test_printers_are_shared_between_requests():
    """The columns of a kind are looked up once."""
    pods = GroupVersionKind("", "v1", "Pod")
    assert table_for_kind(pods) is table_for_kind(pods)
