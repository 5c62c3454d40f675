"""What can go wrong below the handlers, in the store's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubepy.storage.records import Key, Record


class StorageError(Exception):
    """Base of all errors that the store raises on purpose."""


class Conflict(StorageError):
    """A compare-and-swap failed: the key is not in the state the mutation expected.

    `current` is the live record that was found (None: there is none), read in the same transaction.
    """

    def __init__(self, key: Key, current: Record | None) -> None:
        super().__init__(f"{key} is at revision {current.revision if current else 0}")
        self.key = key
        self.current = current


class Compacted(StorageError):
    """The revision asked for is older than what is kept; `oldest` is the oldest that can be read."""

    def __init__(self, revision: int, oldest: int) -> None:
        super().__init__(f"revision {revision} has been compacted, the oldest is {oldest}")
        self.revision = revision
        self.oldest = oldest


class FutureRevision(StorageError):
    """The revision asked for has not been reached within the time a request may wait for it."""

    def __init__(self, revision: int, current: int) -> None:
        super().__init__(f"Too large resource version: {revision}, current: {current}")
        self.revision = revision
        self.current = current


class Unavailable(StorageError):
    """PostgreSQL could not be reached in time; what was asked for has certainly not happened."""


class OutcomeUnknown(StorageError):
    """The connection was lost during a commit and could not be restored in time to learn its outcome."""


class Overloaded(StorageError):
    """Too many mutations wait for the next commit."""


class RevisionMismatch(StorageError):
    """The database's schema is not the one this version of kubepy was written for."""
