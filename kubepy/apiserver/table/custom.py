"""Tables of custom resources, with the columns that their CustomResourceDefinition asks for.

Follows apiextensions-apiserver `pkg/registry/customresource/tableconvertor/tableconvertor.go` and
`pkg/apiserver/helpers.go` (the columns where none are asked for, and those of the scale subresource).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from kubepy.api.schema import OBJECT_META
from kubepy.api.timestamps import parse_time
from kubepy.apiserver.table.ages import UNKNOWN, human_duration
from kubepy.apiserver.table.jsonpath import JSONPath, JSONPathError, printed
from kubepy.apiserver.table.printer import NAME, Doc, TablePrinter

_Cell = Callable[[Any, datetime], Any]


def custom_columns(additional_printer_columns: Sequence[Mapping[str, Any]]) -> TablePrinter:
    """The printer for one version of a CustomResourceDefinition; given no columns, it prints Name and Age.

    Raises ValueError if a column's `jsonPath` can't be parsed.
    """
    columns = additional_printer_columns or [_age_column()]
    cells = [(_path(column["jsonPath"]), _CELLS.get(column["type"], _nothing)) for column in columns]

    def row(obj: dict[str, Any], now: datetime) -> list[Any]:
        return [obj["metadata"].get("name", ""), *[_cell(path, cell, obj, now) for path, cell in cells]]

    return TablePrinter([NAME.definition(), *[_definition(column) for column in columns]], row)


def scale_columns(scale: Mapping[str, Any]) -> TablePrinter:
    """The printer for the Scale of a custom resource, given the CustomResourceDefinition's `subresources.scale`."""
    columns: list[dict[str, Any]] = []
    if scale.get("specReplicasPath"):
        columns.append(_count_column("Desired", "Number of desired replicas", ".spec.replicas"))
    if scale.get("statusReplicasPath"):
        columns.append(_count_column("Available", "Number of actual replicas", ".status.replicas"))
    return custom_columns([*columns, _age_column()])


def _count_column(name: str, description: str, path: str) -> dict[str, Any]:
    return {"name": name, "type": "integer", "description": description, "jsonPath": path}


def _age_column() -> dict[str, Any]:
    description = Doc(OBJECT_META, "creationTimestamp").text()
    return {"name": "Age", "type": "date", "description": description, "jsonPath": ".metadata.creationTimestamp"}


def _path(text: str) -> JSONPath:
    try:
        return JSONPath.parse(text)
    except JSONPathError as error:
        raise ValueError(f'unrecognized column definition "{text}"') from error


def _definition(column: Mapping[str, Any]) -> dict[str, Any]:
    path = f"Custom resource definition column (in JSONPath format): {column['jsonPath']}"
    return {
        "name": column["name"],
        "type": column["type"],
        "format": column.get("format", ""),
        "description": column.get("description") or path,
        "priority": column.get("priority", 0),
    }


def _cell(path: JSONPath, cell: _Cell, obj: dict[str, Any], now: datetime) -> Any:
    try:
        found = path.find(obj)
    except JSONPathError:
        return None
    return cell(found[0], now) if found else None


def _string(value: Any, _now: datetime) -> str:
    return printed(value)


def _integer(value: Any, _now: datetime) -> int | None:
    return int(value) if _is_number(value) else None


def _number(value: Any, _now: datetime) -> float | None:
    return value if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _boolean(value: Any, _now: datetime) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: Any, now: datetime) -> str | None:
    if not isinstance(value, str):
        return None
    if value in ("", "null"):
        return UNKNOWN
    try:
        moment = parse_time(value)
    except ValueError:
        return "<invalid>"
    return UNKNOWN if moment.year == 1 else human_duration((now - moment).total_seconds())


def _nothing(_value: Any, _now: datetime) -> None:
    return None


_CELLS: Final[Mapping[str, _Cell]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
