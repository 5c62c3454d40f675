"""Field selectors: apimachinery `pkg/fields/selector_test.go`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api import fields
from kubepy.api.fields import Requirement, Selector


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("x=a,y=b", [("x", "=", "a"), ("y", "=", "b")]),
        ("y=b,x==a", [("x", "=", "a"), ("y", "=", "b")]),
        ("x!=a", [("x", "!=", "a")]),
        ("x=", [("x", "=", "")]),
        (",x=a,", [("x", "=", "a")]),
        (r"x=a\,b\=c\\", [("x", "=", r"a,b=c" + "\\")]),
        ("metadata.name!=a", [("metadata.name", "!=", "a")]),
    ],
)
def test_a_selector_is_read(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [tuple(requirement) for requirement in fields.parse(text).requirements] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "invalid selector: 'x'; can't understand 'x'"),
        ("a=b,x", "invalid selector: 'a=b,x'; can't understand 'x'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        (r"a=b\x", r"invalid field selector: invalid escape sequence: \x"),
        ("a=b\\", "invalid field selector: invalid escape sequence: \\"),
    ],
)
def test_a_malformed_selector_is_refused_in_upstreams_words(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fields.parse(text)


def test_a_missing_field_is_empty() -> None:
    """`Fields.Get` gives an empty string for what isn't there."""
    assert fields.parse("x=a,y!=b").matches({"x": "a"})
    assert not fields.parse("x=a").matches({})
    assert fields.parse("x=").matches({})
    assert fields.EVERYTHING.matches({})
    assert fields.EVERYTHING.empty


def test_equality_is_known_for_an_index() -> None:
    selector = fields.parse("spec.nodeName=n1,status.phase!=Failed")
    assert selector.equality("spec.nodeName") == "n1"
    assert selector.equality("status.phase") is None


@given(
    st.lists(
        st.builds(Requirement, st.from_regex(r"\A[a-z.]{1,8}\Z"), st.sampled_from(["=", "!="]), st.text(max_size=6)),
        max_size=4,
    )
)
def test_what_is_printed_is_read_again(requirements: list[Requirement]) -> None:
    parsed = fields.parse(str(Selector(requirements)))
    assert sorted(parsed.requirements) == sorted(requirements)


@given(st.text() | st.text(alphabet="ab=!\\,"))
def test_nothing_but_value_error_comes_of_any_text(text: str) -> None:
    try:
        selector = fields.parse(text)
    except ValueError:
        return
    assert fields.parse(str(selector)).matches({}) == selector.matches({})
