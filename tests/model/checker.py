"""Decides whether a recorded history is one that a correct storage could have produced. Pure.

The order of commits is known: it is that of the revisions. So checking linearizability isn't a search: every
acknowledged write and every read has its place on the line of revisions, and what must hold is

    log        revisions without a gap; per name a chain of previous_revision; nothing that nobody wrote
    writes     acknowledged: there, as submitted. Conflict or refused: not there. Unknown: there or not, but
               never in part and never twice
    real time  what ended before another operation began is not after it on the line
    reads      the state at their revision, exactly
    conflicts  somewhere in the time of the call, the name was in the state that the conflict reports
    watches    every event after their start as their selector sees it, once, in order
    refusals   only of what has been compacted

The idea is that of etcd (tests/robustness), whose operations carry the revision too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from history import FOREVER, Committed, History, Read, Refused, Watch, Write


class _Log:
    """The committed revisions, and the state at each of them."""

    def __init__(self, log: Sequence[Committed]) -> None:
        self.records = {record.revision: record for record in log}
        self.by_token: dict[str, list[Committed]] = {}
        self.order = list(log)
        self._of_name: dict[str, list[Committed]] = {}
        for record in log:
            self.by_token.setdefault(record.token, []).append(record)
            self._of_name.setdefault(record.name, []).append(record)
        self.names = self._of_name.keys()

    def record_at(self, name: str, revision: int) -> Committed | None:
        """The last record of a name up to a revision, a tombstone included."""
        records = self._of_name.get(name, [])
        position = bisect_right(records, revision, key=lambda record: record.revision)
        return records[position - 1] if position else None

    def live_at(self, name: str, revision: int) -> int:
        """The revision of a name's live record at a revision, 0 if there is none."""
        record = self.record_at(name, revision)
        return 0 if record is None or record.deleted else record.revision

    def was_at(self, name: str, found: int, low: int, high: int) -> bool:
        """Whether, at some revision from `low` to `high`, the live record of a name was `found`."""
        points = [low, *(r.revision for r in self._of_name.get(name, []) if low < r.revision <= high)]
        return any(self.live_at(name, point) == found for point in points if point <= high)


def check(history: History) -> list[str]:
    """Everything that is wrong with a history; nothing if it is a correct one."""
    log = _Log(history.log)
    complaints = [*_check_log(log), *_check_writes(log, history), *_check_real_time(log, history)]
    for operation in history.operations:
        if isinstance(operation, Read):
            complaints += _check_read(log, operation)
        elif isinstance(operation, Watch):
            complaints += _check_watch(log, operation)
        elif isinstance(operation, Refused) and operation.after >= history.compacted:
            complaints.append(f"a watch after {operation.after} was refused, compacted is {history.compacted}")
    return complaints


def _check_log(log: _Log) -> Iterator[str]:
    for earlier, later in zip(log.order, log.order[1:], strict=False):
        if later.revision != earlier.revision + 1:
            yield f"the log jumps from revision {earlier.revision} to {later.revision}"
    for record in log.order:
        before = log.record_at(record.name, record.revision - 1)
        live = None if before is None or before.deleted else before
        if record.previous != (live.revision if live else None):
            yield f"{record.name}@{record.revision} replaces {record.previous}, live was {live}"
        if record.created != (live.created if live else record.revision):
            yield f"{record.name}@{record.revision} was created at {record.created}, live was {live}"
        if record.deleted and live is None:
            yield f"{record.name}@{record.revision} deletes what isn't there"
        if live and record.uid != live.uid:
            yield f"{record.name}@{record.revision} is another object than {live.revision}"


def _check_writes(log: _Log, history: History) -> Iterator[str]:
    explained: set[str] = set()
    for write in history.operations:
        if not isinstance(write, Write):
            continue
        tokens = [change.token for change in write.changes]
        there = [token for token in tokens if token in log.by_token]
        explained.update(tokens)
        if write.outcome == "ok":
            for change, revision in zip(write.changes, write.revisions, strict=True):
                record = log.records.get(revision)
                if record is None:
                    yield f"the acknowledged write of {change.name}@{revision} is lost"
                elif (record.name, record.uid, record.deleted, record.token, record.previous or 0) != (
                    change.name,
                    change.uid,
                    change.deleted,
                    change.token,
                    change.expected,
                ):
                    yield f"revision {revision} was acknowledged as {change} and is {record}"
        elif write.outcome != "unknown" and there:
            yield f"the write {write} failed and has been committed"
        elif there and len(there) < len(tokens):
            yield f"the transaction {write} has been committed in part"
    for token, records in log.by_token.items():
        if len(records) > 1:
            yield f"one change was committed {len(records)} times: {records}"
        if token not in explained:
            yield f"nobody wrote {records[0]}"


