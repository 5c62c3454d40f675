"""Points in time as objects hold them: RFC 3339 text in UTC, to the second (Time) or microsecond (MicroTime).

Follows apimachinery `pkg/apis/meta/v1/time.go` and `micro_time.go`, and Go's `time.Parse` in what it accepts and how
it complains.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_match = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))", re.ASCII
).fullmatch

TIME_LAYOUT: Final = "2006-01-02T15:04:05Z07:00"
MICRO_TIME_LAYOUT: Final = "2006-01-02T15:04:05.000000Z07:00"


def format_time(moment: datetime) -> str:
    """`2026-01-02T03:04:05Z`; fractions of a second are cut off. The moment must know its time zone."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}T{moment.hour:02}:{moment.minute:02}:{moment.second:02}Z"


def format_micro_time(moment: datetime) -> str:
    """`2026-01-02T03:04:05.000006Z`. The moment must know its time zone."""
    return f"{format_time(moment)[:-1]}.{moment.microsecond:06}Z"


def now() -> str:
    """This moment as a Time."""
    return format_time(datetime.now(UTC))


def parse_time(text: str) -> datetime:
    """The moment a Time stands for. Raises ValueError with the words of Go's `time.Parse`."""
    return _parse(text, TIME_LAYOUT)


def parse_micro_time(text: str) -> datetime:
    """The moment a MicroTime stands for; its six digits may not be left out. Raises ValueError."""
    return _parse(text, MICRO_TIME_LAYOUT)


def _parse(text: str, layout: str) -> datetime:
    match = _match(text)
    if match is None:
        raise ValueError(_syntax_error(text, layout))
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    if layout is MICRO_TIME_LAYOUT and (match[7] is None or len(match[7]) != 6):
        raise ValueError(_syntax_error(text, layout))
    problem = _out_of_range(year, month, day, hour, minute, second)
    if problem:
        raise ValueError(f"parsing time {_quote(text)}: {problem} out of range")
    microsecond = int((match[7] or "0")[:6].ljust(6, "0"))
    zone: timezone = UTC
    if match[8]:
        if int(match[9]) > 24 or int(match[10]) > 60:
            raise ValueError(f"parsing time {_quote(text)}: time zone offset {_zone_part(match)} out of range")
        offset = timedelta(hours=int(match[9]), minutes=int(match[10]))
        zone = timezone(-offset if match[8] == "-" else offset) if offset < timedelta(hours=24) else UTC
    # Python has no year 0; Kubernetes has no use for one.
    return datetime(max(year, 1), month, day, hour, minute, second, microsecond, zone)


def _quote(text: str) -> str:
    """As Go's time package quotes: everything but printable ASCII is written byte by byte."""
    quoted = []
    for byte in text.encode("utf-8", "replace"):
        character = chr(byte)
        if character in '"\\':
            quoted.append("\\" + character)
        else:
            quoted.append(character if 32 <= byte < 128 else f"\\x{byte:02x}")
    return f'"{"".join(quoted)}"'


def _zone_part(match: re.Match[str]) -> str:
    return "hour" if int(match[9]) > 24 else "minute"


def _out_of_range(year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    if not 1 <= month <= 12:
        return "month"
    if hour > 23:
        return "hour"
    if minute > 59:
        return "minute"
    if second > 59:
        return "second"
    last_day = (
        29 if month == 2 and calendar.isleap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )
    return "" if 1 <= day <= last_day else "day"


_LAYOUT_PARTS: Final = (
    ("2006", r"\d{4}"), ("-", "-"), ("01", r"\d{2}"), ("-", "-"), ("02", r"\d{2}"), ("T", "T"),
    ("15", r"\d{1,2}"), (":", ":"), ("04", r"\d{2}"), (":", ":"), ("05", r"\d{2}"),
)  # fmt: skip


def _syntax_error(text: str, layout: str) -> str:
    """Where Go's parser stops: at which part of the layout, with how much of the text left."""
    rest = text
    for part, pattern in _LAYOUT_PARTS:
        found = re.match(pattern, rest, re.ASCII)
        if found is None:
            return f'parsing time {_quote(text)} as "{layout}": cannot parse {_quote(rest)} as "{part}"'
        rest = rest[found.end() :]
    fraction = re.match(r"[.,]\d+", rest, re.ASCII)
    if layout is MICRO_TIME_LAYOUT:
        if re.match(r"[.,]\d{6}(?!\d)", rest, re.ASCII) is None:
            return f'parsing time {_quote(text)} as "{layout}": cannot parse {_quote(rest)} as ".000000"'
        rest = rest[7:]
    elif fraction is not None:
        rest = rest[fraction.end() :]
    zone = re.match(r"Z|[+-]\d{2}:\d{2}", rest, re.ASCII)
    if zone is None:
        return f'parsing time {_quote(text)} as "{layout}": cannot parse {_quote(rest)} as "Z07:00"'
    return f"parsing time {_quote(text)}: extra text: {_quote(rest[zone.end() :])}"
