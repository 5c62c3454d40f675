"""What the store keeps: keys, records and the mutations that turn one record into the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Key(NamedTuple):
    """The identity of an object: storage key of its resource, namespace (empty if none) and name.

    Keys sort by resource, then namespace, then name, each in byte order.
    """

    resource: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


class Record(NamedTuple):
    """One row of the temporal table: one object in the state that one revision gave it.

    `body` is the object's JSON with an empty resourceVersion (see `kubepy.api.encoding`). A record with
    `deleted` is a tombstone whose body is the object's last state.
    """

    revision: int
    resource: str
    namespace: str
    name: str
    uid: str
    deleted: bool
    created_revision: int
    previous_revision: int | None
    body: bytes

    @property
    def key(self) -> Key:
        """The object's identity."""
        return Key(self.resource, self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One compare-and-swap: write `body` under `key` if the live record is at `expected_revision`.

    `expected_revision` 0 means that there must be no live record (a creation). A deletion carries the
    object's last state as its body.
    """

    key: Key
    uid: str
    body: bytes
    expected_revision: int
    deleted: bool = False
