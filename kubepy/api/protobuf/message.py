"""From a protobuf message to the JSON-shaped dict that Go would make of it.

What stands in the dict is what `json.Marshal` writes of the Go object that the message decodes into: zeros of fields
marked omitempty are left out, zeros behind pointers and empty structs are not, nulls are.

Once per process each message type is compiled into a `_Reader`: for each tag what to do there, as a tuple of a step and
what it needs. Strings and messages, the most frequent, are read in the loop itself.
"""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from kubepy.api.protobuf.message_types import Field, MessageType, Shape, message_types
from kubepy.api.protobuf.special_values import SPECIAL_VALUES, base64_text, json_value
from kubepy.api.protobuf.wire import (
    LENGTH_DELIMITED,
    VARINT,
    ProtobufError,
    check_unknown,
    past_end,
    read_length,
    read_varint,
    skip,
    to_int32,
    to_int64,
    unexpected_end,
)

Object = dict[str, Any]
_ReadValue = Callable[[bytes, int, int, int], Any]
"""The value between two positions, at a depth; None is null."""
_PutValue = Callable[[bytes, int, int, int, Object, str], None]
"""Reads the value between two positions, at a depth, into an object's field."""
_Step = tuple[int, str, Any]

_MAX_MESSAGE_DEPTH: Final = 64
"""How deep messages may nest. Each is up to two levels of JSON; raw JSON within has what is left of MAX_DEPTH."""

# What there is to do at a tag, and what the step's third member is.
_TEXT: Final = 0  # whether an empty one is left out
_MESSAGE: Final = 1  # its _Reader
_PART: Final = 2  # a _PutValue
_NUMBER: Final = 3  # what makes the value of the unsigned integer
_NUMBER_OR_OMITTED: Final = 4  # the same
_NUMBER_OF_LIST: Final = 5  # the same
_DOUBLE: Final = 6  # nothing

_CONVERSIONS: Final[Mapping[str, Callable[[int], int | bool]]] = {"bool": bool, "int32": to_int32, "int64": to_int64}
_KEY_TAG: Final = 1 << 3 | LENGTH_DELIMITED
_VALUE_TAG: Final = 2 << 3 | LENGTH_DELIMITED
_unpack_double = struct.Struct("<d").unpack_from


class _Reader:
    """How to read one message type. `steps` is filled last, because types are recursive."""

    __slots__ = ("message", "steps")

    def __init__(self, message: MessageType) -> None:
        self.message = message
        self.steps: dict[int, _Step] = {}


def read_message(data: bytes, name: str) -> Object:
    """The message of the type with that definition name. Raises ProtobufError, KeyError for an unknown name."""
    result: Object = {}
    try:
        _read_fields(data, 0, len(data), _readers()[name], result, 0)
    except IndexError:
        raise unexpected_end() from None
    except UnicodeDecodeError:
        raise ProtobufError("string field contains invalid UTF-8") from None
    return result


def _read_fields(data: bytes, position: int, end: int, reader: _Reader, result: Object, depth: int) -> None:
    """Merge a message's fields into `result`.

    Integers of one or two bytes, nearly all there are, are read here: the second byte counts 128 times, less the
    mark in the first that says it is there. That may read past `end`, which is found out before anything is kept.
    """
    if depth > _MAX_MESSAGE_DEPTH:
        raise ProtobufError("proto: exceeded maximum recursion depth")
    steps = reader.steps
    while position < end:
        tag = data[position]
        position += 1
        if tag >= 0x80:
            tag += (data[position] - 1) << 7
            position += 1
            if tag >= 0x4000:
                tag, position = read_varint(data, position - 2, end)
        step = steps.get(tag)
        if step is None:
            position = _skip_unknown(data, position, end, reader.message, tag)
            continue
        action, name, extra = step
        if action == _DOUBLE:
            result[name] = _double(data, position, end)
            position += 8
            continue
        number = data[position]
        position += 1
        if number >= 0x80:
            number += (data[position] - 1) << 7
            position += 1
            if number >= 0x4000:
                number, position = read_varint(data, position - 2, end)
        if action > _PART:
            _put_number(result, name, action, extra(number))
            continue
        stop = position + number
        if stop > end:
            raise past_end(number)
        if action == _TEXT:
            if number or not extra:
                result[name] = data[position:stop].decode()
            else:
                result.pop(name, None)
        elif action == _MESSAGE:
            nested = result.get(name)
            if nested is None:
                nested = result[name] = {}
            _read_fields(data, position, stop, extra, nested, depth + 1)
        else:
            extra(data, position, stop, depth, result, name)
        position = stop
    if position > end:
        raise unexpected_end()


def _skip_unknown(data: bytes, position: int, end: int, message: MessageType, tag: int) -> int:
    check_unknown(message.short_name, tag)
    field = message.by_number.get(tag >> 3)
    if field is not None:
        name = field.name[:1].upper() + field.name[1:]
        raise ProtobufError(f"proto: wrong wireType = {tag & 7} for field {name}")
    return skip(data, position, end, tag & 7)


