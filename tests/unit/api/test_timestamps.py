"""Timestamps: apimachinery `pkg/apis/meta/v1/time_test.go`; messages are those of Go's `time.Parse`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api import timestamps

LAYOUT = 'as "2006-01-02T15:04:05Z07:00"'


def test_times_are_printed_in_utc() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678, timezone(timedelta(hours=2)))
    assert timestamps.format_time(moment) == "2026-01-02T01:04:05Z"
    assert timestamps.format_micro_time(moment) == "2026-01-02T01:04:05.000678Z"
    assert timestamps.parse_time(timestamps.now()).tzinfo is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.999Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05+01:30", "2026-01-02T01:34:05Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_any_rfc3339_time_is_read(text: str, expected: str) -> None:
    assert timestamps.format_time(timestamps.parse_time(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f'parsing time "" {LAYOUT}: cannot parse "" as "2006"'),
        ("x", f'parsing time "x" {LAYOUT}: cannot parse "x" as "2006"'),
        ("2026-01-02", f'parsing time "2026-01-02" {LAYOUT}: cannot parse "" as "T"'),
        ("2026-01-02T03:04:05", f'parsing time "2026-01-02T03:04:05" {LAYOUT}: cannot parse "" as "Z07:00"'),
        ("2026-01-02T03:04:05Zx", 'parsing time "2026-01-02T03:04:05Zx": extra text: "x"'),
        ("2026-13-02T03:04:05Z", 'parsing time "2026-13-02T03:04:05Z": month out of range'),
        ("2025-02-29T03:04:05Z", 'parsing time "2025-02-29T03:04:05Z": day out of range'),
        ("2026-01-02T24:04:05Z", 'parsing time "2026-01-02T24:04:05Z": hour out of range'),
        ('2026"é', f'parsing time "2026\\"\\xc3\\xa9" {LAYOUT}: cannot parse "\\"\\xc3\\xa9" as "-"'),
    ],
)
def test_a_bad_time_is_refused_in_gos_words(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        timestamps.parse_time(text)


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.12345Z", "2026-01-02T03:04:05.1234567Z"])
def test_a_micro_time_has_six_digits(text: str) -> None:
    """The layout is `2006-01-02T15:04:05.000000Z07:00`, and Go's parser wants its zeros."""
    with pytest.raises(ValueError, match="cannot parse"):
        timestamps.parse_micro_time(text)


@given(st.datetimes(min_value=datetime(1, 1, 1), timezones=st.just(UTC)))
def test_what_is_printed_is_read_again(moment: datetime) -> None:
    assert timestamps.parse_micro_time(timestamps.format_micro_time(moment)) == moment
    assert timestamps.parse_time(timestamps.format_time(moment)) == moment.replace(microsecond=0)


@given(st.text())
def test_nothing_but_value_error_comes_of_any_text(text: str) -> None:
    for parse in (timestamps.parse_time, timestamps.parse_micro_time):
        message = "parsing time "
        try:
            parse(text)
        except ValueError as error:
            message = str(error)
        assert message.startswith("parsing time ")
