from datetime import UTC, datetime, timedelta

import pytest

from kubepy.apiserver.table.ages import between, created_at, human_duration, short_human_duration, since, until

MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-2.0, "<invalid>"),
        (-1.9, "0s"),
        (-1.0, "0s"),
        (0.9, "0s"),
        (1, "1s"),
        (70, "70s"),
        (119.9, "119s"),
        (120, "2m"),
        (190, "3m10s"),
        (599, "9m59s"),
        (600, "10m"),
        (70 * MINUTE, "70m"),
        (3 * HOUR - 1, "179m"),
        (3 * HOUR, "3h"),
        (3 * HOUR + 10 * MINUTE, "3h10m"),
        (8 * HOUR - 1, "7h59m"),
        (8 * HOUR, "8h"),
        (47 * HOUR, "47h"),
        (48 * HOUR, "2d"),
        (49 * HOUR, "2d1h"),
        (8 * DAY - 1, "7d23h"),
        (8 * DAY, "8d"),
        (2 * YEAR - HOUR, "729d"),
        (2 * YEAR, "2y"),
        (2 * YEAR + 3 * DAY, "2y3d"),
        (8 * YEAR - HOUR, "7y364d"),
        (8 * YEAR + 300 * DAY, "8y"),
    ],
)
def test_durations_have_two_significant_parts(seconds, text):
    """apimachinery pkg/util/duration HumanDuration: less than 2 seconds below 0 is still now."""
    assert human_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-2, "<invalid>"),
        (-1, "0s"),
        (59, "59s"),
        (60, "1m"),
        (HOUR - 1, "59m"),
        (DAY - 1, "23h"),
        (YEAR - 1, "364d"),
        (2 * YEAR + DAY, "2y"),
    ],
)
def test_short_durations_have_one_part(seconds, text):
    """apimachinery pkg/util/duration ShortHumanDuration."""
    assert short_human_duration(seconds) == text


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [
        (None, "<unknown>"),
        ("", "<unknown>"),
        ("0001-01-01T00:00:00Z", "<unknown>"),
        ("2026-01-02T03:04:05Z", "0s"),
        ("2026-01-02T02:59:05.000000Z", "5m"),
        ("2026-01-02T03:04:06Z", "0s"),
        ("2026-01-02T03:04:07Z", "<invalid>"),
        ("2026-01-02T04:04:05+02:00", "60m"),
    ],
)
def test_age_of_a_time_is_unknown_if_zero_and_invalid_if_ahead(timestamp, text):
    """translateTimestampSince of upstream's printers.go."""
    assert since(timestamp, NOW) == text


def test_until_counts_towards_the_future():
    """translateTimestampUntil of upstream's printers.go."""
    assert until("2026-01-02T03:09:05Z", NOW) == "5m"
    assert until("2026-01-02T03:04:03Z", NOW) == "<invalid>"
    assert until(None, NOW) == "<unknown>"


def test_between_two_times():
    assert between("2026-01-02T03:04:05Z", "2026-01-02T05:04:05Z") == "120m"


def test_creation_time_is_utc_or_the_zero_time():
    """The Created At column of apiserver pkg/registry/rest/table.go."""
    assert created_at({"metadata": {"creationTimestamp": "2026-01-02T03:04:05Z"}}) == "2026-01-02T03:04:05Z"
    assert created_at({"metadata": {"creationTimestamp": "2026-01-02T03:04:05+01:00"}}) == "2026-01-02T02:04:05Z"
    assert created_at({"metadata": {"creationTimestamp": None}}) == "0001-01-01T00:00:00Z"


def test_fractions_of_now_are_cut_off():
    assert since("2026-01-02T03:04:05Z", NOW + timedelta(seconds=9.99)) == "9s"
