"""Which file paths and mode bits volumes may name.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateLocalDescendingPath, validatePathNoBacksteps,
ValidateLocalNonReservedPath, fileModeErrorMsg).
"""

from __future__ import annotations

from kubepy.api.field import FieldError, Path, invalid

_MODE_DETAIL = "must be a number between 0 and 0777 (octal), both inclusive"


def validate_no_backsteps(value: str, path: Path) -> list[FieldError]:
    """No element of the path is `..`."""
    if ".." in value and ".." in value.split("/"):
        return [invalid(path, value, "must not contain '..'")]
    return []


def validate_descending_path(value: str, path: Path) -> list[FieldError]:
    """A relative path that stays below where it starts."""
    errors = validate_no_backsteps(value, path)
    return [invalid(path, value, "must be a relative path"), *errors] if value.startswith("/") else errors


def validate_local_path(value: str, path: Path) -> list[FieldError]:
    """A descending path outside the names starting with `..`, which kubelets use to swap directories atomically."""
    errors = validate_descending_path(value, path)
    if value.startswith("..") and not value.startswith("../"):
        errors.append(invalid(path, value, "must not start with '..'"))
    return errors


def validate_mode(source: dict[str, object], name: str, path: Path) -> list[FieldError]:
    """Permission bits of files, if given."""
    mode = source.get(name)
    if isinstance(mode, int) and not 0 <= mode <= 0o777:
        return [invalid(path.child(name), mode, _MODE_DETAIL)]
    return []
