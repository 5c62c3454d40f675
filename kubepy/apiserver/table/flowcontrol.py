"""Tables of flow schemas and priority levels.

Follows `printFlowSchema` and `printPriorityLevelConfiguration` in upstream
`pkg/printers/internalversion/printers.go`. Lists of flow schemas are printed in the order in which they match.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, NONE, condition
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_SCHEMA: Final = "flowcontrol.v1.FlowSchemaSpec"
_QUEUING: Final = "flowcontrol.v1.QueuingConfiguration"


def _flow_schema(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    method = spec.get("distinguisherMethod")
    dangling = condition((obj.get("status") or EMPTY).get("conditions"), "Dangling")
    return [
        obj["metadata"]["name"],
        (spec.get("priorityLevelConfiguration") or EMPTY).get("name", ""),
        spec.get("matchingPrecedence", 0),
        NONE if method is None else method.get("type", ""),
        age(obj, now),
        "?" if dangling is None else dangling.get("status", ""),
    ]


def _matching_order(obj: dict[str, Any]) -> tuple[int, str]:
    return (obj.get("spec") or EMPTY).get("matchingPrecedence", 0), obj["metadata"]["name"]


def _priority_level(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    limited = spec.get("limited")
    shares: int | str = NONE if limited is None else limited.get("nominalConcurrencyShares") or 0
    queuing = ((limited or EMPTY).get("limitResponse") or EMPTY).get("queuing")
    fields = ("queues", "handSize", "queueLengthLimit")
    queues = [NONE] * len(fields) if queuing is None else [queuing.get(field, 0) for field in fields]
    return [obj["metadata"]["name"], spec.get("type", ""), shares, *queues, age(obj, now)]


PRINTERS: Final[Printers] = {
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"): Printer(
        (
            NAME,
            Column("PriorityLevel", doc("flowcontrol.v1.PriorityLevelConfigurationReference", "name")),
            Column("MatchingPrecedence", doc(_SCHEMA, "matchingPrecedence")),
            Column("DistinguisherMethod", doc(_SCHEMA, "distinguisherMethod")),
            AGE,
            Column("MissingPL", "references a broken or non-existent PriorityLevelConfiguration"),
        ),
        _flow_schema,
        sort_key=_matching_order,
    ),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"): Printer(
        (
            NAME,
            Column("Type", doc("flowcontrol.v1.PriorityLevelConfigurationSpec", "type")),
            Column(
                "NominalConcurrencyShares",
                doc("flowcontrol.v1.LimitedPriorityLevelConfiguration", "nominalConcurrencyShares"),
            ),
            Column("Queues", doc(_QUEUING, "queues")),
            Column("HandSize", doc(_QUEUING, "handSize")),
            Column("QueueLengthLimit", doc(_QUEUING, "queueLengthLimit")),
            AGE,
        ),
        _priority_level,
    ),
}
