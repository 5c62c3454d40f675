"""How Go prints values and names their types, which messages to clients quote."""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.schema import MICRO_TIME, TIME, Schema

_JSON_TYPES: Final = {str: "string", int: "number", float: "number", bool: "bool", list: "array"}
_TYPES: Final = {
    str: "string",
    int: "int64",
    float: "float64",
    bool: "bool",
    dict: "map[string]interface {}",
    list: "[]interface {}",
}


def json_type(value: Any) -> str:
    """What Go's JSON decoder calls a value of the wrong type."""
    return "object" if isinstance(value, dict) else _JSON_TYPES.get(type(value), "null")


def type_name(value: Any) -> str:
    """The Go type that a JSON value is decoded to, as `%s` prints it."""
    return _TYPES.get(type(value), "%!s(<nil>)")


def printed(value: Any) -> str:
    """The value as `%v` prints it."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{printed(member)}' for key, member in sorted(value.items()))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(printed, value))}]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def struct_name(schema: Schema) -> str:
    """The Go struct of an object's schema, without its package."""
    return schema.name.rpartition(".")[2]


def type_of_schema(schema: Schema) -> str:
    """The Go type that a schema was made from, as far as it can be told."""
    if schema.properties:
        package, _, name = schema.name.rpartition(".")
        return f"{package.rpartition('.')[2]}.{name}" if name else "struct"
    if schema.quantity:
        return "resource.Quantity"
    if schema.int_or_string:
        return "intstr.IntOrString"
    if schema.name == TIME or schema.name == MICRO_TIME:
        return f"v1.{struct_name(schema)}"
    if schema.type == "array" and schema.items is not None:
        return f"[]{type_of_schema(schema.items)}"
    if schema.type == "object":
        if schema.additional is None:
            return "map[string]interface {}"
        return "v1.ResourceList" if schema.additional.quantity else f"map[string]{type_of_schema(schema.additional)}"
    if schema.type == "string":
        return "[]uint8" if schema.format == "byte" else "string"
    return {"boolean": "bool", "number": "float64", "integer": schema.format or "int64"}.get(
        schema.type or "", "interface {}"
    )
