"""Makes a decoded object conform to its schema and finds every mistake: the slow half of the type check.

`kubepy.api.typecheck` calls it when the compiled check has refused a value. It names mistakes as Go's decoder does
(`sigs.k8s.io/json`): unknown and repeated fields are dropped and collected; nulls become Go's zero values (for a
field: absence); quantities, times and base64 come out in canonical form; the first value of a wrong type ends it all.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from kubepy.api import quantity, timestamps
from kubepy.api.decoding import RepeatedKeys
from kubepy.api.go_text import json_type, struct_name, type_of_schema
from kubepy.api.schema import MICRO_TIME, TIME, Schema

_MAX_PROBLEMS: Final = 100
_LIMITS: Final = {"int32": 2**31, "int64": 2**63}
_BAD: Final = object()
_LOCAL_REFERENCE: Final = "LocalObjectReference"
_EMBEDDED: Final[dict[str, tuple[tuple[str, frozenset[str]], ...]]] = {
    "Volume": (("VolumeSource", frozenset({"name"})),),
    "PersistentVolumeSpec": (
        (
            "PersistentVolumeSource",
            frozenset(
                {
                    "capacity",
                    "accessModes",
                    "claimRef",
                    "persistentVolumeReclaimPolicy",
                    "storageClassName",
                    "mountOptions",
                    "volumeMode",
                    "nodeAffinity",
                    "volumeAttributesClassName",
                }
            ),
        ),
    ),
    "Probe": (
        (
            "ProbeHandler",
            frozenset(
                {
                    "initialDelaySeconds",
                    "timeoutSeconds",
                    "periodSeconds",
                    "successThreshold",
                    "failureThreshold",
                    "terminationGracePeriodSeconds",
                }
            ),
        ),
    ),
    "EphemeralContainer": (("EphemeralContainerCommon", frozenset({"targetContainerName"})),),
    "IngressRule": (("IngressRuleValue", frozenset({"host"})),),
    "RuleWithOperations": (("Rule", frozenset({"operations"})),),
    "NamedRuleWithOperations": (
        ("RuleWithOperations", frozenset({"resourceNames"})),
        ("Rule", frozenset({"operations"})),
    ),
    "DeviceClaimConfiguration": (("DeviceConfiguration", frozenset({"requests"})),),
    "DeviceAllocationConfiguration": (("DeviceConfiguration", frozenset({"source", "requests"})),),
    "DeviceClassConfiguration": (("DeviceConfiguration", frozenset()),),
    "SecretProjection": ((_LOCAL_REFERENCE, frozenset({"items", "optional"})),),
    "ConfigMapVolumeSource": ((_LOCAL_REFERENCE, frozenset({"items", "defaultMode", "optional", "defaultUser"})),),
    "ConfigMapProjection": ((_LOCAL_REFERENCE, frozenset({"items", "optional"})),),
    "ConfigMapKeySelector": ((_LOCAL_REFERENCE, frozenset({"key", "optional"})),),
    "SecretKeySelector": ((_LOCAL_REFERENCE, frozenset({"key", "optional"})),),
    "ConfigMapEnvSource": ((_LOCAL_REFERENCE, frozenset({"optional"})),),
    "SecretEnvSource": ((_LOCAL_REFERENCE, frozenset({"optional"})),),
}
"""Go structs that embed others, and which fields are not from the embedded one: Go's messages name the embedded
struct on the way to its fields, and OpenAPI has forgotten it."""

_find_bad_base64 = re.compile(r"[^A-Za-z0-9+/\r\n]").search


def omits_empty(owner: Schema, name: str, schema: Schema) -> bool:
    """Whether an empty list or map in a field of a built-in type is no value: Go's `omitempty` leaves it out.

    The definitions don't carry that mark, but a field that has it isn't required. Structs (`emptyDir: {}`) stay.
    """
    if schema.items is None and schema.additional is None:
        return False
    return owner.name.startswith("io.k8s.") and name not in owner.required


class TypeMismatchError(Exception):
    """A value that the schema's type can't hold; the text is that of Go's decoder."""


