"""What the messages of built-in types look like: `field_numbers.json`, read once and indexed by wire tag.

The file has, for each Go type behind an OpenAPI definition, its fields by JSON name as `NUMBER [list|map|inline] KIND
[omitempty]`. KIND is a scalar or a type (of the same package unless qualified). `inline` marks an embedded struct,
whose fields stand among its parent's in JSON; `json`, bytes that hold JSON text. `omitempty` marks scalars that Go
leaves out of JSON when they are zero: others are pointers, or always there. All of these are facts of upstream's
`generated.proto` (numbers, kinds) and `types.go` (JSON names, omitempty) in `k8s.io/api`, `k8s.io/apimachinery`,
`k8s.io/apiextensions-apiserver` and `k8s.io/kube-aggregator`.
"""

from __future__ import annotations

import enum
import functools
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from kubepy.api.protobuf.wire import FIXED64, LENGTH_DELIMITED, VARINT

_FILE: Final = "field_numbers.json"
_WIRE_TYPES: Final = {
    "string": LENGTH_DELIMITED,
    "bytes": LENGTH_DELIMITED,
    "json": LENGTH_DELIMITED,
    "bool": VARINT,
    "int32": VARINT,
    "int64": VARINT,
    "double": FIXED64,
}


class Shape(enum.Enum):
    """How often a field's value can stand there, and where it goes."""

    SINGLE = ""
    LIST = "list"
    MAP = "map"
    INLINE = "inline"


class Field(NamedTuple):
    """One field: `kind` names a scalar if `message` is None."""

    name: str
    shape: Shape
    kind: str
    message: MessageType | None
    omit_zero: bool
    packed: bool = False
    """Whether this is how a list of numbers looks if they are all in one length-delimited value."""


@dataclass(slots=True, eq=False)
class MessageType:
    """One message: its name as a definition (`io.k8s.api.core.v1.Pod`), its fields by tag and by number."""

    name: str
    by_tag: dict[int, Field] = field(default_factory=dict)
    by_number: dict[int, Field] = field(default_factory=dict)

    @property
    def short_name(self) -> str:
        """`Pod`."""
        return self.name.rpartition(".")[2]

    def _add(self, text: str, name: str, types: Mapping[str, MessageType]) -> None:
        number_text, *words = text.split()
        number = int(number_text)
        omit_zero = words[-1] == "omitempty"
        kind = words[-2] if omit_zero else words[-1]
        shape = Shape(words[0]) if words[0] in ("list", "map", "inline") else Shape.SINGLE
        package = self.name.rpartition(".")[0]
        message = None if kind in _WIRE_TYPES else types[kind if "." in kind else f"{package}.{kind}"]
        wire_type = LENGTH_DELIMITED if shape is Shape.MAP else _WIRE_TYPES.get(kind, LENGTH_DELIMITED)
        plain = Field(name, shape, kind, message, omit_zero)
        self.by_number[number] = self.by_tag[number << 3 | wire_type] = plain
        if shape is Shape.LIST and wire_type != LENGTH_DELIMITED:
            self.by_tag[number << 3 | LENGTH_DELIMITED] = plain._replace(packed=True)


@functools.cache
def message_types() -> Mapping[str, MessageType]:
    """Every message type by definition name."""
    text = importlib.resources.files(__package__).joinpath(_FILE).read_bytes()
    table = msgspec.json.decode(text, type=dict[str, dict[str, dict[str, str]]])
    types = {
        f"{package}.{name}": MessageType(f"{package}.{name}") for package, names in table.items() for name in names
    }
    for package, names in table.items():
        for name, fields in names.items():
            for json_name, row in fields.items():
                types[f"{package}.{name}"]._add(row, json_name, types)
    return types
