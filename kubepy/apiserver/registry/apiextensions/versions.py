"""The parts of a version beside its schema: subresources, printer columns and the deprecation warning.

Follows apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`
(ValidateCustomResourceDefinitionSubresources, ValidateCustomResourceColumnDefinition).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, invalid, required

Object = dict[str, Any]

_COLUMN_TYPES: Final = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS: Final = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_MAX_WARNING_BYTES: Final = 256


def validate_deprecation_warning(version: Object, path: Path) -> list[FieldError]:
    """A short printable text, of deprecated versions only."""
    warning = version.get("deprecationWarning")
    if warning is None:
        return []
    where = path.child("deprecationWarning")
    if not version.get("deprecated"):
        return [invalid(where, warning, "can only be set for deprecated versions")]
    errors = []
    if len(warning.encode()) > _MAX_WARNING_BYTES:
        errors.append(invalid(where, warning, f"must be <= {_MAX_WARNING_BYTES} characters long"))
    if not warning:
        errors.append(invalid(where, warning, "must not be an empty string"))
    for position, character in enumerate(warning):
        if not character.isprintable():
            at = len(warning[:position].encode())
            message = f"must only contain printable UTF-8 characters; non-printable character found at index {at}"
            errors.append(invalid(where, warning, message))
            break
    return errors


def validate_subresources(subresources: Object | None, path: Path) -> list[FieldError]:
    """Where the numbers that `scale` shows are found."""
    scale = (subresources or {}).get("scale")
    if scale is None:
        return []
    errors = []
    for field, root in (("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")):
        where, value = path.child(f"scale.{field}"), scale.get(field, "")
        if not value:
            errors.append(required(where))
        elif complaints := _validate_simple_json_path(value, where):
            errors += complaints
        elif not value.startswith(root + "."):
            errors.append(invalid(where, value, f"should be a json path under {root}"))
    where, value = path.child("scale.labelSelectorPath"), scale.get("labelSelectorPath", "")
    if value:
        if complaints := _validate_simple_json_path(value, where):
            errors += complaints
        elif not value.startswith((".spec.", ".status.")):
            errors.append(invalid(where, value, "should be a json path under either .spec or .status"))
    return errors


def validate_columns(columns: Sequence[Object] | None, path: Path) -> list[FieldError]:
    """What `kubectl get` shows: names, types and paths."""
    errors = []
    for position, column in enumerate(columns or ()):
        where = path.index(position)
        kind, form, json_path = (column.get(field, "") for field in ("type", "format", "jsonPath"))
        if not column.get("name"):
            errors.append(required(where.child("name")))
        types = f"must be one of {','.join(_COLUMN_TYPES)}"
        if not kind:
            errors.append(required(where.child("type"), types))
        elif kind not in _COLUMN_TYPES:
            errors.append(invalid(where.child("type"), kind, types))
        if form and form not in _COLUMN_FORMATS:
            errors.append(invalid(where.child("format"), form, f"must be one of {','.join(_COLUMN_FORMATS)}"))
        if not json_path:
            errors.append(required(where.child("JSONPath")))
        else:
            errors += _validate_simple_json_path(json_path, where.child("JSONPath"))
    return errors


def _validate_simple_json_path(text: str, path: Path) -> list[FieldError]:
    return [] if text.startswith(".") else [invalid(path, text, "must be a simple json path starting with .")]
