"""ConfigMaps: what keys and sizes are allowed, and what `immutable` means.

Follows kubernetes `pkg/registry/core/configmap/strategy.go` and `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, too_long
from kubepy.api.names import is_config_map_key
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

MAX_DATA_BYTES: Final = 1024 * 1024
IMMUTABLE_ERROR: Final = "field is immutable when `immutable` is set"


class ConfigMapStrategy(Strategy):
    """ConfigMaps."""

    def validate(self, obj: Object) -> list[FieldError]:
        data, binary_data = obj.get("data") or {}, obj.get("binaryData") or {}
        errors: list[FieldError] = []
        total_bytes = 0
        for key, text in data.items():
            errors += validate_key(key, "data")
            if key in binary_data:
                errors.append(invalid(Path("data").key(key), key, "duplicate of key present in binaryData"))
            total_bytes += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        for key, encoded in binary_data.items():
            errors += validate_key(key, "binaryData")
            total_bytes += decoded_size_bytes(encoded)
        if total_bytes > MAX_DATA_BYTES:
            errors.append(too_long(Path(""), MAX_DATA_BYTES))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_immutable_data(obj, old, ("data", "binaryData")) + self.validate(obj)


def validate_key(key: str, field: str) -> list[FieldError]:
    """A key of a ConfigMap or Secret can be a file's name."""
    complaints = is_config_map_key(key)
    return [invalid(Path(field).key(key), key, message) for message in complaints] if complaints else []


def decoded_size_bytes(encoded: str) -> int:
    """How many bytes a base64 string stands for."""
    return len(encoded) // 4 * 3 - (encoded[-2:].count("=") if encoded else 0)


def validate_immutable_data(obj: Object, old: Object, fields: tuple[str, ...]) -> list[FieldError]:
    """An object once marked immutable stays so, and so do these fields."""
    if not old.get("immutable"):
        return []
    errors = [] if obj.get("immutable") else [forbidden(Path("immutable"), IMMUTABLE_ERROR)]
    changed = [name for name in fields if (obj.get(name) or {}) != (old.get(name) or {})]
    return errors + [forbidden(Path(name), IMMUTABLE_ERROR) for name in changed]
