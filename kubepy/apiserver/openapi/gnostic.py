"""The OpenAPI v2 document in protobuf, which kubectl and client libraries written in Go ask for.

The message types are gnostic's `openapi.v2` (google/gnostic `openapiv2/OpenAPIv2.proto`). Only the fields
that our documents use are written; field numbers stand in the tables below. Values of extensions are
YAML text, for which JSON will do. The wire format has two kinds of field here: varints for booleans and
length-delimited bytes for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

_DOCUMENT: Final = {"swagger": 1, "info": 2, "paths": 8, "definitions": 9, "security": 12, "securityDefinitions": 13}
_INFO: Final = {"title": 1, "version": 2}
_PATH_ITEM: Final = {"get": 2, "put": 3, "post": 4, "delete": 5, "options": 6, "head": 7, "patch": 8, "parameters": 9}
_OPERATION: Final = {
    "tags": 1,
    "description": 3,
    "operationId": 5,
    "produces": 6,
    "consumes": 7,
    "parameters": 8,
    "responses": 9,
    "schemes": 10,
}
_OPERATION_EXTENSION: Final = 13
_BODY_PARAMETER: Final = {"description": 1, "name": 2, "in": 3, "required": 4, "schema": 5}
_QUERY_PARAMETER: Final = {
    "required": 1,
    "in": 2,
    "description": 3,
    "name": 4,
    "type": 6,
    "format": 7,
    "uniqueItems": 20,
}
_PATH_PARAMETER: Final = {
    "required": 1,
    "in": 2,
    "description": 3,
    "name": 4,
    "type": 5,
    "format": 6,
    "uniqueItems": 19,
}
_API_KEY: Final = {"type": 1, "name": 2, "in": 3, "description": 4}
_SCHEMA: Final = {
    "$ref": 1,
    "format": 2,
    "description": 4,
    "default": 5,
    "required": 19,
    "enum": 20,
    "additionalProperties": 21,
    "type": 22,
    "items": 23,
    "properties": 25,
}
_SCHEMA_EXTENSION: Final = 31

_VARINT_WIRE_TYPE: Final = 0
_BYTES_WIRE_TYPE: Final = 2


def encode(document: Mapping[str, Any]) -> bytes:
    """An OpenAPI v2 document as a gnostic `openapi.v2.Document` message."""
    paths = b"".join(_named(2, path, _path_item(item)) for path, item in document["paths"].items())
    names = b"".join(_named(1, name, _schema(schema)) for name, schema in document["definitions"].items())
    security = b"".join(
        _field(_DOCUMENT["security"], b"".join(_named(1, name, _texts(1, scopes)) for name, scopes in one.items()))
        for one in document["security"]
    )
    schemes = b"".join(
        _named(1, name, _field(2, _scalars(_API_KEY, scheme)))
        for name, scheme in document["securityDefinitions"].items()
    )
    return b"".join(
        (
            _text(_DOCUMENT["swagger"], document["swagger"]),
            _field(_DOCUMENT["info"], _scalars(_INFO, document["info"])),
            _field(_DOCUMENT["paths"], paths),
            _field(_DOCUMENT["definitions"], names),
            security,
            _field(_DOCUMENT["securityDefinitions"], schemes),
        )
    )


def _path_item(item: Mapping[str, Any]) -> bytes:
    parts = []
    for name, value in item.items():
        if name == "parameters":
            parts += [_field(_PATH_ITEM["parameters"], _parameter(one)) for one in value]
        else:
            parts.append(_field(_PATH_ITEM[name], _operation(value)))
    return b"".join(parts)


def _operation(operation: Mapping[str, Any]) -> bytes:
    parts = [_scalars(_OPERATION, {name: operation[name] for name in ("description", "operationId")})]
    parts += [_texts(_OPERATION[name], operation[name]) for name in ("tags", "produces", "consumes", "schemes")]
    parts += [_field(_OPERATION["parameters"], _parameter(one)) for one in operation.get("parameters", ())]
    responses = b"".join(_named(1, code, _response(one)) for code, one in operation["responses"].items())
    parts.append(_field(_OPERATION["responses"], responses))
    parts.append(_extensions(_OPERATION_EXTENSION, operation))
    return b"".join(parts)


def _parameter(parameter: Mapping[str, Any]) -> bytes:
    """A ParametersItem: a oneof in a oneof in a oneof."""
    location = parameter["in"]
    if location == "body":
        body = _scalars(_BODY_PARAMETER, {key: value for key, value in parameter.items() if key != "schema"})
        return _field(1, _field(1, body + _field(_BODY_PARAMETER["schema"], _schema(parameter["schema"]))))
    if location == "query":
        return _field(1, _field(2, _field(3, _scalars(_QUERY_PARAMETER, parameter))))
    return _field(1, _field(2, _field(4, _scalars(_PATH_PARAMETER, parameter))))


def _response(response: Mapping[str, Any]) -> bytes:
    """A ResponseValue."""
    schema = response.get("schema")
    item = _field(2, _field(1, _schema(schema))) if schema is not None else b""
    return _field(1, _text(1, response["description"]) + item)


def _schema(schema: Mapping[str, Any]) -> bytes:
    parts = []
    for name, value in schema.items():
        write = _SCHEMA_WRITERS.get(name)
        if write is not None:
            parts.append(write(_SCHEMA[name], value))
    parts.append(_extensions(_SCHEMA_EXTENSION, schema))
    return b"".join(parts)


def _extensions(number: int, holder: Mapping[str, Any]) -> bytes:
    return b"".join(_named(number, name, _any(value)) for name, value in holder.items() if name.startswith("x-"))


def _any(value: Any) -> bytes:
    return _field(2, msgspec.json.encode(value) + b"\n")


def _additional(number: int, value: Any) -> bytes:
    return _field(number, _varint(2, value) if isinstance(value, bool) else _field(1, _schema(value)))


def _properties(number: int, value: Mapping[str, Any]) -> bytes:
    return _field(number, b"".join(_named(1, name, _schema(part)) for name, part in value.items()))


def _scalars(numbers: Mapping[str, int], values: Mapping[str, Any]) -> bytes:
    parts = []
    for name, value in values.items():
        parts.append(_varint(numbers[name], value) if isinstance(value, bool) else _text(numbers[name], value))
    return b"".join(parts)


def _texts(number: int, values: Iterable[str]) -> bytes:
    return b"".join(_text(number, value) for value in values)


def _named(number: int, name: str, value: bytes) -> bytes:
    """One entry of what is a map in JSON: a message of name and value."""
    return _field(number, _text(1, name) + _field(2, value))


def _text(number: int, value: str) -> bytes:
    return _field(number, value.encode())


def _field(number: int, value: bytes) -> bytes:
    return _tag(number, _BYTES_WIRE_TYPE) + _number(len(value)) + value


def _varint(number: int, value: bool) -> bytes:
    return _tag(number, _VARINT_WIRE_TYPE) + _number(int(value))


@cache
def _tag(number: int, wire_type: int) -> bytes:
    return _number(number << 3 | wire_type)


def _number(value: int) -> bytes:
    """Base 128, least significant group first; all but the last byte have the high bit set."""
    if value < 0x80:
        return bytes((value,))
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


_SCHEMA_WRITERS: Final[Mapping[str, Callable[[int, Any], bytes]]] = {
    "$ref": _text,
    "format": _text,
    "description": _text,
    "default": lambda number, value: _field(number, _any(value)),
    "required": _texts,
    "enum": lambda number, value: b"".join(_field(number, _any(one)) for one in value),
    "additionalProperties": _additional,
    "type": lambda number, value: _field(number, _text(1, value)),
    "items": lambda number, value: _field(number, _field(1, _schema(value))),
    "properties": _properties,
}
