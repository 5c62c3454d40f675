"""Cron schedules: five fields or a descriptor such as `@daily` or `@every 90m`.

Accepts what github.com/robfig/cron/v3 `ParseStandard` accepts (parser.go) and complains in its words, with the panics
that kubernetes `pkg/util/parsers` turns into errors; durations follow Go's `time.ParseDuration`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final, NamedTuple

from kubepy.api.time_zones import load_time_zone


class CronSchedule(NamedTuple):
    """When something is due: the allowed minutes, hours, days and months, or a fixed distance (`every`).

    A day field that is `*` restricts nothing (`any_day_...`); if both day fields are restricted, either one suffices.
    Sunday is 0. `time_zone` is empty if the schedule doesn't name one.
    """

    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days_of_month: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    days_of_week: frozenset[int] = frozenset()
    any_day_of_month: bool = False
    any_day_of_week: bool = False
    every: timedelta | None = None
    time_zone: str = ""


class _Bounds(NamedTuple):
    lowest: int
    highest: int
    names: dict[str, int]


_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    _Bounds(0, 59, {}),
    _Bounds(0, 23, {}),
    _Bounds(1, 31, {}),
    _Bounds(1, 12, {name: number for number, name in enumerate(_MONTH_NAMES, 1)}),
    _Bounds(0, 6, {name: number for number, name in enumerate(_DAY_NAMES)}),
)
_DESCRIPTORS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY: Final = "@every "
_NO_SPACE: Final = "invalid schedule format: runtime error: slice bounds out of range [:-1]"
_WHITESPACE: Final = " \t\n\v\f\r\x85\xa0"

_is_integer = re.compile(r"[+-]?[0-9]+", re.ASCII).fullmatch
_find_duration_parts = re.compile(r"([0-9]*)(\.[0-9]*)?([^0-9.]*)", re.ASCII).finditer
_UNIT_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_MAX_DURATION_SECONDS: Final = (2**63 - 1) / 1e9


def parse_cron_schedule(text: str) -> CronSchedule:
    """The schedule that a text describes. Raises ValueError with the message users know."""
    if not text:
        raise ValueError("empty spec string")
    zone = ""
    if text.startswith(("TZ=", "CRON_TZ=")):
        space = text.find(" ")
        if space < 0:
            raise ValueError(_NO_SPACE)
        zone = text[text.index("=") + 1 : space]
        try:
            load_time_zone(zone)
        except ValueError as error:
            raise ValueError(f"provided bad location {zone}: {error}") from error
        text = text[space:].strip(_WHITESPACE)
    if text.startswith(_EVERY):
        return CronSchedule(every=_parse_every(text), time_zone=zone)
    if text.startswith("@"):
        if text not in _DESCRIPTORS:
            raise ValueError(f"unrecognized descriptor: {text}")
        text = _DESCRIPTORS[text]
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"expected exactly {len(_FIELDS)} fields, found {len(fields)}: [{' '.join(fields)}]")
    parsed = [_parse_field(field, bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    (minutes, _), (hours, _), (days, any_day), (months, _), (weekdays, any_weekday) = parsed
    return CronSchedule(minutes, hours, days, months, weekdays, any_day, any_weekday, time_zone=zone)


def _parse_field(field: str, bounds: _Bounds) -> tuple[frozenset[int], bool]:
    """The values a comma-separated list of ranges allows, and whether one of them is a plain `*`."""
    values: set[int] = set()
    starred = False
    for expression in filter(None, field.split(",")):
        found, is_star = _parse_range(expression, bounds)
        values.update(found)
        starred = starred or is_star
    return frozenset(values), starred


def _parse_range(expression: str, bounds: _Bounds) -> tuple[range, bool]:
    """`number`, `low-high` or `*` (`?` means the same), each with an optional `/step`."""
    span, *steps = expression.split("/")
    low, *highs = span.split("-")
    starred = low in ("*", "?")
    if starred:
        start, end = bounds.lowest, bounds.highest
    else:
        start = end = _parse_number(low, bounds.names)
        if len(highs) > 1:
            raise ValueError(f"too many hyphens: {expression}")
        if highs:
            end = _parse_number(highs[0], bounds.names)
    step = 1
    if len(steps) > 1:
        raise ValueError(f"too many slashes: {expression}")
    if steps:
        step = _parse_number(steps[0], {})
        if not highs:
            end = bounds.highest
    _check_range(start, end, step, bounds, expression)
    return range(start, end + 1, step), starred and step == 1


def _check_range(start: int, end: int, step: int, bounds: _Bounds, expression: str) -> None:
    if start < bounds.lowest:
        raise ValueError(f"beginning of range ({start}) below minimum ({bounds.lowest}): {expression}")
    if end > bounds.highest:
        raise ValueError(f"end of range ({end}) above maximum ({bounds.highest}): {expression}")
    if start > end:
        raise ValueError(f"beginning of range ({start}) beyond end of range ({end}): {expression}")
    if step == 0:
        raise ValueError(f"step of range should be a positive number: {expression}")


def _parse_number(text: str, names: dict[str, int]) -> int:
    named = names.get(text.lower())
    if named is not None:
        return named
    problem = ""
    if not _is_integer(text):
        problem = "invalid syntax"
    elif not -(2**63) <= int(text) < 2**63:
        problem = "value out of range"
    if problem:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        raise ValueError(f'failed to parse int from {text}: strconv.Atoi: parsing "{quoted}": {problem}')
    number = int(text)
    if number < 0:
        raise ValueError(f"negative number ({number}) not allowed: {text}")
    return number


def _parse_every(descriptor: str) -> timedelta:
    """The distance of an `@every` schedule: whole seconds, at least one."""
    try:
        seconds = parse_duration(descriptor.removeprefix(_EVERY))
    except ValueError as error:
        raise ValueError(f"failed to parse duration {descriptor}: {error}") from error
    return timedelta(seconds=max(1, int(seconds)))


def parse_duration(text: str) -> float:
    """Seconds of a Go duration such as `1h30m` or `-1.5s`. Raises ValueError with Go's message."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0.0
    if not rest:
        raise ValueError(f"time: invalid duration {quoted}")
    seconds = 0.0
    for match in _find_duration_parts(rest):
        whole, fraction, unit = match[1], match[2] or "", match[3]
        if not match[0] and match.start() == len(rest):
            break
        if not whole and len(fraction) < 2:
            raise ValueError(f"time: invalid duration {quoted}")
        if not unit:
            raise ValueError(f"time: missing unit in duration {quoted}")
        if unit not in _UNIT_SECONDS:
            raise ValueError(f'time: unknown unit "{unit}" in duration {quoted}')
        seconds += float(f"{whole or 0}{fraction}") * _UNIT_SECONDS[unit]
    if seconds > _MAX_DURATION_SECONDS:
        raise ValueError(f"time: invalid duration {quoted}")
    return -seconds if text.startswith("-") else seconds
