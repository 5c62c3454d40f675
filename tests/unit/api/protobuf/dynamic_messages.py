"""An encoder that shares no code with the decoder: Google's protobuf runtime, told the message types as descriptors."""

from __future__ import annotations

import base64
import functools
import json
from datetime import UTC, datetime
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from kubepy.api.protobuf.message_types import Field, MessageType, Shape, message_types

_PROTO = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "string": _PROTO.TYPE_STRING,
    "bytes": _PROTO.TYPE_BYTES,
    "json": _PROTO.TYPE_BYTES,
    "bool": _PROTO.TYPE_BOOL,
    "int32": _PROTO.TYPE_INT32,
    "int64": _PROTO.TYPE_INT64,
    "double": _PROTO.TYPE_DOUBLE,
}


def _identifier(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")


def _add_field(proto: Any, number: int, field: Field, *, packed: bool) -> None:
    row = proto.field.add(name=f"f{number}", number=number, label=_PROTO.LABEL_OPTIONAL)
    value = row
    if field.shape is Shape.MAP:
        entry = proto.nested_type.add(name=f"F{number}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=_PROTO.LABEL_OPTIONAL, type=_PROTO.TYPE_STRING)
        value = entry.field.add(name="value", number=2, label=_PROTO.LABEL_OPTIONAL)
        row.type, row.type_name = _PROTO.TYPE_MESSAGE, f"{proto.name}.F{number}Entry"
    if field.shape in (Shape.MAP, Shape.LIST):
        row.label = _PROTO.LABEL_REPEATED
    if field.message is not None:
        value.type, value.type_name = _PROTO.TYPE_MESSAGE, _identifier(field.message.name)
    else:
        value.type = _TYPES[field.kind]
        if field.shape is Shape.LIST and field.kind in ("bool", "int32", "int64"):
            row.options.packed = packed


@functools.cache
def _classes(packed: bool) -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="all.proto", syntax="proto2")
    for name, message in message_types().items():
        proto = file.message_type.add(name=_identifier(name))
        for number, field in message.by_number.items():
            _add_field(proto, number, field, packed=packed)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(_identifier(name))) for name in message_types()
    }


def _seconds_and_nanos(text: str) -> dict[str, int]:
    moment = datetime.fromisoformat(text)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return {"seconds": since.days * 86400 + since.seconds, "nanos": since.microseconds * 1000}


def _special_fields(name: str, value: Any) -> dict[str, Any] | None:
    """The fields of a message that JSON writes as something else; None if it is no such message."""
    match name.rpartition(".")[2]:
        case "Quantity":
            return {"string": value}
        case "IntOrString":
            return {"type": 1, "strVal": value} if isinstance(value, str) else {"type": 0, "intVal": value}
        case "Time" | "MicroTime":
            return {} if value is None else _seconds_and_nanos(value)
        case "FieldsV1":
            return {"Raw": value}
        case "RawExtension" | "JSON":
            return {} if value is None else {"raw": value}
        case "ExtraValue" | "AttestationValue":
            return {"items": value}
        case "JSONSchemaPropsOrArray":
            return {"jSONSchemas": value} if isinstance(value, list) else {"schema": value}
        case "JSONSchemaPropsOrBool":
            return {"allows": value} if isinstance(value, bool) else {"allows": True, "schema": value}
        case "JSONSchemaPropsOrStringArray":
            return {"property": value} if isinstance(value, list) else {"schema": value}
    return None


def _scalar(kind: str, value: Any) -> Any:
    if kind == "bytes":
        return base64.b64decode(value)
    return json.dumps(value).encode() if kind == "json" else value


def _fill(target: Any, message: MessageType, value: Any) -> None:
    special = _special_fields(message.name, value)
    fields = value if special is None else special
    target.SetInParent()
    for number, field in message.by_number.items():
        if field.shape is Shape.INLINE:
            assert field.message is not None
            _fill(getattr(target, f"f{number}"), field.message, fields)
        elif field.name in fields:
            _set(target, f"f{number}", field, fields[field.name])


def _set(target: Any, name: str, field: Field, value: Any) -> None:
    place = getattr(target, name)
    if field.shape is Shape.MAP:
        for key, item in value.items():
            if field.message is None:
                place[key] = _scalar(field.kind, item)
            else:
                _fill(place[key], field.message, item)
    elif field.shape is Shape.LIST:
        for item in value:
            if field.message is None:
                place.append(_scalar(field.kind, item))
            else:
                _fill(place.add(), field.message, item)
    elif field.message is None:
        setattr(target, name, _scalar(field.kind, value))
    else:
        _fill(place, field.message, value)


def encode(name: str, value: Any, *, packed: bool = False) -> bytes:
    """The message of that type whose JSON is `value`."""
    message = _classes(packed)[name]()
    _fill(message, message_types()[name], value)
    encoded: bytes = message.SerializeToString(deterministic=True)
    return encoded


def envelope(api_version: str, kind: str, raw: bytes) -> bytes:
    """The body that carries a message."""

    def part(number: int, data: bytes) -> bytes:
        size, length = len(data), b""
        while size > 0x7F:
            length += bytes([size & 0x7F | 0x80])
            size >>= 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + data

    type_meta = part(1, api_version.encode()) + part(2, kind.encode())
    return b"k8s\x00" + part(1, type_meta) + part(2, raw) + part(3, b"") + part(4, b"")


def body(name: str, obj: dict[str, Any]) -> bytes:
    """An object as a protobuf request body."""
    fields = {key: value for key, value in obj.items() if key not in ("apiVersion", "kind")}
    return envelope(obj.get("apiVersion", ""), obj.get("kind", ""), encode(name, fields))
