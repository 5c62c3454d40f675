"""What server-side apply needs to know of a `Schema`, laid out so that walking an object costs little.

A `Shape` says of one place whether ownership is divided below it, and what the path elements below it are called.
Shapes are made on first use and kept. Follows kube-openapi `pkg/schemaconv` for how OpenAPI marks become merge rules,
and structured-merge-diff `typed/helpers.go` for how list elements are identified.
"""

from __future__ import annotations

import functools
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from kubepy.api.apply.zero_fields import POINTERS, ZERO_FIELDS
from kubepy.api.schema import Schema

SCALAR: Final = 0
ATOMIC: Final = 1
"""A map or list that has one owner as a whole. This kind and the one before are leaves."""
STRUCT: Final = 2
"""Known fields, each with its own owners."""
MAP: Final = 3
"""Any fields, all of one shape."""
LIST: Final = 4
"""A list of objects told apart by key fields."""
SET: Final = 5
"""A list of scalars told apart by their values."""
UNTYPED: Final = 6
"""Whatever is there decides: maps are divided, lists are atomic."""

MISSING: Final[Any] = type("Missing", (), {"__repr__": lambda _: "MISSING"})()
"""Stands for a field that isn't there, as opposed to null."""


class TypedError(ValueError):
    """An object that doesn't fit its schema in a way that leaves its fields without a name."""


class Field(NamedTuple):
    """One field of a map: its path element, what it holds, whether the schema names it, and its value when unset."""

    key: str
    shape: Shape
    declared: bool
    zero: Any


class _Fields(dict[str, Field]):
    """Fields by name; the declared ones are kept, others come and go with the objects that have them."""

    __slots__ = ("_schema",)

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def __missing__(self, name: str) -> Field:
        schema = self._schema
        if name not in schema.properties:
            element = UNTYPED_SHAPE if schema.additional is None else shape_of(schema.additional)
            return Field("f:" + name, element, False, MISSING)
        shape = shape_of(schema.properties[name])
        zero: Any = MISSING
        if _exists_unset(schema, name):
            zero = {} if shape.kind in (STRUCT, MAP) else [] if shape.kind in (LIST, SET) else MISSING
        field = self[name] = Field("f:" + name, shape, True, zero)
        return field


def _exists_unset(schema: Schema, name: str) -> bool:
    if not schema.name.startswith("io.k8s."):
        return False
    kind = schema.name.rpartition(".")[2]
    if name == "metadata":
        return True
    if name in ("spec", "status") and "metadata" in schema.properties:
        return (kind, name) not in POINTERS
    return name in ZERO_FIELDS.get(kind, ())


class Shape:
    """One place of an object; see the module."""

    def __init__(self, schema: Schema, kind: int) -> None:
        self.schema = schema
        self.kind = kind
        self.fields = _Fields(schema)
        self._keys = tuple(sorted(schema.list_map_keys))
        self._labels = [f"{encode_basestring(key)}:" for key in self._keys]
        self._defaults = schema.list_map_key_defaults

    @functools.cached_property
    def element(self) -> Shape:
        """What a MAP's values or a list's elements are; of UNTYPED, itself. Definitions may be recursive, so not
        before it is asked for.
        """
        if self.kind == UNTYPED:
            return self
        below = self.schema.additional if self.kind == MAP else self.schema.items
        return UNTYPED_SHAPE if below is None else shape_of(below)

    def item_key(self, item: Any) -> str:
        """The path element of a LIST's or SET's element. Raises TypedError if the element has none."""
        if self.kind == SET:
            return _set_item_key(item)
        if item is None:
            raise TypedError("associative list with keys may not have a null element")
        if not isinstance(item, dict):
            raise TypedError("associative list with keys may not have non-map elements")
        parts = []
        for key, label in zip(self._keys, self._labels, strict=True):
            value = item.get(key, MISSING)
            if value is MISSING:
                value = self._defaults.get(key, MISSING)
                if value is MISSING:
                    continue
            parts.append(label + (_quote(value) if type(value) is str else encode_value(value)))
        if not parts:
            keys = " ".join(map(_quote, self.schema.list_map_keys))
            raise TypedError(
                f"associative list with keys has an element that omits all key fields [{keys}] "
                "(and doesn't have default values for any key fields)"
            )
        return f"k:{{{','.join(parts)}}}"


def _set_item_key(item: Any) -> str:
    if isinstance(item, dict):
        raise TypedError("associative list without keys has an element that's a map type")
    if isinstance(item, list):
        raise TypedError("not supported: associative list with lists as elements")
    if item is None:
        raise TypedError("associative list without keys has an element that's an explicit null")
    return "v:" + encode_value(item)


def _quote(text: str) -> str:
    quoted: str = encode_basestring(text)
    if "<" in quoted or ">" in quoted or "&" in quoted:
        quoted = quoted.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return quoted


def encode_value(value: Any) -> str:
    """A key's value as JSON, spelt as Go's encoder does, so that equal values give equal text."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quote(key)}:{encode_value(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(encode_value, value)) + "]"
    return repr(value)


@functools.lru_cache(maxsize=16_384)
def shape_of(schema: Schema) -> Shape:
    """The shape of a schema node."""
    return Shape(schema, _kind(schema))


def _kind(schema: Schema) -> int:
    if schema.quantity or schema.int_or_string:
        return SCALAR
    if schema.items is not None or schema.type == "array":
        return {"map": LIST, "set": SET}.get(schema.list_type, ATOMIC)
    if schema.type in ("string", "integer", "number", "boolean"):
        return SCALAR
    if schema.map_type == "atomic":
        return ATOMIC
    if schema.properties:
        return STRUCT
    if schema.additional is not None:
        return MAP
    return UNTYPED


UNTYPED_SHAPE: Final = Shape(Schema(preserve_unknown_fields=True), UNTYPED)
