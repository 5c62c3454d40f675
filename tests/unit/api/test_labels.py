"""Label selectors: apimachinery `pkg/labels/selector_test.go`, `pkg/apis/meta/v1/helpers_test.go` and validation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api import labels
from kubepy.api.field import Path
from kubepy.api.labels import Operator, Requirement, Selector

P = Path("selector")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("x=a,y=b", "x=a,y=b"),
        ("y=b,x=a", "x=a,y=b"),
        (" x = a , y!=b ", "x=a,y!=b"),
        ("x==a", "x==a"),
        ("x in (b,a)", "x in (a,b)"),
        ("x notin (a)", "x notin (a)"),
        ("x in ()", "x in ()"),
        ("x in (,a,)", "x in (,a)"),
        ("x,!y", "x,!y"),
        ("x>1,y<2", "x>1,y<2"),
        ("x=", "x="),
        ("in in (in)", "in in (in)"),
        ("a.b/c in (notin)", "a.b/c in (notin)"),
    ],
)
def test_a_selector_is_read_and_printed_canonically(text: str, canonical: str) -> None:
    assert str(labels.parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("=", "found '=', expected: !, identifier, or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("!a=b", "found '=', expected: ',' or 'end of string'"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
        ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
        ("a=(b)", "unable to parse requirement: found '(', expected: identifier"),
        (
            "a>x",
            "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, "
            "the value must be an integer",
        ),
    ],
)
def test_a_malformed_selector_is_refused_in_upstreams_words(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        labels.parse(text)


def test_bad_keys_and_values_are_named() -> None:
    with pytest.raises(ValueError, match='unable to parse requirement: <nil>: Invalid value: "-": name part must'):
        labels.parse("-=x")
    with pytest.raises(ValueError, match=re.escape('values[0][a]: Invalid value: "-b": a valid label must be')):
        labels.parse("a=-b")


@pytest.mark.parametrize(
    ("text", "matching", "other"),
    [
        ("", {}, None),
        ("x=y", {"x": "y"}, {"x": "z"}),
        ("x=y", {"x": "y", "z": "w"}, {}),
        ("x!=y", {}, {"x": "y"}),
        ("x in (a,b)", {"x": "b"}, {}),
        ("x notin (a,b)", {}, {"x": "a"}),
        ("x", {"x": ""}, {}),
        ("!x", {}, {"x": ""}),
        ("x>1", {"x": "2"}, {"x": "1"}),
        ("x<1", {"x": "0"}, {"x": "z"}),
        ("x>1", {"x": "+2"}, {}),
        ("x=", {"x": ""}, {}),
        ("x=a,y=b", {"x": "a", "y": "b"}, {"x": "a"}),
    ],
)
def test_what_a_selector_matches(text: str, matching: dict[str, str], other: dict[str, str] | None) -> None:
    selector = labels.parse(text)
    assert selector.matches(matching)
    assert other is None or not selector.matches(other)


def test_equality_is_known_for_an_index() -> None:
    """`RequiresExactMatch`."""
    selector = labels.parse("a=b,c in (d),e in (f,g),h!=i")
    assert [selector.equality(key) for key in "aceh"] == ["b", "d", None, None]
    assert labels.EVERYTHING.empty
    assert not labels.NOTHING.empty
    assert not labels.NOTHING.matches({})


def test_a_label_selector_object_selects_as_its_text_would() -> None:
    selector = {
        "matchLabels": {"a": "b"},
        "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["e", "d"]},
            {"key": "f", "operator": "NotIn", "values": ["g"]},
            {"key": "h", "operator": "Exists"},
            {"key": "i", "operator": "DoesNotExist"},
        ],
    }
    assert str(labels.from_label_selector(selector)) == "a=b,c in (d,e),f notin (g),h,!i"
    assert labels.label_selector_matches(selector, {"a": "b", "c": "d", "h": ""})
    assert labels.from_label_selector(None) is labels.NOTHING
    assert labels.from_label_selector({}) is labels.EVERYTHING
    assert str(labels.from_set({"b": "1", "a": "2"})) == "a=2,b=1"
    with pytest.raises(ValueError, match=r'^"Gt" is not a valid label selector operator$'):
        labels.from_label_selector({"matchExpressions": [{"key": "a", "operator": "Gt"}]})


@pytest.mark.parametrize(
    ("selector", "errors"),
    [
        (None, []),
        ({"matchLabels": {"a": "b"}}, []),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}, []),
        (
            {"matchExpressions": [{"key": "a", "operator": "In"}]},
            [
                "selector.matchExpressions[0].values: Required value: "
                "must be specified when `operator` is 'In' or 'NotIn'"
            ],
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]},
            [
                "selector.matchExpressions[0].values: Forbidden: "
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            ],
        ),
        (
            {"matchExpressions": [{"key": "a", "operator": "Gt"}]},
            ['selector.matchExpressions[0].operator: Invalid value: "Gt": not a valid selector operator'],
        ),
    ],
)
def test_label_selector_objects_are_validated(selector: dict[str, Any] | None, errors: list[str]) -> None:
    """`ValidateLabelSelector`."""
    assert [str(error) for error in labels.validate_label_selector(selector, P)] == errors


def test_old_invalid_values_may_be_let_through() -> None:
    selector = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["-b"]}]}
    assert labels.has_invalid_label_value(selector)
    assert [error.field for error in labels.validate_label_selector(selector, P)] == [
        "selector.matchExpressions[0].values[0]"
    ]
    assert labels.validate_label_selector(selector, P, allow_invalid_label_value=True) == []


def test_labels_are_validated_key_and_value() -> None:
    errors = labels.validate_labels({"-a": "b", "c": "-d"}, Path("labels"))
    assert [(error.field, error.bad_value) for error in errors] == [("labels", "-a"), ("labels", "-d")]
    assert labels.validate_labels(None, P) == []


keys = st.from_regex(r"\A([a-z]{1,5}/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,5}[A-Za-z0-9])?\Z")
values = st.from_regex(r"\A([A-Za-z0-9]([-_.A-Za-z0-9]{0,5}[A-Za-z0-9])?)?\Z")
requirements = st.one_of(
    st.builds(Requirement, keys, st.sampled_from([Operator.EXISTS, Operator.DOES_NOT_EXIST]), st.just(())),
    st.builds(
        Requirement,
        keys,
        st.sampled_from([Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.NOT_EQUALS]),
        st.tuples(values),
    ),
    st.builds(
        Requirement,
        keys,
        st.sampled_from([Operator.IN, Operator.NOT_IN]),
        st.sets(values, min_size=1, max_size=3).map(lambda chosen: tuple(sorted(chosen))),
    ),
    st.builds(
        Requirement,
        keys,
        st.sampled_from([Operator.GREATER_THAN, Operator.LESS_THAN]),
        st.tuples(st.integers(0, 2**62).map(str)),
    ),
)


@given(st.lists(requirements, max_size=4))
def test_what_is_printed_is_read_again(chosen: list[Requirement]) -> None:
    selector = Selector(chosen)
    assert labels.parse(str(selector)) == selector


@given(st.text() | st.text(alphabet="ab=!<>(), in\0-"))
def test_nothing_but_value_error_comes_of_any_text(text: str) -> None:
    try:
        selector = labels.parse(text)
    except ValueError:
        return
    assert labels.parse(str(selector)) == selector
