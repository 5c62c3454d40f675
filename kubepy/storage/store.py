"""The only writer of objects: group commit with compare-and-swap inside the one call.

Each process has one `Store`, whose single task drains all waiting transactions into one call of the
database function `commit_mutations`: one round trip, one commit, one fsync for all of them. A transaction
is all or nothing, and one that fails its compare-and-swap fails alone.

    commit() -> queue (bounded) -> writer task -> commit_mutations() -> answers, and records to the feed

Exclusion: a batch holds each key at most once; a transaction whose key is taken waits for the next batch,
so transactions on one key are committed in the order they were submitted. The counter row, locked first
inside the function, puts the commits of all processes in one order.

After a lost connection nobody knows whether the commit came through, and the server may even be working on
it still. So the old backend is ended first; what it committed is then found by looking for one's own records
among those later than the first attempt, and only the rest is sent again. Merely sending everything again
would not do: a creation would succeed twice if somebody deleted the object in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from kubepy.storage.database import CONNECTION_ERRORS, Database, Session, retry_delay_seconds
from kubepy.storage.errors import Conflict, OutcomeUnknown, Overloaded, Unavailable
from kubepy.storage.records import Mutation, Record

log = logging.getLogger(__name__)

MAX_WAITING_TRANSACTIONS: Final = 8192
"""Beyond this `commit` raises Overloaded at once: latency would only grow."""
MAX_BATCH_MUTATIONS: Final = 512
MAX_BATCH_BYTES: Final = 16 * 2**20
COMMIT_DEADLINE_SECONDS: Final = 30.0

_END_TIMEOUT_SECONDS: Final = 5.0

_COMMIT: Final = "SELECT * FROM commit_mutations($1, $2, $3, $4, $5, $6, $7, $8)"
_WHERE_WE_ARE: Final = """
SELECT pg_backend_pid(), (SELECT a.backend_start FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()), c.revision
  FROM revision_counter c
"""
_END_BACKEND: Final = "SELECT pg_terminate_backend(pid, $3) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2"
_FIND_OWN: Final = """
WITH later AS MATERIALIZED (SELECT * FROM object_revision WHERE revision > $1 ORDER BY revision)
SELECT DISTINCT ON (m.position) m.transaction, o.revision, o.created_revision
  FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[], $9::bytea[])
       WITH ORDINALITY AS m(transaction, resource, namespace, name, uid, expected, deleted, body, position)
  JOIN later o
    ON o.resource = m.resource AND o.namespace = m.namespace AND o.name = m.name AND o.uid = m.uid
   AND coalesce(o.previous_revision, 0) = m.expected AND o.deleted = m.deleted AND o.body = m.body
 ORDER BY m.position, o.revision DESC
