"""Messages against an independent encoder, and the rules by which Go writes the decoded object in JSON."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from dynamic_messages import encode

from kubepy.api.protobuf import ProtobufError
from kubepy.api.protobuf.message import read_message
from kubepy.api.protobuf.message_types import Field, MessageType, Shape, message_types
from kubepy.api.protobuf.special_values import SPECIAL_VALUES

API = "io.k8s.api."
POD_SPEC = API + "core.v1.PodSpec"
CONTAINER = API + "core.v1.Container"
DEPLOYMENT_SPEC = API + "apps.v1.DeploymentSpec"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
EVENT = API + "events.v1.Event"
JSON_SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
QUANTITY_LIST = API + "core.v1.ResourceQuotaSpec"

OBJECTS = sorted(name for name in message_types() if name not in SPECIAL_VALUES)
_DEPTH = 5


def samples() -> Iterator[int]:
    count = 0
    while True:
        count += 1
        yield count


def sample_scalar(kind: str, count: int) -> Any:
    return {
        "string": "é" * (count % 200 + 1),
        "bytes": "AAEC/w==",
        "bool": True,
        "int32": (-1) ** count * (count * 65537 % 2**31),
        "int64": (-1) ** count * (2**62 + count),
        "double": count + 0.5,
    }[kind]


def sample_special(name: str, counts: Iterator[int], depth: int) -> Any:
    count = next(counts)
    short = name.rpartition(".")[2]
    if short.startswith("JSONSchemaPropsOr"):
        nested = sample(message_types()[JSON_SCHEMA], counts, depth + 1)
        return {"Array": [nested, nested], "Bool": count % 2 == 0, "StringArray": ["a", "b"]}[
            short.removeprefix("JSONSchemaPropsOr")
        ]
    return {
        "Quantity": f"{count}Mi",
        "IntOrString": count if count % 2 else f"{count}%",
        "Time": f"{1000 + count % 8999:04}-02-28T01:02:03Z",
        "MicroTime": f"{1000 + count % 8999:04}-02-28T01:02:03.{count % 10**6:06}Z",
        "FieldsV1": {"f:a": {".": {}}},
        "RawExtension": {"kind": "X", "n": [1, None, 2.5]},
        "JSON": [False, {"x": count}],
        "ExtraValue": ["a", "b"],
        "AttestationValue": ["c"],
    }[short]


def sample_value(field: Field, counts: Iterator[int], depth: int) -> Any:
    if field.message is None:
        return sample_scalar(field.kind, next(counts))
    if field.message.name in SPECIAL_VALUES:
        return sample_special(field.message.name, counts, depth)
    return sample(field.message, counts, depth + 1)


def sample(message: MessageType, counts: Iterator[int], depth: int = 0) -> dict[str, Any]:
    """An object with every field set, each to another value, down to a depth."""
    value: dict[str, Any] = {}
    for field in message.by_number.values():
        if field.shape is Shape.INLINE:
            assert field.message is not None
            value |= sample(field.message, counts, depth)
        elif depth < _DEPTH or field.message is None:
            if field.shape is Shape.SINGLE:
                value[field.name] = sample_value(field, counts, depth)
            elif field.shape is Shape.LIST:
                value[field.name] = [sample_value(field, counts, depth + 1) for _ in range(2)]
            else:
                value[field.name] = {key: sample_value(field, counts, depth + 1) for key in ("", "k/é")}
    return value


@pytest.mark.parametrize("name", OBJECTS)
def test_every_message_decodes_to_what_was_encoded(name: str) -> None:
    expected = sample(message_types()[name], samples(), depth=2)
    assert read_message(encode(name, expected), name) == expected
    assert read_message(encode(name, expected, packed=True), name) == expected


@pytest.mark.parametrize(
    ("name", "sent", "decoded"),
    [
        (POD_SPEC, {"hostNetwork": False, "nodeName": "", "priority": 0}, {"priority": 0}),
        (POD_SPEC, {"securityContext": {}, "enableServiceLinks": False}, ...),
        (POD_SPEC, {"runtimeClassName": "", "activeDeadlineSeconds": 0}, ...),
        (CONTAINER, {"name": "", "image": "", "resources": {}, "tty": False}, {"name": "", "resources": {}}),
        (DEPLOYMENT_SPEC, {"replicas": 0, "strategy": {}, "paused": False}, {"replicas": 0, "strategy": {}}),
        (OBJECT_META, {"creationTimestamp": None, "generation": 0, "namespace": ""}, {}),
        (OBJECT_META, {"annotations": {"": "", "a": ""}, "finalizers": [""]}, ...),
        (API + "core.v1.ServicePort", {"port": 0, "targetPort": 0, "nodePort": 0}, {"port": 0, "targetPort": 0}),
        (API + "core.v1.Secret", {"data": {"empty": ""}, "type": ""}, {"data": {"empty": ""}}),
        (API + "apps.v1.ControllerRevision", {"data": None, "revision": 0}, {"revision": 0}),
        (EVENT, {"eventTime": None, "deprecatedCount": 0}, {}),
        (JSON_SCHEMA, {"maximum": 0.0, "default": None, "enum": [None]}, {"maximum": 0.0, "enum": [None]}),
        (JSON_SCHEMA, {"additionalProperties": {}, "maxLength": 0}, ...),
        (JSON_SCHEMA, {"additionalProperties": False, "items": {"type": "string"}}, ...),
        (JSON_SCHEMA, {"dependencies": {"a": ["b"], "c": {"type": "object"}}}, ...),
    ],
)
def test_zeros_stand_where_go_writes_them(name: str, sent: dict[str, Any], decoded: Any) -> None:
    """Pointers to zeros, empty structs and fields without omitempty are written; zeros with it and nulls aren't."""
    assert read_message(encode(name, sent), name) == (sent if decoded is ... else decoded)


