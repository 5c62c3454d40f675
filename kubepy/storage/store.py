"""The only writer of objects: group commit with compare-and-swap inside the one call.

Each process has one `Store`, whose single task drains all waiting transactions into one call of the
database function `commit_mutations`: one round trip, one commit, one fsync for all of them. A transaction
is all or nothing, and one that fails its compare-and-swap fails alone.

    commit() -> queue (bounded) -> writer task -> commit_mutations() -> answers, and records to the feed

Exclusion: a batch holds each key at most once; a transaction whose key is taken waits for the next batch,
so transactions on one key are committed in the order they were submitted. The counter row, locked first
inside the function, puts the commits of all processes in one order.

After a lost connection the same batch is committed again on a new one. That is safe: if the first try did
come through, its mutations now fail their compare-and-swap, and finding one's own record as the successor
of the expected revision proves the success.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kubepy.storage.database import CONNECTION_ERRORS, Database, Session, retry_delay_seconds
from kubepy.storage.errors import Conflict, OutcomeUnknown, Overloaded, Unavailable
from kubepy.storage.records import Mutation, Record

log = logging.getLogger(__name__)

MAX_WAITING_TRANSACTIONS: Final = 8192
"""Beyond this `commit` raises Overloaded at once: latency would only grow."""
MAX_BATCH_MUTATIONS: Final = 512
MAX_BATCH_BYTES: Final = 16 * 2**20
COMMIT_DEADLINE_SECONDS: Final = 30.0

_COMMIT: Final = "SELECT * FROM commit_mutations($1, $2, $3, $4, $5, $6, $7, $8)"
_FIND_OWN: Final = (
    "SELECT revision, created_revision FROM object_revision WHERE resource = $1 AND namespace = $2 AND name = $3"
    " AND uid = $4 AND deleted = $5 AND body = $6 AND coalesce(previous_revision, 0) = $7"
)


@dataclass(slots=True, eq=False)
class _Transaction:
    mutations: Sequence[Mutation]
    done: asyncio.Future[list[Record]]
    size_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.size_bytes = sum(len(mutation.body) for mutation in self.mutations)


class Store:
    """Commits transactions. `on_commit` is told of each batch's records, in order, right after the commit."""

    def __init__(self, database: Database, on_commit: Callable[[Sequence[Record]], None]) -> None:
        self._session = Session(database)
        self._on_commit = on_commit
        self._waiting: deque[_Transaction] = deque()
        self._wake = asyncio.Event()

    async def commit(self, *mutations: Mutation) -> list[Record]:
        """Commit the mutations, all or none, and return their records with the revisions they got.

        On return everything is durable. Raises Conflict (nothing was written; it carries the live record of
        the first key that was not as expected), Overloaded and Unavailable (nothing was written) or
        OutcomeUnknown. A cancelled caller doesn't take a submitted transaction back.
        """
        if len(self._waiting) >= MAX_WAITING_TRANSACTIONS:
            raise Overloaded(f"{len(self._waiting)} writes are waiting")
        transaction = _Transaction(mutations, asyncio.get_running_loop().create_future())
        self._waiting.append(transaction)
        self._wake.set()
        return await transaction.done

    async def run(self) -> None:
        """The writer task. Runs until cancelled; what is submitted and not yet committed then fails."""
        batch: list[_Transaction] = []
        try:
            await self._connect_early()
            while True:
                await self._wake.wait()
                batch = self._next_batch()
                if not batch:
                    self._wake.clear()
                    continue
                await self._commit_batch(batch)
        finally:
            for transaction in [*batch, *self._waiting]:
                if not transaction.done.done():
                    transaction.done.set_exception(OutcomeUnknown("the server is shutting down"))
            await self._session.close()

    async def drain(self) -> None:
        """Wait until nothing submitted so far is waiting any more."""
        pending = [transaction.done for transaction in self._waiting]
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
        while self._waiting:
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
        arguments = _arguments(batch)
        attempt = 0
        sent = False
        while True:
            try:
                connection = await self._session.connection()
                retried, sent = sent, True
                rows = await connection.fetch(_COMMIT, *arguments)
                await self._settle(connection, batch, rows, retried=retried)
                return
            except CONNECTION_ERRORS as error:
                self._session.drop()
                delay = retry_delay_seconds(attempt)
                attempt += 1
                log.warning("commit of %d transactions interrupted: %s", len(batch), error)
                if loop.time() + delay > give_up_at:
                    reason = f"PostgreSQL does not answer: {error}"
                    _fail(batch, OutcomeUnknown(reason) if sent else Unavailable(reason))
                    return
                await asyncio.sleep(delay)
            except Exception as error:
                log.exception("commit of %d transactions failed", len(batch))
                _fail(batch, error)
                return

    async def _settle(
        self, connection: Any, batch: Sequence[_Transaction], rows: Sequence[Any], *, retried: bool
    ) -> None:
        """Turn the function's answers (one row a mutation, in order) into results."""
        committed: list[Record] = []
        results: list[tuple[_Transaction, list[Record] | Conflict]] = []
        position = 0
        for transaction in batch:
            answers = rows[position : position + len(transaction.mutations)]
            position += len(transaction.mutations)
            if answers[0]["revision"] is not None:
                records = [
                    _record(mutation, answer["revision"], answer["created_revision"])
                    for mutation, answer in zip(transaction.mutations, answers, strict=True)
                ]
                committed.extend(records)
                results.append((transaction, records))
                continue
            earlier = await _find_own(connection, transaction) if retried else None
            results.append((transaction, earlier if earlier is not None else _conflict(transaction, answers)))
        if committed:
            self._on_commit(committed)
        for transaction, result in results:
            if transaction.done.done():
                continue
            if isinstance(result, Conflict):
                transaction.done.set_exception(result)
            else:
                transaction.done.set_result(result)


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


def _record(mutation: Mutation, revision: int, created_revision: int) -> Record:
    return Record(
        revision,
        *mutation.key,
        mutation.uid,
        mutation.deleted,
        created_revision,
        mutation.expected_revision or None,
        mutation.body,
    )


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


async def _find_own(connection: Any, transaction: _Transaction) -> list[Record] | None:
    """The records of a transaction that an interrupted attempt did commit, if it did."""
    records = []
    for mutation in transaction.mutations:
        row = await connection.fetchrow(
            _FIND_OWN, *mutation.key, mutation.uid, mutation.deleted, mutation.body, mutation.expected_revision
        )
        if row is None:
            return None
        records.append(_record(mutation, row["revision"], row["created_revision"]))
    return records


def _fail(batch: Sequence[_Transaction], error: Exception) -> None:
    for transaction in batch:
        if not transaction.done.done():
            transaction.done.set_exception(error)
