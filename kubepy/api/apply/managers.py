"""Who owns which fields of an object: `metadata.managedFields`, read and written.

An entry is known by manager, operation and subresource, and for updates by API version too: a manager that applies
at another version is still the same. Follows apimachinery `pkg/util/managedfields/internal/managedfields.go`,
`capmanagers.go` and `conflict.go`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from kubepy.api.apply.field_set import FieldSet, decode, union
from kubepy.api.timestamps import format_time, parse_time

APPLY: Final = "Apply"
UPDATE: Final = "Update"

MAX_UPDATE_MANAGERS: Final = 10
OLD_UPDATES_MANAGER: Final = "ancient-changes"

Key: TypeAlias = tuple[str, str, str, str]
"""Manager, operation, API version (of updates), subresource."""


@dataclass(slots=True)
class Entry:
    """What one manager owns. Entries are replaced, never changed."""

    manager: str
    operation: str
    api_version: str
    subresource: str
    time: str
    fields: FieldSet
    raw: Mapping[str, Any] | None = None
    """How it is stored already, if it is."""

    @property
    def key(self) -> Key:
        """What identifies the entry."""
        return self.manager, self.operation, "" if self.operation == APPLY else self.api_version, self.subresource

    def owning(self, fields: FieldSet) -> Entry:
        """The same entry with other fields."""
        if fields is self.fields:
            return self
        return Entry(self.manager, self.operation, self.api_version, self.subresource, self.time, fields)

    def encoded(self) -> Mapping[str, Any]:
        """The entry as a ManagedFieldsEntry."""
        if self.raw is not None:
            return self.raw
        encoded = {"manager": self.manager, "operation": self.operation, "apiVersion": self.api_version}
        if self.time:
            encoded["time"] = self.time
        encoded["fieldsType"] = "FieldsV1"
        encoded["fieldsV1"] = self.fields  # type: ignore[assignment]
        if self.subresource:
            encoded["subresource"] = self.subresource
        return encoded


Managers: TypeAlias = dict[Key, Entry]


def new_entry(
    manager: str, operation: str, api_version: str, subresource: str, now: datetime, fields: FieldSet
) -> Entry:
    """An entry written at this moment."""
    return Entry(manager or "unknown", operation, api_version, subresource, format_time(now), fields)


def read_stored(entries: Iterable[Mapping[str, Any]] | None) -> Managers:
    """The managers of an object that was stored, whose entries are in the form `write` gives them."""
    managers = {}
    for raw in entries or ():
        entry = Entry(
            raw.get("manager", ""),
            raw["operation"],
            raw["apiVersion"],
            raw.get("subresource", ""),
            raw.get("time", ""),
            raw.get("fieldsV1") or {},
            raw,
        )
        managers[entry.key] = entry
    return managers


def read_sent(entries: Any) -> Managers:
    """The managers of an object as a client sent it. Raises ValueError, in upstream's words, if they are malformed."""
    managers = {}
    for position, raw in enumerate(entries or ()):
        operation = raw.get("operation")
        if operation not in (APPLY, UPDATE):
            raise ValueError("operation must be `Apply` or `Update`")
        if not raw.get("apiVersion"):
            raise ValueError("apiVersion must not be empty")
        fields_type = raw.get("fieldsType")
        if not fields_type:
            raise ValueError(f"missing fieldsType in managed fields entry {position}")
        if fields_type != "FieldsV1":
            raise ValueError(f'invalid fieldsType "{fields_type}" in managed fields entry {position}')
        time = raw.get("time")
        entry = Entry(
            raw.get("manager") or "",
            operation,
            raw["apiVersion"],
            raw.get("subresource") or "",
            format_time(parse_time(time)) if time else "",
            decode(raw.get("fieldsV1") or {}),
        )
        managers[entry.key] = entry
    return managers


def write(managers: Managers) -> list[dict[str, Any]]:
    """The entries as stored: applies before updates, then the oldest first."""
    entries = list(managers.values())
    if len(entries) > 1:
        entries.sort(key=_order)
    return [entry.encoded() for entry in entries]  # type: ignore[misc]


def _order(entry: Entry) -> tuple[str, ...]:
    return entry.operation, entry.time, entry.manager, entry.api_version, entry.subresource


def cap_update_managers(managers: Managers) -> None:
    """Merge the oldest updates, version by version, until no more than `MAX_UPDATE_MANAGERS` are left."""
    updates = [entry for entry in managers.values() if entry.operation == UPDATE]
    excess = len(updates) - MAX_UPDATE_MANAGERS
    if excess <= 0:
        return
    updates.sort(key=lambda entry: (entry.time, identifier(entry)))
    first_of_version: dict[str, Entry] = {}
    for entry in updates:
        if excess <= 0:
            return
        first = first_of_version.setdefault(entry.api_version, entry)
        if first is entry:
            continue
        bucket = Entry(OLD_UPDATES_MANAGER, UPDATE, entry.api_version, "", entry.time, {})
        collected = managers.get(bucket.key)
        if collected is None:
            collected = managers.pop(first.key)
        bucket.fields = union(entry.fields, collected.fields)
        managers.pop(entry.key, None)
        managers[bucket.key] = bucket
        excess -= 1


def identifier(entry: Entry) -> str:
    """The text by which upstream tells and sorts managers: an entry as JSON without fields and time."""
    parts = {"manager": entry.manager, "operation": entry.operation}
    if entry.operation != APPLY:
        parts["apiVersion"] = entry.api_version
    if entry.subresource:
        parts["subresource"] = entry.subresource
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


def described(entry: Entry) -> str:
    """The manager as conflict messages name it."""
    text = json.dumps(entry.manager, ensure_ascii=False)
    if entry.subresource:
        text += f" with subresource {json.dumps(entry.subresource, ensure_ascii=False)}"
    return f"{text} using {entry.api_version}" if entry.operation == UPDATE else text