@pytest.mark.parametrize(
    ("name", "first", "second", "together"),
    [
        (POD_SPEC, {"nodeName": "a"}, {"nodeName": "b"}, {"nodeName": "b"}),
        (POD_SPEC, {"nodeName": "a"}, {"nodeName": ""}, {}),
        (POD_SPEC, {"hostNetwork": True}, {"hostNetwork": False}, {}),
        (OBJECT_META, {"labels": {"a": "1", "b": "1"}}, {"labels": {"a": "2"}}, {"labels": {"a": "2", "b": "1"}}),
        (OBJECT_META, {"finalizers": ["a"]}, {"finalizers": ["b"]}, {"finalizers": ["a", "b"]}),
        (OBJECT_META, {"creationTimestamp": "2026-01-02T03:04:05Z"}, {"creationTimestamp": None}, {}),
        (
            DEPLOYMENT_SPEC,
            {"strategy": {"type": "Recreate"}},
            {"strategy": {"rollingUpdate": {}}},
            {"strategy": {"type": "Recreate", "rollingUpdate": {}}},
        ),
    ],
)
def test_a_field_given_twice_is_merged(
    name: str, first: dict[str, Any], second: dict[str, Any], together: dict[str, Any]
) -> None:
    """Lists and maps grow, messages merge, of scalars the last counts: the rules of protobuf's encoding."""
    assert read_message(encode(name, first) + encode(name, second), name) == together


def test_unknown_fields_are_skipped() -> None:
    unknown = b"\xf8\x7f\x01" + b"\xfa\x7f\x01x" + b"\xf9\x7f" + bytes(8) + b"\xfb\x7f\x08\x01\xfc\x7f"
    known = encode(POD_SPEC, {"nodeName": "a"})
    assert read_message(unknown + known + unknown, POD_SPEC) == {"nodeName": "a"}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        (QUANTITY_LIST, b"\x0a\x05\x0a\x03cpu", {"hard": {"cpu": "0"}}),
        (QUANTITY_LIST, b"\x0a\x07\x0a\x03cpu\x12\x00", {"hard": {"cpu": "0"}}),
        (QUANTITY_LIST, b"\x0a\x00", {"hard": {"": "0"}}),
        (OBJECT_META, b"\x42\x02\x08\x00", {"creationTimestamp": "1970-01-01T00:00:00Z"}),
        (OBJECT_META, b"\x42\x08\x08\x01\x10\xff\x93\xeb\xdc\x03", {"creationTimestamp": "1970-01-01T00:00:01Z"}),
        (OBJECT_META, b"\x42\x0b\x08" + b"\x80\x92\xb8\xc3\x98\xfe\xff\xff\xff\x01", {}),
        (POD_SPEC, b"\x5a\x00", None),
        (POD_SPEC, b"\x28\x02", {"activeDeadlineSeconds": 2}),
        (POD_SPEC, b"\x58\xac\x02", {"hostNetwork": True}),
        (POD_SPEC, b"\xc8\x01\xff\xff\xff\xff\x0f", {"priority": -1}),
        (POD_SPEC, b"\xc8\x01" + b"\xff" * 9 + b"\x01", {"priority": -1}),
        (POD_SPEC, b"\xd2\x80\x80\x00\x01a", {"nodeName": "a"}),
        (POD_SPEC, b"\x52\x81\x80\x00a", {"nodeName": "a"}),
    ],
)
def test_unusual_bytes(name: str, data: bytes, expected: dict[str, Any] | None) -> None:
    """What Go's decoder makes of bytes that its encoder wouldn't write: overlong integers, left out zeros."""
    if expected is None:
        with pytest.raises(ProtobufError, match="proto: wrong wireType = 2 for field HostNetwork"):
            read_message(data, name)
    else:
        assert read_message(data, name) == expected


