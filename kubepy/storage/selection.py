"""What selectors can ask of an object, taken from its bytes without decoding the rest of it.

A `Summary` is made once per record, in C: a decoder is generated per resource that reads the labels and
the few selectable fields and skips everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypedDict

import msgspec

FieldPaths = Mapping[str, tuple[str, ...]]


class Summary(NamedTuple):
    """Labels, and the values of the resource's selectable fields as strings ("" where absent)."""

    labels: Mapping[str, str]
    fields: Mapping[str, str]


_NOTHING: Mapping[str, str] = {}


def summarizer(paths: FieldPaths) -> Callable[[bytes], Summary]:
    """A function from an object's JSON to its Summary, for a resource with these selectable fields.

    `paths` maps a selector key to the path of its value; list elements are addressed by their number.
    """
    tree: dict[str, Any] = {"metadata": {"labels": dict[str, str] | None}}
    for path in paths.values():
        node = tree
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node[path[-1]] = Any
    decoder = msgspec.json.Decoder(_struct(tree))
    wanted = dict(paths)

    def summarize(body: bytes) -> Summary:
        value = decoder.decode(body)
        labels = value["metadata"].get("labels") or _NOTHING
        if not wanted:
            return Summary(labels, _NOTHING)
        return Summary(labels, {key: _text(_walk(value, path)) for key, path in wanted.items()})

    return summarize


def _struct(tree: Mapping[str, Any]) -> Any:
    """A TypedDict type that reads just the tree's keys; TypedDicts skip what they don't name."""
    fields = {name: _struct(node) if isinstance(node, dict) else node for name, node in tree.items()}
    return TypedDict("Selected", fields, total=False)  # type: ignore[operator]


def _walk(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
