"""Numbers or percentages, by pkg/apis/apps/validation (ValidatePositiveIntOrPercent and its neighbours)."""

from __future__ import annotations

import pytest

from kubepy.api.field import Path
from kubepy.api.int_or_percent import (
    amount_of,
    validate_at_most_100_percent,
    validate_positive_int_or_percent,
)

AT = Path("spec").child("maxSurge")


@pytest.mark.parametrize("value", [0, 1, 1000, "0%", "25%", "250%"])
def test_numbers_and_percentages_are_fine(value: int | str):
    """ValidatePositiveIntOrPercent."""
    assert validate_positive_int_or_percent(value, AT) == []


@pytest.mark.parametrize("value", [-1, "", "25", "-5%", "5.5%", "%", "a%"])
def test_anything_else_is_not(value: int | str):
    """ValidatePositiveIntOrPercent."""
    assert [error.field for error in validate_positive_int_or_percent(value, AT)] == ["spec.maxSurge"]


@pytest.mark.parametrize(("value", "too_much"), [("100%", False), ("101%", True), (101, False), ("many", False)])
def test_more_than_everything_is_too_much(value: int | str, too_much: bool):
    """IsNotMoreThan100Percent looks at percentages only."""
    assert bool(validate_at_most_100_percent(value, AT)) is too_much


@pytest.mark.parametrize(("value", "amount"), [(3, 3), ("40%", 40), ("0%", 0), ("many", 0), ("7", 7)])
def test_what_cannot_be_read_counts_as_nothing(value: int | str, amount: int):
    """getIntOrPercentValue."""
    assert amount_of(value) == amount
