"""What StorageClasses and VolumeAttributesClasses have in common: the driver they name and its parameters.

Follows kubernetes `pkg/apis/storage/validation/validation.go` (validateProvisioner, validateParameters).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kubepy.api.field import FieldError, Path, invalid, required, too_long
from kubepy.api.names import is_qualified_name

_MAX_COUNT: Final = 512
_MAX_SIZE_BYTES: Final = 256 * 1024


def validate_driver(name: str, path: Path) -> list[FieldError]:
    """A qualified name in any case."""
    if not name:
        return [required(path)]
    lower = name.lower()
    return [invalid(path, lower, complaint) for complaint in is_qualified_name(lower)]


def validate_parameters(parameters: Mapping[str, str], path: Path, *, allow_empty: bool) -> list[FieldError]:
    """At most 512 parameters that have names, of 256 KiB together."""
    if len(parameters) > _MAX_COUNT:
        return [too_long(path, _MAX_COUNT)]
    errors: list[FieldError] = []
    size_bytes = 0
    for name, value in parameters.items():
        if not name:
            errors.append(invalid(path, name, "field can not be empty."))
        size_bytes += len(name.encode()) + len(value.encode())
    if size_bytes > _MAX_SIZE_BYTES:
        errors.append(too_long(path, _MAX_SIZE_BYTES))
    if not parameters and not allow_empty:
        errors.append(required(path, "must contain at least one key/value pair"))
    return errors
