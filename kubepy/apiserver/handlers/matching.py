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
    found = _candidates(cache, selection, start)
    if selection.matches_all:
        return found
    return (entry for entry in found if selection.matches(entry))


def _candidates(cache: ResourceCache, selection: ListSelection, start: tuple[str, str]) -> Iterator[Entry]:
    if selection.name is not None and selection.namespace is not None:
        entry = cache.get(selection.namespace, selection.name)
        return iter([entry] if entry is not None and (entry.namespace, entry.name) > start else [])
    if selection.name is not None:
        wanted = selection.name
        return (entry for entry in cache.entries(None, start) if entry.name == wanted)
    for requirement in selection.label_selector.requirements:
        value = selection.label_selector.equality(requirement.key)
        if value is not None:
            indexed = cache.labelled(requirement.key, (value,), selection.namespace)
            return (entry for entry in indexed if (entry.namespace, entry.name) > start)
    return cache.entries(selection.namespace, start if start != START else None)
