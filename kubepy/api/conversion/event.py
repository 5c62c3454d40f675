"""core/v1 Event and events.k8s.io/v1 Event: one object under two sets of field names.

Follows upstream `pkg/apis/events/v1/conversion.go`. Fields that one version always prints and the other
leaves out when empty are added or dropped, so that each reads as that version's Go type prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

CORE_NAMES: Final[Mapping[str, str]] = {
    "regarding": "involvedObject",
    "note": "message",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
    "reportingController": "reportingComponent",
}
"""Fields of events.k8s.io/v1 that core/v1 names otherwise."""

_EVENTS_NAMES: Final[Mapping[str, str]] = {core: events for events, core in CORE_NAMES.items()}


def core_to_events(obj: dict[str, Any]) -> dict[str, Any]:
    """The events.k8s.io/v1 form of a core/v1 Event."""
    result = {_EVENTS_NAMES.get(name, name): value for name, value in obj.items()}
    result["apiVersion"] = "events.k8s.io/v1"
    result.setdefault("eventTime", None)
    for name in ("reportingController", "reportingInstance"):
        if not result.get(name, True):
            del result[name]
    return result


def events_to_core(obj: dict[str, Any]) -> dict[str, Any]:
    """The core/v1 form of an events.k8s.io/v1 Event."""
    result = {CORE_NAMES.get(name, name): value for name, value in obj.items()}
    result["apiVersion"] = "v1"
    result.setdefault("involvedObject", {})
    result.setdefault("reportingComponent", "")
    result.setdefault("reportingInstance", "")
    return result
