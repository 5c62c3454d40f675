"""The shape of objects: one node type for built-in definitions and, later, CustomResourceDefinitions.

A `Schema` says of one place in an object what may stand there and how lists and maps there merge.
Pruning, type checks, strategic merge, server-side apply and OpenAPI all read it.

The built-in definitions are the ones the package `kubernetes-validate` ships (OpenAPI definitions of one
Kubernetes release with every `x-kubernetes-*` mark). That package has made optional scalars nullable and
`$ref`s relative to its own file; both are undone by whoever publishes them (`definitions()` does).
"""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

KUBERNETES_VERSION: Final = "1.37"

SchemaType = Literal["object", "array", "string", "integer", "number", "boolean"]

_DEFINITIONS_FILE: Final = f"kubernetes-json-schema/v{KUBERNETES_VERSION}.0-local/_definitions.json"
_REF_PREFIX: Final = "#/$defs/"
_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
QUANTITY: Final = "io.k8s.apimachinery.pkg.api.resource.Quantity"
INT_OR_STRING: Final = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
TIME: Final = _META + "Time"
MICRO_TIME: Final = _META + "MicroTime"
OBJECT_META: Final = _META + "ObjectMeta"

_ATOMIC_DEFINITIONS: Final = frozenset({QUANTITY, INT_OR_STRING, TIME, MICRO_TIME, _META + "FieldsV1"})
_APIEXTENSIONS: Final = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
_OPAQUE_DEFINITIONS: Final = frozenset(
    {
        _META + "FieldsV1",
        _META + "Patch",
        "io.k8s.apimachinery.pkg.runtime.RawExtension",
        _APIEXTENSIONS + "JSON",
        _APIEXTENSIONS + "JSONSchemaPropsOrArray",
        _APIEXTENSIONS + "JSONSchemaPropsOrBool",
        _APIEXTENSIONS + "JSONSchemaPropsOrStringArray",
    }
)
"""Definitions whose fields the schema doesn't know: whatever stands there is kept as sent."""

_LIST_MAP_KEY_DEFAULTS: Final = {"protocol": "TCP"}
"""Defaults of list-map keys that may be left out: `ports` of containers and Services key on protocol."""


@dataclass(slots=True, eq=False)
class Schema:
    """What may stand at one place of an object.

    `type` is None where anything may stand (or, with `int_or_string` and `quantity`, more than one JSON
    type). `properties` are the known fields of an object, `additional` the schema of a map's values,
    `items` that of a list's elements. Children are resolved on first use, so recursive types are fine.
    """

    name: str = ""
    """Definition name such as `io.k8s.api.core.v1.Pod`; empty for inline schemas."""
    type: SchemaType | None = None
    format: str = ""
    properties: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    additional: Schema | None = None
    items: Schema | None = None
    list_type: Literal["atomic", "set", "map"] = "atomic"
    list_map_keys: tuple[str, ...] = ()
    list_map_key_defaults: Mapping[str, Any] = field(default_factory=dict)
    map_type: Literal["granular", "atomic"] = "granular"
    patch_merge_key: str = ""
    """Strategic merge: the field that identifies an element of a merged list of objects."""
    patch_strategies: frozenset[str] = frozenset()
    """Strategic merge: of `merge`, `replace`, `retainKeys`."""
    preserve_unknown_fields: bool = False
    """Any field may stand here and is kept as sent (RawExtension, JSON, FieldsV1)."""
    int_or_string: bool = False
    quantity: bool = False
    embedded_resource: bool = False
    nullable: bool = False
    description: str = ""
    enum: tuple[Any, ...] = ()


class _Properties(Mapping[str, Schema]):
    """The fields of one object type, each resolved on first use (definitions are recursive)."""

    __slots__ = ("_catalog", "_raw", "_resolved")

    def __init__(self, catalog: Catalog, raw: Mapping[str, Any]) -> None:
        self._catalog = catalog
        self._raw = raw
        self._resolved: dict[str, Schema] = {}

    def __getitem__(self, name: str) -> Schema:
        try:
            return self._resolved[name]
        except KeyError:
            schema = self._resolved[name] = self._catalog.inline(self._raw[name])
            return schema

    def __iter__(self) -> Any:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __contains__(self, name: object) -> bool:
        return name in self._raw


class Catalog:
    """Named definitions, resolved to `Schema` nodes on demand and shared."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._schemas: dict[str, Schema] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._definitions

    def get(self, name: str) -> Schema:
        """The schema of one definition. Raises KeyError if there is none of that name."""
        schema = self._schemas.get(name)
        if schema is None:
            schema = self._schemas[name] = Schema(name=name)
            self._fill(schema, self._definitions[name])
        return schema

    def inline(self, raw: Mapping[str, Any]) -> Schema:
        """The schema of one field: what it refers to, with the marks that stand beside the reference."""
        reference = raw.get("$ref")
        if reference is None:
            schema = Schema()
            self._fill(schema, raw)
            return schema
        target = self.get(reference.removeprefix(_REF_PREFIX))
        marks = {key: value for key, value in raw.items() if key.startswith("x-kubernetes-")}
        if not marks:
            return target
        schema = Schema(name=target.name)
        self._fill(schema, {**self._definitions[target.name], **marks})
        return schema

    def _fill(self, schema: Schema, raw: Mapping[str, Any]) -> None:
        schema.description = raw.get("description", "")
        schema.format = raw.get("format", "")
        schema.required = tuple(raw.get("required", ()))
        schema.enum = tuple(raw.get("enum", ()))
        declared = raw.get("type")
        schema.type = declared[0] if isinstance(declared, list) else declared
        schema.int_or_string = schema.name == INT_OR_STRING
        schema.quantity = schema.name == QUANTITY
        if "properties" in raw:
            schema.properties = _Properties(self, raw["properties"])
        if isinstance(raw.get("additionalProperties"), Mapping):
            schema.additional = self.inline(raw["additionalProperties"])
        if "items" in raw:
            schema.items = self.inline(raw["items"])
        schema.list_type = raw.get("x-kubernetes-list-type", "atomic")
        schema.list_map_keys = tuple(raw.get("x-kubernetes-list-map-keys", ()))
        if schema.list_map_keys and schema.items is not None:
            schema.list_map_key_defaults = {
                key: _LIST_MAP_KEY_DEFAULTS[key] for key in schema.list_map_keys if key in _LIST_MAP_KEY_DEFAULTS
            }
        schema.map_type = raw.get("x-kubernetes-map-type", "granular")
        schema.patch_merge_key = raw.get("x-kubernetes-patch-merge-key", "")
        strategies = raw.get("x-kubernetes-patch-strategy", "")
        schema.patch_strategies = frozenset(strategies.split(",")) if strategies else frozenset()
        schema.preserve_unknown_fields = schema.name in _OPAQUE_DEFINITIONS
        if schema.name in _ATOMIC_DEFINITIONS:
            schema.map_type = "atomic"


@functools.cache
def definitions() -> Mapping[str, Any]:
    """The OpenAPI definitions of Kubernetes `KUBERNETES_VERSION` by name, as upstream publishes them."""
    file = importlib.resources.files("kubernetes_validate").joinpath(_DEFINITIONS_FILE)
    return msgspec.json.decode(file.read_bytes())["$defs"]  # type: ignore[no-any-return]


@functools.cache
def builtin_catalog() -> Catalog:
    """The catalog of built-in definitions."""
    return Catalog(definitions())
