"""From a whole body to a checked object: what kubectl sends, what is refused and how."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from dynamic_messages import body, encode, envelope
from hypothesis import given
from hypothesis import strategies as st
from kubectl_bodies import KUBECTL_BODIES

from kubepy.api.errors import APIError
from kubepy.api.protobuf import check_protobuf, decode_envelope
from kubepy.api.schema import builtin_catalog
from kubepy.api.typecheck import Checked

CONFIG_MAP = "io.k8s.api.core.v1.ConfigMap"
DEPLOYMENT = "io.k8s.api.apps.v1.Deployment"
CRD = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition"


@pytest.mark.parametrize("command", KUBECTL_BODIES)
def test_kubectl_s_body_holds_the_object_that_kubectl_prints(command: str) -> None:
    name, encoded, expected = KUBECTL_BODIES[command]
    assert check_protobuf(base64.b64decode(encoded), builtin_catalog().get(name)) == Checked(expected)


def refusal(data: bytes, name: str = CONFIG_MAP) -> str:
    with pytest.raises(APIError) as caught:
        check_protobuf(data, builtin_catalog().get(name))
    assert (caught.value.code, caught.value.reason) == (400, "BadRequest")
    return caught.value.message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)"),
        (b"k8s\x00", "the object provided is unrecognized (must be of type ConfigMap): empty body (6b387300)"),
        (
            b'{"kind":"ConfigMap","data":{"a":"b"}}',
            "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a "
            'protobuf message, expected prefix [107 56 115 0] ({"kind":"ConfigMap","data":{"a ...)',
        ),
        (
            envelope("v1", "ConfigMap", b"\x0a\x05"),
            'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
        ),
        (
            envelope("", "", b"\x0a\x05"),
            'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
        ),
    ],
)
def test_what_is_no_object_is_refused_as_upstream_does(data: bytes, message: str) -> None:
    """apiserver `pkg/endpoints/handlers/rest.go`, transformDecodeError."""
    assert refusal(data) == message


def test_a_quantity_that_is_none_is_refused() -> None:
    name = "io.k8s.api.core.v1.ResourceQuota"
    sent = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {}, "spec": {"hard": {"cpu": "lots"}}}
    assert refusal(body(name, sent), name) == (
        'ResourceQuota in version "v1" cannot be handled as a ResourceQuota: quantities must match the regular '
        "expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    )


def test_a_quantity_becomes_canonical() -> None:
    name = "io.k8s.api.core.v1.ResourceQuota"
    sent = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {}, "spec": {"hard": {"cpu": "1000m"}}}
    assert check_protobuf(body(name, sent), builtin_catalog().get(name)).object["spec"] == {"hard": {"cpu": "1"}}


def test_of_an_object_of_another_kind_there_is_only_the_type() -> None:
    """Its message isn't looked at: it would be taken for one of the expected kind."""
    data = envelope("v1", "Secret", b"\xff")
    assert check_protobuf(data, builtin_catalog().get(CONFIG_MAP)) == Checked({"apiVersion": "v1", "kind": "Secret"})


def test_an_object_that_names_no_type_is_taken_as_it_is() -> None:
    fields = {"metadata": {"name": "c"}, "data": {"a": "b"}}
    data = envelope("", "", encode(CONFIG_MAP, fields))
    assert check_protobuf(data, builtin_catalog().get(CONFIG_MAP)) == Checked(fields)


def status(data: bytes, name: str) -> int:
    """The HTTP status code a body leads to; any other exception than APIError fails the test."""
    try:
        checked = check_protobuf(data, builtin_catalog().get(name))
    except APIError as error:
        return error.code
    return 200 if type(checked.object) is dict else 500


@given(st.binary(max_size=300), st.sampled_from([CONFIG_MAP, CRD, DEPLOYMENT]))
def test_no_message_has_any_other_outcome_than_an_object_or_400(raw: bytes, name: str) -> None:
    assert status(envelope("", "", raw), name) in (200, 400)


CUSTOM_RESOURCE_DEFINITION: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "foos.example.com", "creationTimestamp": "2026-01-02T03:04:05Z"},
    "spec": {
        "group": "example.com",
        "versions": [
            {
                "name": "v1",
                "schema": {
                    "openAPIV3Schema": {
                        "properties": {"n": {"maximum": 1.5, "default": {"a": [1]}, "enum": [None, "x"]}},
                        "additionalProperties": True,
                        "x-kubernetes-list-map-keys": ["a", "b"],
                    }
                },
            }
        ],
    },
}
VALID = {
    CRD: body(CRD, CUSTOM_RESOURCE_DEFINITION),
    DEPLOYMENT: base64.b64decode(next(data for name, data, _ in KUBECTL_BODIES.values() if name == DEPLOYMENT)),
}


@st.composite
def damaged(draw: Any) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(VALID)))
    data = bytearray(VALID[name])
    for _ in range(draw(st.integers(1, 4))):
        position = draw(st.integers(4, len(data) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                data[position] = draw(st.integers(0, 255))
            case 1:
                data[position:position] = draw(st.binary(max_size=12))
            case 2 if len(data) > 20:
                del data[position : position + draw(st.integers(1, 5))]
            case _:
                data[position : position + 1] = draw(st.sampled_from([b"\x80", b"\xff" * 9 + b"\x01", b"\x00"]))
    return name, bytes(data)


@given(damaged())
def test_no_damage_has_any_other_outcome_than_an_object_or_400(sample: tuple[str, bytes]) -> None:
    name, data = sample
    assert status(data, name) in (200, 400)


@pytest.mark.parametrize("name", VALID)
def test_a_message_cut_short_is_refused_or_ends_between_two_fields(name: str) -> None:
    raw = decode_envelope(VALID[name])[2]
    whole = [cut for cut in range(len(raw)) if status(envelope("", "", raw[:cut]), name) == 200]
    assert whole == field_boundaries(raw)


def field_boundaries(raw: bytes) -> list[int]:
    """Where a message's own fields begin; all of these messages are length-delimited, of less than 16384 bytes."""
    boundaries, position = [], 0
    while position < len(raw):
        boundaries.append(position)
        if raw[position + 1] < 0x80:
            position += 2 + raw[position + 1]
        else:
            position += 3 + (raw[position + 1] & 0x7F) + (raw[position + 2] << 7)
    return boundaries


def test_the_deepest_message_passes_the_type_check() -> None:
    """The type check follows objects by recursion: what the decoder lets through must not exhaust the stack."""
    schema: dict[str, Any] = {"default": json.loads('{"a":' * 70 + "1" + "}" * 70)}
    for _ in range(59):
        schema = {"properties": {"a": schema}}
    spec = {"versions": [{"schema": {"openAPIV3Schema": schema}}]}
    checked = check_protobuf(body(CRD, {"spec": spec}), builtin_catalog().get(CRD))
    assert checked.object["spec"]["versions"][0]["schema"]["openAPIV3Schema"] == schema
