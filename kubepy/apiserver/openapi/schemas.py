"""Definitions as OpenAPI v2 and v3 publish them.

The shipped definitions have optional fields nullable, `enum`s on kind and apiVersion, and references into
their own file; published ones have none of that. Custom resources have no shipped definition: theirs is
written from the schema. Follows the published documents in kubernetes/kubernetes `api/openapi-spec`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from kubepy.api.schema import INT_OR_STRING, QUANTITY, Schema, definitions
from kubepy.api.scheme import Resource

Version = Literal["v2", "v3"]

META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
REFERENCE_PREFIX: Final[Mapping[Version, str]] = {"v2": "#/definitions/", "v3": "#/components/schemas/"}

_SHIPPED_PREFIX: Final = "#/$defs/"
_QUANTITY_TEXT: Final = "A fixed-point number: an integer or decimal with an optional binary or decimal suffix."
_INT_OR_STRING_TEXT: Final = "An integer or a string; which of the two is kept as sent."
_SPECIAL: Final[Mapping[tuple[str, Version], dict[str, Any]]] = {
    (QUANTITY, "v2"): {"description": _QUANTITY_TEXT, "type": "string"},
    (QUANTITY, "v3"): {"description": _QUANTITY_TEXT, "oneOf": [{"type": "string"}, {"type": "number"}]},
    (INT_OR_STRING, "v2"): {"description": _INT_OR_STRING_TEXT, "format": "int-or-string", "type": "string"},
    (INT_OR_STRING, "v3"): {
        "description": _INT_OR_STRING_TEXT,
        "format": "int-or-string",
        "oneOf": [{"type": "integer"}, {"type": "string"}],
    },
}
_STRING: Final = {"type": "string"}


class Definitions:
    """The published definitions of one OpenAPI version; cleaned once, then shared by all documents.

    What it hands out is shared: callers must not change it.
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self._prefix = REFERENCE_PREFIX[version]
        self._published: dict[str, dict[str, Any]] = {}
        self._references: dict[str, frozenset[str]] = {}
        self._custom: dict[str, dict[str, Any]] = {}

    def reference(self, name: str) -> dict[str, str]:
        """The schema that refers to a definition."""
        return {"$ref": self._prefix + name}

    def add_custom(self, resource: Resource) -> None:
        """Define the type and the list of a resource that isn't built in."""
        name = definition_name(resource)
        gvk = {"group": resource.group, "kind": resource.kind, "version": resource.version}
        properties = {
            **self._from_schema(resource.schema).get("properties", {}),
            "apiVersion": _STRING,
            "kind": _STRING,
            "metadata": {"$ref": _SHIPPED_PREFIX + META + "ObjectMeta"},
        }
        self._custom[name] = {
            **self._from_schema(resource.schema),
            "type": "object",
            "properties": properties,
            "x-kubernetes-group-version-kind": [gvk],
        }
        self._custom[f"{name}List"] = {
            "description": f"{resource.list_kind} is a list of {resource.kind}",
            "type": "object",
            "required": ["items"],
            "properties": {
                "apiVersion": _STRING,
                "items": {"type": "array", "items": {"$ref": _SHIPPED_PREFIX + name}},
                "kind": _STRING,
                "metadata": {"$ref": _SHIPPED_PREFIX + META + "ListMeta"},
            },
            "x-kubernetes-group-version-kind": [{**gvk, "kind": resource.list_kind}],
        }
        for one in (name, f"{name}List"):
            self._published.pop(one, None)

    def closure(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The definitions of these names and of all they refer to, by name in order."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                self._publish(name)
                waiting.extend(self._references[name])
        return {name: self._published[name] for name in sorted(found)}

    def _publish(self, name: str) -> None:
        if name in self._published:
            return
        raw = self._custom.get(name) or definitions()[name]
        references: set[str] = set()
        special = _SPECIAL.get((name, self.version))
        self._published[name] = special or self._clean(_without_type_enums(raw), references)
        self._references[name] = frozenset(references)

    def _clean(self, raw: Mapping[str, Any], references: set[str]) -> dict[str, Any]:
        """One schema without what the package added, references turned to this version's form."""
        result: dict[str, Any] = {}
        reference = None
        for key, value in raw.items():
            if key == "$ref":
                name = value.removeprefix(_SHIPPED_PREFIX)
                references.add(name)
                reference = {"$ref": self._prefix + name}
            elif key == "type":
                result[key] = value[0] if isinstance(value, list) else value
            elif key == "properties":
                result[key] = {name: self._clean(part, references) for name, part in value.items()}
            elif key in ("items", "additionalProperties") and isinstance(value, Mapping):
                result[key] = self._clean(value, references)
            else:
                result[key] = value
        if reference is None:
            return result
        if self.version == "v3" and result:
            return {"allOf": [reference], **result}
        return {**reference, **result}

    def _from_schema(self, schema: Schema) -> dict[str, Any]:
        """A custom resource's schema in JSON; the parts are cleaned like shipped ones when published."""
        if schema.name and schema.name in definitions():
            return {"$ref": _SHIPPED_PREFIX + schema.name}
        result = dict(_marks(schema))
        if schema.properties:
            result["properties"] = {name: self._from_schema(part) for name, part in schema.properties.items()}
        if schema.items is not None:
            result["items"] = self._from_schema(schema.items)
        if schema.additional is not None:
            result["additionalProperties"] = self._from_schema(schema.additional)
        return result


def definition_name(resource: Resource) -> str:
    """What OpenAPI calls the type of a resource: shipped, or group backwards, version and kind."""
    if resource.schema.name in definitions():
        return resource.schema.name
    return ".".join([*reversed(resource.group.split(".")), resource.version, resource.kind])


def _without_type_enums(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The package pins `kind` and `apiVersion` of every type to its own; upstream doesn't."""
    if "x-kubernetes-group-version-kind" not in raw or "properties" not in raw:
        return raw
    properties = dict(raw["properties"])
    for name in ("apiVersion", "kind"):
        if "enum" in properties.get(name, ()):
            properties[name] = {key: value for key, value in properties[name].items() if key != "enum"}
    return {**raw, "properties": properties}


def _marks(schema: Schema) -> Iterator[tuple[str, Any]]:
    marks = {
        "description": schema.description,
        "type": schema.type,
        "format": schema.format,
        "enum": list(schema.enum),
        "required": list(schema.required),
        "nullable": schema.nullable,
        "x-kubernetes-int-or-string": schema.int_or_string,
        "x-kubernetes-preserve-unknown-fields": schema.preserve_unknown_fields,
        "x-kubernetes-embedded-resource": schema.embedded_resource,
        "x-kubernetes-list-map-keys": list(schema.list_map_keys),
    }
    yield from ((name, value) for name, value in marks.items() if value)
    if schema.list_type != "atomic":
        yield "x-kubernetes-list-type", schema.list_type
    if schema.map_type != "granular":
        yield "x-kubernetes-map-type", schema.map_type
