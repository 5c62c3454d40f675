"""ConfigMaps, by pkg/apis/core/validation/validation.go (ValidateConfigMap)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.core.config_map import decoded_size_bytes

STRATEGY = STRATEGIES["configmaps"]
MIB = 1024 * 1024
TOO_BIG = [": Too long: may not be more than 1048576 bytes"]


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"data": {"a.b-c_D": "x"}, "binaryData": {"e": "AA=="}}, []),
        (
            {"data": {"a": ""}, "binaryData": {"a": ""}},
            ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
        ),
        ({"data": {"..": ""}}, ["data[..]: Invalid value: \"..\": must not be '..'"]),
        ({"binaryData": {".": ""}}, ["binaryData[.]: Invalid value: \".\": must not be '.'"]),
        ({"data": {"a": "x" * MIB}}, []),
        ({"data": {"a": "x" * (MIB + 1)}}, TOO_BIG),
        ({"data": {"a": "ü" * (MIB // 2), "b": "x"}}, TOO_BIG),
        ({"data": {"a": "x"}, "binaryData": {"b": base64.b64encode(b"x" * MIB).decode()}}, TOO_BIG),
    ],
)
def test_keys_and_sizes(fields: dict[str, Any], expected: list[str]):
    """Keys are file names, unique over both maps; values are at most 1 MiB together, decoded."""
    assert messages(STRATEGY.validate({"metadata": {"name": "a"}, **fields})) == expected


@pytest.mark.parametrize("size", range(8))
def test_decoded_size(size: int):
    """RFC 4648: padding doesn't count."""
    assert decoded_size_bytes(base64.b64encode(b"x" * size).decode()) == size


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"immutable": True, "data": {"a": "1"}}, []),
        (
            {"data": {"a": "2"}, "binaryData": {"b": ""}},
            [
                "immutable: Forbidden: field is immutable when `immutable` is set",
                "data: Forbidden: field is immutable when `immutable` is set",
                "binaryData: Forbidden: field is immutable when `immutable` is set",
            ],
        ),
    ],
)
def test_immutable_stays_immutable(new: dict[str, Any], expected: list[str]):
    """ValidateConfigMapUpdate."""
    assert messages(STRATEGY.validate_update(new, {"immutable": True, "data": {"a": "1"}})) == expected


def test_what_is_not_immutable_may_change():
    """ValidateConfigMapUpdate, which also checks the new object."""
    assert STRATEGY.validate_update({"data": {"a": "2"}, "immutable": True}, {"data": {"a": "1"}}) == []
    assert len(STRATEGY.validate_update({"data": {" ": ""}}, {})) == 1
