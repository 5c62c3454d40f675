"""What a write does and what reads then see: the contract of `kubepy.storage`, kept by SQL and by the cache.

The promises are etcd's (etcd API guarantees; kubernetes/kubernetes
staging/src/k8s.io/apiserver/pkg/storage/testing/store_tests.go holds upstream's shared cases).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from storage_objects import content, creation, deletion, key, update
from storage_under_test import StorageUnderTest

from kubepy.storage.errors import Compacted, Conflict
from kubepy.storage.records import Mutation

Compact = Callable[[], Awaitable[int]]


async def _names(storage: StorageUnderTest, at: int | None = None) -> list[str]:
    entries, _ = await storage.page(at)
    return [entry.name for entry in entries]


async def test_a_created_object_is_read_with_its_revision(storage: StorageUnderTest) -> None:
    [record] = await storage.commit(creation(key("a"), {"app": "web"}, color="red"))
    entry = await storage.get(key("a"))
    assert entry is not None
    assert (entry.revision, entry.namespace, entry.name) == (record.revision, "default", "a")
    assert content(entry.body)["metadata"]["resourceVersion"] == str(record.revision)
    assert content(entry.body)["data"] == {"color": "red"}
    assert entry.labels == {"app": "web"}
    assert record.created_revision == record.revision
    assert record.previous_revision is None


async def test_an_update_at_the_live_revision_replaces_the_object(storage: StorageUnderTest) -> None:
    [created] = await storage.commit(creation(key("a"), color="red"))
    [updated] = await storage.commit(update(created, color="blue"))
    entry = await storage.get(key("a"))
    assert entry is not None
    assert entry.revision == updated.revision > created.revision
    assert content(entry.body)["data"] == {"color": "blue"}
    assert updated.created_revision == created.revision
    assert updated.previous_revision == created.revision


async def test_a_deleted_object_is_gone_and_its_past_is_not(storage: StorageUnderTest) -> None:
    [created] = await storage.commit(creation(key("a")))
    [tombstone] = await storage.commit(deletion(created))
    assert tombstone.deleted
    assert tombstone.revision > created.revision
    assert await storage.get(key("a")) is None
    assert await _names(storage) == []
    past = await storage.get(key("a"), at=created.revision)
    assert past is not None
    assert past.revision == created.revision


async def test_a_deleted_name_can_be_created_again_as_a_new_object(storage: StorageUnderTest) -> None:
    [first] = await storage.commit(creation(key("a")))
    await storage.commit(deletion(first))
    [second] = await storage.commit(creation(key("a"), color="green"))
    assert second.created_revision == second.revision
    assert second.previous_revision is None
    assert second.uid != first.uid
    entry = await storage.get(key("a"))
    assert entry is not None
    assert entry.revision == second.revision
    with pytest.raises(Conflict):
        await storage.commit(update(first, color="red"))


async def test_creating_what_exists_conflicts_and_shows_the_live_record(storage: StorageUnderTest) -> None:
    [live] = await storage.commit(creation(key("a"), color="red"))
    with pytest.raises(Conflict) as caught:
        await storage.commit(creation(key("a"), color="blue"))
    current = caught.value.current
    assert current is not None
    assert (current.revision, current.uid, current.body) == (live.revision, live.uid, live.body)
    assert caught.value.key == key("a")


@pytest.mark.parametrize("change", [update, deletion])
async def test_a_stale_expectation_conflicts_and_shows_the_live_record(
    storage: StorageUnderTest, change: Callable[..., Mutation]
) -> None:
    [stale] = await storage.commit(creation(key("a"), color="red"))
    [live] = await storage.commit(update(stale, color="blue"))
    with pytest.raises(Conflict) as caught:
        await storage.commit(change(stale))
    current = caught.value.current
    assert current is not None
    assert (current.revision, current.created_revision, current.body) == (live.revision, stale.revision, live.body)
    entry = await storage.get(key("a"))
    assert entry is not None
    assert entry.revision == live.revision


@pytest.mark.parametrize("change", [update, deletion])
async def test_changing_what_is_gone_conflicts_with_nothing(
    storage: StorageUnderTest, change: Callable[..., Mutation]
) -> None:
    [stale] = await storage.commit(creation(key("a")))
    await storage.commit(deletion(stale))
    with pytest.raises(Conflict) as caught:
        await storage.commit(change(stale))
    assert caught.value.current is None


async def test_a_transaction_is_all_or_nothing(storage: StorageUnderTest) -> None:
    [a] = await storage.commit(creation(key("a")))
    before = await storage.revision()
    with pytest.raises(Conflict) as caught:
        await storage.commit(
            update(a, color="blue"),
            creation(key("b")),
            creation(key("a")._replace(namespace="x")),
            deletion(a._replace(name="c")),
        )
    assert caught.value.key == key("c")
    assert await storage.revision() == before
    assert await _names(storage) == ["a"]
    records = await storage.commit(update(a, color="blue"), creation(key("b")), creation(key("c")))
    assert [record.name for record in records] == ["a", "b", "c"]
    assert await _names(storage) == ["a", "b", "c"]


async def test_a_transaction_that_names_a_key_twice_is_refused(storage: StorageUnderTest) -> None:
    with pytest.raises(ValueError, match="only once"):
        await storage.commit(creation(key("a")), creation(key("a")))
    assert await _names(storage) == []


async def test_a_deletion_must_say_of_which_revision(storage: StorageUnderTest) -> None:
    with pytest.raises(ValueError, match="of which revision"):
        await storage.commit(Mutation(key("a"), "u", b"{}", 0, deleted=True))


async def test_of_many_creations_of_one_name_one_wins(storage: StorageUnderTest) -> None:
    outcomes = await asyncio.gather(*[storage.commit(creation(key("a"))) for _ in range(20)], return_exceptions=True)
    won = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert len(won) == 1
    assert all(isinstance(outcome, Conflict) for outcome in outcomes if outcome is not won[0])
    entry = await storage.get(key("a"))
    assert entry is not None
    assert entry.revision == won[0][0].revision


async def test_of_many_updates_of_one_revision_one_wins(storage: StorageUnderTest) -> None:
    [live] = await storage.commit(creation(key("a")))
    updates = [update(live, number=number) for number in range(20)]
    outcomes = await asyncio.gather(*[storage.commit(one) for one in updates], return_exceptions=True)
    won = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert len(won) == 1
    lost = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert [conflict.current.revision for conflict in lost if conflict.current] == [won[0][0].revision] * 19


NAMES = ["0", "A", "Z", "a", "a-", "a.b", "a-b", "ab", "b", "z", "\x7f", "ä", "\ud7ff", "\ue000", "\U0001f600"]


async def test_a_list_is_in_byte_order_of_namespace_and_name(storage: StorageUnderTest) -> None:
    """etcd orders keys by their bytes; so do continue tokens and informers that depend on it."""
    places = [(namespace, name) for namespace in ("b", "a-", "a", "B") for name in NAMES]
    await storage.commit(*[creation(key(name, namespace)) for namespace, name in reversed(places)])
    entries, more = await storage.page()
    assert not more
    expected = sorted(places, key=lambda place: (place[0].encode(), place[1].encode()))
    assert [(entry.namespace, entry.name) for entry in entries] == expected
    entries, _ = await storage.page(namespace="a-")
    assert [entry.name for entry in entries] == sorted(NAMES, key=str.encode)


@pytest.mark.parametrize("namespace", [None, "n1"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_pages_of_one_revision_make_up_its_list_whatever_happens_meanwhile(
    storage: StorageUnderTest, namespace: str | None, limit: int
) -> None:
    records = await storage.commit(*[creation(key(f"o{n}", f"n{n % 3}")) for n in range(7)])
    at = await storage.revision()
    expected, _ = await storage.page(at, namespace)
    assert len(expected) == (7 if namespace is None else 2)
    paged, after, more, changes = [], ("", ""), True, list(records)
    while more:
        page, more = await storage.page(at, namespace, after, limit)
        assert len(page) <= limit
        assert page or not more
        paged += page
        if page:
            after = (page[-1].namespace, page[-1].name)
        if changes:
            changed = changes.pop()
            await storage.commit(deletion(changed))
            await storage.commit(creation(key(f"new{len(changes)}", changed.namespace)))
    assert [(e.namespace, e.name, e.revision, e.body) for e in paged] == [
        (e.namespace, e.name, e.revision, e.body) for e in expected
    ]


PLACES = [(namespace, name) for namespace in ("a", "b", "c") for name in ("x", "y")]


@pytest.mark.parametrize("namespace", [None, "a", "b", "none"])
async def test_a_page_begins_right_after_any_key(storage: StorageUnderTest, namespace: str | None) -> None:
    """Also after one that doesn't exist (any more), or that is in another namespace."""
    await storage.commit(*[creation(key(name, place)) for place, name in PLACES])
    for after in [("", ""), ("a", "x"), ("a", "y"), ("a", "xx"), ("b", ""), ("b", "z"), ("bb", "x"), ("c", "y")]:
        expected = [place for place in PLACES if namespace in (None, place[0]) and place > after]
        entries, more = await storage.page(None, namespace, after)
        assert [(entry.namespace, entry.name) for entry in entries] == expected
        assert not more
        assert await storage.count(namespace, after) == len(expected)


