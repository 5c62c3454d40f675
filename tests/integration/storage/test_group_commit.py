"""Group commit: many transactions share a commit, and none of them notices the others."""

from __future__ import annotations

import asyncio

import pytest
from running_store import DatabaseActivity, HoldUp, RunningStore
from storage_objects import DEADLINE_SECONDS, creation, deletion, key, update

from kubepy.storage import store as store_module
from kubepy.storage.cluster_state import open_cluster_state
from kubepy.storage.database import Database
from kubepy.storage.errors import Conflict, OutcomeUnknown, Overloaded, Unavailable
from kubepy.storage.records import Mutation, Record


async def _submit(running: RunningStore, *transactions: list[Mutation]) -> list[asyncio.Task[list[Record]]]:
    """Submit in this order; the tasks give the outcomes."""
    tasks = [asyncio.create_task(running.store.commit(*mutations)) for mutations in transactions]
    await asyncio.sleep(0)
    return tasks


async def test_what_waits_during_a_commit_shares_the_next_one(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity
) -> None:
    async with hold_up():
        first = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        rest = await _submit(running, *[[creation(key(f"o{n}"))] for n in range(50)])
    await asyncio.gather(*first, *rest)
    assert [len(batch) for batch in running.batches] == [1, 50]
    assert [task.result()[0].revision for task in rest] == [record.revision for record in running.batches[1]]


async def test_a_conflict_fails_only_its_own_transaction(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity
) -> None:
    [live] = await running.store.commit(creation(key("live")))
    async with hold_up():
        first = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        tasks = await _submit(
            running,
            [creation(key("a"))],
            [creation(key("live"))],
            [creation(key("b")), update(live._replace(revision=live.revision + 1)), creation(key("c"))],
            [creation(key("d"))],
        )
    outcomes = await asyncio.gather(*first, *tasks, return_exceptions=True)
    assert isinstance(outcomes[2], Conflict)
    assert isinstance(outcomes[3], Conflict), "the key was taken in this batch: it came in the next one"
    assert [record.name for batch in running.batches for record in batch] == ["live", "first", "a", "d"]
    revisions = [record.revision for batch in running.batches for record in batch]
    assert revisions == list(range(live.revision, live.revision + 4)), "those that failed used up no revision"


async def test_transactions_on_one_key_are_committed_in_the_order_they_were_submitted(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity
) -> None:
    """The first wins; each of the others sees what the first wrote."""
    async with hold_up():
        first = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        [a1, both, a2, b1, c1] = await _submit(
            running,
            [creation(key("a"), n=1)],
            [creation(key("a"), n=2), creation(key("b"), n=1)],
            [creation(key("a"), n=3)],
            [creation(key("b"), n=2)],
            [creation(key("c"))],
        )
    await asyncio.wait([*first, a1, both, a2, b1, c1])
    assert [record.name for record in running.batches[1]] == ["a", "c"], "b is behind the transaction that waits for a"
    assert isinstance(both.exception(), Conflict)
    assert isinstance(a2.exception(), Conflict)
    assert b1.result()[0].body == running.batches[2][0].body


