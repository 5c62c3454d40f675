"""Objects in Kubernetes' protobuf encoding, as the values their JSON would have.

The typed Go clients send bodies this way (`application/vnd.kubernetes.protobuf`): the bytes `k8s\\0`, then a message
that names apiVersion and kind and holds the object. Field numbers come from `protobuf_fields.txt`, types from the
OpenAPI definitions. As in upstream's decoder, fields with unknown numbers are skipped, and a zero that Go would
leave out of the JSON is no value.

Follows apimachinery `pkg/runtime/serializer/protobuf/protobuf.go` and `pkg/runtime/types_proto.go`.
"""

from __future__ import annotations

import base64
import functools
import importlib.resources
import struct
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from kubepy.api.decoding import decode_json
from kubepy.api.errors import bad_request
from kubepy.api.schema import INT_OR_STRING, MICRO_TIME, QUANTITY, TIME, Schema
from kubepy.api.timestamps import format_micro_time, format_time

MAGIC: Final = b"k8s\0"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RAW_EXTENSION: Final = "io.k8s.apimachinery.pkg.runtime.RawExtension"
_FIELDS_V1: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1"

Wire = int | bytes
"""A field's value as it stands on the wire: a number, or the bytes of a string or message."""


class ProtobufError(ValueError):
    """Bytes that are no message, or not the message they should be."""


class Field(NamedTuple):
    """What one field number of a message stands for."""

    name: str
    keeps_zero: bool
    inlined: str
    """The message whose fields stand, in JSON, beside this one's; empty for an ordinary field."""


@functools.cache
def messages() -> Mapping[str, Mapping[int, Field]]:
    """Field numbers by definition name."""
    text = importlib.resources.files("kubepy.api").joinpath("protobuf_fields.txt").read_text(encoding="ascii")
    return {name: _fields(entries) for name, *entries in map(str.split, text.splitlines())}


def _fields(entries: list[str]) -> dict[int, Field]:
    fields = {}
    for entry in entries:
        number, inlines, message = entry.partition(">")
        if inlines:
            fields[int(number)] = Field("", keeps_zero=False, inlined=message)
        else:
            number, _, name = entry.partition("=")
            fields[int(number)] = Field(name.rstrip("!"), name.endswith("!"), "")
    return fields


def can_decode(schema: Schema) -> bool:
    """Whether objects of that definition have a known protobuf encoding."""
    return schema.name in messages()


