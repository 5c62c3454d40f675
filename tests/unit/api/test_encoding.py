"""Encoded objects and YAML output; YAML was compared with what kubectl v1.37 prints."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api.encoding import at_revision, encode_object, encode_yaml, splice_revision, without_revision
from kubepy.api.yaml_decoding import decode_yaml

OBJECT: dict[str, Any] = {
    "spec": {"b": 1, "a": 2},
    "metadata": {"name": "x", "resourceVersion": "7"},
    "apiVersion": "v1",
    "kind": "Pod",
}


def test_the_revision_has_its_place_in_the_text() -> None:
    body = encode_object(OBJECT)
    expected = b'{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"","name":"x"},"spec":{"b":1,"a":2}}'
    assert body == expected
    assert splice_revision(body, 12) == expected.replace(b'""', b'"12"')
    assert at_revision(splice_revision(body, 12), 345) == splice_revision(body, 345)
    assert without_revision(splice_revision(body, 12)) == body
    assert OBJECT["metadata"]["resourceVersion"] == "7"


def test_the_revision_goes_nowhere_else() -> None:
    """Not into text that looks like the place, nor into an object inside the object."""
    marker = '"metadata":{"resourceVersion":"'
    inner = {"metadata": {"resourceVersion": ""}}
    obj = {
        "kind": marker,
        "apiVersion": marker,
        "metadata": {"annotations": {"a": marker}, "x": inner},
        "template": inner,
    }
    decoded = json.loads(splice_revision(encode_object(obj), 5))
    assert decoded == {**obj, "metadata": {"resourceVersion": "5", **obj["metadata"]}}  # type: ignore[dict-item]


def test_a_text_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="not found"):
        splice_revision(b"{}", 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": [1, {"x": 1, "y": [2]}], "a": {}}, "a: {}\nb:\n- 1\n- x: 1\n  \"y\":\n  - 2\n"),
        ({"k10": 1, "k9": 2, "K": 3}, "K: 3\nk9: 2\nk10: 1\n"),
        ([], "[]\n"),
        (None, "null\n"),
        ("", '""\n'),
        ("on", '"on"\n'),
        ("null", '"null"\n'),
        ("5", '"5"\n'),
        ("1e3", '"1e3"\n'),
        ("0x1F", '"0x1F"\n'),
        ("1:30", '"1:30"\n'),
        ("2026-01-02", '"2026-01-02"\n'),
        ("2026-01-02T03:04:05Z", '"2026-01-02T03:04:05Z"\n'),
        ("a: b", "'a: b'\n"),
        ("- a", "'- a'\n"),
        ("100m", "100m\n"),
        ("nginx:1.29", "nginx:1.29\n"),
        ({"s": "a\nb\n"}, "s: |\n  a\n  b\n"),
        ({"s": "a\nb"}, "s: |-\n  a\n  b\n"),
        ("\u00e9", "\u00e9\n"),
        (1.5, "1.5\n"),
        (1e3, "1000\n"),
        (1234567.5, "1.2345675e+06\n"),
        (1e-7, "1e-07\n"),
        (True, "true\n"),
    ],
)  # fmt: skip
def test_yaml_is_written_as_upstream_writes_it(value: Any, text: str) -> None:
    assert encode_yaml(value).decode() == text


def test_long_lines_are_folded() -> None:
    text = encode_yaml({"message": "word " * 30 + "end"}).decode()
    assert max(len(line) for line in text.splitlines()) <= 80 + len("word ")
    assert decode_yaml(text.encode()) == {"message": "word " * 30 + "end"}


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | printable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_as_yaml_is_read_again(value: Any) -> None:
    assert decode_yaml(encode_yaml(value)) == value
