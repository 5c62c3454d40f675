"""Which fields of a custom resource can be selected by: scalars, named by a path of dots.

Follows apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`
(ValidateCustomResourceSelectableFields) and `pkg/apiserver/schema/cel/validation.go` (ValidFieldPath).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, required, too_many

Object = dict[str, Any]

MAX_FIELDS: Final = 8
"""Of one version."""
_SELECTABLE_TYPES: Final = ("boolean", "integer", "string")
_BAD_TYPE: Final = (
    "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."
)
_find_tokens = re.compile(r"[.\[\]]|'(?:[^'\\]|\\.)*'|[^.\[\]]+").findall


def validate_selectable_fields(
    fields: Sequence[Object], schema: Object, path: Path, *, any_number: bool = False
) -> list[FieldError]:
    """Complaints about the fields; `any_number` lets a stored list that is too long be."""
    errors = []
    seen: set[str] = set()
    for position, field in enumerate(fields):
        where = path.index(position).child("jsonPath")
        json_path = field.get("jsonPath", "")
        if not json_path:
            errors.append(required(where))
            continue
        try:
            names, kind = _resolve(json_path, schema)
        except ValueError as error:
            errors.append(invalid(where, json_path, f"is an invalid path: {error}"))
            continue
        if names.partition(".")[0] == "metadata":
            errors.append(invalid(where, json_path, "must not point to fields in metadata"))
        if kind not in _SELECTABLE_TYPES:
            errors.append(invalid(where, json_path, _BAD_TYPE))
        if names in seen:
            errors.append(duplicate(where, json_path))
        seen.add(names)
    if len(seen) > MAX_FIELDS and not any_number:
        errors.append(too_many(path, len(seen), MAX_FIELDS))
    return errors


def _resolve(json_path: str, schema: Object) -> tuple[str, str]:
    """The path in a form that can be compared, and the type it leads to. Raises ValueError if it leads nowhere."""
    text = ""
    tokens = iter(_find_tokens(json_path))
    for token in tokens:
        if token == "[":
            raise ValueError("array notation is not allowed")
        if token != ".":
            raise ValueError(f"expected [ or . but got: {token}")
        name = next(tokens, None)
        if name is None:
            raise ValueError("unexpected end of JSON path")
        properties, additional = schema.get("properties"), schema.get("additionalProperties")
        if properties:
            if name not in properties:
                raise ValueError("does not refer to a valid field")
            schema = properties[name]
            text += f".{name}" if text else name
        elif additional:
            schema = additional if isinstance(additional, dict) else {}
            text += f"[{name}]"
        else:
            raise ValueError("does not refer to a valid field")
    return text, schema.get("type", "")