def decode_protobuf(body: bytes, schema: Schema) -> dict[str, Any]:
    """The object in a body. Not yet checked against the schema. Raises APIError 400."""
    if not body.startswith(MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = _last_of(body[len(MAGIC) :])
        about = _last_of(_bytes(envelope.get(1, b"")))
        head = {
            name: _bytes(about[number]).decode()
            for number, name in ((1, "apiVersion"), (2, "kind"))
            if about.get(number)
        }
        obj: dict[str, Any] = dict(head)
        if head.get("kind") in (None, schema.name.rpartition(".")[2]):
            _decode_into(obj, _bytes(envelope.get(2, b"")), schema.name, schema.properties)
    except (ProtobufError, UnicodeDecodeError, OverflowError) as error:
        raise bad_request(f"unable to decode the protobuf message: {error}") from error
    except RecursionError:
        raise bad_request("unable to decode the protobuf message: it is nested too deeply") from None
    return obj


def _decode_into(obj: dict[str, Any], data: bytes, message: str, properties: Mapping[str, Schema]) -> None:
    fields = messages().get(message)
    if fields is None:
        raise ProtobufError(f"no protobuf encoding is known for {message}")
    for number, value in _wire_fields(data):
        field = fields.get(number)
        if field is None:
            continue
        if field.inlined:
            _decode_into(obj, _bytes(value), field.inlined, properties)
        elif field.name in properties:
            _set(obj, field, properties[field.name], value)


def _set(obj: dict[str, Any], field: Field, schema: Schema, wire: Wire) -> None:
    if schema.items is not None:
        obj.setdefault(field.name, []).extend(_elements(wire, schema.items))
    elif schema.additional is not None:
        entry = _last_of(_bytes(wire))
        key = _bytes(entry.get(1, b"")).decode()
        obj.setdefault(field.name, {})[key] = _value(entry.get(2), schema.additional)
    else:
        value = _value(wire, schema)
        if value is not None and (field.keeps_zero or value or isinstance(value, dict) or schema.int_or_string):
            obj[field.name] = value


def _elements(wire: Wire, schema: Schema) -> list[Any]:
    if schema.type == "integer" and isinstance(wire, bytes):  # packed
        position, elements = 0, []
        while position < len(wire):
            number, position = _varint(wire, position)
            elements.append(_signed(number))
        return elements
    return [_value(wire, schema)]


def _value(wire: Wire | None, schema: Schema) -> Any:
    """One value; `wire` is None where a map's entry leaves out a zero."""
    special = _SPECIAL.get(schema.name)
    if special is not None:
        return special(_bytes(wire or b""))
    match schema.type:
        case "string" if schema.format == "byte":
            return base64.b64encode(_bytes(wire or b"")).decode("ascii")
        case "string":
            return _bytes(wire or b"").decode()
        case "integer":
            return _signed(_number(wire or 0))
        case "boolean":
            return bool(_number(wire or 0))
        case "number":
            return struct.unpack("<d", _number(wire or 0).to_bytes(8, "little"))[0]
        case "array" if schema.items is not None:  # a list as a map's value is a message of its own
            return [_value(item, schema.items) for _, item in _wire_fields(_bytes(wire or b""))]
    obj: dict[str, Any] = {}
    _decode_into(obj, _bytes(wire or b""), schema.name, schema.properties)
    return obj


def _quantity(data: bytes) -> str:
    return _bytes(_last_of(data).get(1, b"")).decode() or "0"


def _int_or_string(data: bytes) -> int | str:
    parts = _last_of(data)
    return _bytes(parts.get(3, b"")).decode() if parts.get(1) else _signed(_number(parts.get(2, 0)))


def _moment(data: bytes) -> datetime | None:
    if not data:
        return None
    parts = _last_of(data)
    nanoseconds = _signed(_number(parts.get(2, 0)))
    return _EPOCH + timedelta(seconds=_signed(_number(parts.get(1, 0))), microseconds=nanoseconds // 1000)


def _time(data: bytes) -> str | None:
    moment = _moment(data)
    return format_time(moment) if moment is not None else None


def _micro_time(data: bytes) -> str | None:
    moment = _moment(data)
    return format_micro_time(moment) if moment is not None else None


def _raw_json(data: bytes) -> Any:
    raw = _bytes(_last_of(data).get(1, b""))
    return decode_json(raw) if raw else None


_SPECIAL: Final[Mapping[str, Callable[[bytes], Any]]] = {
    QUANTITY: _quantity,
    INT_OR_STRING: _int_or_string,
    TIME: _time,
    MICRO_TIME: _micro_time,
    _RAW_EXTENSION: _raw_json,
    _FIELDS_V1: _raw_json,
}


def _last_of(data: bytes) -> dict[int, Wire]:
    """A message's fields by number; of a repeated one the last, as protobuf has it."""
    return dict(_wire_fields(data))


def _wire_fields(data: bytes) -> Iterator[tuple[int, Wire]]:
    """The fields of a message in order. Raises ProtobufError for what is cut off or no message."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == 0:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire_type == 2:
            size, position = _varint(data, position)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise ProtobufError(f"illegal wire type {wire_type}")
        end = position + size
        if end > len(data):
            raise ProtobufError("unexpected EOF")
        part = data[position:end]
        position = end
        yield number, part if wire_type == 2 else int.from_bytes(part, "little")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(data):
            raise ProtobufError("unexpected EOF")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
        shift += 7
        if shift >= 64:
            raise ProtobufError("integer overflow")


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


def _bytes(wire: Wire) -> bytes:
    if not isinstance(wire, bytes):
        raise ProtobufError("a number stands where bytes are expected")
    return wire


def _number(wire: Wire) -> int:
    if not isinstance(wire, int):
        raise ProtobufError("bytes stand where a number is expected")
    return wire
