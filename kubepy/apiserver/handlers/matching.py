"""Finding the objects of the watch cache that a list or watch is about, by the cheapest way there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubepy.apiserver.list_options import ListSelection
from kubepy.storage.watch_cache import Entry, ResourceCache

START: Final = ("", "")
"""Before the first key."""


def matching(cache: ResourceCache, selection: ListSelection, start: tuple[str, str] = START) -> Iterator[Entry]:
    """The selected objects after a key (namespace, name), in key order.

    The iterator reads the cache as it goes: exhaust it before the next await.
    """
    if selection.name is not None:
        found = _by_name(cache, selection.namespace, selection.name, start)
    elif (key := _indexed_label(selection)) is not None:
        value = selection.label_selector.equality(key)
        indexed = cache.labelled(key, (value,), selection.namespace) if value is not None else []
        found = (entry for entry in indexed if start == START or (entry.namespace, entry.name) > start)
        if len(selection.label_selector.requirements) == 1 and not selection.field_requirements:
            return found  # the index has answered the whole question
    else:
        found = cache.entries(selection.namespace, start if start != START else None)
    if selection.matches_all:
        return found
    return (entry for entry in found if selection.matches(entry))


def _by_name(cache: ResourceCache, namespace: str | None, name: str, start: tuple[str, str]) -> Iterator[Entry]:
    if namespace is None:
        return (entry for entry in cache.entries(None, start if start != START else None) if entry.name == name)
    entry = cache.get(namespace, name)
    return iter([entry] if entry is not None and (namespace, name) > start else [])


def _indexed_label(selection: ListSelection) -> str | None:
    """A label that the selector wants to have one particular value, if there is one."""
    for requirement in selection.label_selector.requirements:
        if selection.label_selector.equality(requirement.key) is not None:
            return requirement.key
    return None
