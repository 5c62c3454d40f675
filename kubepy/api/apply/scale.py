"""Managed fields of the `scale` subresource, which is another kind of object than what it scales.

Whoever owns the replicas of a Deployment owns `spec.replicas` of its Scale, and the other way round.
Follows apimachinery `pkg/util/managedfields/scalehandler.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kubepy.api.apply.field_set import FieldSet, Path, difference, has
from kubepy.api.apply.managers import Entry, Key, Managers, read_stored, write

SCALE_VERSION: Final = "autoscaling/v1"
_REPLICAS: Final[Path] = ("f:spec", "f:replicas")

Entries = Sequence[Mapping[str, Any]]
ReplicasPaths = Mapping[str, Sequence[str]]
"""For each API version of the scaled kind, the names that lead to its replicas; none if it can't be scaled."""


def scale_entries(parent: Entries | None, paths: ReplicasPaths) -> list[dict[str, Any]]:
    """The managed fields of the Scale of an object with these."""
    managers: Managers = {}
    for entry in read_stored(parent).values():
        path = _path(paths.get(entry.api_version, ()))
        if has(entry.fields, path):
            scaled = _renamed(entry, SCALE_VERSION, _REPLICAS, entry.time)
            managers[scaled.key] = scaled
    return write(managers)


def parent_entries(
    parent: Entries | None, scale: Entries | None, api_version: str, paths: ReplicasPaths
) -> list[dict[str, Any]]:
    """The managed fields of an object after its Scale has been written, whose managed fields are `scale` by now.

    Who lost the replicas there loses them here; who gained them owns them at `api_version`. Entries at versions that
    have no place in `paths` are dropped.
    """
    scaling = {_identity(entry): entry for entry in read_stored(scale).values() if has(entry.fields, _REPLICAS)}
    managers: Managers = {}
    for key, entry in read_stored(parent).items():
        if entry.api_version not in paths:
            continue
        path = _path(paths[entry.api_version])
        if has(entry.fields, path) and scaling.pop(_identity(entry), None) is None:
            entry = entry.owning(difference(entry.fields, _only(path)))
        if entry.fields:
            managers[key] = entry
    for entry in scaling.values():
        # Upstream gives these no time.
        gained = _renamed(entry, api_version, _path(paths[api_version]), "")
        managers[gained.key] = gained
    return write(managers)


def _path(names: Sequence[str]) -> Path:
    return tuple("f:" + name for name in names)


def _only(path: Path) -> FieldSet:
    node: FieldSet = {}
    for key in reversed(path):
        node = {key: node}
    return node


def _renamed(entry: Entry, api_version: str, path: Path, time: str) -> Entry:
    return Entry(entry.manager, entry.operation, api_version, entry.subresource, time, _only(path))


def _identity(entry: Entry) -> Key:
    return entry.manager, entry.operation, "", entry.subresource
