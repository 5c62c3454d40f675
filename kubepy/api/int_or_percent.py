"""Fields that hold a number or a percentage of pods, such as `maxUnavailable`.

Follows kubernetes `pkg/apis/apps/validation/validation.go` (ValidatePositiveIntOrPercent and its neighbours).
"""

from __future__ import annotations

import re

from kubepy.api.field import FieldError, Path, invalid
from kubepy.api.names import is_valid_percent

_leading_integer = re.compile(r"[+-]?[0-9]+").fullmatch


def validate_positive_int_or_percent(value: int | str, path: Path) -> list[FieldError]:
    """Complaints about a value that is neither a percentage nor a number of at least 0."""
    if isinstance(value, str):
        return [invalid(path, value, message) for message in is_valid_percent(value)]
    return [invalid(path, value, "must be greater than or equal to 0")] if value < 0 else []


def validate_at_most_100_percent(value: int | str, path: Path) -> list[FieldError]:
    """A complaint about a percentage of more than everything; numbers are fine."""
    if isinstance(value, str) and not is_valid_percent(value) and int(value[:-1]) > 100:
        return [invalid(path, value, "must not be greater than 100%")]
    return []


def amount_of(value: int | str) -> int:
    """The number in front of the percent sign, or the number itself; what cannot be read counts as 0."""
    if isinstance(value, int):
        return value
    digits = value[:-1] if not is_valid_percent(value) else value
    return int(digits) if _leading_integer(digits) else 0
