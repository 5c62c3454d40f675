"""Looking through the OpenAPI schemas of a CustomResourceDefinition, without judging their structure.

Follows apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go` (SchemaHas),
`pkg/registry/customresourcedefinition/strategy.go` (the warnings) and `pkg/apiserver/validation/formats.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Object = dict[str, Any]

_BY_NAME: Final = ("properties", "patternProperties", "definitions", "dependencies")
_LISTED: Final = ("allOf", "oneOf", "anyOf")
_SINGLE: Final = ("items", "not", "additionalProperties", "additionalItems")
_NUMBER_FORMATS: Final = {"integer": ("int32", "int64"), "number": ("float", "double")}
_STRING_FORMATS: Final = frozenset(
    {
        *("bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4"),
        *("uuid5", "isbn", "isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password"),
        *("date", "duration", "datetime", "k8sshortname", "k8slongname"),
    }
)
"""Without dashes, which don't count."""


def version_schemas(spec: Object) -> Iterator[Object]:
    """The schema of each version that has one."""
    for version in spec.get("versions") or ():
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if schema is not None:
            yield schema


def nested_schemas(schema: Object) -> Iterator[Object]:
    """A schema and all that it is made of, outer ones first."""
    yield schema
    for field in _SINGLE:
        part = schema.get(field)
        if isinstance(part, dict):
            yield from nested_schemas(part)
        elif isinstance(part, list):
            for item in part:
                yield from nested_schemas(item)
    for field in _LISTED:
        for part in schema.get(field) or ():
            yield from nested_schemas(part)
    for field in _BY_NAME:
        for part in (schema.get(field) or {}).values():
            # A dependency may also be a list of property names.
            if isinstance(part, dict):
                yield from nested_schemas(part)


def has_defaults(spec: Object) -> bool:
    """Whether a schema fills in fields."""
    return any(part.get("default") is not None for schema in version_schemas(spec) for part in nested_schemas(schema))


def schema_warnings(spec: Object) -> list[str]:
    """What in the schemas has no effect or works only in part."""
    formats: list[str] = []
    sets: set[str] = set()
    for schema in version_schemas(spec):
        for part in nested_schemas(schema):
            if part.get("format") and not _is_known_format(part.get("type", ""), part["format"]):
                formats.append(f'unrecognized format "{part["format"]}"')
            kind = _set_item_type(part)
            if kind in ("object", "array"):
                sets.add(
                    f'x-kubernetes-list-type: set for items of type "{kind}" is not supported by '
                    "server-side apply or CEL validation rules"
                )
    return formats + sorted(sets)


def _is_known_format(kind: str, name: str) -> bool:
    if kind in ("", "string"):
        return name.replace("-", "") in _STRING_FORMATS
    return name in _NUMBER_FORMATS.get(kind, ())


def _set_item_type(schema: Object) -> str:
    items = schema.get("items")
    if schema.get("x-kubernetes-list-type") != "set" or not isinstance(items, dict):
        return ""
    kind: str = items.get("type", "")
    return kind
