"""Secrets, by pkg/apis/core/{v1,validation} and pkg/registry/core/secret/strategy.go."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["secrets"]
REDACTED = 'Invalid value: "<secret contents redacted>"'


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_string_data_is_merged_into_data():
    """Convert_v1_Secret_To_core_Secret: stringData wins, and is never stored."""
    obj = {"data": {"a": encode("1"), "b": encode("2")}, "stringData": {"a": "3", "c": "ü"}}
    STRATEGY.default(obj)
    assert obj == {"type": "Opaque", "data": {"a": encode("3"), "b": encode("2"), "c": encode("ü")}}


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("Opaque", {}, []),
        ("example.com/custom", {"a": ""}, []),
        ("Opaque", {"a/b": ""}, ["data[a/b]"]),
        ("kubernetes.io/tls", {}, ["data[tls.crt]: Required value", "data[tls.key]: Required value"]),
        ("kubernetes.io/tls", {"tls.crt": "", "tls.key": ""}, []),
        ("kubernetes.io/basic-auth", {}, ["data[username]: Required value", "data[password]: Required value"]),
        ("kubernetes.io/basic-auth", {"password": ""}, []),
        ("kubernetes.io/ssh-auth", {"ssh-privatekey": ""}, ["data[ssh-privatekey]: Required value"]),
        ("kubernetes.io/ssh-auth", {"ssh-privatekey": "eA=="}, []),
        ("kubernetes.io/dockerconfigjson", {}, ["data[.dockerconfigjson]: Required value"]),
        ("kubernetes.io/dockerconfigjson", {".dockerconfigjson": encode('{"auths": {}}')}, []),
        ("kubernetes.io/dockercfg", {".dockercfg": encode("null")}, []),
        (
            "kubernetes.io/dockercfg",
            {".dockercfg": ""},
            [f"data[.dockercfg]: {REDACTED}: unexpected end of JSON input"],
        ),
        (
            "kubernetes.io/dockercfg",
            {".dockercfg": encode("bad")},
            [f"data[.dockercfg]: {REDACTED}: invalid character 'b' looking for beginning of value"],
        ),
        (
            "kubernetes.io/dockerconfigjson",
            {".dockerconfigjson": encode("[]")},
            [
                f"data[.dockerconfigjson]: {REDACTED}: "
                "json: cannot unmarshal array into Go value of type map[string]interface {}"
            ],
        ),
        (
            "kubernetes.io/service-account-token",
            {},
            ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
        ),
        ("Opaque", {"a": encode("x" * (1024 * 1024 + 1))}, ["data: Too long: may not be more than 1048576 bytes"]),
    ],
)
def test_each_type_needs_its_keys(kind: str, data: dict[str, str], expected: list[str]):
    """ValidateSecret."""
    found = messages(STRATEGY.validate({"metadata": {"name": "a"}, "type": kind, "data": data}))
    assert len(found) == len(expected)
    assert all(message.startswith(start) for message, start in zip(found, expected, strict=True))


def test_type_never_changes():
    """ValidateSecretUpdate."""
    assert messages(STRATEGY.validate_update({"type": "b"}, {"type": "a"})) == [
        'type: Invalid value: "b": field is immutable'
    ]


def test_type_left_out_stays():
    """strategy.PrepareForUpdate, for clients whose requests aren't defaulted."""
    obj: dict[str, Any] = {"metadata": {}}
    STRATEGY.prepare_for_update(obj, {"type": "a"}, WriteContext(User("u"), datetime(2026, 1, 1, tzinfo=UTC)))
    assert obj["type"] == "a"


def test_immutable_stays_immutable():
    """ValidateSecretUpdate."""
    old = {"type": "Opaque", "immutable": True, "data": {"a": "AA=="}}
    assert STRATEGY.validate_update(dict(old), old) == []
    assert messages(STRATEGY.validate_update({"type": "Opaque", "immutable": False}, old)) == [
        "immutable: Forbidden: field is immutable when `immutable` is set",
        "data: Forbidden: field is immutable when `immutable` is set",
    ]