async def test_a_batch_never_exceeds_its_bounds(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_BATCH_MUTATIONS", 10)
    monkeypatch.setattr(store_module, "MAX_BATCH_BYTES", 3000)
    async with hold_up():
        first = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        tasks = await _submit(
            running,
            *[[creation(key(f"a{n}")), creation(key(f"b{n}"))] for n in range(12)],
            *[[creation(key(f"c{n}"), text="x" * 1000)] for n in range(5)],
            [creation(key(f"d{n}")) for n in range(15)],
            [creation(key("e"), text="x" * 5000)],
            [creation(key("f"))],
        )
    await asyncio.gather(*first, *tasks)
    assert sum(len(batch) for batch in running.batches) == 1 + 24 + 5 + 15 + 1 + 1
    for batch in running.batches:
        size_bytes = sum(len(record.body) for record in batch)
        whole = [record.name[0] for record in batch] in (["d"] * 15, ["e"])
        assert whole or (len(batch) <= 10 and size_bytes <= 3000), "only a single transaction may be larger"
    assert len(running.batches) < 15, "batches are filled"


async def test_too_many_waiting_transactions_are_refused_at_once(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_WAITING_TRANSACTIONS", 3)
    async with hold_up():
        first = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        tasks = await _submit(running, *[[creation(key(f"o{n}"))] for n in range(3)])
        with pytest.raises(Overloaded):
            await running.store.commit(creation(key("more")))
    await asyncio.gather(*first, *tasks)


async def test_what_the_server_refuses_fails_alone(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL can't keep NUL in text: that name's write fails, its neighbours' don't."""
    async with hold_up():
        first = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        [a, bad, b] = await _submit(running, [creation(key("a"))], [creation(key("nul\0"))], [creation(key("b"))])
    await asyncio.wait([*first, a, bad, b])
    assert [a.result()[0].name, b.result()[0].name] == ["a", "b"]
    assert bad.exception() is not None
    assert "failed" in caplog.text


async def test_a_cancelled_caller_leaves_its_transaction_to_be_committed(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity
) -> None:
    async with hold_up():
        [first] = await _submit(running, [creation(key("first"))])
        await activity.until_blocked(1)
        [waiting] = await _submit(running, [creation(key("waiting"))])
        first.cancel()
        waiting.cancel()
        draining = asyncio.create_task(running.store.drain())
        await asyncio.wait([first, waiting])
        assert not draining.done(), "nobody waits for them any more, but they are not committed yet"
    async with asyncio.timeout(DEADLINE_SECONDS):
        await draining
    assert [[record.name for record in batch] for batch in running.batches] == [["first"], ["waiting"]]


@pytest.mark.parametrize("names", [["in-flight"], ["in-flight", "waiting"]], ids=len)
async def test_leaving_commits_what_was_submitted(
    database: Database, hold_up: HoldUp, activity: DatabaseActivity, names: list[str]
) -> None:
    """Also what is in the middle of a commit."""
    tasks: list[asyncio.Task[list[Record]]] = []
    submitted = asyncio.Event()

    async def submit_and_leave() -> None:
        async with open_cluster_state(database) as state:
            for name in names:
                tasks.append(asyncio.create_task(state.commit(creation(key(name)))))
                await activity.until_blocked(1)
            submitted.set()

    async with hold_up():
        leaving = asyncio.create_task(submit_and_leave())
        await submitted.wait()
        await asyncio.sleep(0)  # it has left the block, and waits
        assert not leaving.done()
    await leaving
    assert [task.result()[0].name for task in tasks] == names


async def test_a_stopped_store_tells_everybody(
    running: RunningStore, hold_up: HoldUp, activity: DatabaseActivity
) -> None:
    async with hold_up():
        [in_flight] = await _submit(running, [creation(key("in-flight"))])
        await activity.until_blocked(1)
        [waiting] = await _submit(running, [creation(key("waiting"))])
        await running.stop()
    await asyncio.wait([in_flight, waiting])
    assert isinstance(in_flight.exception(), OutcomeUnknown)
    assert isinstance(waiting.exception(), Unavailable)
    with pytest.raises(Unavailable):
        await running.store.commit(creation(key("later")))


async def test_two_stores_on_one_database_take_turns(running: RunningStore, database: Database) -> None:
    """Revisions are handed out in commit order without a gap, however many processes write."""
    other = RunningStore(database)
    try:
        outcomes = await asyncio.gather(
            *[store.store.commit(creation(key(f"{n}-{id(store)}"))) for n in range(100) for store in (running, other)]
        )
    finally:
        await other.stop()
    assert sorted(records[0].revision for records in outcomes) == list(range(2, 202))


async def test_an_empty_transaction_is_nothing(running: RunningStore) -> None:
    assert await running.store.commit() == []


async def test_a_transaction_may_mix_creations_updates_and_deletions(running: RunningStore) -> None:
    a, b = await running.store.commit(creation(key("a")), creation(key("b")))
    records = await running.store.commit(deletion(a), update(b, color="blue"), creation(key("c")))
    assert [(r.name, r.deleted, r.previous_revision) for r in records] == [
        ("a", True, a.revision),
        ("b", False, b.revision),
        ("c", False, None),
    ]
