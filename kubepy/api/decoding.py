"""From the bytes of a request to plain values: JSON and YAML, with upstream's forgiveness and complaints.

Whatever the bytes, the only exception is `APIError` (400). JSON is decoded in C; texts that the C decoder refuses get
a second look, because Go forgives broken UTF-8 and lone surrogates. Follows `sigs.k8s.io/json` and apimachinery
`pkg/runtime/serializer/json`.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from kubepy.api import json_syntax
from kubepy.api.errors import APIError, bad_request
from kubepy.api.go_text import json_type

MAX_DEPTH: Final = 200
"""How deep lists and objects may nest. Go allows 10,000; no sane object comes near this, and Python code that
follows an object downwards must not meet the interpreter's recursion limit."""

_EXACT_ERROR_LIMIT_BYTES: Final = 512 * 1024
"""Longer broken texts get a less precise complaint: finding the exact one would hold up everyone else."""

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_has_surrogate = re.compile(rb"\\u[dD][89a-fA-F]").search
_GO_HEAD_TYPE: Final = (
    r'struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }'
)


class RepeatedKeys(dict[str, Any]):
    """An object in which a key was given more than once: the last value of each key, and all pairs as sent."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def summarize(body: bytes) -> str:
    """The beginning of a body for error messages: as it is if it looks like JSON, else in hexadecimal."""
    if not body:
        return "<empty>"
    shown = body[:30]
    text = shown.decode("utf-8", "replace") if body[:1] == b"{" else shown.hex()
    return f"{text} ..." if len(body) > 30 else text


def unrecognized(kind: str, why: str, body: bytes) -> APIError:
    """400: the body can't be read as any object."""
    return bad_request(f"the object provided is unrecognized (must be of type {kind}): {why} ({summarize(body)})")


def _malformed(kind: str, why: str, body: bytes) -> APIError:
    why = f"couldn't get version/kind; json parse error: {why}"
    return unrecognized(kind, why, body) if kind else bad_request(why)


def decode_json(body: bytes, kind: str = "") -> Any:
    """The value of a JSON text. Raises APIError 400; `kind`, if given, is the expected one that the message names."""
    try:
        value = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _decode_again(body, kind, error, pairs=False)
    # Nothing nests deeper than it has opening brackets.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _too_deep(value):
        raise _malformed(kind, json_syntax.TOO_DEEP, body)
    return value


def decode_json_pairs(body: bytes) -> Any:
    """As `decode_json`, much slower, with `RepeatedKeys` for objects in which a key is given more than once."""
    return _decode_again(body, "", None, pairs=True)


def has_repeated_keys(body: bytes, value: Any) -> bool:
    """Whether `body`, which decodes to `value`, may have a key twice in one object; never wrongly false.

    A repeated key is lost on decoding, and with it at least two quotation marks of the text encoded again. Nothing
    adds any but an escape that has no quotation mark in it.
    """
    try:
        return body.count(b'"') != _encode(value).count(b'"') or b"\\u0022" in body
    except UnicodeEncodeError:
        return True


def _too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for parent in level:
            if type(parent) is dict:
                deeper += [child for child in parent.values() if type(child) in (dict, list)]
            elif type(parent) is list:
                deeper += [child for child in parent if type(child) in (dict, list)]
        if not deeper:
            return False
        level = deeper
    return True


def _object_of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    return value if len(value) == len(pairs) else RepeatedKeys(pairs)


def _out_of_range(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise OverflowError(f"json: cannot unmarshal number {text} into Go value of type float64")
    return number


def _decode_again(body: bytes, kind: str, error: Exception | None, *, pairs: bool) -> Any:
    if isinstance(error, RecursionError):
        raise _malformed(kind, json_syntax.TOO_DEEP, body) from None
    if error is not None and len(body) > _EXACT_ERROR_LIMIT_BYTES:
        raise _malformed(kind, str(error), body) from None
    problem = json_syntax.find_error(body, MAX_DEPTH)
    if problem:
        raise _malformed(kind, problem, body) from None
    hook = _object_of_pairs if pairs else None
    try:
        text = body.decode("utf-8", "replace")
        value = json.loads(text, object_pairs_hook=hook, parse_float=_out_of_range)
    except (ValueError, OverflowError, RecursionError) as failure:
        raise _malformed(kind, str(failure), body) from None
    return _without_surrogates(value) if _has_surrogate(body) else value


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, RepeatedKeys):
        return RepeatedKeys([(_without_surrogates(key), _without_surrogates(item)) for key, item in value.pairs])
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def object_head(value: Any, kind: str, body: bytes = b"") -> tuple[str, str]:
    """apiVersion and kind of a decoded object, empty where left out. Raises APIError if it is no object."""
    if value is None:
        return "", ""
    if not isinstance(value, dict):
        why = f"json: cannot unmarshal {json_type(value)} into Go value of type {_GO_HEAD_TYPE}"
        raise _malformed(kind, why, body or _encode(value))
    head = []
    for name in ("apiVersion", "kind"):
        text = value.get(name)
        if text is not None and not isinstance(text, str):
            why = f"json: cannot unmarshal {json_type(text)} into Go struct field .{name} of type string"
            raise _malformed(kind, why, body or _encode(value))
        head.append(text or "")
    return head[0], head[1]