def _check_real_time(log: _Log, history: History) -> Iterator[str]:
    """Every operation's place on the line of revisions fits what had ended before and what began after it."""
    placed: list[tuple[float, float, int, int]] = []  # start, end, not before, not after (revisions)
    conflicts = []
    for operation in history.operations:
        if isinstance(operation, Read):
            placed.append((operation.start, operation.end, operation.revision, operation.revision))
        elif isinstance(operation, Write) and operation.outcome == "ok":
            placed.append((operation.start, operation.end, operation.revisions[-1], operation.revisions[0] - 1))
        elif isinstance(operation, Write) and operation.outcome == "conflict":
            conflicts.append(operation)
        elif isinstance(operation, Write):
            found = [record.revision for change in operation.changes for record in log.by_token.get(change.token, [])]
            if found:
                placed.append((operation.start, FOREVER, found[-1], found[0] - 1))
    line = _Line(placed)
    for start, end, _, after in placed:
        if line.reached_before(start) > after:
            yield f"an operation of {start}..{end} is at {after}, when {line.reached_before(start)} had been seen"
    for conflict in conflicts:
        low, high = line.reached_before(conflict.start), line.not_reached_after(conflict.end)
        changed = next(change for change in conflict.changes if change.name == conflict.conflict_name)
        if conflict.conflict_revision == changed.expected:
            yield f"the conflict {conflict} reports what was expected"
        if not log.was_at(conflict.conflict_name, conflict.conflict_revision, low, high):
            yield f"the conflict {conflict} reports a state that was not there between {low} and {high}"


class _Line:
    """When which revision was known to be reached, and when not yet."""

    def __init__(self, placed: Sequence[tuple[float, float, int, int]]) -> None:
        by_end = sorted((end, reached) for _, end, reached, _ in placed)
        self._ends = [end for end, _ in by_end]
        self._highest = [0]
        for _, reached in by_end:
            self._highest.append(max(self._highest[-1], reached))
        by_start = sorted(((start, not_yet) for start, _, _, not_yet in placed), reverse=True)
        self._starts = [-start for start, _ in by_start]
        self._lowest = [2**63]
        for _, not_yet in by_start:
            self._lowest.append(min(self._lowest[-1], not_yet))

    def reached_before(self, time: float) -> int:
        """The highest revision that an operation had seen that ended before a time."""
        return self._highest[bisect_left(self._ends, time)]

    def not_reached_after(self, time: float) -> int:
        """The lowest revision at which an operation was that began after a time."""
        return self._lowest[bisect_left(self._starts, -time)]


def _check_read(log: _Log, read: Read) -> Iterator[str]:
    state = {name: live for name in log.names if (live := log.live_at(name, read.revision))}
    if read.found != state:
        yield f"a read at {read.revision} found {read.found}, the state is {state}"


def _check_watch(log: _Log, watch: Watch) -> Iterator[str]:
    expected = []
    for record in log.order[bisect_right(log.order, watch.after, key=lambda record: record.revision) :]:
        if record.revision > watch.until:
            break
        before = log.record_at(record.name, record.revision - 1)
        was = before is not None and not before.deleted and watch.selected in ("", before.label)
        matches = not record.deleted and watch.selected in ("", record.label)
        kind = ("MODIFIED" if was else "ADDED") if matches else "DELETED" if was else None
        if kind is not None:
            expected.append((kind, record.name, record.revision))
    if watch.events != expected:
        position = next(
            (n for n, (got, want) in enumerate(zip(watch.events, expected, strict=False)) if got != want),
            min(len(watch.events), len(expected)),
        )
        yield (
            f"a watch of {watch.selected or 'everything'} in {watch.after}..{watch.until} was told"
            f" {watch.events[position : position + 3]} where {expected[position : position + 3]} belongs"
        )
