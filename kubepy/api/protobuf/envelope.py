"""The envelope that every protobuf body is in: a prefix of four bytes, then `runtime.Unknown`.

Follows apimachinery `pkg/runtime/serializer/protobuf/protobuf.go` and `pkg/runtime/types.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api.protobuf.wire import LENGTH_DELIMITED, ProtobufError, check_unknown, read_length, read_varint, skip

PREFIX: Final = b"k8s\x00"
_UNKNOWN_FIELDS: Final = {1: "TypeMeta", 2: "Raw", 3: "ContentEncoding", 4: "ContentType"}
_TYPE_META_FIELDS: Final = {1: "APIVersion", 2: "Kind"}


def decode_envelope(body: bytes) -> tuple[str, str, bytes]:
    """apiVersion and kind of the object in a body, empty where left out, and its message. Raises ProtobufError."""
    if not body:
        raise ProtobufError("empty data")
    if not body.startswith(PREFIX):
        expected = " ".join(str(byte) for byte in PREFIX)
        raise ProtobufError(f"provided data does not appear to be a protobuf message, expected prefix [{expected}]")
    if len(body) == len(PREFIX):
        raise ProtobufError("empty body")
    unknown = _byte_fields(body, len(PREFIX), "Unknown", _UNKNOWN_FIELDS)
    type_meta = _byte_fields(unknown.get("TypeMeta", b""), 0, "TypeMeta", _TYPE_META_FIELDS)
    return _text(type_meta.get("APIVersion", b"")), _text(type_meta.get("Kind", b"")), unknown.get("Raw", b"")


def _byte_fields(data: bytes, position: int, message: str, names: dict[int, str]) -> dict[str, bytes]:
    """The fields of a message that has only length-delimited ones."""
    fields = {}
    while position < len(data):
        tag, position = read_varint(data, position, len(data))
        name = names.get(tag >> 3)
        if name is None:
            check_unknown(message, tag)
            position = skip(data, position, len(data), tag & 7)
            continue
        if tag & 7 != LENGTH_DELIMITED:
            raise ProtobufError(f"proto: wrong wireType = {tag & 7} for field {name}")
        start, position = read_length(data, position, len(data))
        fields[name] = data[start:position]
    return fields


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ProtobufError("string field contains invalid UTF-8") from None
