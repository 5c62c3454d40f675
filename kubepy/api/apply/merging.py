"""Putting an applied configuration onto a live object, and taking out of it what is no longer applied.

Objects are never changed: what comes back shares every part that stayed as it was.
Follows structured-merge-diff `typed/merge.go` and `typed/remove.go`.
"""

from __future__ import annotations

from typing import Any

from kubepy.api.apply.field_set import FieldSet, is_member
from kubepy.api.apply.shape import ATOMIC, LIST, MAP, MISSING, SET, STRUCT, UNTYPED, Shape


def merge(live: Any, config: Any, shape: Shape) -> Any:
    """`live` with everything that `config` says; nothing is removed by this.

    A list that the configuration changes takes its order, elements that only `live` has staying between the same
    neighbours. Raises TypedError if an element of a list can't be identified.
    """
    if live is config or live == config:
        return live
    kind = shape.kind
    if kind <= ATOMIC:
        return config
    if isinstance(live, dict) and (kind in (STRUCT, MAP, UNTYPED)):
        if isinstance(config, dict):
            return _merge_maps(live, config, shape)
        return live if config is None and live else config
    if kind in (LIST, SET) and live:
        return _merge_lists(live, config, shape) if config else live
    return config


def _merge_maps(live: dict[str, Any], config: dict[str, Any], shape: Shape) -> dict[str, Any]:
    merged = live.copy()
    for name, value in config.items():
        current = live.get(name, MISSING)
        merged[name] = value if current is MISSING else merge(current, value, shape.fields[name].shape)
    return merged


def _merge_lists(live: list[Any], config: list[Any], shape: Shape) -> list[Any]:
    live_keys = [shape.item_key(item) for item in live]
    config_keys = [shape.item_key(item) for item in config]
    wanted = dict(zip(config_keys, config, strict=True))
    current: dict[str, Any] = {}
    for key, item in zip(live_keys, live, strict=True):
        # Elements that share a key don't merge with what is applied under it.
        current[key] = MISSING if key in current else item

    def merged_item(key: str) -> Any:
        item = current.get(key, MISSING)
        return wanted[key] if item is MISSING else merge(item, wanted[key], shape.element)

    merged: list[Any] = []
    for place, item in _interleave(live_keys, config_keys, current, live):
        merged.append(item if place is None else merged_item(place))
    return merged


def _interleave(
    live_keys: list[str], config_keys: list[str], current: dict[str, Any], live: list[Any]
) -> list[tuple[str | None, Any]]:
    """The order of a merged list: a key for each element of the configuration, an item for each that is only live."""
    arranged: list[tuple[str | None, Any]] = []
    configured, done = set(config_keys), set()
    shared = iter([key for key in config_keys if key in current])
    next_shared = next(shared, None)
    here, there = 0, 0
    while here < len(live_keys) or there < len(config_keys):
        if here < len(live_keys):
            key = live_keys[here]
            if there < len(config_keys):
                if key == config_keys[there]:
                    done.add(key)
                    arranged.append((key, None))
                    here, there, next_shared = here + 1, there + 1, next(shared, None)
                    continue
                if key in configured and next_shared is not None and next_shared != key:
                    # Comes later in the configuration.
                    here += 1
                    continue
            if key not in configured:
                arranged.append((None, live[here]))
                here += 1
                continue
            if key in done:
                here += 1
        if there < len(config_keys):
            key = config_keys[there]
            done.add(key)
            arranged.append((key, None))
            there += 1
            if next_shared == key:
                next_shared = next(shared, None)
    return arranged


def remove(value: Any, gone: FieldSet, shape: Shape) -> Any:
    """`value` without the fields and elements in `gone`. What is emptied by that becomes None, as upstream."""
    kind = shape.kind
    if kind == ATOMIC:
        return None
    if isinstance(value, dict) and kind in (STRUCT, MAP, UNTYPED):
        return _remove_members(value, gone, shape) or None
    if isinstance(value, list):
        return (_remove_elements(value, gone, shape) or None) if kind in (LIST, SET) else None
    return value


def _remove_members(value: dict[str, Any], gone: FieldSet, shape: Shape) -> dict[str, Any]:
    rest = {}
    for name, member in value.items():
        node = gone.get("f:" + name)
        if node is None:
            rest[name] = member
        elif not is_member(node):
            rest[name] = remove(member, node, shape.fields[name].shape)
    return rest


def _remove_elements(items: list[Any], gone: FieldSet, shape: Shape) -> list[Any]:
    rest = []
    for item in items:
        node = gone.get(shape.item_key(item))
        if node is None:
            rest.append(item)
        elif not is_member(node):
            rest.append(remove(item, node, shape.element))
    return rest


def without_emptied(value: Any, before: Any, shape: Shape) -> Any:
    """What `remove` made of `before`, without the Nones that stand where it took the last part of something."""
    if value is before or not isinstance(value, dict) or not isinstance(before, dict):
        return value
    kept = {}
    for name, member in value.items():
        previous = before[name]
        if member is None and previous is not None:
            continue
        if isinstance(member, list) and member is not previous:
            element = shape.fields[name].shape
            originals = {element.item_key(item): item for item in previous}
            kept[name] = [without_emptied(item, originals[element.item_key(item)], element.element) for item in member]
        else:
            kept[name] = without_emptied(member, previous, shape.fields[name].shape)
    return kept
