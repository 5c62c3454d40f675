"""The table of events, of the core group and of events.k8s.io alike.

Follows `printEvent` in upstream `pkg/printers/internalversion/printers.go`; the fields that events.k8s.io names
otherwise are matched as in `pkg/apis/events/v1/conversion.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.api.conversion.event import CORE_NAMES
from kubepy.apiserver.table.ages import UNKNOWN, since
from kubepy.apiserver.table.cell_text import EMPTY
from kubepy.apiserver.table.printer import NAME, Column, Printer, Printers, doc

_EVENT: Final = "core.v1.Event"

_COLUMNS: Final = (
    Column("Last Seen", doc(_EVENT, "lastTimestamp")),
    Column("Type", doc(_EVENT, "type")),
    Column("Reason", doc(_EVENT, "reason")),
    Column("Object", doc(_EVENT, "involvedObject")),
    Column("Subobject", doc("core.v1.ObjectReference", "fieldPath"), wide=True),
    Column("Source", doc(_EVENT, "source"), wide=True),
    Column("Message", doc(_EVENT, "message")),
    Column("First Seen", doc(_EVENT, "firstTimestamp"), wide=True),
    Column("Count", doc(_EVENT, "count"), wide=True),
    NAME._replace(wide=True),
)


def _event(obj: dict[str, Any], now: datetime) -> list[Any]:
    first = since(obj.get("firstTimestamp"), now)
    if first == UNKNOWN:
        first = since(obj.get("eventTime"), now)
    last = since(obj["lastTimestamp"], now) if obj.get("lastTimestamp") else first
    count = obj.get("count") or 1
    series = obj.get("series")
    if series is not None:
        last, count = since(series.get("lastObservedTime"), now), series.get("count", 0)
    involved = obj.get("involvedObject") or EMPTY
    return [
        last,
        obj.get("type", ""),
        obj.get("reason", ""),
        _target(involved),
        involved.get("fieldPath", ""),
        _source(obj),
        (obj.get("message") or "").strip(),
        first,
        count,
        obj["metadata"]["name"],
    ]


def _target(involved: Mapping[str, Any]) -> str:
    kind = involved.get("kind", "").lower()
    return f"{kind}/{involved['name']}" if involved.get("name") else kind


def _source(obj: Mapping[str, Any]) -> str:
    source = obj.get("source") or EMPTY
    component = source.get("component") or obj.get("reportingComponent") or ""
    instance = source.get("host") or obj.get("reportingInstance")
    return f"{component}, {instance}" if instance else component


def _new_event(obj: dict[str, Any], now: datetime) -> list[Any]:
    return _event({CORE_NAMES.get(field, field): value for field, value in obj.items()}, now)


PRINTERS: Final[Printers] = {
    ("", "Event"): Printer(_COLUMNS, _event),
    ("events.k8s.io", "Event"): Printer(_COLUMNS, _new_event),
}
