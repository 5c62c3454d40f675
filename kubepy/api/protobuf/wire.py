"""Protobuf's wire format: variable-length integers and how to skip a field.

Whatever the bytes, the only exception is `ProtobufError`, whose text is that of upstream's generated decoders
(`generated.pb.go`; `skipGenerated` there is `skip` here).
"""

from __future__ import annotations

from typing import Final

VARINT: Final = 0
FIXED64: Final = 1
LENGTH_DELIMITED: Final = 2
_START_GROUP: Final = 3
_END_GROUP: Final = 4
_FIXED32: Final = 5

_MAX_VARINT_BYTES: Final = 10


class ProtobufError(ValueError):
    """Bytes that aren't the message they should be; the text says why, in the words of Go's decoder."""


def unexpected_end() -> ProtobufError:
    """The error of bytes that end in the middle of something."""
    return ProtobufError("unexpected EOF")


def past_end(length: int) -> ProtobufError:
    """The error of a length that reaches past the end."""
    return ProtobufError("proto: negative length found during unmarshaling") if length >> 63 else unexpected_end()


def read_varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """The unsigned 64-bit integer at `position`, and the position after it. Raises ProtobufError."""
    if position < end and data[position] < 0x80:
        return data[position], position + 1
    value = 0
    for count in range(_MAX_VARINT_BYTES):
        if position >= end:
            raise unexpected_end()
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
    raise ProtobufError("proto: integer overflow")


def read_length(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Where the length-delimited value at `position` starts and stops. Raises ProtobufError."""
    length, start = read_varint(data, position, end)
    if start + length > end:
        raise past_end(length)
    return start, start + length


def to_int64(value: int) -> int:
    """The signed integer that an unsigned 64-bit one stands for."""
    return value - (1 << 64) if value >> 63 else value


def to_int32(value: int) -> int:
    """The signed integer that the low 32 bits stand for, as Go truncates."""
    value &= 0xFFFF_FFFF
    return value - (1 << 32) if value >> 31 else value


def skip(data: bytes, position: int, end: int, wire_type: int) -> int:
    """The position after a field whose tag has been read. Raises ProtobufError."""
    open_groups = 0
    while True:
        if wire_type == VARINT:
            _, position = read_varint(data, position, end)
        elif wire_type == FIXED64:
            position += 8
        elif wire_type == LENGTH_DELIMITED:
            _, position = read_length(data, position, end)
        elif wire_type == _START_GROUP:
            open_groups += 1
        elif wire_type == _END_GROUP:
            open_groups -= 1
        elif wire_type == _FIXED32:
            position += 4
        else:
            raise ProtobufError(f"proto: illegal wireType {wire_type}")
        if position > end:
            raise unexpected_end()
        if not open_groups:
            return position
        tag, position = read_varint(data, position, end)
        wire_type = tag & 7


def check_unknown(message: str, tag: int) -> None:
    """Raise ProtobufError for a tag that no field can have."""
    number, wire_type = to_int32(tag >> 3), tag & 7
    if wire_type == _END_GROUP:
        raise ProtobufError(f"proto: {message}: wiretype end group for non-group")
    if number <= 0:
        raise ProtobufError(f"proto: {message}: illegal tag {number} (wire type {tag})")
