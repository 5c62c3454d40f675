"""What processes did and saw, as JSON lines, and what the database says was committed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from kubepy.storage.database import Database

FOREVER: Final = 1e18
"""Later than everything; JSON has no infinity."""


class Change(msgspec.Struct, frozen=True):
    """One mutation. Its `token`, in the object's body, is unique in a history."""

    name: str
    uid: str
    expected: int
    deleted: bool
    token: str


class Write(msgspec.Struct, tag="write", kw_only=True):
    """A transaction. `unknown` is also the outcome of one whose process died in the middle of it."""

    start: float
    end: float = FOREVER
    changes: list[Change]
    outcome: Literal["ok", "conflict", "refused", "unknown"] = "unknown"
    revisions: list[int] = []
    conflict_name: str = ""
    conflict_revision: int = 0


class Read(msgspec.Struct, tag="read", kw_only=True):
    """A linearizable read of everything: the revision it was of, and the revision of each object found."""

    start: float
    end: float
    revision: int
    found: dict[str, int]


class Watch(msgspec.Struct, tag="watch", kw_only=True):
    """One watch: (type, name, revision) of each event after revision `after`; it was complete up to `until`."""

    after: int
    until: int
    events: list[tuple[str, str, int]]
    selected: str = ""
    """The value of the label that its selector wants (empty: everything)."""


class Refused(msgspec.Struct, tag="refused", kw_only=True):
    """A watch that was told that the revision has been compacted."""

    after: int


Operation = Write | Read | Watch | Refused


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """One revision as the database has it."""

    revision: int
    name: str
    uid: str
    deleted: bool
    created: int
    previous: int | None
    token: str
    label: str = ""


class History(msgspec.Struct):
    """All of it. `compacted` is the mark below which watches may be refused in the end."""

    log: list[Committed]
    operations: list[Operation]
    compacted: int = 0


class Started(msgspec.Struct, tag="started"):
    """A transaction about to be submitted, so that it isn't forgotten if the process dies."""

    number: int
    write: Write


class Ended(msgspec.Struct, tag="ended"):
    """Its outcome."""

    number: int
    write: Write


_LINE: Final = msgspec.json.Decoder(Read | Watch | Refused | Started | Ended)


class Recorder:
    """Writes the lines of one process; a line is with the operating system when the call returns."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._encode = msgspec.json.Encoder().encode

    def record(self, line: Read | Watch | Refused | Started | Ended) -> None:
        self._file.write(self._encode(line) + b"\n")

    def close(self) -> None:
        self._file.close()


def operations_of(lines: Iterable[bytes]) -> list[Operation]:
    """The operations of one process; those that never ended have an unknown outcome."""
    pending: dict[int, Write] = {}
    operations: list[Operation] = []
    for line in lines:
        if not line.endswith(b"\n"):
            continue  # the process was killed while writing it
        value = _LINE.decode(line)
        if isinstance(value, Started):
            pending[value.number] = value.write
        elif isinstance(value, Ended):
            del pending[value.number]
            operations.append(value.write)
        else:
            operations.append(value)
    return [*operations, *pending.values()]


LOG_COMMITS: Final = """
CREATE TABLE commit_log (LIKE object_revision);
CREATE FUNCTION log_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO commit_log SELECT new.*;
    RETURN NULL;
END $$;
CREATE TRIGGER log_commit AFTER INSERT ON object_revision FOR EACH ROW EXECUTE FUNCTION log_commit();
"""
"""Keeps every record beside the table, out of the reach of compaction."""


async def committed(database: Database) -> tuple[list[Committed], int]:
    """What a database with LOG_COMMITS says was committed, and its compaction mark."""
    connection = await database.connect()
    try:
        rows = await connection.fetch("SELECT * FROM commit_log ORDER BY revision")
        mark = await connection.fetchval("SELECT revision FROM compaction")
    finally:
        await connection.close()
    return [_committed(row) for row in rows], mark


def _committed(row: Any) -> Committed:
    body = msgspec.json.decode(row["body"])
    return Committed(
        revision=row["revision"],
        name=row["name"],
        uid=row["uid"],
        deleted=row["deleted"],
        created=row["created_revision"],
        previous=row["previous_revision"],
        token=body["data"]["token"],
        label=body["metadata"]["labels"]["parity"],
    )