"""


@dataclass(slots=True, eq=False)
class _Transaction:
    mutations: Sequence[Mutation]
    done: asyncio.Future[list[Record]]
    size_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.size_bytes = sum(len(mutation.body) for mutation in self.mutations)


class _Backend(NamedTuple):
    """The server process behind a connection; `started_at` tells it from a later one with the same ID."""

    pid: int
    started_at: Any


class Store:
    """Commits transactions. `on_commit` is told of each batch's records, in order, right after the commit.

    It isn't told of a commit whose answer was lost and that was found out about later.
    """

    def __init__(self, database: Database, on_commit: Callable[[Sequence[Record]], None]) -> None:
        self._session = Session(database, self._connected)
        self._on_commit = on_commit
        self._waiting: deque[_Transaction] = deque()
        self._batch: Sequence[_Transaction] = ()
        self._wake = asyncio.Event()
        self._closed = False
        self._backend = _Backend(0, None)
        self._known_revision = 0
        """A revision that was current at some time before now."""

    async def commit(self, *mutations: Mutation) -> list[Record]:
        """Commit the mutations, all or none, and return their records with the revisions they got.

        On return everything is durable. Raises Conflict (nothing was written; it carries the live record of
        the first key that was not as expected), Overloaded and Unavailable (nothing was written) or
        OutcomeUnknown; ValueError if a key occurs twice or a deletion expects nothing to be there. A cancelled
        caller doesn't take a submitted transaction back.
        """
        _check(mutations)
        if not mutations:
            return []
        if self._closed:
            raise Unavailable("the server is shutting down")
        if len(self._waiting) >= MAX_WAITING_TRANSACTIONS:
            raise Overloaded(f"{len(self._waiting)} writes are waiting")
        transaction = _Transaction(mutations, asyncio.get_running_loop().create_future())
        self._waiting.append(transaction)
        self._wake.set()
        return await asyncio.shield(transaction.done)  # a cancelled caller leaves it to `drain`

    async def run(self) -> None:
        """The writer task. Runs until cancelled; what is submitted and not yet committed then fails."""
        try:
            await self._connect_early()
            while True:
                await self._wake.wait()
                self._batch = self._next_batch()
                if not self._batch:
                    self._wake.clear()
                    continue
                await self._commit_batch(self._batch)
        finally:
            self._closed = True
            _fail(self._batch, OutcomeUnknown("the server is shutting down"))
            _fail(self._waiting, Unavailable("the server is shutting down"))
            await self._session.close()

    async def drain(self) -> None:
        """Wait until everything submitted so far has its outcome, also what nobody waits for any more."""
        pending = [transaction.done for transaction in [*self._batch, *self._waiting]]
        if pending:
            await asyncio.wait(pending)

    async def _connect_early(self) -> None:
        try:
            await self._session.connection()
        except CONNECTION_ERRORS as error:
            log.warning("no connection to PostgreSQL yet: %s", error)

    def _next_batch(self) -> list[_Transaction]:
        batch: list[_Transaction] = []
        passed_over: list[_Transaction] = []
        keys: set[tuple[str, str, str]] = set()
        count = size_bytes = 0
        while self._waiting and len(passed_over) < MAX_BATCH_MUTATIONS:
            transaction = self._waiting[0]
            if batch and (
                count + len(transaction.mutations) > MAX_BATCH_MUTATIONS
                or size_bytes + transaction.size_bytes > MAX_BATCH_BYTES
            ):
                break
            self._waiting.popleft()
            own_keys = {mutation.key for mutation in transaction.mutations}
            if own_keys & keys:
                passed_over.append(transaction)
            else:
                batch.append(transaction)
                count += len(transaction.mutations)
                size_bytes += transaction.size_bytes
            keys |= own_keys  # also of those passed over: nobody overtakes on a key
        self._waiting.extendleft(reversed(passed_over))
        return batch

    async def _commit_batch(self, batch: Sequence[_Transaction]) -> None:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + COMMIT_DEADLINE_SECONDS
        attempt = 0
        before = self._known_revision
        interrupted: _Backend | None = None
        while True:
            try:
                connection = await self._session.connection()
                if interrupted is not None:
                    batch = await self._settle_committed(connection, interrupted, batch, before)
                    if not batch:
                        return
                elif not before:
                    before = self._known_revision
                interrupted = self._backend
                rows = await connection.fetch(_COMMIT, *_arguments(batch))
                break
            except CONNECTION_ERRORS as error:
                self._session.drop()
                delay = retry_delay_seconds(attempt)
                attempt += 1
                log.warning("commit of %d transactions interrupted: %s", len(batch), error)
                if loop.time() + delay > give_up_at:
                    reason = f"PostgreSQL does not answer: {error}"
                    _fail(batch, Unavailable(reason) if interrupted is None else OutcomeUnknown(reason))
                    return
                await asyncio.sleep(delay)
            except OutcomeUnknown as error:
                _fail(batch, error)
                return
            except Exception as error:
                log.exception("commit of %d transactions failed", len(batch))
                await self._fail_one_by_one(batch, error)
                return
        self._settle(batch, rows)

    async def _connected(self, connection: Any) -> None:
        pid, started_at, revision = await connection.fetchrow(_WHERE_WE_ARE)
        self._backend = _Backend(pid, started_at)
        self._known_revision = max(self._known_revision, revision)

    async def _settle_committed(
        self, connection: Any, interrupted: _Backend, batch: Sequence[_Transaction], before: int
    ) -> list[_Transaction]:
        """Answer those that an interrupted attempt committed, which was made when `before` was current or past.

        Returns the others: it is certain that they have not been committed and won't be.
        """
        try:
            ended = await connection.fetchval(_END_BACKEND, *interrupted, int(_END_TIMEOUT_SECONDS * 1000))
            if ended is False:
                raise TimeoutError("the server still works on an interrupted commit")
            rows = await connection.fetch(_FIND_OWN, before, *_arguments(batch))
        except CONNECTION_ERRORS:
            raise
        except Exception as error:
            raise OutcomeUnknown(f"can't find out about an interrupted commit: {error}") from error
        found: dict[int, list[Any]] = {}
        for row in rows:
            found.setdefault(row["transaction"], []).append(row)
        rest = []
        for number, transaction in enumerate(batch):
            answers = found.get(number, ())
            if len(answers) == len(transaction.mutations):
                transaction.done.set_result(_records(transaction, answers))
            else:
                rest.append(transaction)
        return rest

    async def _fail_one_by_one(self, batch: Sequence[_Transaction], error: Exception) -> None:
        """The server refuses a batch, and so wrote nothing: find out whom it means, the others are innocent."""
        if len(batch) == 1:
            _fail(batch, error)
            return
        for transaction in batch:
            await self._commit_batch([transaction])

    def _settle(self, batch: Sequence[_Transaction], rows: Sequence[Any]) -> None:
        """Turn the function's answers (one row a mutation, in order) into results."""
        committed: list[Record] = []
        results: list[tuple[_Transaction, list[Record] | Conflict]] = []
        position = 0
        for transaction in batch:
            answers = rows[position : position + len(transaction.mutations)]
            position += len(transaction.mutations)
            if answers[0]["revision"] is not None:
                records = _records(transaction, answers)
                committed.extend(records)
                results.append((transaction, records))
            else:
                results.append((transaction, _conflict(transaction, answers)))
        if committed:
            self._known_revision = committed[-1].revision
        for transaction, result in results:
            if isinstance(result, Conflict):
                transaction.done.set_exception(result)
            else:
                transaction.done.set_result(result)
        if committed:
            # Behind the callers, whom the results above have made ready to run: clients needn't wait until all
            # watchers have been told.
            asyncio.get_running_loop().call_soon(self._on_commit, committed)


