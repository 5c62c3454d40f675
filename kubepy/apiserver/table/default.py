"""The table of kinds that have no printer of their own: name and time of creation.

Follows apiserver `pkg/registry/rest/table.go` (`NewDefaultTableConvertor`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import created_at
from kubepy.apiserver.table.printer import CREATED_AT, NAME, Printer


def _cells(obj: dict[str, Any], _now: datetime) -> list[Any]:
    return [obj["metadata"].get("name", ""), created_at(obj)]


DEFAULT: Final = Printer((NAME, CREATED_AT), _cells)
