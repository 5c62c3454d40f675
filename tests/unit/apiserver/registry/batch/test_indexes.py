"""Sets of indexes as text, by pkg/apis/batch/validation (validateIndexesFormat)."""

from __future__ import annotations

import re

import pytest

from kubepy.apiserver.registry.batch.indexes import count_indexes, overlapping_index


@pytest.mark.parametrize(("text", "count"), [("", 0), ("0", 1), ("0-2", 3), ("0,2-4,9", 5)])
def test_indexes_are_counted(text: str, count: int):
    """Single indexes and intervals, in order."""
    assert count_indexes(text, 10) == count


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10", 'too large index: "10"'),
        ("1-10", 'too large index: "10"'),
        ("a", 'cannot convert string to integer for index: "a"'),
        ("1,", 'cannot convert string to integer for index: ""'),
        ("3,2", "non-increasing order, previous: 3, current: 2"),
        ("1-3,3", "non-increasing order, previous: 3, current: 3"),
        ("4-4", "non-increasing order, previous: 4, current: 4"),
        (
            "1-2-3",
            "the fragment \"1-2-3\" violates the requirement that an index interval can have at most two parts "
            "separated by '-'",
        ),
    ],
)  # fmt: skip
def test_disorder_is_refused(text: str, message: str):
    """parseIndexInterval."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        count_indexes(text, 10)


@pytest.mark.parametrize(
    ("completed", "failed", "index"),
    [
        ("", "1", None),
        ("0-3", "4-5", None),
        ("0,2-5", "1,5-6", 5),
        ("0-9", "3", 3),
        ("x,2", "y,2", 2),
        ("1,7", "2-6", None),
    ],
)
def test_the_first_common_index_is_found(completed: str, failed: str, index: int | None):
    """validateFailedIndexesNotOverlapCompleted passes over what it cannot read."""
    assert overlapping_index(completed, failed, 10) == index
