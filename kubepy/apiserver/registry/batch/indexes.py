"""Sets of completion indexes written as text, such as `0,3-5,7`.

Follows kubernetes `pkg/apis/batch/validation/validation.go` (validateIndexesFormat and its neighbours).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_is_integer = re.compile(r"[+-]?[0-9]+", re.ASCII).fullmatch


def count_indexes(text: str, completions: int) -> int:
    """How many indexes the text names. Raises ValueError if it is not in order or names one that doesn't exist."""
    total = 0
    last: int | None = None
    for interval in text.split(",") if text else ():
        first, final = _parse_interval(interval, completions)
        if last is not None and last >= first:
            raise ValueError(f"non-increasing order, previous: {last}, current: {first}")
        total += final - first + 1
        last = final
    return total


def overlapping_index(completed: str, failed: str, completions: int) -> int | None:
    """The first index that is in both texts, or None. Intervals that make no sense are passed over."""
    if not completed or not failed:
        return None
    ours, theirs = _intervals(completed, completions), _intervals(failed, completions)
    one, other = next(ours, None), next(theirs, None)
    while one is not None and other is not None:
        if one[0] <= other[1] and other[0] <= one[1]:
            return max(one[0], other[0])
        if one[0] <= other[0]:
            one = next(ours, None)
        else:
            other = next(theirs, None)
    return None


def _intervals(text: str, completions: int) -> Iterator[tuple[int, int]]:
    for interval in text.split(","):
        try:
            yield _parse_interval(interval, completions)
        except ValueError:
            continue


def _parse_interval(interval: str, completions: int) -> tuple[int, int]:
    limits = interval.split("-")
    if len(limits) > 2:
        rule = "violates the requirement that an index interval can have at most two parts separated by '-'"
        raise ValueError(f'the fragment "{interval}" {rule}')
    first = _parse_index(limits[0], completions)
    if len(limits) == 1:
        return first, first
    final = _parse_index(limits[1], completions)
    if first >= final:
        raise ValueError(f"non-increasing order, previous: {first}, current: {final}")
    return first, final


def _parse_index(text: str, completions: int) -> int:
    if not _is_integer(text):
        raise ValueError(f'cannot convert string to integer for index: "{text}"')
    if int(text) >= completions:
        raise ValueError(f'too large index: "{text}"')
    return int(text)