async def test_every_retained_state_can_be_read_exactly(storage: StorageUnderTest) -> None:
    states: dict[int, dict[str, str]] = {}
    live: dict[str, object] = {}
    now: dict[str, str] = {}
    for step in range(12):
        name = f"o{step % 4}"
        if name not in live:
            [record] = await storage.commit(creation(key(name), step=str(step)))
        elif step % 3 == 0:
            [record] = await storage.commit(deletion(live[name]))  # type: ignore[arg-type]
        else:
            [record] = await storage.commit(update(live[name], step=str(step)))  # type: ignore[arg-type]
        if record.deleted:
            del live[name], now[name]
        else:
            live[name], now[name] = record, str(step)
        states[record.revision] = dict(now)
    for revision, expected in states.items():
        entries, _ = await storage.page(revision)
        assert {entry.name: content(entry.body)["data"]["step"] for entry in entries} == expected
        for name in ("o0", "o1", "o2", "o3"):
            entry = await storage.get(key(name), at=revision)
            assert (content(entry.body)["data"]["step"] if entry else None) == expected.get(name)


async def test_compaction_forgets_the_past_and_keeps_what_is_live(storage: StorageUnderTest, compact: Compact) -> None:
    [a] = await storage.commit(creation(key("a")))
    [b] = await storage.commit(creation(key("b")))
    [b2] = await storage.commit(update(b, color="blue"))
    await storage.commit(deletion(a))
    current = await storage.revision()
    assert await compact() == 3, "a's record, its tombstone and b's first record"
    entries, _ = await storage.page(current)
    assert [(entry.name, entry.revision) for entry in entries] == [("b", b2.revision)]
    await storage.commit(update(b2, color="green"))
    with pytest.raises(Compacted):
        await storage.page(b2.revision)
    with pytest.raises(Compacted):
        await storage.get(key("b"), at=b2.revision)
    entries, _ = await storage.page(current)
    assert [(entry.name, entry.revision) for entry in entries] == [("b", b2.revision)], "the mark itself can be read"


async def test_compaction_again_forgets_only_what_is_new(storage: StorageUnderTest, compact: Compact) -> None:
    [a] = await storage.commit(creation(key("a")))
    assert await compact() == 0
    assert await compact() == 0
    [a2] = await storage.commit(update(a, color="blue"))
    assert await compact() == 1
    [tombstone] = await storage.commit(deletion(a2))
    assert await compact() == 2
    [again] = await storage.commit(creation(key("a")))
    assert again.revision == tombstone.revision + 1
    assert await _names(storage) == ["a"]
