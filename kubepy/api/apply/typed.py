"""Which fields an object has, and which of them two objects differ in.

The two walks here run on every write, so they take whole subtrees that are equal in one C comparison, and build
their result in the form that is stored. Fields that nobody may own (name, uid, resourceVersion and such) are left
out. Follows structured-merge-diff `typed/tofieldset.go` and `typed/compare.go`, and apimachinery
`pkg/util/managedfields/internal/stripmeta.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.apply.field_set import SELF, FieldSet, as_member, is_member, ordered
from kubepy.api.apply.shape import ATOMIC, LIST, MISSING, SET, STRUCT, UNTYPED, Shape

UNOWNED: Final = frozenset({"apiVersion", "kind"})
UNOWNED_METADATA: Final = frozenset(
    {
        "clusterName",
        "creationTimestamp",
        "generation",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)

_LISTS: Final = (LIST, SET)
_NOTHING: Final[dict[str, Any]] = {}


def ownable(document: dict[str, Any]) -> dict[str, Any]:
    """The parts of an object that can have owners."""
    parts = {name: value for name, value in document.items() if name not in UNOWNED}
    metadata = parts.pop("metadata", None)
    if metadata:
        metadata = {name: value for name, value in metadata.items() if name not in UNOWNED_METADATA}
        if metadata:
            parts["metadata"] = metadata
    return parts


def owned_fields(document: dict[str, Any], shape: Shape) -> FieldSet:
    """What a manager owns that applies this object: leaves, elements of lists, and entries of maps.

    Raises TypedError if an element of a list can't be identified.
    """
    fields = _owned_members(ownable(document), shape)
    return _disown_metadata(fields)


def compare(old: dict[str, Any], new: dict[str, Any], shape: Shape) -> tuple[FieldSet, FieldSet]:
    """The fields of `new` that are new or have another value, and the fields of `old` that are gone.

    `{}` as `old` stands for an object that is being created. Raises TypedError as `owned_fields`.
    """
    changed, removed = _compare_maps(ownable(old), ownable(new), shape)
    return _disown_metadata(changed), _disown_metadata(removed)


def _disown_metadata(fields: FieldSet | None) -> FieldSet:
    if not fields:
        return {}
    metadata = fields.get("f:metadata")
    if metadata is not None and is_member(metadata):
        fields = {**fields, "f:metadata": {key: child for key, child in metadata.items() if key != SELF}}
        if not fields["f:metadata"]:
            del fields["f:metadata"]
    return fields


def _owned(value: Any, shape: Shape) -> FieldSet | None:
    """The set below and at one place; None if nothing there can be owned (an empty list)."""
    kind = shape.kind
    if kind <= ATOMIC or value is None:
        return {}
    if kind in _LISTS:
        return _owned_elements(value, shape) or None
    if isinstance(value, dict):
        return _owned_members(value, shape)
    return {}


def _owned_members(value: dict[str, Any], shape: Shape) -> FieldSet:
    members: FieldSet = {}
    if shape.kind == STRUCT:
        fields = shape.fields
        for name in sorted(value):
            key, child, declared, _ = fields[name]
            node = _owned(value[name], child)
            if not declared:
                members[key] = as_member(node)
            elif node is not None:
                members[key] = node
        return members
    element = shape.element
    for name in sorted(value):
        members["f:" + name] = as_member(_owned(value[name], element))
    return members


def _owned_elements(items: list[Any], shape: Shape) -> FieldSet:
    element = shape.element
    return ordered(
        {
            key: {} if type(item) is _Duplicates else as_member(_owned(item, element))
            for key, item in index(items, shape).items()
        }
    )


class _Duplicates(list[Any]):
    """Elements of one list with the same key, which nothing tells apart: they are owned as one."""


def index(items: list[Any], shape: Shape) -> dict[str, Any]:
    """The elements of a list by path element; elements that share one are collected in a `_Duplicates`."""
    found: dict[str, Any] = {}
    for item in items:
        key = shape.item_key(item)
        other = found.get(key, MISSING)
        if other is MISSING:
            found[key] = item
        elif type(other) is _Duplicates:
            other.append(item)
        else:
            found[key] = _Duplicates((other, item))
    return found


def _all(value: Any, shape: Shape) -> FieldSet:
    """Every place at and below one that wasn't there before."""
    kind = shape.kind
    if kind <= ATOMIC or not value:
        return {}
    node: FieldSet = {SELF: {}}
    if kind == STRUCT:
        fields = shape.fields
        for name in sorted(value):
            key, child, _, _ = fields[name]
            node[key] = {} if child.kind <= ATOMIC else _all(value[name], child)
    elif kind in _LISTS:
        element = shape.element
        for key, item in index(value, shape).items():
            node[key] = {} if type(item) is _Duplicates else _all(item, element)
        return ordered(node) if len(value) > 1 else node
    elif isinstance(value, dict):
        element = shape.element
        for name in sorted(value):
            node["f:" + name] = {} if element.kind <= ATOMIC else _all(value[name], element)
    else:
        return {}
    return node


