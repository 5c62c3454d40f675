"""What a table of one kind consists of: its columns, and how an object becomes one row's cells.

The modules beside this one declare a `Printer` for each kind; `kubepy.apiserver.table.table_for` makes the
`TablePrinter` that requests use. Columns and cells follow upstream `pkg/printers/internalversion/printers.go`. The
server always prints wide tables (`pkg/printers/storage/storage.go`): clients hide what has a priority above 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from kubepy.api.schema import OBJECT_META, definitions

Cells = Callable[[dict[str, Any], datetime], list[Any]]
Conditions = Callable[[dict[str, Any]], list[dict[str, str]]]
SortKey = Callable[[dict[str, Any]], Any]


class Doc(NamedTuple):
    """A column description that is the documentation of an API field."""

    definition: str
    field: str

    def text(self) -> str:
        """The field's description, or "" if the field has none."""
        definition: dict[str, Any] = definitions()[self.definition]
        if not self.field:
            return str(definition.get("description", ""))
        return str(definition["properties"][self.field].get("description", ""))


def doc(definition: str, field: str = "") -> Doc:
    """The documentation of a field, e.g. `doc("core.v1.PodSpec", "nodeName")`; of the type itself if none is named."""
    return Doc(f"io.k8s.api.{definition}", field)


class Column(NamedTuple):
    """One column. `wide` columns have priority 1: kubectl shows them with `-o wide` only."""

    name: str
    description: str | Doc = ""
    type: str = "string"
    wide: bool = False
    format: str = ""

    def definition(self) -> dict[str, Any]:
        """The column as a metav1 TableColumnDefinition."""
        description = self.description.text() if isinstance(self.description, Doc) else self.description
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": description,
            "priority": int(self.wide),
        }


NAME: Final = Column("Name", Doc(OBJECT_META, "name"), format="name")
AGE: Final = Column("Age", Doc(OBJECT_META, "creationTimestamp"))
CREATED_AT: Final = Column("Created At", Doc(OBJECT_META, "creationTimestamp"), type="date")
CONTAINERS: Final = Column("Containers", "Names of each container in the template.")
IMAGES: Final = Column("Images", "Images referenced by each container in the template.")
WIDE_CONTAINERS: Final = CONTAINERS._replace(wide=True)
WIDE_IMAGES: Final = IMAGES._replace(wide=True)


def _no_conditions(_obj: dict[str, Any]) -> list[dict[str, str]]:
    return []


@dataclass(frozen=True, slots=True, eq=False)
class TablePrinter:
    """How objects of one kind become rows.

    `cells` gives one row's cells, in the order of `columns`; ages are counted up to the moment it is given, which must
    know its time zone. `conditions` are the row's conditions (left out of the row if there are none). Lists are printed
    in the order of `sort_key`, or as they come if there is none.
    """

    columns: list[dict[str, Any]]
    cells: Cells
    conditions: Conditions = _no_conditions
    sort_key: SortKey | None = None


class Printer(NamedTuple):
    """The declaration of a kind's table; `resolve` looks its descriptions up."""

    columns: tuple[Column, ...]
    cells: Cells
    conditions: Conditions = _no_conditions
    sort_key: SortKey | None = None

    def resolve(self) -> TablePrinter:
        """The printer with its columns as clients receive them."""
        columns = [column.definition() for column in self.columns]
        return TablePrinter(columns, self.cells, self.conditions, self.sort_key)


Printers = Mapping[tuple[str, str], Printer]
"""Group and kind -> printer: all versions of a kind print alike."""
