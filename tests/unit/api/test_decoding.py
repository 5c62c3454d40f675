"""JSON bodies: what Go's decoder forgives, what it refuses, and in which words."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api.decoding import MAX_DEPTH, RepeatedKeys, decode_json, decode_json_pairs, has_repeated_keys, object_head
from kubepy.api.errors import APIError

PREFIX = "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: "


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "unexpected end of JSON input (<empty>)"),
        (b"nul", "unexpected end of JSON input (6e756c)"),
        (b'{"a":1', 'unexpected end of JSON input ({"a":1)'),
        (b"{a:1}", "invalid character 'a' looking for beginning of object key string ({a:1})"),
        (b'{"a":1,}', "invalid character '}' looking for beginning of object key string ({\"a\":1,})"),
        (b"[1,]", "invalid character ']' looking for beginning of value (5b312c5d)"),
        (b'{"a" 1}', "invalid character '1' after object key ({\"a\" 1})"),
        (b'{"a":1 "b"}', 'invalid character \'"\' after object key:value pair ({"a":1 "b"})'),
        (b"[1 2]", "invalid character '2' after array element (5b3120325d)"),
        (b"{} x", "invalid character 'x' after top-level value ({} x)"),
        (b'"\x01"', "invalid character '\\x01' in string literal (220122)"),
        (b'"\\x"', "invalid character 'x' in string escape code (225c7822)"),
        (b'"\\u12g"', "invalid character 'g' in \\u hexadecimal character escape (225c7531326722)"),
        (b"trux", "invalid character 'x' in literal true (expecting 'e') (74727578)"),
        (b"-x", "invalid character 'x' in numeric literal (2d78)"),
        (b"1.x", "invalid character 'x' after decimal point in numeric literal (312e78)"),
        (b"1ex", "invalid character 'x' in exponent of numeric literal (316578)"),
        (b"01", "invalid character '1' after top-level value (3031)"),
        (b"NaN", "invalid character 'N' looking for beginning of value (4e614e)"),
        (b"\xef\xbb\xbf{}", "invalid character '\u00ef' looking for beginning of value (efbbbf7b7d)"),
        (b"{" + b"x" * 40, "invalid character 'x' looking for beginning of object key string ({" + "x" * 29 + " ...)"),
    ],
)
def test_a_malformed_body_is_refused_in_gos_words(body: bytes, problem: str) -> None:
    """`transformDecodeError` and `summarizeData` of apiserver `pkg/endpoints/handlers/rest.go`."""
    with pytest.raises(APIError, match=f"^{re.escape(PREFIX + problem)}$") as caught:
        decode_json(body, "Pod")
    assert (caught.value.code, caught.value.reason) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("body", "value"),
    [(b'{"a":"\xff"}', {"a": "\ufffd"}), (b'"\\ud800x"', "\ufffdx"), (b'"\\ud83d\\ude00\\ud800"', "\U0001f600\ufffd")],
)
def test_broken_text_becomes_replacement_characters(body: bytes, value: object) -> None:
    """As Go's unquote; the body as a whole is still good."""
    assert decode_json(body) == value


@pytest.mark.parametrize("shape", [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_limited(shape: tuple[bytes, bytes]) -> None:
    opening, closing = shape
    decode_json(opening * MAX_DEPTH + b"1" + closing * MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(APIError, match="exceeded max depth"):
            decode_json(opening * depth + b"1" + closing * depth)


def test_many_brackets_side_by_side_are_no_nesting() -> None:
    assert decode_json(b"[" + b"[]," * 1000 + b"{}]") == [[]] * 1000 + [{}]


@pytest.mark.parametrize("body", [b"1e400", b"9" * 5000, b"-" + b"1" * 400 + b".5"])
def test_numbers_out_of_range_are_refused(body: bytes) -> None:
    with pytest.raises(APIError):
        decode_json(body)


def test_repeated_keys_are_found_and_kept() -> None:
    body = b'{"a":{"b":1,"b":2},"c":"\\""}'
    assert has_repeated_keys(body, decode_json(body))
    inner = decode_json_pairs(body)["a"]
    assert isinstance(inner, RepeatedKeys)
    assert inner.pairs == [("b", 1), ("b", 2)]
    assert not has_repeated_keys(b'{"a":"\\"","b":"\\\\"}', {"a": '"', "b": "\\"})


def test_the_head_of_an_object_is_text() -> None:
    assert object_head({"apiVersion": "v1"}, "Pod") == ("v1", "")
    with pytest.raises(APIError, match=r"cannot unmarshal number into Go struct field \.kind of type string"):
        object_head({"kind": 5}, "Pod")
    with pytest.raises(APIError, match="cannot unmarshal array into Go value of type struct"):
        object_head([], "Pod")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@given(json_values, st.booleans())
def test_any_json_value_is_read(value: object, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert decode_json(body) == json.loads(body.decode("utf-8", "surrogatepass"))
    assert decode_json_pairs(body) == decode_json(body)


@given(st.binary() | st.text(alphabet='{}[]":,\\u0123d8truefalsn-.eE \n').map(str.encode))
def test_nothing_but_an_api_error_comes_of_any_bytes(body: bytes) -> None:
    for decode in (decode_json, decode_json_pairs):
        try:
            decode(body)
        except APIError as error:
            code = error.code
        else:
            code = 400
        assert code == 400


pairs = st.lists(st.tuples(st.text(alphabet='ab"', max_size=2), st.text(alphabet='a"\\é', max_size=3)), max_size=4)


@given(pairs, pairs, st.booleans())
def test_a_repeated_key_is_never_overlooked(
    outer: list[tuple[str, str]], inner: list[tuple[str, str]], escaped: bool
) -> None:
    def quote(text: str) -> str:
        return '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"' if escaped else json.dumps(text)

    def dump(members: list[tuple[str, str]], *extra: str) -> str:
        return "{" + ",".join([*(f"{quote(key)}:{quote(value)}" for key, value in members), *extra]) + "}"

    body = dump(outer, f'"inner":{dump(inner)}').encode()
    repeated = len({key for key, _ in inner}) < len(inner) or len({key for key, _ in outer}) < len(outer)
    assert has_repeated_keys(body, decode_json(body)) or not repeated
