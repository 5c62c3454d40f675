"""Cron schedules, by github.com/robfig/cron/v3 parser.go and Go's time.ParseDuration."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kubepy.api.cron_schedule import parse_cron_schedule, parse_duration


@pytest.mark.parametrize(
    ("text", "minutes", "hours"),
    [
        ("*/15 0 * * *", {0, 15, 30, 45}, {0}),
        ("5 1-3 * * *", {5}, {1, 2, 3}),
        ("5/20 9-17/4 ? * ?", {5, 25, 45}, {9, 13, 17}),
        ("1,2,,30-31 23 * * *", {1, 2, 30, 31}, {23}),
        ("  0\t12  * * *  ", {0}, {12}),
        ("@hourly", {0}, set(range(24))),
        ("@midnight", {0}, {0}),
    ],
)
def test_minutes_and_hours(text: str, minutes: set[int], hours: set[int]):
    """getField and getRange: lists, ranges, steps; `N/step` runs to the end."""
    schedule = parse_cron_schedule(text)
    assert (schedule.minutes, schedule.hours) == (minutes, hours)


@pytest.mark.parametrize(
    ("text", "months", "weekdays"),
    [
        ("0 0 * JAN,jun-Aug *", {1, 6, 7, 8}, set(range(7))),
        ("0 0 * * Mon-FRI", set(range(1, 13)), {1, 2, 3, 4, 5}),
        ("0 0 * * 0", set(range(1, 13)), {0}),
        ("@yearly", {1}, set(range(7))),
        ("@weekly", set(range(1, 13)), {0}),
    ],
)
def test_names_of_months_and_days(text: str, months: set[int], weekdays: set[int]):
    """parseIntOrName knows three-letter names in any case."""
    schedule = parse_cron_schedule(text)
    assert (schedule.months, schedule.days_of_week) == (months, weekdays)


@pytest.mark.parametrize(
    ("text", "any_day", "any_weekday"),
    [
        ("0 0 * * *", True, True),
        ("0 0 ? * 1", True, False),
        ("0 0 */2 * *", False, True),
        ("0 0 */1 * *", True, True),
        ("0 0 1 * 1-5", False, False),
    ],
)
def test_a_star_restricts_no_day(text: str, any_day: bool, any_weekday: bool):
    """The star bit, which a step of more than one takes away."""
    schedule = parse_cron_schedule(text)
    assert (schedule.any_day_of_month, schedule.any_day_of_week) == (any_day, any_weekday)


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("@every 90m", timedelta(minutes=90)),
        ("@every 1h30m10.9s", timedelta(seconds=5410)),
        ("@every 1ms", timedelta(seconds=1)),
    ],
)
def test_fixed_distances_are_whole_seconds(text: str, every: timedelta):
    """ConstantDelaySchedule: at least a second, fractions cut."""
    assert parse_cron_schedule(text).every == every


def test_a_time_zone_may_come_first():
    """TZ= and CRON_TZ=."""
    schedule = parse_cron_schedule("CRON_TZ=Europe/Vienna  0 6 * * *")
    assert (schedule.time_zone, schedule.hours) == ("Europe/Vienna", {6})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty spec string"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("0 * * * * *", "expected exactly 5 fields, found 6: [0 * * * * *]"),
        ("error", "expected exactly 5 fields, found 1: [error]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* 24 * * *", "end of range (24) above maximum (23): 24"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* * * 13 *", "end of range (13) above maximum (12): 13"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("30-10 * * * *", "beginning of range (30) beyond end of range (10): 30-10"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("*/2/3 * * * *", "too many slashes: */2/3"),
        ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
        ("-5 * * * *", 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'),
        ("*/-5 * * * *", "negative number (-5) not allowed: -5"),
        (
            "99999999999999999999 * * * *",
            "failed to parse int from 99999999999999999999: "
            'strconv.Atoi: parsing "99999999999999999999": value out of range',
        ),
        ("* * * foo *", 'failed to parse int from foo: strconv.Atoi: parsing "foo": invalid syntax'),
        ("@never", "unrecognized descriptor: @never"),
        ("@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'),
        ("@every 5d", 'failed to parse duration @every 5d: time: unknown unit "d" in duration "5d"'),
        ("@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'),
        ("TZ=Nowhere 0 0 * * *", "provided bad location Nowhere: unknown time zone Nowhere"),
        ("TZ=../x 0 0 * * *", "provided bad location ../x: time: invalid location name"),
        ("TZ=0", "invalid schedule format: runtime error: slice bounds out of range [:-1]"),
    ],
)
def test_complaints_are_the_librarys(text: str, message: str):
    """Parse, normalizeFields, getRange, parseDescriptor; panics as kubernetes pkg/util/parsers words them."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_cron_schedule(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("-1.5h", -5400), ("1h1m1s", 3661), (".5s", 0.5), ("+2µs", 2e-6), ("1.s", 1)]
)
def test_durations(text: str, seconds: float):
    """time.ParseDuration."""
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "-", ".s", "1", "h", "1h2", "9999999999h"])
def test_what_is_no_duration(text: str):
    """time.ParseDuration."""
    with pytest.raises(ValueError, match=r"^time: "):
        parse_duration(text)