class Conformer:
    """One pass over one object. `problems` holds `unknown field "..."` and `duplicate field "..."` as met."""

    def __init__(self) -> None:
        self.problems: dict[str, None] = {}
        self._mismatch = ""
        self._struct = ""
        self._fields: list[str] = []

    def conform(self, value: Any, schema: Schema) -> Any:
        """The object as it must be. Raises TypeMismatchError."""
        result = self._visit(value, schema, "")
        if self._mismatch:
            raise TypeMismatchError(self._mismatch)
        return result

    def _problem(self, kind: str, path: str) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems[f"{kind} field {msgspec.json.encode(path).decode()}"] = None

    def _mismatch_text(self, what: str, go_type: str) -> str:
        if not self._fields:
            return f"json: cannot unmarshal {what} into Go value of type {go_type}"
        place = f"{self._struct}.{'.'.join(self._fields)}"
        return f"json: cannot unmarshal {what} into Go struct field {place} of type {go_type}"

    def _mismatched(self, what: str, schema: Schema) -> Any:
        """Go carries on after such a mistake and reports the first."""
        if not self._mismatch:
            self._mismatch = self._mismatch_text(what, type_of_schema(schema))
        return _BAD

    def _visit(self, value: Any, schema: Schema, path: str) -> Any:
        if schema.quantity:
            return _conform_quantity(value)
        if schema.int_or_string:
            return self._int_or_string(value)
        if schema.name == TIME or schema.name == MICRO_TIME:
            return self._time(value, schema)
        if schema.preserve_unknown_fields or schema.type is None:
            return _plain(value)
        if schema.type == "object":
            return self._object(value, schema, path)
        if schema.type == "array":
            return self._list(value, schema, path)
        return self._scalar(value, schema)

    def _object(self, value: Any, schema: Schema, path: str) -> Any:
        if not isinstance(value, dict):
            return self._mismatched(json_type(value), schema)
        if schema.properties:
            return self._struct_fields(value, schema, path)
        if schema.additional is None:
            return _plain(value)
        return self._map_entries(value, schema.additional, path)

    def _pairs(self, value: dict[str, Any], path: str) -> Iterable[tuple[str, Any]]:
        if type(value) is not RepeatedKeys:
            yield from value.items()
            return
        seen: set[str] = set()
        for key, item in value.pairs:
            if key in seen:
                self._problem("duplicate", f"{path}.{key}" if path else key)
            seen.add(key)
            yield key, item

    def _struct_fields(self, value: dict[str, Any], schema: Schema, path: str) -> dict[str, Any]:
        outer_struct, properties = self._struct, schema.properties
        result: dict[str, Any] = {}
        for key, item in self._pairs(value, path):
            field_path = f"{path}.{key}" if path else key
            if key not in properties:
                self._problem("unknown", field_path)
                continue
            if item is None:
                continue
            depth = len(self._fields)
            self._struct = struct_name(schema)
            self._fields += _embedding(self._struct, key)
            self._fields.append(key)
            field = self._visit(item, properties[key], field_path)
            del self._fields[depth:]
            self._struct = outer_struct
            if field is not _BAD and (field or not omits_empty(schema, key, properties[key])):
                result[key] = field
        return result

    def _map_entries(self, value: dict[str, Any], entry: Schema, path: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, item in self._pairs(value, path):
            visited = _zero(entry) if item is None else self._visit(item, entry, f"{path}.{key}" if path else key)
            if visited is not _BAD:
                result[key] = visited
        return result

    def _list(self, value: Any, schema: Schema, path: str) -> Any:
        if not isinstance(value, list):
            return self._mismatched(json_type(value), schema)
        items = schema.items
        if items is None:
            return _plain(value)
        return [
            _zero(items) if item is None else self._visit(item, items, f"{path}[{position}]")
            for position, item in enumerate(value)
        ]

    def _scalar(self, value: Any, schema: Schema) -> Any:
        if schema.type == "string":
            if not isinstance(value, str):
                return self._mismatched(json_type(value), schema)
            return self._base64(value) if schema.format == "byte" else value
        if schema.type == "boolean":
            return value if isinstance(value, bool) else self._mismatched(json_type(value), schema)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self._mismatched(json_type(value), schema)
        if schema.type == "integer" and not _fits(value, schema.format):
            return self._mismatched(f"number {_number_text(value)}", schema)
        return value

    def _int_or_string(self, value: Any) -> Any:
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and _fits(value, "int32")):
            return value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        what = f"number {_number_text(value)}" if is_number else json_type(value)
        raise TypeMismatchError(self._mismatch_text(what, "int32"))

    def _time(self, value: Any, schema: Schema) -> str:
        if not isinstance(value, str):
            raise TypeMismatchError(self._mismatch_text(json_type(value), "string"))
        try:
            if schema.name == TIME:
                return timestamps.format_time(timestamps.parse_time(value))
            return timestamps.format_micro_time(timestamps.parse_micro_time(value))
        except (ValueError, OverflowError) as error:
            raise TypeMismatchError(str(error)) from None

    def _base64(self, value: str) -> Any:
        position = bad_base64_position(value)
        if position is None:
            # Decoded and encoded, as upstream stores it: without line breaks and stray bits.
            return base64.b64encode(base64.b64decode(value)).decode("ascii")
        if not self._mismatch:
            self._mismatch = f"illegal base64 data at input byte {position}"
        return _BAD


