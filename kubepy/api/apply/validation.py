"""Whether an applied configuration fits the schema, and in what words it doesn't.

Only configurations come here: every other object has been decoded, which is stricter.
Follows structured-merge-diff `typed/validate.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubepy.api.apply.field_set import element_text
from kubepy.api.apply.shape import ATOMIC, LIST, MAP, SCALAR, SET, STRUCT, UNTYPED, Shape, TypedError
from kubepy.api.go_text import printed, type_name
from kubepy.api.schema import Schema

_EVERY_OBJECT = ("apiVersion", "kind", "metadata")


def validate(document: dict[str, Any], shape: Shape) -> None:
    """Raises TypedError with every way in which the document doesn't fit.

    What every object has may be missing from the schema: those of custom resources seldom describe it.
    """
    declared = shape.schema.properties
    parts = {name: value for name, value in document.items() if name in declared or name not in _EVERY_OBJECT}
    errors = [f"{path}: {message}" if path else message for path, message in _errors(parts, shape)]
    if len(errors) == 1:
        raise TypedError(errors[0])
    if errors:
        raise TypedError("\n  ".join(["errors:", *errors]))


def _errors(value: Any, shape: Shape) -> Iterator[tuple[str, str]]:
    """Path and message of each mismatch below and at one place."""
    if value is None:
        return
    kind = shape.kind
    schema = shape.schema
    if kind == UNTYPED:
        if schema.type == "object" and not schema.preserve_unknown_fields and not isinstance(value, dict):
            yield "", f"expected map, got &{{{printed(value)}}}"
        return
    if kind in (LIST, SET) or (kind == ATOMIC and (schema.items is not None or schema.type == "array")):
        yield from _list_errors(value, shape)
    elif kind in (STRUCT, MAP, ATOMIC):
        yield from _map_errors(value, shape)
    elif kind == SCALAR:
        message = _scalar_error(value, schema)
        if message:
            yield "", message


def _map_errors(value: Any, shape: Shape) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield "", f"expected map, got &{{{printed(value)}}}"
        return
    schema = shape.schema
    open_ended = schema.additional is not None or schema.preserve_unknown_fields or not schema.properties
    for name, member in value.items():
        if not open_ended and name not in schema.properties:
            yield f".{name}", "field not declared in schema"
            return
        for path, message in _errors(member, shape.fields[name].shape):
            yield f".{name}{path}", message


def _list_errors(value: Any, shape: Shape) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list):
        yield "", f"expected list, got &{{{printed(value)}}}"
        return
    seen = set()
    for position, item in enumerate(value):
        if shape.kind == ATOMIC:
            place = f"[{position}]"
        else:
            try:
                key = shape.item_key(item)
            except TypedError as error:
                yield "", f"element {position}: {error}"
                return
            place = element_text(key)
            if key in seen:
                yield "", f"duplicate entries for key {place}"
            seen.add(key)
        for path, message in _errors(item, shape.element):
            yield place + path, message


def _scalar_error(value: Any, schema: Schema) -> str:
    shown = f"&{{{printed(value)}}}"
    if schema.type in ("integer", "number"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"expected numeric (int or float), got {type_name(value)}"
    elif schema.type == "boolean":
        if not isinstance(value, bool):
            return f"expected boolean, got {shown}"
    elif schema.type == "string" and schema.format in ("", "byte") and not (schema.quantity or schema.int_or_string):
        if not isinstance(value, str):
            return f"expected string, got &value.valueUnstructured{{Value:{printed(value)}}}"
    elif isinstance(value, dict | list):
        return f"expected any scalar, got {shown}"
    return ""