def _compare(old: Any, new: Any, shape: Shape) -> tuple[FieldSet | None, FieldSet | None]:
    if old == new:
        return None, None
    kind = shape.kind
    if kind <= ATOMIC:
        return {}, None
    if kind == UNTYPED:
        return _compare_untyped(old, new, shape)
    if not old and not new:  # one is null, the other empty
        return {}, None
    if kind in _LISTS:
        return _compare_lists(old or [], new or [], shape)
    return _compare_maps(old or _NOTHING, new or _NOTHING, shape)


def _compare_untyped(old: Any, new: Any, shape: Shape) -> tuple[FieldSet | None, FieldSet | None]:
    before = old if isinstance(old, dict) else _NOTHING
    after = new if isinstance(new, dict) else _NOTHING
    if not before and not after:
        return {}, None
    changed, removed = _compare_maps(before, after, shape)
    both_maps = isinstance(old, dict | None) and isinstance(new, dict | None)
    return (changed if both_maps else as_member(changed)), removed


def _compare_maps(old: dict[str, Any], new: dict[str, Any], shape: Shape) -> tuple[FieldSet | None, FieldSet | None]:
    changed: FieldSet = {}
    removed: FieldSet = {}
    fields = shape.fields
    common = 0
    for name, value in new.items():
        before = old.get(name, MISSING)
        if before is MISSING:
            key, child, _, before = fields[name]
            if before is MISSING:
                changed[key] = _all(value, child)
                continue
        else:
            common += 1
            if before is value or before == value:
                continue
            key, child, _, _ = fields[name]
        added, gone = _compare(before, value, child)
        if added is not None:
            changed[key] = added
        if gone is not None:
            removed[key] = gone
    if common < len(old):
        _compare_missing(old, new, shape, changed, removed)
    return ordered(changed) or None, ordered(removed) or None


def _compare_missing(
    old: dict[str, Any], new: dict[str, Any], shape: Shape, changed: FieldSet, removed: FieldSet
) -> None:
    """Record the fields of `old` that `new` hasn't."""
    for name in old.keys() - new.keys():
        key, child, _, zero = shape.fields[name]
        if zero is MISSING:
            removed[key] = _all(old[name], child)
            continue
        added, gone = _compare(old[name], zero, child)
        if added is not None:
            changed[key] = added
        if gone is not None:
            removed[key] = gone


def _compare_lists(old: list[Any], new: list[Any], shape: Shape) -> tuple[FieldSet | None, FieldSet | None]:
    changed: FieldSet = {}
    removed: FieldSet = {}
    before, after = index(old, shape), index(new, shape)
    for key, item in after.items():
        previous = before.pop(key, MISSING)
        if previous is item:
            continue
        added, gone = _compare_items(previous, item, shape.element)
        if added is not None:
            changed[key] = added
        if gone is not None:
            removed[key] = gone
    for key, item in before.items():
        removed[key] = {} if type(item) is _Duplicates else _all(item, shape.element)
    return ordered(changed) or None, ordered(removed) or None


def _compare_items(old: Any, new: Any, element: Shape) -> tuple[FieldSet | None, FieldSet | None]:
    twice_before, twice_now = type(old) is _Duplicates, type(new) is _Duplicates
    if twice_before and twice_now:
        return (None if old == new else {}), None
    if twice_before:
        return _all(new, element), {}
    if twice_now:
        return {}, (None if old is MISSING else _all(old, element))
    if old is MISSING:
        return _all(new, element), None
    return _compare(old, new, element)