def _conform_quantity(value: Any) -> str:
    try:
        if isinstance(value, str):
            return quantity.canonical(value)
        if isinstance(value, int | float):
            return str(quantity.Quantity.parse(value))
    except ValueError as error:
        raise TypeMismatchError(str(error)) from None
    raise TypeMismatchError(quantity.FORMAT_ERROR)


def _number_text(value: int | float) -> str:
    return repr(value)


def _fits(value: int | float, number_format: str) -> bool:
    limit = _LIMITS.get(number_format, 2**63)
    return isinstance(value, int) and -limit <= value < limit


def bad_base64_position(text: str) -> int | None:
    """Where Go's decoder stops, counted in bytes; None if it doesn't. Line breaks are skipped."""
    stop = _find_bad_base64(text)
    end = stop.start() if stop is not None else len(text)
    in_quantum = (end - text.count("\n", 0, end) - text.count("\r", 0, end)) % 4
    if stop is None:
        return len(text) - in_quantum if in_quantum else None
    if stop[0] != "=" or in_quantum < 2:
        return end
    position = _skip_line_breaks(text, end + 1)
    if in_quantum == 2:
        if position == len(text):
            return position
        if text[position] != "=":
            return position - 1
        position = _skip_line_breaks(text, position + 1)
    return None if position == len(text) else position


def _skip_line_breaks(text: str, position: int) -> int:
    while text[position : position + 1] in ("\n", "\r"):
        position += 1
    return position


def _plain(value: Any) -> Any:
    """A value that is kept as sent, as plain dicts and lists."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _zero(schema: Schema) -> Any:
    """What Go makes of a null in a list or map."""
    if schema.quantity:
        return "0"
    if schema.int_or_string:
        return 0
    zeros: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "object": {}, "array": []}
    if schema.preserve_unknown_fields or schema.type is None or schema.name in (TIME, MICRO_TIME):
        return None
    return zeros[schema.type]


def _embedding(struct: str, field: str) -> list[str]:
    """The embedded structs between a struct and one of its fields."""
    names: list[str] = []
    for embedded, own in _EMBEDDED.get(struct, ()):
        if field in own:
            break
        names.append(embedded)
    return names
