"""Commits whose answer is lost: they come through once or not at all, and the caller is told which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fault_proxy import FaultProxy
from running_store import DatabaseActivity, HoldUp, RunningStore
from storage_objects import DEADLINE_SECONDS, creation, deletion, key, update

from kubepy.storage import feed as feed_module
from kubepy.storage import store as store_module
from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.database import Database, Session
from kubepy.storage.errors import Conflict, OutcomeUnknown, Unavailable
from kubepy.storage.reader import Reader
from kubepy.storage.records import Mutation, Record


class Interrupted:
    """A store behind a proxy that keeps the answers back, and one beside it that sees what happens."""

    def __init__(self, running: RunningStore, proxy: FaultProxy, state: ClusterState) -> None:
        self.store = running.store
        self.proxy = proxy
        self.beside = state

    async def commit_without_answer(self, *mutations: Mutation) -> asyncio.Task[list[Record]]:
        """Commit; on return it has come through, and the store doesn't know."""
        await self.store.commit(creation(key(f"connected-{mutations[0].uid}")))
        before = await self.beside.fresh()
        self.proxy.freeze(requests=False)
        task = asyncio.create_task(self.store.commit(*mutations))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while await self.beside.fresh() < before + len(mutations):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return task

    def cut(self) -> None:
        self.proxy.cut()
        self.proxy.thaw()

    async def lives(self, name: str) -> int:
        """The revision of an object, 0 if there is none."""
        entry = await self.beside.get(key(name))
        return 0 if entry is None else entry.revision


@pytest.fixture
async def interrupted(behind_proxy: Database, proxy: FaultProxy, state: ClusterState) -> AsyncIterator[Interrupted]:
    running = RunningStore(behind_proxy)
    yield Interrupted(running, proxy, state)
    await running.stop()


async def test_what_came_through_is_found_after_the_connection_was_lost(interrupted: Interrupted) -> None:
    [a, b] = await interrupted.store.commit(creation(key("a")), creation(key("b")))
    task = await interrupted.commit_without_answer(update(a, color="blue"), deletion(b), creation(key("c")))
    interrupted.cut()
    [a2, b2, c] = await task
    assert (a2.previous_revision, a2.created_revision) == (a.revision, a.revision)
    assert b2.deleted
    assert [a2.revision, 0, c.revision] == [await interrupted.lives(name) for name in ("a", "b", "c")]


async def test_a_creation_is_not_repeated_when_the_object_was_deleted_meanwhile(interrupted: Interrupted) -> None:
    """Sending it again would succeed: nothing is there. But it would bring back what somebody deleted."""
    task = await interrupted.commit_without_answer(creation(key("a")))
    entry = await interrupted.beside.get(key("a"))
    assert entry is not None
    created = await interrupted.beside.reader.one(entry.revision, *key("a"))
    assert created is not None
    await interrupted.beside.commit(deletion(created))
    interrupted.cut()
    assert await task == [created]
    assert await interrupted.lives("a") == 0


async def test_an_update_is_found_though_others_have_followed_it(interrupted: Interrupted) -> None:
    [a] = await interrupted.store.commit(creation(key("a")))
    task = await interrupted.commit_without_answer(update(a, color="blue"))
    second = await interrupted.beside.reader.one(await interrupted.lives("a"), *key("a"))
    assert second is not None
    await interrupted.beside.commit(update(second, color="green"))
    interrupted.cut()
    [found] = await task
    assert (found.revision, found.body) == (second.revision, second.body)


async def test_a_conflict_whose_answer_was_lost_is_still_a_conflict(interrupted: Interrupted) -> None:
    [a] = await interrupted.store.commit(creation(key("a")))
    [a2] = await interrupted.store.commit(update(a, color="blue"))
    interrupted.proxy.freeze(requests=False)
    stale = asyncio.create_task(interrupted.store.commit(update(a, color="red")))
    await asyncio.sleep(0)
    interrupted.cut()
    with pytest.raises(Conflict) as caught:
        await stale
    assert caught.value.current is not None
    assert caught.value.current.revision == a2.revision


async def test_an_attempt_that_the_server_still_works_on_is_ended_before_the_next(
    interrupted: Interrupted, hold_up: HoldUp, activity: DatabaseActivity
) -> None:
    """Otherwise it could come through after its successor, or after the caller was told of a conflict."""
    [live] = await interrupted.store.commit(creation(key("a")))
    async with hold_up():
        task = asyncio.create_task(interrupted.store.commit(creation(key("a"))))
        await activity.until_blocked(1)
        first = await activity.blocked()
        interrupted.cut()
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (again := await activity.blocked()) == first or not again:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert not first & again, "the first attempt waits no more"
    with pytest.raises(Conflict) as caught:
        await task
    assert caught.value.current is not None
    assert caught.value.current.revision == live.revision


