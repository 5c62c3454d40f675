"""Sets of fields, in the form that managedFields holds them: FieldsV1.

A set is a tree of path elements, which are texts: `f:NAME` a field, `k:{"KEY":VALUE}` an element of a list of
objects, `v:VALUE` an element of a set, `i:INDEX` an element by place. An element without children is in the set; one
with children only if `.` is among them:

    {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}    holds metadata.labels and metadata.labels.app

The empty root is the empty set. Sets are never changed once made, and share their parts. Elements have one
spelling and one order, so equal sets are equal dicts. Follows structured-merge-diff `fieldpath`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from kubepy.api.apply.shape import encode_value

FieldSet: TypeAlias = "dict[str, FieldSet]"
Path: TypeAlias = tuple[str, ...]

SELF: Final = "."

_KIND_ORDER: Final = {"f": 0, "k": 1, "v": 2, "i": 3}
_is_integer = re.compile(r"[+-]?\d+", re.ASCII).fullmatch


def is_member(node: FieldSet) -> bool:
    """Whether the place itself is in the set."""
    return not node or SELF in node


def as_member(node: FieldSet | None) -> FieldSet:
    """The node with its place in the set."""
    if not node:
        return {}
    return node if SELF in node else {SELF: {}, **node}


def ordered(node: FieldSet) -> FieldSet:
    """The same children in the order of their path elements."""
    if len(node) < 2:
        return node
    for key in node:
        if key[0] not in ".f":
            return dict(sorted(node.items(), key=_order_of_item))
    return dict(sorted(node.items()))


def _order_of_item(item: tuple[str, Any]) -> tuple[Any, ...]:
    return _order(item[0])


@functools.lru_cache(maxsize=8_192)
def _order(key: str) -> tuple[Any, ...]:
    if key == SELF:
        return (-1,)
    kind, text = key[0], key[2:]
    if kind == "f":
        return (0, text)
    value = json.loads(text)
    if kind == "k":
        return (1, *((name, _rank(value[name])) for name in sorted(value)))
    return (_KIND_ORDER[kind], _rank(value))


def _rank(value: Any) -> tuple[int, Any]:
    """Values of different types in the order numbers, texts, booleans, the rest."""
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, int | float):
        return 0, value
    if isinstance(value, str):
        return 1, value
    return 3, encode_value(value)


def union(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in either set."""
    if not left:
        return right
    return _join(left, right) if right else left


def _union_nodes(left: FieldSet, right: FieldSet) -> FieldSet:
    if left is right:
        return left
    if not left:
        return as_member(right)
    return _join(left, right) if right else as_member(left)


def _join(left: FieldSet, right: FieldSet) -> FieldSet:
    joined: FieldSet | None = None
    grew = False
    for key, theirs in right.items():
        ours = left.get(key)
        if ours is None:
            result, grew = theirs, True
        else:
            result = ours if key == SELF else _union_nodes(ours, theirs)
            if result is ours:
                continue
        if joined is None:
            joined = left.copy()
        joined[key] = result
    if joined is None:
        return left
    return ordered(joined) if grew else joined


