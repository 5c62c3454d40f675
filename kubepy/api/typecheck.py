"""The type check of request bodies: does an object fit its schema, and what is wrong with it if not.

Per schema a msgspec type is compiled on first use. It accepts only objects that need no change at all: no unknown or
repeated field, no null, no empty list or map that Go would leave out, every quantity and time canonical. Such an
object, the normal case, costs three passes in C. Whatever it refuses goes to `kubepy.api.conform`, which corrects what
upstream corrects and names what it rejects.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec

from kubepy.api.conform import Conformer, TypeMismatchError, omits_empty
from kubepy.api.decoding import decode_json, decode_json_pairs, has_repeated_keys, object_head
from kubepy.api.errors import APIError, bad_request
from kubepy.api.schema import MICRO_TIME, TIME, Schema
from kubepy.api.yaml_decoding import decode_yaml_strictly

_Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_DATE: Final = (
    r"(?:[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|[0-9]{2}(?:0[48]|[2468][048]|[13579][26])-02-29)"
)
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_Time = Annotated[str, msgspec.Meta(pattern=rf"^{_DATE}T{_CLOCK}Z\Z")]
_MicroTime = Annotated[str, msgspec.Meta(pattern=rf"^{_DATE}T{_CLOCK}\.[0-9]{{6}}Z\Z")]
# Canonical quantities that are easy to recognise: a binary one below 1024 units, a decimal one of
# up to 18 digits that doesn't end in three zeros.
_Quantity = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?:0|[1-9][0-9]{0,2}(?:[numkMGTPE]|[KMGTPE]i)?"
        r"|[1-9][0-9]{0,14}(?:[1-9][0-9]{2}|[0-9][1-9][0-9]|[0-9]{2}[1-9])[numkMGTPE]?)\Z"
    ),
]


@dataclass(slots=True)
class Checked:
    """An object that fits its schema, and what had to be dropped for it.

    `problems` are upstream's complaints (`unknown field "spec.foo"`, `duplicate field "spec.bar"`) in its order;
    a YAML body's repeated keys come first, as one complaint of several lines.
    """

    object: dict[str, Any]
    problems: list[str] = field(default_factory=list)

    def _fields(self, prefix: str) -> list[str]:
        quoted = [problem.removeprefix(prefix) for problem in self.problems if problem.startswith(prefix)]
        return [msgspec.json.decode(path) for path in quoted]

    @property
    def unknown_fields(self) -> list[str]:
        """The paths of fields that the schema doesn't know."""
        return self._fields("unknown field ")

    @property
    def duplicate_fields(self) -> list[str]:
        """The paths of fields given more than once."""
        return self._fields("duplicate field ")


class _RecursiveSchemaError(Exception):
    """A type that contains itself (JSONSchemaProps): msgspec can't build it from here, so it is never compiled."""


class _Compiler:
    """Builds the msgspec types of one schema; those of named definitions are shared."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def type_of(self, schema: Schema) -> Any:
        """The type whose values are exactly those that need no change. Raises _RecursiveSchemaError."""
        if schema.quantity:
            return _Quantity
        if schema.int_or_string:
            return _Int32 | str
        if schema.name == TIME:
            return _Time
        if schema.name == MICRO_TIME:
            return _MicroTime
        if schema.preserve_unknown_fields or schema.type is None:
            return Any
        if schema.type == "array":
            return list[self.type_of(schema.items)] if schema.items is not None else list[Any]  # type: ignore[misc]
        if schema.type == "object":
            return self._object(schema)
        if schema.type == "string":
            return bytes if schema.format == "byte" else str
        if schema.type == "integer":
            return _Int32 if schema.format == "int32" else _Int64
        return bool if schema.type == "boolean" else float

    def _object(self, schema: Schema) -> Any:
        if not schema.properties:
            return dict[str, self.type_of(schema.additional)] if schema.additional else dict[str, Any]  # type: ignore[misc]
        compiled = _structs.get(schema)
        if compiled is not None:
            return compiled
        if id(schema) in self._open:
            raise _RecursiveSchemaError
        self._open.add(id(schema))
        fields = [
            (f"f{position}", self._field(schema, name, field_schema) | msgspec.UnsetType, msgspec.UNSET)
            for position, (name, field_schema) in enumerate(schema.properties.items())
        ]
        names = {f"f{position}": name for position, name in enumerate(schema.properties)}
        compiled = msgspec.defstruct(
            "Fields", fields, rename=names, forbid_unknown_fields=True, eq=False, gc=False, order=False
        )
        self._open.discard(id(schema))
        if len(_structs) >= _MAX_STRUCTS:
            _structs.clear()
        _structs[schema] = compiled
        return compiled

    def _field(self, owner: Schema, name: str, schema: Schema) -> Any:
        compiled = self.type_of(schema)
        return Annotated[compiled, msgspec.Meta(min_length=1)] if omits_empty(owner, name, schema) else compiled


_MAX_STRUCTS: Final = 20_000
_structs: dict[Schema, type[msgspec.Struct]] = {}
"""Shared by all compilations; bounded, because definitions of custom resources come and go."""


@functools.lru_cache(maxsize=2048)
def _compiled(schema: Schema) -> Any:
    """The type that stands for a schema, or None if it can't be compiled."""
    try:
        return _Compiler().type_of(schema)
    except _RecursiveSchemaError:
        return None


