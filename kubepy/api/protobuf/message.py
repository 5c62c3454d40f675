"""From a protobuf message to the JSON-shaped dict that Go would make of it.

What stands in the dict is what `json.Marshal` writes of the Go object that the message decodes into: zeros of fields
marked omitempty are left out, zeros behind pointers and empty structs are not, nulls are.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable
from typing import Any, Final

from kubepy.api.decoding import MAX_DEPTH, decode_json
from kubepy.api.errors import APIError
from kubepy.api.protobuf.message_types import Field, MessageType, Shape
from kubepy.api.protobuf.special_values import SPECIAL_VALUES
from kubepy.api.protobuf.wire import (
    FIXED64,
    LENGTH_DELIMITED,
    VARINT,
    ProtobufError,
    check_unknown,
    read_length,
    read_varint,
    skip,
    to_int32,
    to_int64,
    unexpected_end,
)

_MAX_MESSAGE_DEPTH: Final = 64
"""How deep messages may nest: each is up to two levels of JSON, and raw JSON within has the levels left of MAX_DEPTH."""

_unpack_double = struct.Struct("<d").unpack_from


def decode_fields(
    data: bytes, position: int, end: int, message: MessageType, result: dict[str, Any], depth: int = 0
) -> None:
    """Put a message's fields into `result`, merged with what is there. Raises ProtobufError."""
    if depth > _MAX_MESSAGE_DEPTH:
        raise ProtobufError("proto: exceeded maximum recursion depth")
    by_tag = message.by_tag
    while position < end:
        tag = data[position]
        position += 1
        if tag >= 0x80:
            tag, position = read_varint(data, position - 1, end)
        field = by_tag.get(tag)
        if field is None:
            position = _skip_unknown(data, position, end, message, tag)
        elif tag & 7 == VARINT:
            number, position = read_varint(data, position, end)
            _put(result, field, _VARINTS[field.kind](number))
        elif tag & 7 == FIXED64:
            position += 8
            if position > end:
                raise unexpected_end()
            _put(result, field, _double(data, position - 8))
        else:
            # A length of one byte is by far the most frequent.
            stop = data[position] if position < end else 0x80
            if stop < 0x80:
                position += 1
                stop += position
                if stop > end:
                    raise unexpected_end()
            else:
                position, stop = read_length(data, position, end)
            if field.shape is Shape.SINGLE and field.kind == "string":
                if position != stop or not field.omit_zero:
                    result[field.name] = str(data[position:stop], "utf-8")
                else:
                    result.pop(field.name, None)
            else:
                _read_part(data, position, stop, field, result, depth)
            position = stop


def _skip_unknown(data: bytes, position: int, end: int, message: MessageType, tag: int) -> int:
    check_unknown(message.short_name, tag)
    field = message.by_number.get(tag >> 3)
    if field is not None:
        name = field.name[:1].upper() + field.name[1:]
        raise ProtobufError(f"proto: wrong wireType = {tag & 7} for field {name}")
    return skip(data, position, end, tag & 7)


def _put(result: dict[str, Any], field: Field, value: Any) -> None:
    if field.shape is Shape.LIST:
        result.setdefault(field.name, []).append(value)
    elif value is None or (field.omit_zero and not value):
        result.pop(field.name, None)
    else:
        result[field.name] = value


def _read_part(data: bytes, start: int, stop: int, field: Field, result: dict[str, Any], depth: int) -> None:
    """Put a length-delimited field that is no plain string into `result`."""
    if field.shape is Shape.MAP:
        key, value = _read_entry(data, start, stop, field, depth)
        result.setdefault(field.name, {})[key] = value
    elif field.packed:
        while start < stop:
            number, start = read_varint(data, start, stop)
            _put(result, field, _VARINTS[field.kind](number))
    elif field.shape is Shape.INLINE and field.message is not None:
        decode_fields(data, start, stop, field.message, result, depth + 1)
    elif field.shape is Shape.SINGLE and field.message is not None and field.message.name not in SPECIAL_VALUES:
        decode_fields(data, start, stop, field.message, result.setdefault(field.name, {}), depth + 1)
    else:
        _put(result, field, _read_value(data, start, stop, field, depth))


def _read_value(data: bytes, start: int, stop: int, field: Field, depth: int) -> Any:
    message = field.message
    if message is None:
        return _LENGTH_DELIMITED[field.kind](data[start:stop], depth)
    fields: dict[str, Any] = {}
    decode_fields(data, start, stop, message, fields, depth + 1)
    special = SPECIAL_VALUES.get(message.name)
    return fields if special is None else special(fields)


def _read_entry(data: bytes, position: int, end: int, field: Field, depth: int) -> tuple[str, Any]:
    """Key and value of one entry of a map; what is left out is a zero."""
    key = ""
    start = stop = end
    while position < end:
        tag, position = read_varint(data, position, end)
        if tag == _KEY_TAG:
            position, key_stop = read_length(data, position, end)
            key = str(data[position:key_stop], "utf-8")
            position = key_stop
        elif tag == _VALUE_TAG:
            start, stop = read_length(data, position, end)
            position = stop
        else:
            check_unknown(field.name, tag)
            position = skip(data, position, end, tag & 7)
    return key, _read_value(data, start, stop, field, depth)


_KEY_TAG: Final = 1 << 3 | LENGTH_DELIMITED
_VALUE_TAG: Final = 2 << 3 | LENGTH_DELIMITED


def _double(data: bytes, position: int) -> float:
    value: float = _unpack_double(data, position)[0]
    if not math.isfinite(value):
        raise ProtobufError(f"json: unsupported value: {_GO_FLOATS.get(value, 'NaN')}")
    return value


_GO_FLOATS: Final = {math.inf: "+Inf", -math.inf: "-Inf"}


def _json(raw: bytes, depth: int) -> Any:
    if not raw:
        return None
    try:
        value = decode_json(raw)
    except APIError as error:
        raise ProtobufError(error.message.removeprefix("couldn't get version/kind; json parse error: ")) from None
    limit = MAX_DEPTH - 2 * depth
    if raw.count(b"{") + raw.count(b"[") > limit and _nests_deeper(value, limit):
        raise ProtobufError("exceeded max depth")
    return value


def _nests_deeper(value: Any, limit: int) -> bool:
    level = [value]
    while level and limit >= 0:
        parents = [item for item in level if isinstance(item, dict | list)]
        level = [child for item in parents for child in (item.values() if isinstance(item, dict) else item)]
        limit -= 1
    return bool(level)


def _text(raw: bytes, _depth: int) -> str:
    return raw.decode()


def _base64(raw: bytes, _depth: int) -> str:
    return base64.b64encode(raw).decode("ascii")


_VARINTS: Final[dict[str, Callable[[int], int | bool]]] = {"bool": bool, "int32": to_int32, "int64": to_int64}
_LENGTH_DELIMITED: Final[dict[str, Callable[[bytes, int], Any]]] = {"string": _text, "bytes": _base64, "json": _json}
