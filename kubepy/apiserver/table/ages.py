"""How long ago something was, as tables tell it.

Follows apimachinery `pkg/util/duration/duration.go` and the `translateTimestamp*` functions of upstream
`pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

ZERO_TIME: Final = "0001-01-01T00:00:00Z"
UNKNOWN: Final = "<unknown>"

_HOUR: Final = 3600
_DAY: Final = 86400
_YEAR: Final = 365 * _DAY


def human_duration(seconds: float) -> str:
    """Two or three significant figures: `119s`, `5m10s`, `7d23h`, `2y5d`; `<invalid>` if 2 seconds or more below 0."""
    total = int(seconds)
    if total < 120:
        return f"{total}s" if total >= 0 else "0s" if total == -1 else "<invalid>"
    if total < 600:
        return _two(total, 60, "m", 1, "s")
    if total < 3 * _HOUR:
        return f"{total // 60}m"
    if total < 8 * _HOUR:
        return _two(total, _HOUR, "h", 60, "m")
    if total < 48 * _HOUR:
        return f"{total // _HOUR}h"
    if total < 8 * _DAY:
        return _two(total, _DAY, "d", _HOUR, "h")
    if total < 2 * _YEAR:
        return f"{total // _DAY}d"
    if total < 8 * _YEAR:
        return _two(total, _YEAR, "y", _DAY, "d")
    return f"{total // _YEAR}y"


def _two(total: int, unit: int, name: str, small_unit: int, small_name: str) -> str:
    whole, rest = divmod(total, unit)
    small = rest // small_unit
    return f"{whole}{name}{small}{small_name}" if small else f"{whole}{name}"


def short_human_duration(seconds: float) -> str:
    """One unit: `59s`, `59m`, `23h`, `364d`, `2y`; `<invalid>` if 2 seconds or more below 0."""
    total = int(seconds)
    if total < 60:
        return f"{total}s" if total >= 0 else "0s" if total == -1 else "<invalid>"
    for unit, name, limit in ((60, "m", _HOUR), (_HOUR, "h", _DAY), (_DAY, "d", _YEAR)):
        if total < limit:
            return f"{total // unit}{name}"
    return f"{total // _YEAR}y"


def since(timestamp: str | None, now: datetime) -> str:
    """The time from a Time or MicroTime to now; `<unknown>` if there is none."""
    if not timestamp or timestamp == ZERO_TIME:
        return UNKNOWN
    return human_duration((now - datetime.fromisoformat(timestamp)).total_seconds())


def until(timestamp: str | None, now: datetime) -> str:
    """The time from now to a Time; `<unknown>` if there is none."""
    if not timestamp or timestamp == ZERO_TIME:
        return UNKNOWN
    return human_duration((datetime.fromisoformat(timestamp) - now).total_seconds())


def between(start: str, end: str) -> str:
    """The time from one Time to another."""
    return human_duration((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def age(obj: dict[str, Any], now: datetime) -> str:
    """The time since the object was created."""
    return since(obj["metadata"].get("creationTimestamp"), now)


def created_at(obj: dict[str, Any]) -> str:
    """When the object was created, as RFC 3339 in UTC; the year 1 if that isn't known."""
    timestamp: str | None = obj["metadata"].get("creationTimestamp")
    if not timestamp or timestamp.endswith("Z"):
        return timestamp or ZERO_TIME
    return datetime.fromisoformat(timestamp).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
