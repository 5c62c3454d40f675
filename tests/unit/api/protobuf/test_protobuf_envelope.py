"""The envelope of bodies. Messages as apimachinery `pkg/runtime/serializer/protobuf/protobuf.go` has them."""

from __future__ import annotations

import pytest
from dynamic_messages import envelope

from kubepy.api.protobuf import ProtobufError, decode_envelope

NO_PREFIX = "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"


@pytest.mark.parametrize("raw", [b"", b"x", b"\x00" * 300])
def test_an_envelope_gives_type_and_message(raw: bytes) -> None:
    assert decode_envelope(envelope("apps/v1", "Deployment", raw)) == ("apps/v1", "Deployment", raw)


def test_what_is_left_out_is_empty() -> None:
    assert decode_envelope(b"k8s\x00\x12\x01x") == ("", "", b"x")
    assert decode_envelope(b"k8s\x00\x0a\x00") == ("", "", b"")


def test_unknown_fields_are_skipped() -> None:
    unknown = b"\x28\x01" + b"\x31" + bytes(8) + b"\x3d" + bytes(4) + b"\x43\x08\x01\x44" + b"\x4a\x02ab"
    assert decode_envelope(b"k8s\x00" + unknown + b"\x12\x01x" + unknown) == ("", "", b"x")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty data"),
        (b"k8s", NO_PREFIX),
        (b'{"kind":"Pod"}', NO_PREFIX),
        (b"k8s\x00", "empty body"),
        (b"k8s\x00\x0a", "unexpected EOF"),
        (b"k8s\x00\x0a\x05ab", "unexpected EOF"),
        (b"k8s\x00\x80", "unexpected EOF"),
        (b"k8s\x00\x08\x01", "proto: wrong wireType = 0 for field TypeMeta"),
        (b"k8s\x00\x02\x00", "proto: Unknown: illegal tag 0 (wire type 2)"),
        (b"k8s\x00\x2c", "proto: Unknown: wiretype end group for non-group"),
        (b"k8s\x00\x2b\x08", "unexpected EOF"),
        (b"k8s\x00\x2b", "unexpected EOF"),
        (b"k8s\x00\x31abc", "unexpected EOF"),
        (b"k8s\x00\x35abc", "unexpected EOF"),
        (b"k8s\x00\x2e", "proto: illegal wireType 6"),
        (b"k8s\x00\x0a" + b"\xff" * 9 + b"\x01", "proto: negative length found during unmarshaling"),
        (b"k8s\x00\x0a" + b"\xff" * 8 + b"\x7f", "unexpected EOF"),
        (b"k8s\x00" + b"\xff" * 11, "proto: integer overflow"),
        (b"k8s\x00\x0a\x03\x0a\x01\xff", "string field contains invalid UTF-8"),
    ],
)
def test_a_broken_envelope_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ProtobufError) as caught:
        decode_envelope(body)
    assert str(caught.value) == message