def difference(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in `left` and not in `right`; `left` itself if that is all of it. Children don't go with their parent."""
    if not left or not right:
        return left
    return _subtract(left, right) or {}


def _subtract_nodes(left: FieldSet, right: FieldSet) -> FieldSet | None:
    if not left:
        return None if is_member(right) else left
    if not right:
        if SELF not in left:
            return left
        return {key: child for key, child in left.items() if key != SELF} or None
    return _subtract(left, right)


def _subtract(left: FieldSet, right: FieldSet) -> FieldSet | None:
    rest: FieldSet | None = None
    for key, theirs in right.items():
        ours = left.get(key)
        if ours is None:
            continue
        result = None if key == SELF else _subtract_nodes(ours, theirs)
        if result is ours:
            continue
        if rest is None:
            rest = left.copy()
        if result is None:
            del rest[key]
        else:
            rest[key] = result
    if rest is None:
        return left
    if len(rest) == 1 and SELF in rest:
        return {}
    return rest or None


def intersection(left: FieldSet, right: FieldSet) -> FieldSet:
    """What is in both sets."""
    return (_common(left, right) or {}) if left and right else {}


def _common(left: FieldSet, right: FieldSet) -> FieldSet | None:
    if left is right:
        return left
    if not left:
        return {} if is_member(right) else None
    if not right:
        return {} if is_member(left) else None
    both: FieldSet = {}
    for key, ours in left.items():
        theirs = right.get(key)
        if theirs is not None:
            result = ours if key == SELF else _common(ours, theirs)
            if result is not None:
                both[key] = result
    if len(both) == 1 and SELF in both:
        return {}
    return both or None


def without(fields: FieldSet, path: Sequence[str]) -> FieldSet:
    """The set without the field at `path` (names) and everything below it."""
    return _cut(fields, path) or {}


def _cut(node: FieldSet, path: Sequence[str]) -> FieldSet | None:
    key = "f:" + path[0]
    child = node.get(key)
    if child is None:
        return node
    rest = None if len(path) == 1 else _cut(child, path[1:]) if child else child
    if rest is child:
        return node
    remaining = node.copy()
    if rest is None:
        del remaining[key]
    else:
        remaining[key] = rest
    if len(remaining) == 1 and SELF in remaining:
        return {}
    return remaining or None


def has(fields: FieldSet, path: Path) -> bool:
    """Whether the set holds the place at `path`."""
    node = fields
    for key in path:
        child = node.get(key)
        if child is None:
            return False
        node = child
    return bool(path) and is_member(node)


def paths(fields: FieldSet, prefix: Path = ()) -> Iterator[Path]:
    """Every place in the set; those of one parent before the ones below them."""
    for key, child in fields.items():
        if key != SELF and is_member(child):
            yield (*prefix, key)
    for key, child in fields.items():
        if child:
            yield from paths(child, (*prefix, key))


def decode(fields: Any) -> FieldSet:
    """A set from FieldsV1 as a client wrote it: keys in any spelling and order; elements of unknown kinds are dropped.

    Raises ValueError if it isn't FieldsV1.
    """
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object, got {fields!r}")
    return _decode_children(fields)


def _decode_children(fields: dict[str, Any]) -> FieldSet:
    children: FieldSet = {}
    for key, child in fields.items():
        if key == SELF:
            continue
        spelt = decode_element(key)
        if spelt is None:
            continue
        if not isinstance(child, dict):
            raise ValueError(f"expected an object at {key}, got {child!r}")
        node = _decode_children(child)
        if node and SELF in child:
            node = {SELF: {}, **node}
        earlier = children.get(spelt)
        children[spelt] = node if earlier is None else _union_nodes(earlier, node)
    return ordered(children)


def decode_element(key: str) -> str | None:
    """The one spelling of a path element; None if its kind is unknown. Raises ValueError if it is malformed."""
    if len(key) < 2:
        raise ValueError("key must be 2 characters long:")
    if key[1] != ":":
        raise ValueError(f"missing colon: {key}")
    kind, text = key[0], key[2:]
    if kind == "f":
        return key
    if kind == "i":
        if not _is_integer(text):
            raise ValueError(f'strconv.Atoi: parsing "{text}": invalid syntax')
        return f"i:{int(text)}"
    if kind not in "kv":
        return None
    value = json.loads(text)
    if kind == "k" and not isinstance(value, dict):
        raise ValueError(f"expected an object: {key}")
    return f"{kind}:{encode_value(value)}"


def path_text(path: Path) -> str:
    """A path as messages show it: `.spec.containers[name="web"].image`."""
    return "".join(map(element_text, path))


def element_text(key: str) -> str:
    """A path element as messages show it."""
    kind, text = key[0], key[2:]
    if kind == "f":
        return "." + text
    if kind == "i":
        return f"[{text}]"
    value = json.loads(text)
    if kind == "k":
        return "[" + ",".join(f"{name}={_shown(value[name])}" for name in sorted(value)) + "]"
    return f"[={_shown(value)}]"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