async def test_a_database_that_stays_away_makes_writes_fail_within_the_deadline(
    interrupted: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was never sent has certainly not happened; of what was, nobody knows."""
    monkeypatch.setattr(store_module, "COMMIT_DEADLINE_SECONDS", 0.3)
    sent = await interrupted.commit_without_answer(creation(key("sent")))
    interrupted.proxy.accepting = False
    interrupted.cut()
    with pytest.raises(OutcomeUnknown):
        await sent
    with pytest.raises(Unavailable):
        await interrupted.store.commit(creation(key("never-sent")))
    interrupted.proxy.accepting = True
    [record] = await interrupted.store.commit(creation(key("back")))
    assert await interrupted.lives("back") == record.revision
    assert await interrupted.lives("sent") > 0
    assert await interrupted.lives("never-sent") == 0


async def test_a_read_from_a_frozen_connection_ends_at_its_deadline(behind_proxy: Database, proxy: FaultProxy) -> None:
    session = Session(behind_proxy)
    assert await session.run(lambda connection: connection.fetchval("SELECT 1")) == 1
    proxy.freeze()
    async with asyncio.timeout(DEADLINE_SECONDS):
        with pytest.raises(Unavailable):
            await session.run(lambda connection: connection.fetchval("SELECT 1"), deadline_seconds=0.2)
        proxy.thaw()
        assert await session.run(lambda connection: connection.fetchval("SELECT 2")) == 2
    await session.close()


async def test_reads_and_watches_go_on_after_every_connection_was_cut(
    behind_proxy: Database, proxy: FaultProxy, state: ClusterState
) -> None:
    async with open_cluster_state(behind_proxy) as cut_off:
        for round_ in range(3):
            [record] = await state.commit(creation(key(f"o{round_}")))
            entry = await cut_off.get(record.key)
            assert entry is not None
            assert entry.revision == record.revision
            proxy.cut()
        [record] = await state.commit(creation(key("last")))
        async with asyncio.timeout(DEADLINE_SECONDS):
            await cut_off.cache.wait_for(record.revision, DEADLINE_SECONDS)
        page = await cut_off.reader.page(record.revision, "configmaps", None, ("", ""), 10)
        assert len(page.records) == 4


async def test_connections_that_lead_nowhere_are_replaced(
    behind_proxy: Database, proxy: FaultProxy, state: ClusterState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a host has died nobody closes its connections: only the silence tells."""
    monkeypatch.setattr(feed_module, "NEWS_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(feed_module, "CURRENT_TIMEOUT_SECONDS", 0.2)
    async with open_cluster_state(behind_proxy) as cut_off:
        [first] = await state.commit(creation(key("first")))
        await cut_off.cache.wait_for(first.revision, DEADLINE_SECONDS)  # everything is connected
        await cut_off.fresh()
        proxy.abandon()
        records = await state.commit(*[creation(key(f"o{n}")) for n in range(250)])
        assert await cut_off.fresh() == records[-1].revision
        assert cut_off.cache.resource("configmaps").count == 251
        proxy.cut()


async def test_a_lost_notification_costs_a_moment_only(database: Database, state: ClusterState) -> None:
    """The ticker finds what nobody told of: here the row is put in without any NOTIFY."""
    connection = await database.connect()
    await connection.execute(
        "INSERT INTO object_revision (revision, resource, namespace, name, uid, deleted, created_revision, body)"
        " VALUES (2, 'configmaps', 'default', 'a', 'u', false, 2, $1)",
        creation(key("a")).body,
    )
    await connection.execute("UPDATE revision_counter SET revision = 2")
    await connection.close()
    await state.cache.wait_for(2, DEADLINE_SECONDS)
    assert state.cache.get(key("a")) is not None


async def test_a_reader_gets_its_answer_though_its_connection_was_cut(
    behind_proxy: Database, proxy: FaultProxy, state: ClusterState
) -> None:
    [record] = await state.commit(creation(key("a")))
    reader = Reader(behind_proxy)
    assert await reader.oldest() == 1
    proxy.cut()
    assert await reader.one(record.revision, *record.key) == record
    await reader.close()
