"""How ownership moves when an object changes: the rules that updates and applies share.

Follows structured-merge-diff `merge/update.go` and `typed/reconcile_schema.go`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from kubepy.api.apply.field_set import SELF, FieldSet, difference, union, without
from kubepy.api.apply.managers import Key, Managers
from kubepy.api.apply.shape import ATOMIC, LIST, MAP, SET, STRUCT, UNTYPED, Shape
from kubepy.api.apply.typed import compare

ResetFields = Sequence[Sequence[str]]


def changes(
    old: dict[str, Any], new: dict[str, Any], shape: Shape, reset_fields: ResetFields
) -> tuple[FieldSet, FieldSet]:
    """What changed or was added, and what was removed, but for the fields that this endpoint doesn't write."""
    changed, removed = compare(old, new, shape)
    return filtered(changed, reset_fields), filtered(removed, reset_fields)


def filtered(fields: FieldSet, reset_fields: ResetFields) -> FieldSet:
    """The fields without those that the endpoint resets to their stored values."""
    for path in reset_fields:
        fields = without(fields, path)
    return fields


def current_managers(managers: Managers, shape: Shape, versions: Collection[str] | None) -> Managers:
    """The managers at versions that exist, with what has become atomic in the schema owned as a whole."""
    return {
        key: entry.owning(reconcile(entry.fields, shape))
        for key, entry in managers.items()
        if versions is None or entry.api_version in versions
    }


def disown(managers: Managers, gone: FieldSet, *, keep: Key | None = None) -> Managers:
    """The managers without the fields that are `gone`, except for one; those left with nothing are dropped."""
    rest = {}
    for key, entry in managers.items():
        left = entry if key == keep else entry.owning(difference(entry.fields, gone))
        if left.fields:
            rest[key] = left
    return rest


def union_of(managers: Managers) -> FieldSet:
    """Every field that somebody owns."""
    fields: FieldSet = {}
    for entry in managers.values():
        fields = union(fields, entry.fields)
    return fields


def reconcile(fields: FieldSet, shape: Shape) -> FieldSet:
    """The set with the parts of what is atomic by now replaced by the whole; itself if there is nothing to do."""
    result = fields
    for key, child in fields.items():
        if not child:
            continue
        below = shape_below(key, shape)
        if below is None or below.kind == UNTYPED:
            continue
        fixed = {} if below.kind == ATOMIC else reconcile(child, below)
        if fixed is not child:
            if result is fields:
                result = fields.copy()
            result[key] = fixed
    return result


def shape_below(key: str, shape: Shape) -> Shape | None:
    """The shape of what a path element leads to; None if the schema has no such place."""
    if key[0] == "f":
        if shape.kind == STRUCT:
            return shape.fields[key[2:]].shape
        return shape.element if shape.kind in (MAP, UNTYPED) else None
    return shape.element if shape.kind in (LIST, SET) else None


def with_named_fields(fields: FieldSet, shape: Shape | None) -> FieldSet:
    """The set with every declared field in it that something in the set is below."""
    named: FieldSet = {}
    for key, child in fields.items():
        if key == SELF or not child:
            named[key] = child
            continue
        below = None if shape is None else shape_below(key, shape)
        node = with_named_fields(child, below)
        if SELF not in node and shape is not None and shape.kind == STRUCT and key[2:] in shape.schema.properties:
            node = {SELF: {}, **node}
        named[key] = node
    return named
