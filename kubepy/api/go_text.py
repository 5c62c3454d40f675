"""How Go prints values and names their types, which messages to clients quote."""

from __future__ import annotations

from typing import Any, Final

_JSON_TYPES: Final = {str: "string", int: "number", float: "number", bool: "bool", dict: "object", list: "array"}
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
    return _JSON_TYPES.get(type(value), "null")


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
