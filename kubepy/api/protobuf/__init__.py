"""Objects of built-in types in Kubernetes' protobuf encoding, as request bodies (answers are never in it).

    body --envelope--> apiVersion, kind, message --message_types, message, special_values--> dict --typecheck--> object

Go clients configured for protobuf, kubectl's typed commands among them, send such bodies. Follows apimachinery
`pkg/runtime/serializer/protobuf`. As there, fields with unknown numbers are skipped without a word, whatever
`fieldValidation` says; unlike there, text that isn't UTF-8 is refused, because JSON couldn't hold it.
"""

from __future__ import annotations

from typing import Any

from kubepy.api.decoding import unrecognized
from kubepy.api.protobuf.envelope import decode_envelope
from kubepy.api.protobuf.message import read_message
from kubepy.api.protobuf.message_types import message_types
from kubepy.api.protobuf.wire import ProtobufError
from kubepy.api.schema import Schema, builtin_catalog
from kubepy.api.typecheck import Checked, cannot_be_handled, check_value, kind_and_version

__all__ = ["ProtobufError", "check_protobuf", "decode_envelope", "decode_message", "has_protobuf"]


def has_protobuf(schema: Schema) -> bool:
    """Whether objects of this type can be sent as protobuf: built-in ones can, custom ones can't."""
    return schema.name in message_types() and builtin_catalog().get(schema.name) is schema


def decode_message(raw: bytes, schema: Schema) -> dict[str, Any]:
    """A message of the schema's type as Go would write it in JSON, unchecked. Raises ProtobufError.

    `schema` must be one that `has_protobuf`.
    """
    return read_message(raw, schema.name)


def check_protobuf(body: bytes, schema: Schema) -> Checked:
    """The object in a protobuf body, made to fit its schema. Raises APIError 400.

    Of an object of another kind there are only apiVersion and kind: all that is needed to refuse it.
    """
    expected, _ = kind_and_version(schema)
    try:
        api_version, kind, raw = decode_envelope(body)
    except ProtobufError as error:
        raise unrecognized(expected, str(error), body) from None
    head = {name: text for name, text in (("apiVersion", api_version), ("kind", kind)) if text}
    if kind and kind != expected:
        return Checked(head)
    try:
        return check_value({**head, **decode_message(raw, schema)}, schema)
    except ProtobufError as error:
        raise cannot_be_handled(head, schema, str(error)) from None