def part(number: int, data: bytes) -> bytes:
    assert number < 16
    assert len(data) < 128
    return bytes([number << 3 | 2, len(data)]) + data


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (POD_SPEC, b"\x52", "unexpected EOF"),
        (POD_SPEC, b"\x52\x02a", "unexpected EOF"),
        (POD_SPEC, b"\x52\xff\x7fa", "unexpected EOF"),
        (POD_SPEC, b"\x52" + b"\xff" * 9 + b"\x01", "proto: negative length found during unmarshaling"),
        (POD_SPEC, b"\x58", "unexpected EOF"),
        (POD_SPEC, b"\x58\x80", "unexpected EOF"),
        (POD_SPEC, b"\x58" + b"\x80" * 10 + b"\x01", "proto: integer overflow"),
        (POD_SPEC, b"\x80", "unexpected EOF"),
        (POD_SPEC, b"\x55abcd", "proto: wrong wireType = 5 for field NodeName"),
        (POD_SPEC, b"\x54", "proto: PodSpec: wiretype end group for non-group"),
        (POD_SPEC, b"\x00", "proto: PodSpec: illegal tag 0 (wire type 0)"),
        (POD_SPEC, part(10, b"\xff"), "string field contains invalid UTF-8"),
        (POD_SPEC, part(7, part(1, b"\xc3")), "string field contains invalid UTF-8"),
        (POD_SPEC, part(14, b"\x10"), "unexpected EOF"),
        (POD_SPEC, part(14, b"\x10") + b"\x05", "unexpected EOF"),
        (POD_SPEC, part(14, b"\x10\x80") + b"\x05", "unexpected EOF"),
        (POD_SPEC, part(14, part(1, b"ab")[:-1]) + b"b", "unexpected EOF"),
        (DEPLOYMENT_SPEC, part(3, part(1, b"\x0a")) + b"\x01a", "unexpected EOF"),
        (OBJECT_META, part(8, b"\x08" + b"\xff" * 8 + b"\x7f"), "Time.MarshalJSON: year outside of range [0,9999]"),
        (API + "core.v1.ServicePort", part(4, b"\x08\x02"), "impossible IntOrString.Type"),
        (API + "apps.v1.ControllerRevision", part(2, part(1, b"{")), "unexpected end of JSON input"),
        (JSON_SCHEMA, b"\x49" + struct.pack("<d", float("nan")), "json: unsupported value: NaN"),
        (JSON_SCHEMA, b"\x49" + struct.pack("<d", float("-inf")), "json: unsupported value: -Inf"),
        (JSON_SCHEMA, b"\x49" + bytes(7), "unexpected EOF"),
    ],
)
def test_a_broken_message_is_refused(name: str, data: bytes, message: str) -> None:
    """In the words of upstream's generated.pb.go."""
    with pytest.raises(ProtobufError) as caught:
        read_message(data, name)
    assert str(caught.value) == message


def nested_schema(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        size = len(data)
        data = b"\xe2\x01" + bytes([size & 0x7F | 0x80, size >> 7]) + data
    return data


def test_messages_nest_only_so_deep() -> None:
    value = read_message(nested_schema(64), JSON_SCHEMA)
    for _ in range(64):
        value = value["not"]
    assert value == {}
    with pytest.raises(ProtobufError, match="proto: exceeded maximum recursion depth"):
        read_message(nested_schema(65), JSON_SCHEMA)


def sized(tag: bytes, data: bytes) -> bytes:
    return tag + bytes([len(data) & 0x7F | 0x80, len(data) >> 7]) + data


@pytest.mark.parametrize(("depth", "refused"), [(197, False), (198, False), (199, True)])
def test_raw_json_nests_only_so_deep(depth: int, refused: bool) -> None:
    """Together with the messages around it no deeper than a JSON body may."""
    data = sized(b"\x12", sized(b"\x0a", b'{"a":' * (depth - 2) + b"[[]]" + b"}" * (depth - 2)))
    if refused:
        with pytest.raises(ProtobufError, match="exceeded max depth"):
            read_message(data, API + "apps.v1.ControllerRevision")
    else:
        assert read_message(data, API + "apps.v1.ControllerRevision")
