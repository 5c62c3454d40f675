"""YAML request bodies as the JSON values they stand for.

Follows `sigs.k8s.io/yaml` on go-yaml v2: YAML 1.1 booleans (`yes`, `on`) and octal numbers, timestamps stay strings,
keys become strings, `<<` merges. One document only. Built from parser events without recursion; aliases may not
multiply the document. Whatever the bytes, the only exception is `APIError` (400).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any, Final

import yaml

from kubepy.api.decoding import MAX_DEPTH, decode_json, has_repeated_keys
from kubepy.api.errors import APIError, bad_request

_MAX_ALIASED_NODES: Final = 100_000
_TAG_PREFIX: Final = "tag:yaml.org,2002:"
_MERGE: Final = "<<"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_match_float = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?").fullmatch
_match_integer = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))").fullmatch
_TAG_TYPES: Final = {"bool": (bool,), "int": (int,), "float": (float, int), "null": (type(None),)}


class _UnreadableError(Exception):
    """The document can't be turned into a JSON value."""


def resolve_plain(text: str) -> Any:
    """What an unquoted scalar stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    plain = text.replace("_", "") if text[0] != "." else text
    integer = _match_integer(plain)
    if integer is not None and len(plain) < 4300:
        sign, hexadecimal, binary, octal, decimal = integer.groups()
        base, digits = (
            (16, hexadecimal) if hexadecimal else (2, binary) if binary else (8, octal) if octal else (10, decimal)
        )
        return -int(digits, base) if sign == "-" else int(digits, base)
    if _match_float(plain) is not None:
        return _json_number(float(plain))
    return text


def _json_number(number: float) -> float | int:
    # JSON has one kind of number: Go writes whole floats below 1e21 without a fraction.
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def _resolve_tagged(tag: str, text: str) -> Any:
    name = tag.removeprefix(_TAG_PREFIX)
    if name == "binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise _UnreadableError("yaml: !!binary value contains invalid base64 data") from None
    types = _TAG_TYPES.get(name)
    if types is None:
        return text
    value = resolve_plain(text)
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise _UnreadableError(f"yaml: cannot decode !!str `{text}` as a !!{name}")
    return value


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.tag is not None and event.tag != "!":
        return _resolve_tagged(event.tag, event.value)
    value = resolve_plain(event.value) if event.implicit[0] else event.value
    if isinstance(value, float) and not math.isfinite(value):
        shown = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        raise _UnreadableError(f"error converting YAML to JSON: json: unsupported value: {shown}")
    return value


def _key_text(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int | float):
        return str(key)
    if isinstance(key, dict):
        kind = "map[interface {}]interface {}"
    else:
        kind = "[]interface {}" if isinstance(key, list) else "%!s(<nil>)"
    raise _UnreadableError(f"error converting YAML to JSON: unsupported map key of type: {kind}")


_NO_KEY: Final = object()
_MERGE_KEY: Final = object()


class _Mapping:
    """An object being built: the next key, what `<<` brings, and the keys set so far."""

    __slots__ = ("key", "line", "merged", "value")

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.merged: list[Any] = []
        self.key: Any = _NO_KEY
        self.line = 0

    def finish(self) -> dict[str, Any]:
        for source in self.merged:
            for part in source if isinstance(source, list) else [source]:
                if not isinstance(part, dict):
                    raise _UnreadableError("yaml: map merge requires map or sequence of maps as the value")
                for key, value in part.items():
                    self.value.setdefault(key, value)
        return self.value


class _Builder:
    """Builds the value of one document from its events."""

    def __init__(self) -> None:
        self.duplicates: list[str] = []
        self.result: Any = None
        self._open: list[_Mapping | list[Any]] = []
        self._anchors: dict[str, Any] = {}
        self._anchor_names: list[str | None] = []
        self._sizes: dict[str, int] = {}
        self._aliased = 0

    def feed(self, event: yaml.Event) -> bool:
        """Take in one event; false once there is nothing more to learn."""
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            if event.anchor:
                self._anchor(event.anchor, value)
            is_merge = event.value == _MERGE and event.implicit[0]
            self._add(value, _line(event), is_merge=is_merge)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self._open) >= MAX_DEPTH:
                raise _UnreadableError("yaml: exceeded max depth")
            container: _Mapping | list[Any] = _Mapping() if isinstance(event, yaml.MappingStartEvent) else []
            self._open.append(container)
            self._anchor_names.append(event.anchor)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self._open.pop()
            value = closed.finish() if isinstance(closed, _Mapping) else closed
            if anchor := self._anchor_names.pop():
                self._anchor(anchor, value)
            self._add(value, _line(event))
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._alias(event), _line(event))
        elif isinstance(event, yaml.DocumentEndEvent):
            return False
        return True

    def _anchor(self, name: str, value: Any) -> None:
        self._anchors[name] = value
        self._sizes[name] = _size_and_depth(value)[0]

    def _alias(self, event: yaml.AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            raise _UnreadableError(f"yaml: unknown anchor '{event.anchor}' referenced")
        value = self._anchors[event.anchor]
        self._aliased += self._sizes[event.anchor]
        if self._aliased > _MAX_ALIASED_NODES:
            raise _UnreadableError("yaml: document contains excessive aliasing")
        copy, depth = _copy(value)
        if depth + len(self._open) > MAX_DEPTH:
            raise _UnreadableError("yaml: exceeded max depth")
        return copy

    def _add(self, value: Any, line: int, *, is_merge: bool = False) -> None:
        if not self._open:
            self.result = value
            return
        parent = self._open[-1]
        if not isinstance(parent, _Mapping):
            parent.append(value)
        elif parent.key is _NO_KEY:
            parent.key = _MERGE_KEY if is_merge else _key_text(value)
            parent.line = line
        else:
            key, parent.key = parent.key, _NO_KEY
            if key is _MERGE_KEY:
                parent.merged.append(value)
                return
            if key in parent.value:
                self.duplicates.append(f'line {parent.line}: key "{key}" already set in map')
            parent.value[key] = value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _size_and_depth(value: Any) -> tuple[int, int]:
    size, depth, level = 1, 0, [value]
    while level := [item for item in level if isinstance(item, dict | list) and item]:
        depth += 1
        level = [child for item in level for child in (item.values() if isinstance(item, dict) else item)]
        size += len(level)
        if size > _MAX_ALIASED_NODES:
            break
    return size, depth


def _copy(value: Any) -> tuple[Any, int]:
    def copied(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: copied(item) for key, item in part.items()}
        return [copied(item) for item in part] if isinstance(part, list) else part

    return copied(value), _size_and_depth(value)[1]


def _parser_error(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}: " if mark is not None else ""
        return f"error converting YAML to JSON: yaml: {line}{error.problem or error.context}"
    if isinstance(error, yaml.reader.ReaderError):
        return f"error converting YAML to JSON: yaml: {error.reason}"
    return f"error converting YAML to JSON: yaml: {error}"


def decode_yaml(body: bytes) -> Any:
    """The JSON value of a YAML document (the first, if there are more). Raises APIError 400 if it can't be read."""
    return decode_yaml_strictly(body)[0]


def decode_yaml_strictly(body: bytes) -> tuple[Any, list[str]]:
    """As `decode_yaml`, with a complaint (`line 3: key "a" already set in map`) for each repeated key."""
    if body[:1] == b"{":
        value = _decode_as_json(body)
        if value is not None:
            return value, []
    builder = _Builder()
    try:
        for event in yaml.parse(body, Loader=_LOADER):
            if not builder.feed(event):
                break
    except _UnreadableError as error:
        raise bad_request(str(error)) from None
    except yaml.YAMLError as error:
        raise bad_request(_parser_error(error)) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise bad_request(f"error converting YAML to JSON: yaml: {error}") from None
    return builder.result, builder.duplicates


def _decode_as_json(body: bytes) -> Any:
    # Clients that write YAML requests mostly send JSON, which reads many times faster as such.
    try:
        value = decode_json(body)
    except APIError:
        return None
    return None if has_repeated_keys(body, value) else value