def _fits_value(value: Any, schema: Schema) -> bool:
    compiled = _compiled(schema)
    if compiled is None:
        return False
    try:
        msgspec.convert(value, compiled)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return True


def kind_and_version(schema: Schema) -> tuple[str, str]:
    """`("Deployment", "v1")` for the definition `io.k8s.api.apps.v1.Deployment`."""
    package, _, kind = schema.name.rpartition(".")
    return kind, package.rpartition(".")[2]


def cannot_be_handled(value: Any, schema: Schema, why: str) -> APIError:
    """400: the object isn't what it says it is; named by its own kind and version where it has them."""
    expected, version = kind_and_version(schema)
    api_version, kind = object_head(value, expected)
    version = api_version.rpartition("/")[2] or version
    return bad_request(f'{kind or expected} in version "{version}" cannot be handled as a {expected}: {why}')


def _conform(value: Any, schema: Schema, problems: list[str]) -> Checked:
    expected, _ = kind_and_version(schema)
    object_head(value, expected)
    conformer = Conformer()
    try:
        result = conformer.conform({} if value is None else value, schema)
    except TypeMismatchError as error:
        raise cannot_be_handled(value, schema, str(error)) from None
    return Checked(result, problems + list(conformer.problems))


def check(body: bytes, schema: Schema) -> Checked:
    """The object in a JSON body, made to fit its schema. Raises APIError 400."""
    value = decode_json(body, kind_and_version(schema)[0])
    if has_repeated_keys(body, value):
        return _conform(decode_json_pairs(body), schema, [])
    return check_value(value, schema)


def check_yaml(body: bytes, schema: Schema) -> Checked:
    """The object in a YAML body, made to fit its schema. Raises APIError 400."""
    value, repeated = decode_yaml_strictly(body)
    if repeated:
        lines = "".join(f"\n  {line}" for line in repeated)
        return _conform(value, schema, [f"error converting YAML to JSON: yaml: unmarshal errors:{lines}"])
    return check_value(value, schema)


def check_value(value: Any, schema: Schema) -> Checked:
    """As `check`, for a value that is decoded already: a patched object, for one. `value` itself may be returned."""
    if type(value) is dict and _fits_value(value, schema):
        return Checked(value)
    return _conform(value, schema, [])


def warm_up(schema: Schema) -> None:
    """Compile the check of a schema ahead of its first use."""
    compiled = _compiled(schema)
    if compiled is not None:
        _fits_value({}, schema)


def strict_message(checked: Checked) -> str:
    """`strict decoding error: unknown field "spec.foo", duplicate field "spec.bar"`."""
    return f"strict decoding error: {', '.join(checked.problems)}"


def strict_error(checked: Checked, schema: Schema) -> APIError | None:
    """The 400 with which fieldValidation=Strict refuses an object, if anything had to be dropped."""
    return cannot_be_handled(checked.object, schema, strict_message(checked)) if checked.problems else None


def warnings(checked: Checked) -> list[str]:
    """The warnings that fieldValidation=Warn sends: one for each thing dropped."""
    texts: list[str] = []
    for problem in checked.problems:
        head, yaml_errors, lines = problem.partition("yaml: unmarshal errors:\n")
        texts += [line.strip() for line in lines.split("\n")] if yaml_errors else [head]
    return texts
