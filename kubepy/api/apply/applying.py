"""Server-side apply: merging a configuration into an object on behalf of a manager, or finding whom it would rob.

Follows structured-merge-diff `merge/update.go` (Apply, prune) and apimachinery
`pkg/util/managedfields/internal`: `structuredmerge.go`, `versioncheck.go`, `skipnonapplied.go`, `conflict.go`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kubepy.api.apply import last_applied
from kubepy.api.apply.field_set import (
    FieldSet,
    Path,
    difference,
    intersection,
    path_text,
    paths,
    union,
)
from kubepy.api.apply.managers import (
    APPLY,
    Entry,
    Key,
    Managers,
    described,
    identifier,
    new_entry,
    read_stored,
    write,
)
from kubepy.api.apply.merging import merge, remove, without_emptied
from kubepy.api.apply.ownership import (
    ResetFields,
    changes,
    current_managers,
    disown,
    filtered,
    union_of,
    with_named_fields,
)
from kubepy.api.apply.shape import Shape, TypedError, shape_of
from kubepy.api.apply.typed import owned_fields
from kubepy.api.apply.updating import record_before_first_apply
from kubepy.api.apply.validation import validate
from kubepy.api.errors import APIError, Cause, apply_conflict, bad_request
from kubepy.api.schema import Schema

KUBECTL: Final = "kubectl"
"""The manager whose client-side apply server-side apply takes over from."""


class _ConflictError(Exception):
    """Fields that others own and the configuration would change."""

    def __init__(self, owned: list[tuple[Entry, Path]]) -> None:
        self.owned = owned


@dataclass(frozen=True, slots=True)
class _Request:
    """What is applied, and how."""

    config: dict[str, Any]
    shape: Shape
    entry: Entry
    reset_fields: ResetFields

    @property
    def key(self) -> Key:
        return self.entry.key


def apply(
    live: dict[str, Any] | None,
    config: dict[str, Any],
    schema: Schema,
    api_version: str,
    manager: str,
    force: bool,
    now: datetime,
    subresource: str = "",
    reset_fields: ResetFields = (),
    versions: Collection[str] | None = None,
) -> dict[str, Any]:
    """The object after `manager` has applied `config` to `live` (None: it doesn't exist yet), managedFields included.

    Fields that the manager applied before, no longer does, and nobody else owns are removed. If nothing changes,
    no time does either. The result is a new object with new metadata, whose other parts may be those of `live` and
    `config`; these are not changed. `reset_fields` and `versions` are as for `record_update`.

    Raises APIError: 409 if others own fields with other values and `force` is off, 400 if the configuration is of
    another kind or version, has managedFields or doesn't fit the schema (upstream: 500).
    """
    _check_target(live, config, api_version)
    shape = shape_of(schema)
    try:
        validate(config, shape)
    except TypedError as error:
        raise _failure(f"failed to create typed patch object ({_described(config)}): {error}") from error
    request = _Request(config, shape, new_entry(manager, APPLY, api_version, subresource, now, {}), reset_fields)
    try:
        managers = _known_managers(live, request, now)
        managers = current_managers(managers, shape, versions)
        merged, managers = _apply_migrating(live or {}, managers, request, force=force, manager=manager)
    except TypedError as error:
        raise _failure(f"failed to merge config: {error}") from error
    if manager == KUBECTL:
        merged = last_applied.kept_up_to_date(merged, config)
    return _with_managers(merged, managers)


def _known_managers(live: dict[str, Any] | None, request: _Request, now: datetime) -> Managers:
    if live is None:
        return {}
    managers = read_stored(live.get("metadata", {}).get("managedFields"))
    if managers:
        return managers
    entry = request.entry
    return record_before_first_apply(
        live, request.shape, entry.api_version, now, entry.subresource, request.reset_fields
    )


def _apply_migrating(
    live: dict[str, Any], managers: Managers, request: _Request, *, force: bool, manager: str
) -> tuple[dict[str, Any], Managers]:
    """Apply; kubectl may take what its client-side apply has put there and nobody has changed since."""
    try:
        return _apply(live, managers, request, force=force)
    except _ConflictError as conflicts:
        remaining = conflicts.owned
        if manager == KUBECTL:
            allowed = last_applied.untouched_fields(live, request.shape, request.entry.api_version)
            remaining = [(entry, path) for entry, path in conflicts.owned if not last_applied.allows(allowed, path)]
        if remaining:
            raise _conflict_answer(remaining) from conflicts
    return _apply(live, managers, request, force=True)


def _apply(
    live: dict[str, Any], managers: Managers, request: _Request, *, force: bool
) -> tuple[dict[str, Any], Managers]:
    """The object after applying, `live` itself if it stays the same, and its managers. Raises _ConflictError."""
    key, shape = request.key, request.shape
    last = managers.get(key)
    fields = filtered(owned_fields(request.config, shape), request.reset_fields)
    managers = {**managers, key: request.entry.owning(fields)}
    merged = merge(live, request.config, shape)
    if last is not None and last.fields:
        merged = _prune(merged, last.fields, managers, shape)
    changed, removed = changes(live, merged, shape, request.reset_fields)
    if not force:
        _check_conflicts(managers, key, changed)
    managers = disown(managers, union(changed, removed), keep=key)
    if merged != live:
        return merged, managers
    if key in managers:
        entry = managers[key].owning(fields)
        managers[key] = Entry(
            entry.manager, APPLY, entry.api_version, entry.subresource, last.time if last else "", fields
        )
    return live, managers


def _prune(merged: dict[str, Any], last: FieldSet, managers: Managers, shape: Shape) -> dict[str, Any]:
    """The object without what the manager owned by `last` and nobody owns now.

    Removal works on whole subtrees, so what others own within them is put back first, then what was there without
    an owner.
    """
    owned = union_of(managers)
    if not difference(last, owned):
        return merged
    last = with_named_fields(last, shape)
    everything = with_named_fields(owned_fields(merged, shape), shape)
    kept = _fields_without(merged, last, shape)
    kept = union(kept, with_named_fields(owned, shape))
    kept = _fields_without(merged, difference(everything, kept), shape)
    pruned = remove(merged, intersection(difference(everything, kept), last), shape)
    result: dict[str, Any] = without_emptied(pruned or {}, merged, shape)
    return result


def _fields_without(document: dict[str, Any], gone: FieldSet, shape: Shape) -> FieldSet:
    rest = remove(document, gone, shape) or {}
    return with_named_fields(owned_fields(rest, shape), shape)


def _check_conflicts(managers: Managers, own: Key, changed: FieldSet) -> None:
    owned: list[tuple[Entry, Path]] = []
    for key, entry in managers.items():
        if key != own:
            owned.extend((entry, path) for path in paths(intersection(entry.fields, changed)))
    if owned:
        owned.sort(key=lambda conflict: identifier(conflict[0]))
        raise _ConflictError(owned)


def _conflict_answer(owned: list[tuple[Entry, Path]]) -> APIError:
    causes = [
        Cause("FieldManagerConflict", f"conflict with {described(entry)}", path_text(path)) for entry, path in owned
    ]
    if len(owned) == 1:
        entry, path = owned[0]
        found = f"Apply failed with 1 conflict: conflict with {described(entry)}: {path_text(path)}"
        return apply_conflict(causes, found)
    lines: list[str] = []
    previous = None
    for entry, path in owned:
        if entry is not previous:
            lines.append(f"conflicts with {described(entry)}:")
            previous = entry
        lines.append(f"- {path_text(path)}")
    return apply_conflict(causes, f"Apply failed with {len(owned)} conflicts: " + "\n".join(lines))


def _check_target(live: dict[str, Any] | None, config: dict[str, Any], api_version: str) -> None:
    kind = config.get("kind", "")
    if config.get("apiVersion", "") != api_version or (live and live.get("kind", kind) != kind):
        raise bad_request(f"invalid object type: {_kind_text(config)}")
    metadata = config.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("managedFields"), list):
        raise bad_request("metadata.managedFields must be nil")


def _kind_text(config: dict[str, Any]) -> str:
    api_version = str(config.get("apiVersion", ""))
    group_version = api_version if "/" in api_version else f"/{api_version}"
    return f"{group_version}, Kind={config.get('kind', '')}"


def _described(config: dict[str, Any]) -> str:
    metadata = config.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return f"{metadata.get('namespace', '')}/{metadata.get('name', '')}; {_kind_text(config)}"


def _with_managers(document: dict[str, Any], managers: Managers) -> dict[str, Any]:
    metadata = {name: value for name, value in document.get("metadata", {}).items() if name != "managedFields"}
    if managers:
        metadata["managedFields"] = write(managers)
    return {**document, "metadata": metadata}


def _failure(message: str) -> APIError:
    """A configuration that can't be merged: the client's mistake, though upstream answers it with a bare 500."""
    return bad_request(message)