def _check(mutations: Sequence[Mutation]) -> None:
    if len(mutations) > 1 and len({mutation.key for mutation in mutations}) < len(mutations):
        raise ValueError("a transaction can change a key only once")
    for mutation in mutations:
        if mutation.deleted and not mutation.expected_revision:
            raise ValueError(f"the deletion of {mutation.key} doesn't say of which revision")


def _arguments(batch: Sequence[_Transaction]) -> tuple[list[Any], ...]:
    numbered = [(number, mutation) for number, tx in enumerate(batch) for mutation in tx.mutations]
    return (
        [number for number, _ in numbered],
        [mutation.key.resource for _, mutation in numbered],
        [mutation.key.namespace for _, mutation in numbered],
        [mutation.key.name for _, mutation in numbered],
        [mutation.uid for _, mutation in numbered],
        [mutation.expected_revision for _, mutation in numbered],
        [mutation.deleted for _, mutation in numbered],
        [mutation.body for _, mutation in numbered],
    )


def _records(transaction: _Transaction, answers: Sequence[Any]) -> list[Record]:
    return [
        Record(
            answer["revision"],
            *mutation.key,
            mutation.uid,
            mutation.deleted,
            answer["created_revision"],
            mutation.expected_revision or None,
            mutation.body,
        )
        for mutation, answer in zip(transaction.mutations, answers, strict=True)
    ]


def _conflict(transaction: _Transaction, answers: Sequence[Any]) -> Conflict:
    for mutation, answer in zip(transaction.mutations, answers, strict=True):
        if (answer["current_revision"] or 0) != mutation.expected_revision:
            current = None
            if answer["current_revision"] is not None:
                current = Record(
                    answer["current_revision"],
                    *mutation.key,
                    answer["current_uid"],
                    False,
                    answer["created_revision"],
                    None,
                    answer["current_body"],
                )
            return Conflict(mutation.key, current)
    raise AssertionError("a refused transaction without a mutation that is not as expected")


def _fail(transactions: Iterable[_Transaction], error: Exception) -> None:
    for transaction in transactions:
        if not transaction.done.done():
            transaction.done.set_exception(error)
