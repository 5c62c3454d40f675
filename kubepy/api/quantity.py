"""Amounts of resources such as `1500m`, `64Mi` or `1e3`: exact numbers that remember how they were written.

Follows apimachinery `pkg/api/resource` (quantity.go, suffix.go, amount.go): the same strings are accepted, the same
canonical form comes back, and nothing finer than a billionth is kept (rounded away from zero).
"""

from __future__ import annotations

import enum
import functools
import re
from typing import Final

FORMAT_ERROR: Final = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
NUMERIC_ERROR: Final = "unable to parse numeric part of quantity"
SUFFIX_ERROR: Final = "unable to parse quantity's suffix"

_match = re.compile(r"([+-]?)(0*)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII).fullmatch
_match_exponent = re.compile("[eE]([-+]?[0-9]+)").fullmatch

_DECIMAL_SUFFIXES: Final = {
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip
_BINARY_SUFFIXES: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_NAMES: Final = {exponent: suffix for suffix, exponent in _DECIMAL_SUFFIXES.items()}
_BINARY_NAMES: Final = {exponent: suffix for suffix, exponent in _BINARY_SUFFIXES.items()}
_MAX_INT64: Final = 2**63 - 1
_NANO: Final = -9
_MAX_INT64_DIGITS: Final = 18
_WIDEST_SCALE_GAP: Final = 1000
"""Sums of amounts further apart than this many powers of ten keep only the larger: an exponent is a
user's, and the digits between must fit in memory."""


_MAX_DIGITS: Final = 3000
"""Python reads and writes integers of up to 4300 digits; upstream has no limit but the request's size."""


class Format(enum.Enum):
    """How a quantity is written."""

    DECIMAL_EXPONENT = "DecimalExponent"
    BINARY_SI = "BinarySI"
    DECIMAL_SI = "DecimalSI"


@functools.total_ordering
class Quantity:
    """An exact amount: `unscaled * 10**scale`. Immutable; equal amounts are equal however they are written."""

    __slots__ = ("_scale", "_text", "_unscaled", "format")

    def __init__(
        self, unscaled: int = 0, scale: int = 0, fmt: Format = Format.DECIMAL_SI, *, text: str | None = None
    ) -> None:
        self._unscaled = unscaled
        self._scale = scale
        self.format = fmt
        self._text = text

    @classmethod
    def parse(cls, value: str | int | float) -> Quantity:
        """Read a quantity as JSON may hold it. Raises ValueError with upstream's words."""
        if isinstance(value, str):
            return _parse(value.strip(" \t\n\v\f\r\x85\xa0"))
        if isinstance(value, bool):
            raise ValueError(FORMAT_ERROR)
        return _parse(str(value))

    @classmethod
    def from_milli(cls, value: int, fmt: Format = Format.DECIMAL_SI) -> Quantity:
        """So many thousandths."""
        return cls(value, -3, fmt)

    def scaled_value(self, scale: int) -> int:
        """The amount in units of `10**scale`, rounded away from zero, at most an int64."""
        shift = self._scale - scale
        magnitude = abs(self._unscaled)
        if magnitude and shift > _MAX_INT64_DIGITS:
            rounded = _MAX_INT64
        elif shift >= 0:
            rounded = min(magnitude * 10**shift, _MAX_INT64)
        else:
            rounded = min(_divide_up(magnitude, -shift), _MAX_INT64)
        return -rounded if self._unscaled < 0 else rounded

    def value(self) -> int:
        """The amount in whole units, rounded away from zero."""
        return self.scaled_value(0)

    def milli_value(self) -> int:
        """The amount in thousandths, rounded away from zero."""
        return self.scaled_value(-3)

    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self._unscaled > 0) - (self._unscaled < 0)

    def is_zero(self) -> bool:
        """Whether there is nothing."""
        return self._unscaled == 0

    def round_up(self, scale: int) -> Quantity:
        """The amount rounded away from zero to a multiple of `10**scale`."""
        if self._scale >= scale:
            return self
        magnitude = _divide_up(abs(self._unscaled), scale - self._scale)
        return Quantity(-magnitude if self._unscaled < 0 else magnitude, scale, self.format)

    def __float__(self) -> float:
        try:
            return float(f"{self._unscaled}e{self._scale}")
        except (ValueError, OverflowError):
            return float("inf") * self.sign()

    def __add__(self, other: Quantity) -> Quantity:
        fmt = other.format if self._unscaled == 0 else self.format
        low, high = (self, other) if self._scale <= other._scale else (other, self)
        gap = high._scale - low._scale
        if low._unscaled == 0 or high._unscaled == 0 or gap > _WIDEST_SCALE_GAP:
            kept = low if high._unscaled == 0 else high
            return Quantity(kept._unscaled, kept._scale, fmt)
        return Quantity(low._unscaled + high._unscaled * 10**gap, low._scale, fmt)

    def __sub__(self, other: Quantity) -> Quantity:
        return self + -other

    def __neg__(self) -> Quantity:
        return Quantity(-self._unscaled, self._scale, self.format)

    def __mul__(self, factor: int) -> Quantity:
        return Quantity(self._unscaled * factor, self._scale, self.format)

    def _compare(self, other: Quantity) -> int:
        mine, others = self._unscaled, other._unscaled
        gap = self._scale - other._scale
        if gap and mine and others:
            if abs(gap) > _WIDEST_SCALE_GAP and (mine > 0) == (others > 0):
                mine, others = _magnitude_order(self), _magnitude_order(other)
                if self._unscaled < 0:
                    mine, others = -mine, -others
            elif gap > 0:
                mine *= 10 ** min(gap, _WIDEST_SCALE_GAP)
            else:
                others *= 10 ** min(-gap, _WIDEST_SCALE_GAP)
        return (mine > others) - (mine < others)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self._compare(other) == 0

    def __lt__(self, other: Quantity) -> bool:
        return self._compare(other) < 0

    def __hash__(self) -> int:
        return hash(_reduce(self._unscaled, self._scale))

    def __str__(self) -> str:
        if self._text is None:
            self._text = self._canonical()
        return self._text

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def _canonical(self) -> str:
        if self._unscaled == 0:
            return "0"
        if self.format is Format.BINARY_SI:
            unscaled, scale = _reduce(self._unscaled, self._scale)
            if scale >= 0 and abs(whole := unscaled * 10 ** min(scale, 40)) >= 1024:
                return _binary_text(whole)
        return _decimal_text(self._unscaled, self._scale, self.format)


def _magnitude_order(quantity: Quantity) -> int:
    return len(str(abs(quantity._unscaled))) + quantity._scale


def _divide_up(magnitude: int, digits: int) -> int:
    if digits > 4300 or digits > magnitude.bit_length():
        return 1 if magnitude else 0
    return -(-magnitude // int(10**digits))


def _reduce(unscaled: int, scale: int) -> tuple[int, int]:
    """The same amount with all factors of ten in the scale."""
    if unscaled == 0:
        return 0, 0
    while unscaled % 10 == 0:
        unscaled //= 10
        scale += 1
    return unscaled, scale


def _binary_text(whole: int) -> str:
    exponent = 0
    while whole % 1024 == 0 and exponent < 60:
        whole //= 1024
        exponent += 10
    return f"{whole}{_BINARY_NAMES[exponent]}" if exponent else str(whole)


def _decimal_text(unscaled: int, scale: int, fmt: Format) -> str:
    unscaled, scale = _reduce(unscaled, scale)
    extra = scale % 3
    if fmt is not Format.DECIMAL_EXPONENT and scale - extra > 18:
        # Upstream has no suffix here and prints the bare mantissa, another amount; this keeps the amount.
        if scale > 18 + _WIDEST_SCALE_GAP:
            fmt = Format.DECIMAL_EXPONENT
        else:
            extra = scale - 18
    exponent = scale - extra
    number = unscaled * 10**extra
    if fmt is Format.DECIMAL_EXPONENT or exponent < _NANO:
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL_NAMES[exponent]}"


def _interpret_suffix(suffix: str) -> tuple[int, Format]:
    """The exponent a suffix stands for, of 2 for binary suffixes and of 10 for all others."""
    decimal = _DECIMAL_SUFFIXES.get(suffix)
    if decimal is not None:
        return decimal, Format.DECIMAL_SI
    binary = _BINARY_SUFFIXES.get(suffix)
    if binary is not None:
        return binary, Format.BINARY_SI
    match = _match_exponent(suffix)
    if match is None or len(suffix) > 21 or not -(2**63) <= int(match[1]) < 2**63:
        raise ValueError(SUFFIX_ERROR)
    # Upstream narrows the number to 32 bits without a check.
    return (int(match[1]) + 2**31) % 2**32 - 2**31, Format.DECIMAL_EXPONENT


def _parse(text: str) -> Quantity:
    match = _match(text)
    if not text or match is None:
        raise ValueError(FORMAT_ERROR)
    sign, zeros, digits, fraction, suffix = match.groups("")
    exponent, fmt = _interpret_suffix(suffix)
    shifted = (digits or "0") + fraction
    if len(shifted) > _MAX_INT64_DIGITS:
        return _parse_long(sign, digits, fraction, exponent, fmt)
    unscaled = int(shifted)
    signed = -unscaled if sign == "-" else unscaled
    if fmt is Format.BINARY_SI:
        amount = unscaled << exponent
        if not fraction and len(shifted) + exponent * 3 // 10 <= 14:
            return Quantity(-amount if sign == "-" else amount, 0, fmt, text=text if unscaled & 7 else None)
        if not (zeros or digits or fraction):
            raise ValueError(NUMERIC_ERROR)
        return _parse_long(sign, digits, fraction, exponent, fmt)
    scale = exponent - len(fraction)
    if scale < _NANO:
        return _parse_long(sign, digits, fraction, exponent, fmt)
    # A text that is as good as canonical is kept as it was written.
    kept = scale % 3 == 0 and shifted[0] != "0" and not shifted.endswith("000")
    return Quantity(signed, scale, fmt, text=text if kept else None)


def _parse_long(sign: str, digits: str, fraction: str, exponent: int, fmt: Format) -> Quantity:
    """Amounts that don't fit an int64 or need rounding."""
    if len(digits) + len(fraction) > _MAX_DIGITS:
        raise ValueError(NUMERIC_ERROR)
    magnitude = int(digits + fraction or "0")
    scale = -len(fraction)
    if fmt is Format.BINARY_SI:
        magnitude <<= exponent
    else:
        scale += exponent
    if magnitude and scale < _NANO:
        magnitude, scale = _divide_up(magnitude, _NANO - scale), _NANO
    if fmt is Format.BINARY_SI:
        whole, rest = divmod(magnitude, 10**-scale)
        if (whole, rest) > (_MAX_INT64, 0):
            magnitude, scale = _MAX_INT64, 0
        elif magnitude and whole == 0:
            fmt = Format.DECIMAL_SI
    return Quantity(-magnitude if sign == "-" else magnitude, scale, fmt)


@functools.lru_cache(maxsize=4096)
def _canonical_short(text: str) -> str:
    return str(Quantity.parse(text))


def canonical(text: str) -> str:
    """The form in which a quantity is stored and served. Raises ValueError as `Quantity.parse`."""
    return _canonical_short(text) if len(text) <= 32 else str(Quantity.parse(text))