def _put_number(result: Object, name: str, action: int, value: int | bool) -> None:
    if action == _NUMBER_OF_LIST:
        result.setdefault(name, []).append(value)
    elif value or action == _NUMBER:
        result[name] = value
    else:
        result.pop(name, None)


def _double(data: bytes, position: int, end: int) -> float:
    if position + 8 > end:
        raise unexpected_end()
    value: float = _unpack_double(data, position)[0]
    if not math.isfinite(value):
        text = "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
        raise ProtobufError(f"json: unsupported value: {text}")
    return value


@functools.cache
def _readers() -> Mapping[str, _Reader]:
    """The readers of all types by definition name."""
    readers = {name: _Reader(message) for name, message in message_types().items()}
    for reader in readers.values():
        for tag, field in reader.message.by_tag.items():
            reader.steps[tag] = _step(tag, field, readers)
    return readers


def _step(tag: int, field: Field, readers: Mapping[str, _Reader]) -> _Step:
    single = field.shape is Shape.SINGLE
    if single and field.kind == "string":
        return _TEXT, field.name, field.omit_zero
    if single and field.kind == "double":
        return _DOUBLE, field.name, None
    if tag & 7 == VARINT:
        action = _NUMBER_OF_LIST if not single else _NUMBER_OR_OMITTED if field.omit_zero else _NUMBER
        return action, field.name, _CONVERSIONS[field.kind]
    if single and field.message is not None and field.message.name not in SPECIAL_VALUES:
        return _MESSAGE, field.name, readers[field.message.name]
    return _PART, field.name, _putting(field, readers)


def _putting(field: Field, readers: Mapping[str, _Reader]) -> _PutValue:
    if field.packed:
        return _put_packed(_CONVERSIONS[field.kind])
    if field.shape is Shape.INLINE and field.message is not None:
        return _put_inline(readers[field.message.name])
    read = _reading(field, readers)
    if field.shape is Shape.LIST:
        return _put_element(read)
    return _put_entry(read) if field.shape is Shape.MAP else _put_value(read, omit_zero=field.omit_zero)


def _reading(field: Field, readers: Mapping[str, _Reader]) -> _ReadValue:
    if field.message is not None:
        return _read_message_of(readers[field.message.name])
    return {"string": _read_text, "bytes": base64_text, "json": json_value}[field.kind]


def _read_text(data: bytes, start: int, stop: int, _depth: int) -> str:
    return data[start:stop].decode()


def _read_message_of(reader: _Reader) -> _ReadValue:
    special = SPECIAL_VALUES.get(reader.message.name)

    def read(data: bytes, start: int, stop: int, depth: int) -> Any:
        fields: Object = {}
        _read_fields(data, start, stop, reader, fields, depth + 1)
        return fields if special is None else special(fields)

    return read


def _put_value(read: _ReadValue, *, omit_zero: bool) -> _PutValue:
    def put(data: bytes, start: int, stop: int, depth: int, result: Object, name: str) -> None:
        value = read(data, start, stop, depth)
        if value is None or (omit_zero and not value):
            result.pop(name, None)
        else:
            result[name] = value

    return put


def _put_element(read: _ReadValue) -> _PutValue:
    def put(data: bytes, start: int, stop: int, depth: int, result: Object, name: str) -> None:
        value = read(data, start, stop, depth)
        elements = result.get(name)
        if elements is None:
            result[name] = [value]
        else:
            elements.append(value)

    return put


def _put_packed(convert: Callable[[int], int | bool]) -> _PutValue:
    def put(data: bytes, start: int, stop: int, depth: int, result: Object, name: str) -> None:
        while start < stop:
            number, start = read_varint(data, start, stop)
            result.setdefault(name, []).append(convert(number))

    return put


def _put_inline(reader: _Reader) -> _PutValue:
    def put(data: bytes, start: int, stop: int, depth: int, result: Object, name: str) -> None:
        _read_fields(data, start, stop, reader, result, depth + 1)

    return put


def _put_entry(read: _ReadValue) -> _PutValue:
    """One entry of a map; a key or value that is left out is a zero."""

    def put(data: bytes, position: int, end: int, depth: int, result: Object, name: str) -> None:
        key = ""
        start = stop = end
        while position < end:
            tag, position = read_varint(data, position, end)
            if tag == _KEY_TAG:
                key_start, position = read_length(data, position, end)
                key = data[key_start:position].decode()
            elif tag == _VALUE_TAG:
                start, position = read_length(data, position, end)
                stop = position
            else:
                check_unknown(name, tag)
                position = skip(data, position, end, tag & 7)
        result.setdefault(name, {})[key] = read(data, start, stop, depth)

    return put
