"""Which media types a body may have. Follows apiserver `pkg/endpoints/handlers/negotiation`."""

from __future__ import annotations

import pytest

from kubepy.api.errors import APIError
from kubepy.api.schema import Schema, builtin_catalog
from kubepy.apiserver.handlers.body import decode
from kubepy.apiserver.negotiation import PROTOBUF, YAML, body_media_type

NAMESPACE = builtin_catalog().get("io.k8s.api.core.v1.Namespace")
PROTOBUF_BODY = b"k8s\x00\x0a\x0f\x0a\x02v1\x12\x09Namespace\x12\x05\x0a\x03\x0a\x01x"
OBJECT = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", b'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}'),
        ("application/yaml", b"{apiVersion: v1, kind: Namespace, metadata: {name: x}}"),
        (PROTOBUF, PROTOBUF_BODY),
        ("Application/vnd.kubernetes.protobuf; charset=utf-8", PROTOBUF_BODY),
    ],
)
def test_a_body_is_decoded_as_its_media_type_says(content_type: str, body: bytes) -> None:
    assert decode(body, body_media_type(content_type), NAMESPACE).object == OBJECT


def test_delete_options_may_be_protobuf() -> None:
    schema = builtin_catalog().get("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions")
    body = b"k8s\x00\x0a\x18\x0a\x07apps/v1\x12\x0dDeleteOptions\x12\x02\x08\x00"
    decoded = decode(body, body_media_type(PROTOBUF), schema).object
    assert decoded == {"apiVersion": "apps/v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0}


def refusal(content_type: str, schema: Schema) -> APIError:
    with pytest.raises(APIError) as caught:
        decode(PROTOBUF_BODY, body_media_type(content_type), schema)
    return caught.value


def test_custom_resources_are_not_read_from_protobuf() -> None:
    error = refusal(PROTOBUF, Schema(name="com.example.v1.Foo", type="object"))
    assert (error.code, error.message) == (
        415,
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml",
    )


def test_an_unknown_media_type_is_refused_with_the_known_ones() -> None:
    error = refusal("text/plain", NAMESPACE)
    assert (error.code, error.message) == (
        415,
        "the body of the request was in an unknown format - accepted media types include: "
        f"application/json, {YAML}, {PROTOBUF}",
    )
