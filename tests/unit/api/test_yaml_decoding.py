"""YAML bodies: `sigs.k8s.io/yaml` yaml_test.go and go-yaml v2 resolve.go."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api.decoding import MAX_DEPTH
from kubepy.api.errors import APIError
from kubepy.api.yaml_decoding import decode_yaml, decode_yaml_strictly


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("yes", True),
        ("Off", False),
        ("y", True),
        ("'yes'", "yes"),
        ("010", 8),
        ("0o10", 8),
        ("08", 8),
        ("0x1F", 31),
        ("0b101", 5),
        ("-0b101", -5),
        ("1_000", 1000),
        ("+5", 5),
        ("1e3", 1000),
        (".5", 0.5),
        ("1.5", 1.5),
        ("1:30", "1:30"),
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!binary QUJD", "ABC"),
        ("!custom x", "x"),
        ("1: a\ntrue: b\n1.5: c", {"1": "a", "true": "b", "1.5": "c"}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x {b: 1, d: 0}\nc: {<<: *x, d: 2}", {"a": {"b": 1, "d": 0}, "c": {"d": 2, "b": 1}}),
        ("a: 1\n---\nb: 2", {"a": 1}),
        ("|\n  a\n  b\n", "a\nb\n"),
        ('{"a": [1, null]}', {"a": [1, None]}),
        ("18446744073709551616", 18446744073709551616),
    ],
)
def test_yaml_stands_for_the_json_that_upstream_makes_of_it(text: str, value: Any) -> None:
    decoded = decode_yaml(text.encode())
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c", "error converting YAML to JSON: yaml: line 1: mapping values are not allowed in this context"),
        ("a: *x", "yaml: unknown anchor 'x' referenced"),
        (".nan", "error converting YAML to JSON: json: unsupported value: NaN"),
        ("-.inf", "error converting YAML to JSON: json: unsupported value: -Inf"),
        ("!!int x", "yaml: cannot decode !!str `x` as a !!int"),
        ("? [1]\n: 2", "error converting YAML to JSON: unsupported map key of type: []interface {}"),
        ("a: {<<: 1}", "yaml: map merge requires map or sequence of maps as the value"),
        ("a: &x [*x]", "yaml: unknown anchor 'x' referenced"),
    ],
)
def test_what_cannot_be_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(APIError, match=f"^{re.escape(message)}$") as caught:
        decode_yaml(text.encode())
    assert caught.value.code == 400


def test_repeated_keys_are_reported_with_their_lines() -> None:
    value, repeated = decode_yaml_strictly(b"a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert value == {"a": 3, "b": {"c": 2}}
    assert repeated == ['line 4: key "c" already set in map', 'line 5: key "a" already set in map']
    assert decode_yaml_strictly(b'{"a":1,"a":2}')[1] == ['line 1: key "a" already set in map']


def test_aliases_cannot_multiply_a_document() -> None:
    """The billion laughs: nine lines that would be a billion nodes."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(APIError, match="excessive aliasing"):
        decode_yaml("\n".join(lines).encode())


def test_nesting_is_limited_also_through_aliases() -> None:
    half = MAX_DEPTH // 2 + 1
    with pytest.raises(APIError, match="exceeded max depth"):
        decode_yaml(b"[" * 10_000)
    with pytest.raises(APIError, match="exceeded max depth"):
        decode_yaml(b"a: &x " + b"[" * half + b"]" * half + b"\nb: " + b"[" * half + b"*x" + b"]" * half)


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_nothing_but_an_api_error_comes_of_any_bytes(body: bytes) -> None:
    try:
        decode_yaml(body)
    except APIError as error:
        code = error.code
    else:
        code = 400
    assert code == 400


fragments = ["a", ": ", "\n", "  ", "- ", "&x ", "*x", "[", "]", "{", "}", ",", "'", '"', "<<", "!!int ", "|", "?", "#"]


@given(st.lists(st.sampled_from(fragments), max_size=12).map("".join))
def test_nothing_but_an_api_error_comes_of_almost_yaml(text: str) -> None:
    try:
        decode_yaml(text.encode())
    except APIError as error:
        code = error.code
    else:
        code = 400
    assert code == 400
