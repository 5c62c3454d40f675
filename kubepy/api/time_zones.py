"""Names of time zones, judged as Go's `time.LoadLocation` does.

Any of the places a zone database may be in counts (the system's, or the `tzdata` package).
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, tzinfo


def load_time_zone(name: str) -> tzinfo | None:
    """The zone of a name; None is the machine's own (`Local`). Raises ValueError with Go's message."""
    if name in ("", "UTC"):
        return UTC
    if name == "Local":
        return None
    if name.startswith(("/", "\\")) or ".." in name:
        raise ValueError("time: invalid location name")
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name}") from error
