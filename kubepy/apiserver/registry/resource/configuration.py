"""Parameters for drivers, and data from them: JSON objects that only a driver understands.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateDeviceConfiguration, validateRawExtension).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from kubepy.api.field import FieldError, Path, invalid, required, too_long
from kubepy.apiserver.registry.resource.device_names import validate_declared_driver_name
from kubepy.apiserver.registry.strategy import Object

_MAX_PARAMETERS_BYTES: Final = 10 * 1024


def validate_configuration(config: Object, path: Path, *, stored: bool = False) -> list[FieldError]:
    """Mistakes in the configuration of a device; what is stored already may be larger than what is new."""
    opaque = config.get("opaque")
    at = path.child("opaque")
    if opaque is None:
        return [required(at)]
    limit = None if stored else _MAX_PARAMETERS_BYTES
    errors = validate_declared_driver_name(opaque.get("driver", ""), at.child("driver"))
    return errors + validate_raw(opaque.get("parameters"), at.child("parameters"), limit)


def validate_raw(value: Any, path: Path, max_size_bytes: int | None) -> list[FieldError]:
    """Anything but a JSON object is a mistake, and so is a large one."""
    if value is None:
        return [required(path)]
    if max_size_bytes is not None and len(msgspec.json.encode(value)) > max_size_bytes:
        return [too_long(path, max_size_bytes)]
    return [] if isinstance(value, dict) else [invalid(path, "<value omitted>", "must be a valid JSON object")]
