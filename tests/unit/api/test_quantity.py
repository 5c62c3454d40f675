"""Quantities: apimachinery `pkg/api/resource/quantity_test.go`; canonical forms checked against kubectl v1.37."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api.quantity import FORMAT_ERROR, NUMERIC_ERROR, SUFFIX_ERROR, Format, Quantity, canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"), ("0Ki", "0"), ("-0", "0"), ("+", "0"), (".", "0"),
        ("1", "1"), ("1.5", "1500m"), ("0.5", "500m"), ("1000m", "1"), ("1500m", "1500m"), ("2000", "2k"),
        ("1.5Gi", "1536Mi"), ("1024Mi", "1Gi"), ("1025Ki", "1025Ki"), ("0.5Ki", "512"), ("8Ki", "8Ki"),
        ("0.1Ki", "102400m"), ("100Mi", "100Mi"), ("1e3", "1e3"), ("12E6", "12E6"), ("1e20", "100e18"), ("5e1", "50"),
        ("1E", "1E"), ("1n", "1n"), (".1n", "1n"), ("1.1n", "2n"), ("0.1m", "100u"),
        ("-1.5", "-1500m"), ("007", "007"), ("+5", "+5"), ("1.500", "1.500"), ("5.", "5."),
        ("8Ei", "9223372036854775807"), ("10000000000000000000", "10E"), ("1e5000000000", "10e705032703"),
    ],
)  # fmt: skip
def test_a_quantity_is_printed_in_upstreams_canonical_form(text: str, expected: str) -> None:
    """Including its quirks: a text that is canonical up to signs and zeros is kept."""
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", FORMAT_ERROR), ("x", FORMAT_ERROR), (" 1 2", FORMAT_ERROR), ("1.2.3", FORMAT_ERROR), ("--1", SUFFIX_ERROR),
        ("1K", SUFFIX_ERROR), ("1mi", SUFFIX_ERROR), ("1Ki5", SUFFIX_ERROR), ("1e", SUFFIX_ERROR),
        ("1e99999999999999999999", SUFFIX_ERROR), ("1i", SUFFIX_ERROR), (".Ei", NUMERIC_ERROR),
        ("9" * 5000, NUMERIC_ERROR),
        ("\u0661", FORMAT_ERROR), ("1\n2", FORMAT_ERROR),
    ],
)  # fmt: skip
def test_a_malformed_quantity_is_refused_in_upstreams_words(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Quantity.parse(text)


def test_json_numbers_are_quantities_too() -> None:
    assert str(Quantity.parse(1)) == "1"
    assert str(Quantity.parse(0.5)) == "500m"
    assert Quantity.parse(1e16) == Quantity.parse("1e16")
    with pytest.raises(ValueError, match="regular expression"):
        Quantity.parse(True)


@pytest.mark.parametrize(
    ("text", "value", "milli"),
    [("1", 1, 1000), ("1m", 1, 1), ("1.5", 2, 1500), ("1u", 1, 1), ("1Ki", 1024, 1024000), ("0", 0, 0),
     ("-1.5", -2, -1500),
     ("1E", 10**18, 2**63 - 1), ("1e2147483647", 2**63 - 1, 2**63 - 1), ("1e-2147483647", 1, 1)],
)  # fmt: skip
def test_whole_values_are_rounded_away_from_zero_and_fit_an_int64(text: str, value: int, milli: int) -> None:
    quantity = Quantity.parse(text)
    assert (quantity.value(), quantity.milli_value()) == (value, milli)


def test_order_and_equality_ignore_the_notation() -> None:
    texts = ["-1e2147483647", "-1", "-1m", "0", "1n", "1m", "999m", "1", "1023", "1Ki", "1M", "1Mi", "1e2147483647"]
    quantities = [Quantity.parse(text) for text in texts]
    backwards = list(reversed(quantities))
    assert sorted(backwards) == quantities
    assert Quantity.parse("1000m") == Quantity.parse("1") != Quantity.parse("2")
    assert hash(Quantity.parse("1Ki")) == hash(Quantity.parse("1024"))
    assert Quantity.parse("1") != "1"


def test_sums_keep_the_format_of_the_first_that_is_not_zero() -> None:
    """`Add` and `Sub` of quantity.go."""
    assert str(Quantity.parse("1Gi") + Quantity.parse("1Gi")) == "2Gi"
    assert str(Quantity() + Quantity.parse("1Gi")) == "1Gi"
    assert str(Quantity.parse("1") - Quantity.parse("100m")) == "900m"
    assert str(-Quantity.parse("1Ki")) == "-1Ki"
    assert str(Quantity.parse("100m") * 10) == "1"
    assert (Quantity.parse("1") - Quantity.parse("1")).is_zero()
    assert Quantity.parse("1e2147483647") + Quantity.parse("1") == Quantity.parse("1e2147483647")


def test_parts() -> None:
    assert Quantity.parse("-1").sign() == -1
    assert float(Quantity.parse("1.5Ki")) == 1536.0
    assert Quantity.from_milli(1500).format is Format.DECIMAL_SI
    assert str(Quantity.parse("1.2345").round_up(-3)) == "1235m"


quantity_texts = st.from_regex(
    r"\A[+-]?[0-9]{0,25}(\.[0-9]{0,12})?(|n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|e[+-]?[0-9]{1,2})\Z"
)


@given(quantity_texts)
def test_the_canonical_form_stands_for_the_same_amount(text: str) -> None:
    """Parsing what was printed gives the amount that was printed, and prints the same."""
    try:
        quantity = Quantity.parse(text)
    except ValueError:
        return
    again = Quantity.parse(str(quantity))
    assert again == quantity
    assert hash(again) == hash(quantity)
    assert canonical(canonical(text)) == canonical(text)


@given(st.text() | st.floats() | st.integers())
def test_nothing_but_value_error_comes_of_any_input(value: str | float) -> None:
    message = ""
    try:
        str(Quantity.parse(value))
    except ValueError as error:
        message = str(error)
    assert message in ("", FORMAT_ERROR, NUMERIC_ERROR, SUFFIX_ERROR)
