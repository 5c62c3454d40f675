"""Field errors, by apimachinery pkg/util/validation/field/errors.go."""

from __future__ import annotations

import pytest

from kubepy.api.field import Path, too_short


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
