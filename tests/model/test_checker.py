"""The checker must accept what a correct storage does and reject each way of breaking a promise."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from checker import check
from history import FOREVER, Change, Committed, History, Operation, Read, Refused, Watch, Write


def _committed(revision: int, name: str, token: str, **other: Any) -> Committed:
    fields = {"uid": f"uid-{name}", "deleted": False, "created": revision, "previous": None, "label": "even"}
    return Committed(revision=revision, name=name, token=token, **{**fields, **other})


def _write(start: float, end: float, name: str, expected: int, token: str, revision: int = 0, **other: Any) -> Write:
    change = Change(name, f"uid-{name}", expected, other.pop("deleted", False), token)
    fields: dict[str, Any] = {"outcome": "ok", "revisions": [revision]} if revision else {}
    return Write(start=start, end=end, changes=[change], **{**fields, **other})


def _good() -> History:
    """a is created, changed and deleted, b is created; somebody reads, watches, conflicts, and doesn't know."""
    log = [
        _committed(2, "a", "t2"),
        _committed(3, "a", "t3", created=2, previous=2, label="odd"),
        _committed(4, "b", "t4"),
        _committed(5, "a", "t5", created=2, previous=3, deleted=True, label="odd"),
        _committed(6, "c", "t6"),
    ]
    operations: list[Operation] = [
        _write(1, 2, "a", 0, "t2", 2),
        _write(3, 4, "a", 2, "t3", 3),
        _write(3, 5, "b", 0, "t4", 4),
        _write(6, 7, "a", 3, "t5", 5, deleted=True),
        _write(6, FOREVER, "c", 0, "t6", outcome="unknown"),
        _write(6, FOREVER, "c", 0, "t7", outcome="unknown"),
        _write(3.5, 4.5, "a", 2, "t8", outcome="conflict", conflict_name="a", conflict_revision=3),
        _write(8, 9, "b", 0, "t9", outcome="refused"),
        Read(start=2.5, end=3.5, revision=2, found={"a": 2}),
        Read(start=5.5, end=5.6, revision=4, found={"a": 3, "b": 4}),
        Read(start=8, end=9, revision=6, found={"b": 4, "c": 6}),
        Watch(
            after=1,
            until=6,
            events=[
                ("ADDED", "a", 2),
                ("MODIFIED", "a", 3),
                ("ADDED", "b", 4),
                ("DELETED", "a", 5),
                ("ADDED", "c", 6),
            ],
        ),
        Watch(after=2, until=6, selected="even", events=[("DELETED", "a", 3), ("ADDED", "b", 4), ("ADDED", "c", 6)]),
        Watch(after=3, until=4, events=[("ADDED", "b", 4)]),
        Refused(after=2),
    ]
    return History(log, operations, compacted=3)


def test_a_correct_history_is_accepted() -> None:
    assert check(_good()) == []


def _drop(revision: int) -> Callable[[History], None]:
    def change(history: History) -> None:
        history.log = [record for record in history.log if record.revision != revision]

    return change


def _replace(number: int, **fields: Any) -> Callable[[History], None]:
    def change(history: History) -> None:
        history.operations[number] = msgspec.structs.replace(history.operations[number], **fields)

    return change


def _relog(revision: int, **fields: Any) -> Callable[[History], None]:
    def change(history: History) -> None:
        history.log = [
            msgspec.structs.replace(record, **fields) if record.revision == revision else record
            for record in history.log
        ]

    return change


def _add(record: Committed) -> Callable[[History], None]:
    return lambda history: history.log.append(record)


def _operate(operation: Operation) -> Callable[[History], None]:
    return lambda history: history.operations.append(operation)


def _half_of_a_transaction(history: History) -> None:
    changes = [Change("c", "uid-c", 0, False, "t6"), Change("d", "uid-d", 0, False, "t10")]
    history.operations[4] = Write(start=6, changes=changes)


ALL = _good().operations[11]
assert isinstance(ALL, Watch)


@dataclasses.dataclass
class Case:
    name: str
    spoil: Callable[[History], None]
    complaint: str


BAD = [
    Case("a lost write", _drop(6), "found {'b': 4, 'c': 6}"),
    Case("a lost acknowledged write", _relog(4, token="other"), "acknowledged as"),
    Case("a gap in the revisions", _drop(4), "jumps from revision 3 to 5"),
    Case("an acknowledged write that isn't there", _drop(4), "b@4 is lost"),
    Case("a write that nobody made", _add(_committed(7, "d", "t77")), "nobody wrote"),
    Case("one write committed twice", _add(_committed(7, "d", "t6")), "committed 2 times"),
    Case("an update lost by another's", _relog(3, previous=None, created=3), "replaces None"),
    Case("a deletion of nothing", _add(_committed(7, "d", "t7", deleted=True)), "deletes what isn't there"),
    Case("an object that changes its identity", _relog(3, uid="uid-x"), "another object"),
    Case("a refused write that is there", _add(_committed(7, "b", "t9", created=4, previous=4)), "failed and has been"),
    Case("a conflict that is there", _add(_committed(7, "d", "t8")), "failed and has been"),
    Case("half a transaction", _half_of_a_transaction, "in part"),
    Case("a stale read", _replace(9, revision=3, found={"a": 3}), "is at 3, when 4 had been seen"),
    Case("a read that goes back behind another", _operate(Read(start=9.5, end=10, revision=5, found={"b": 4})), "at 5"),
    Case("a read from the future", _replace(8, end=2.9, revision=3, found={"a": 3}), "when 3 had been seen"),
    Case("a read that misses an object", _replace(9, found={"a": 3}), "a read at 4 found"),
    Case("a read that shows what is gone", _replace(10, found={"a": 5, "b": 4, "c": 6}), "a read at 6 found"),
    Case("a write before one that had ended", _replace(0, start=5.5, end=6), "had been seen"),
    Case("a conflict with what was expected", _replace(6, conflict_revision=2), "reports what was expected"),
    Case("a conflict with what was over long ago", _replace(6, start=8, end=9), "was not there"),
    Case("a conflict with what came later", _replace(6, start=2.1, end=2.2), "was not there"),
    Case("an event missing", _replace(11, events=ALL.events[:2] + ALL.events[3:]), "was told"),
    Case("the last event missing", _replace(11, events=ALL.events[:-1]), "was told"),
    Case("an event twice", _replace(11, events=ALL.events[:2] + ALL.events[1:]), "was told"),
    Case("events out of order", _replace(11, events=[ALL.events[1], ALL.events[0], *ALL.events[2:]]), "was told"),
    Case("an event of before the start", _replace(13, events=[("MODIFIED", "a", 3), ("ADDED", "b", 4)]), "was told"),
    Case("a wrong type", _replace(13, events=[("MODIFIED", "b", 4)]), "was told"),
    Case("an unselected event", _replace(12, selected="odd"), "was told"),
    Case("a refusal of what can be read", _replace(14, after=3), "was refused"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_a_broken_promise_is_found(case: Case) -> None:
    history = _good()
    case.spoil(history)
    assert any(case.complaint in complaint for complaint in check(history)), check(history)
