"""Field errors, by apimachinery pkg/util/validation/field/errors.go."""

from __future__ import annotations

import pytest

from kubepy.api.field import Path, too_long_characters, too_short


@pytest.mark.parametrize(
    ("minimum", "expected"),
    [
        (1, "spec.name: Too short: must be at least 1 character"),
        (3, "spec.name: Too short: must be at least 3 characters"),
        (-1, "spec.name: Too short: value is too short"),
    ],
)
def test_a_short_value_is_not_shown(minimum: int, expected: str):
    """TooShort, ErrorBody."""
    error = too_short(Path("spec").child("name"), minimum)
    assert str(error) == expected
    assert error.type == "FieldValueTooShort"


@pytest.mark.parametrize(
    ("maximum", "expected"),
    [
        (1, "spec.name: Too long: may not be more than 1 character"),
        (63, "spec.name: Too long: may not be more than 63 characters"),
        (-1, "spec.name: Too long: value is too long"),
    ],
)
def test_a_long_value_is_not_shown(maximum: int, expected: str):
    """TooLongCharacters, ErrorBody."""
    error = too_long_characters(Path("spec").child("name"), maximum)
    assert str(error) == expected
    assert error.type == "FieldValueTooLong"
