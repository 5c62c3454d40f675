"""Keeping managedFields right on create, update and every patch but apply.

Follows apimachinery `pkg/util/managedfields/internal`: `fieldmanager.go` (which entries count), `skipnonapplied.go`,
`managedfieldsupdater.go`, and apiserver `pkg/endpoints/handlers/fieldmanager/equality.go`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.api.apply.field_set import FieldSet, union
from kubepy.api.apply.managers import (
    UPDATE,
    Managers,
    cap_update_managers,
    new_entry,
    read_sent,
    read_stored,
    write,
)
from kubepy.api.apply.ownership import ResetFields, changes, current_managers, disown
from kubepy.api.apply.shape import Shape, TypedError, shape_of
from kubepy.api.schema import Schema

_EMPTY: Final[dict[str, Any]] = {}


def record_update(
    live: dict[str, Any] | None,
    new: dict[str, Any],
    schema: Schema,
    api_version: str,
    manager: str,
    now: datetime,
    subresource: str = "",
    reset_fields: ResetFields = (),
    versions: Collection[str] | None = None,
) -> None:
    """Set `new`'s managedFields after a create (`live` is None), update or patch, not an apply.

    `manager` owns from now on what differs from `live`, and nobody owns what is gone. Managed fields that the client
    sent replace the stored ones, unless they are malformed or it writes a subresource; `[]` and `[{}]` reset them.
    An update that changes nothing changes no entry, and an existing object without entries gets none.

    `reset_fields` are paths that this endpoint doesn't write (such as `("status",)`), `versions` the API versions that
    exist of the kind (None: any); entries at others are dropped. Other versions are taken to have the same fields.
    Only `new["metadata"]` is changed, and replaced for that.
    """
    stored = (live or _EMPTY).get("metadata", _EMPTY).get("managedFields")
    metadata = new.get("metadata", _EMPTY)
    sent = metadata.get("managedFields")
    managers = _managers(stored, sent, only_stored=bool(subresource))
    if managers or live is None:
        try:
            changed, removed = changes(live or _EMPTY, new, shape_of(schema), reset_fields)
            managers = current_managers(managers, shape_of(schema), versions)
        except TypedError:
            _set_managed_fields(new, stored)
            return
        managers = _updated(managers, changed, removed, api_version, manager, now, subresource)
    _set_managed_fields(new, write(managers))


def _updated(
    managers: Managers,
    changed: FieldSet,
    removed: FieldSet,
    api_version: str,
    manager: str,
    now: datetime,
    subresource: str,
) -> Managers:
    entry = new_entry(manager, UPDATE, api_version, subresource, now, changed)
    managers = disown(managers, union(changed, removed))
    if changed:
        previous = managers.get(entry.key)
        managers[entry.key] = entry if previous is None else entry.owning(union(previous.fields, changed))
    cap_update_managers(managers)
    return managers


def record_before_first_apply(
    live: dict[str, Any], shape: Shape, api_version: str, now: datetime, subresource: str, reset_fields: ResetFields
) -> Managers:
    """The managers of an object that nobody kept any for: one that owns everything it has."""
    changed, removed = changes(_EMPTY, live, shape, reset_fields)
    return _updated({}, changed, removed, api_version, "before-first-apply", now, subresource)


def _managers(stored: Any, sent: Any, *, only_stored: bool) -> Managers:
    """The entries to start from: those sent if they are usable, else the stored ones."""
    if only_stored or sent is None or sent is stored:
        return _stored(stored)
    if _is_reset(sent):
        return {}
    if sent == stored:
        return _stored(stored)
    try:
        return read_sent(sent) or _stored(stored)
    except ValueError:
        return _stored(stored)


def _stored(stored: Any) -> Managers:
    return read_stored(stored) if stored else {}


def _is_reset(sent: list[Mapping[str, Any]]) -> bool:
    return not sent or (len(sent) == 1 and not any(sent[0].values()))


def _set_managed_fields(new: dict[str, Any], entries: Any) -> None:
    metadata = new.get("metadata", _EMPTY)
    if entries:
        new["metadata"] = {**metadata, "managedFields": entries}
    elif "managedFields" in metadata:
        new["metadata"] = {name: value for name, value in metadata.items() if name != "managedFields"}


def keep_times_if_unchanged(live: dict[str, Any], new: dict[str, Any]) -> None:
    """Put `live`'s managed fields into `new` if only their times differ and nothing else does.

    To be called last, after admission: it makes a write that changes nothing one that need not be stored.
    """
    stored = live.get("metadata", _EMPTY).get("managedFields")
    written = new.get("metadata", _EMPTY).get("managedFields")
    if not stored or not written or stored == written or len(stored) != len(written):
        return
    if not all(_without_time(left) == _without_time(right) for left, right in zip(stored, written, strict=True)):
        return
    metadata = {**new["metadata"], "managedFields": stored}
    if {**new, "metadata": metadata} == live:
        new["metadata"] = metadata


def _without_time(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "time"}
