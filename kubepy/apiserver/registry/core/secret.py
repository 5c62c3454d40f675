"""Secrets: the keys that each type needs, `stringData`, and what `immutable` means.

Follows kubernetes `pkg/registry/core/secret/strategy.go`, `pkg/apis/core/v1/{defaults,conversion}.go` and
`pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec

from kubepy.api.field import FieldError, Path, invalid, required, too_long
from kubepy.api.json_syntax import find_error
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.core.config_map import (
    MAX_DATA_BYTES,
    decoded_size_bytes,
    validate_immutable_data,
    validate_key,
)
from kubepy.apiserver.registry.strategy import Strategy, WriteContext

Object = dict[str, Any]

SERVICE_ACCOUNT_TOKEN: Final = "kubernetes.io/service-account-token"
SERVICE_ACCOUNT_NAME_ANNOTATION: Final = "kubernetes.io/service-account.name"

_DATA: Final = Path("data")
_REQUIRED_KEYS: Final = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_JSON_KEYS: Final = frozenset({".dockercfg", ".dockerconfigjson"})
_BASIC_AUTH_KEYS: Final = ("username", "password")
_SSH_AUTH_KEY: Final = "ssh-privatekey"
_MAX_JSON_DEPTH: Final = 10000
_JSON_TYPES: Final = ((bool, "bool"), (int | float, "number"), (str, "string"), (list, "array"))
_decode = msgspec.json.Decoder().decode


class SecretStrategy(Strategy):
    """Secrets. Their values are never part of a message."""

    def default(self, obj: Object) -> None:
        if not obj.get("type"):
            obj["type"] = "Opaque"
        string_data = obj.pop("stringData", None)
        if string_data:
            encoded = {key: base64.b64encode(text.encode()).decode() for key, text in string_data.items()}
            obj["data"] = {**(obj.get("data") or {}), **encoded}

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        obj["type"] = obj.get("type") or old.get("type", "Opaque")

    def validate(self, obj: Object) -> list[FieldError]:
        data = obj.get("data") or {}
        errors: list[FieldError] = []
        for key in data:
            errors += validate_key(key, "data")
        if sum(map(decoded_size_bytes, data.values())) > MAX_DATA_BYTES:
            errors.append(too_long(_DATA, MAX_DATA_BYTES))
        kind = obj.get("type", "")
        if kind == SERVICE_ACCOUNT_TOKEN:
            return errors + _validate_token_annotation((obj.get("metadata") or {}).get("annotations") or {})
        return errors + _validate_type(kind, data)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = validate_immutable(obj.get("type", ""), old.get("type", ""), Path("type"))
        return errors + validate_immutable_data(obj, old, ("data",)) + self.validate(obj)


def _validate_token_annotation(annotations: Object) -> list[FieldError]:
    if annotations.get(SERVICE_ACCOUNT_NAME_ANNOTATION):
        return []
    return [required(Path("metadata").child("annotations").key(SERVICE_ACCOUNT_NAME_ANNOTATION))]


def _validate_type(kind: str, data: Object) -> list[FieldError]:
    if kind == "kubernetes.io/basic-auth":
        present = any(key in data for key in _BASIC_AUTH_KEYS)
        return [] if present else [required(_DATA.key(key)) for key in _BASIC_AUTH_KEYS]
    if kind == "kubernetes.io/ssh-auth":
        return [] if data.get(_SSH_AUTH_KEY) else [required(_DATA.key(_SSH_AUTH_KEY))]
    errors: list[FieldError] = []
    for key in _REQUIRED_KEYS.get(kind, ()):
        if key not in data:
            errors.append(required(_DATA.key(key)))
        elif key in _JSON_KEYS:
            errors += _validate_json(key, data[key])
    return errors


def _validate_json(key: str, encoded: str) -> list[FieldError]:
    """The value must be a JSON object (or null); the complaint is Go's, and without the content."""
    body = base64.b64decode(encoded)
    try:
        value = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        complaint = find_error(body, _MAX_JSON_DEPTH)
    else:
        if value is None or isinstance(value, dict):
            return []
        kind = next(name for type_, name in _JSON_TYPES if isinstance(value, type_))
        complaint = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    return [invalid(_DATA.key(key), "<secret contents redacted>", complaint)] if complaint else []
