"""Lists and watches on the wire: which state they show, where they begin, what a selector makes of changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from running_cluster import Cluster, config_map

MERGE = {"Content-Type": "application/merge-patch+json"}
BOOKMARK = "k8s.io/initial-events-end"


@pytest.fixture
async def http(cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client with the admin's certificate."""
    async with cluster.session() as session:
        yield session


@pytest.fixture
def maps(namespace: str) -> str:
    """The URL of the test's ConfigMaps."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


async def send(http: aiohttp.ClientSession, method: str, url: str, body: Any = None, **options: Any) -> Any:
    """The JSON answer to a request that must succeed."""
    async with http.request(method, url, json=body, **options) as response:
        assert response.status < 300, await response.text()
        return await response.json()


async def refuse(http: aiohttp.ClientSession, url: str, status: int) -> str:
    """The message with which a GET is refused."""
    async with http.get(url) as response:
        assert response.status == status, await response.text()
        return str((await response.json())["message"])


class Stream:
    """The events of a watch."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> dict[str, Any] | None:
        """The next event; None at the end."""
        async with asyncio.timeout(20):
            line = await self._response.content.readline()
        return json.loads(line) if line else None

    async def take(self, count: int) -> list[tuple[str, str]]:
        """Type and name of the next events."""
        events = [await self.next() for _ in range(count)]
        return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events if event]

    async def rest(self) -> list[dict[str, Any]]:
        """Everything until the end."""
        events = []
        while (event := await self.next()) is not None:
            events.append(event)
        return events


@asynccontextmanager
async def watching(http: aiohttp.ClientSession, url: str, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    """A watch that has begun."""
    async with http.get(f"{url}?watch=true&{query}", headers=headers) as response:
        assert response.status == 200, await response.text()
        transport = response.connection.transport if response.connection is not None else None
        yield Stream(response)
        if transport is not None:
            transport.abort()  # the watch goes on: there is no end to wait for


def labelled(name: str, tier: str) -> dict[str, Any]:
    obj = config_map(name)
    obj["metadata"]["labels"] = {"tier": tier}
    return obj


async def test_a_watch_without_a_revision_begins_with_what_is_there(http: aiohttp.ClientSession, maps: str) -> None:
    await send(http, "POST", maps, config_map("one"))
    async with watching(http, maps) as stream:
        assert await stream.take(1) == [("ADDED", "one")]
        await send(http, "POST", maps, config_map("two"))
        await send(http, "DELETE", f"{maps}/one")
        assert await stream.take(2) == [("ADDED", "two"), ("DELETED", "one")]


async def test_a_watch_list_ends_its_first_part_with_an_annotated_bookmark(
    http: aiohttp.ClientSession, maps: str
) -> None:
    """KEP-3157: client-go hangs without that bookmark."""
    for name in ("a", "b"):
        await send(http, "POST", maps, config_map(name))
    query = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    async with watching(http, maps, query) as stream:
        assert await stream.take(2) == [("ADDED", "a"), ("ADDED", "b")]
        bookmark = await stream.next()
        assert bookmark is not None
        assert bookmark["type"] == "BOOKMARK"
        assert (bookmark["object"]["kind"], bookmark["object"]["apiVersion"]) == ("ConfigMap", "v1")
        assert bookmark["object"]["metadata"]["annotations"] == {BOOKMARK: "true"}
        revision = bookmark["object"]["metadata"]["resourceVersion"]
        await send(http, "POST", maps, config_map("c"))
        event = await stream.next()
        assert event is not None
        assert int(event["object"]["metadata"]["resourceVersion"]) > int(revision)


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("sendInitialEvents=true", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
        (
            "resourceVersionMatch=NotOlderThan",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        ),
        ("sendInitialEvents=true&resourceVersionMatch=Exact", "resourceVersionMatch: Unsupported value"),
        ("resourceVersion=abc", 'strconv.ParseUint: parsing "abc": invalid syntax'),
        ("labelSelector=a%20b%20c", "unable to parse requirement"),
    ],
)
async def test_watch_options_that_make_no_sense_are_refused(
    http: aiohttp.ClientSession, maps: str, query: str, complaint: str
) -> None:
    async with http.get(f"{maps}?watch=true&{query}") as response:
        assert response.status in (400, 422)
        assert complaint in (await response.json())["message"]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("resourceVersionMatch=Exact", "resourceVersionMatch is forbidden unless resourceVersion is provided"),
        (
            "resourceVersionMatch=Exact&resourceVersion=0",
            'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
        ("resourceVersionMatch=Nearly&resourceVersion=1", 'supported values: "Exact", "NotOlderThan"'),
        ("sendInitialEvents=true", "sendInitialEvents is forbidden for list"),
        ("continue=nonsense", "continue key is not valid"),
        ("continue=e30", "continue key is not valid"),
        ("continue=%00%ff", "continue key is not valid"),
        ("limit=many", "many"),
        ("fieldSelector=data.a%3Db", "field label not supported: data.a"),
        ("fieldSelector=nonsense", "invalid selector"),
        ("labelSelector=%21%21a", "unable to parse requirement"),
        ("resourceVersion=99999999999999999999999999", "value out of range"),
        ("resourceVersion=-1", "invalid syntax"),
    ],
)
async def test_list_options_that_make_no_sense_are_refused(
    http: aiohttp.ClientSession, maps: str, query: str, complaint: str
) -> None:
    async with http.get(f"{maps}?{query}") as response:
        body = await response.json()
        assert response.status in (400, 422), body
        assert complaint in body["message"]


async def test_selectors_turn_changes_into_additions_and_deletions(http: aiohttp.ClientSession, maps: str) -> None:
    """What begins to match arrives as ADDED, what stops matching as DELETED in its last matching state."""
    await send(http, "POST", maps, labelled("it", "db"))
    async with watching(http, maps, "labelSelector=tier%3Dweb&resourceVersion=0") as stream:
        for tier in ("web", "web2", "web"):
            await send(http, "PATCH", f"{maps}/it", {"metadata": {"labels": {"tier": tier}}}, headers=MERGE)
        await send(http, "PATCH", f"{maps}/it", {"data": {"a": "b"}}, headers=MERGE)
        await send(http, "DELETE", f"{maps}/it")
        events = [event for event in [await stream.next() for _ in range(5)] if event]
        assert [event["type"] for event in events] == ["ADDED", "DELETED", "ADDED", "MODIFIED", "DELETED"]
        assert events[1]["object"]["metadata"]["labels"] == {"tier": "web"}
        revisions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
        assert revisions == sorted(set(revisions))


async def test_a_watch_by_name_sees_that_object_only(http: aiohttp.ClientSession, maps: str) -> None:
    async with watching(http, maps, "fieldSelector=metadata.name%3Dtwo&resourceVersion=0") as stream:
        for name in ("one", "two", "three"):
            await send(http, "POST", maps, config_map(name))
        await send(http, "DELETE", f"{maps}/two")
        assert await stream.take(2) == [("ADDED", "two"), ("DELETED", "two")]


async def test_a_watch_ends_after_its_time_with_a_bookmark_if_wanted(http: aiohttp.ClientSession, maps: str) -> None:
    revision = (await send(http, "GET", maps))["metadata"]["resourceVersion"]
    async with watching(http, maps, f"timeoutSeconds=1&resourceVersion={revision}") as stream:
        assert await stream.rest() == []
    async with watching(http, maps, f"timeoutSeconds=1&resourceVersion={revision}&allowWatchBookmarks=true") as stream:
        assert [event["type"] for event in await stream.rest()] == ["BOOKMARK"]


async def test_a_watch_from_a_revision_to_come_waits_for_it(http: aiohttp.ClientSession, maps: str) -> None:
    """Upstream answers a list from the future with 504 and `Too large resource version`; so do we."""
    message = await refuse(http, f"{maps}?resourceVersion=999999999999", 504)
    assert message.startswith("Timeout: Too large resource version: 999999999999, current: ")


async def test_tables_and_metadata_can_be_watched(http: aiohttp.ClientSession, maps: str) -> None:
    await send(http, "POST", maps, config_map("it", a="1"))
    table = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    async with watching(http, maps, **table) as stream:
        first = await stream.next()
        await send(http, "PATCH", f"{maps}/it", {"data": {"b": "2"}}, headers=MERGE)
        second = await stream.next()
    assert first is not None
    assert second is not None
    assert [column["name"] for column in first["object"]["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert (first["object"]["rows"][0]["cells"][:2], second["object"]["rows"][0]["cells"][:2]) == (["it", 1], ["it", 2])
    partial = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}
    async with watching(http, maps, **partial) as stream:
        event = await stream.next()
    assert event is not None
    assert (event["object"]["kind"], "data" in event["object"]) == ("PartialObjectMetadata", False)


async def test_lists_at_an_exact_revision_show_that_state(http: aiohttp.ClientSession, maps: str) -> None:
    await send(http, "POST", maps, config_map("it", a="old"))
    then = (await send(http, "GET", maps))["metadata"]["resourceVersion"]
    await send(http, "PATCH", f"{maps}/it", {"data": {"a": "new"}}, headers=MERGE)
    await send(http, "POST", maps, config_map("other"))

    async def state(query: str) -> tuple[list[str], str]:
        listed = await send(http, "GET", f"{maps}?{query}")
        return [(item.get("data") or {}).get("a", "") for item in listed["items"]], listed["metadata"][
            "resourceVersion"
        ]

    assert await state(f"resourceVersion={then}&resourceVersionMatch=Exact") == (["old"], then)
    assert (await state(f"resourceVersion={then}&resourceVersionMatch=NotOlderThan"))[0] == ["new", ""]
    assert (await state(f"resourceVersion={then}"))[0] == ["new", ""]
    assert (await state("resourceVersion=0"))[1] >= then
    assert (await state(""))[0] == ["new", ""]


async def test_a_token_of_another_snapshot_cannot_go_with_a_revision(http: aiohttp.ClientSession, maps: str) -> None:
    for name in ("a", "b"):
        await send(http, "POST", maps, config_map(name))
    page = await send(http, "GET", f"{maps}?limit=1")
    token = page["metadata"]["continue"]
    assert page["metadata"]["remainingItemCount"] == 1
    message = await refuse(http, f"{maps}?limit=1&continue={token}&resourceVersion=5", 400)
    assert message == "specifying resource version is not allowed when using continue"
    rest = await send(http, "GET", f"{maps}?limit=1&continue={token}")
    assert [item["metadata"]["name"] for item in rest["items"]] == ["b"]
    assert "continue" not in rest["metadata"]


async def test_many_watchers_see_the_same_events_in_the_same_order(http: aiohttp.ClientSession, maps: str) -> None:
    revision = (await send(http, "GET", maps))["metadata"]["resourceVersion"]

    async def follow() -> list[tuple[str, str, str]]:
        async with watching(http, maps, f"resourceVersion={revision}") as stream:
            events = [event for event in [await stream.next() for _ in range(90)] if event]
        return [
            (e["type"], e["object"]["metadata"]["name"], e["object"]["metadata"]["resourceVersion"]) for e in events
        ]

    async def write(number: int) -> None:
        url = f"{maps}/m{number}"
        await send(http, "POST", maps, config_map(f"m{number}"))
        await send(http, "PATCH", url, {"data": {"a": "b"}}, headers=MERGE)
        await send(http, "DELETE", url)

    async with asyncio.TaskGroup() as tasks:
        followers = [tasks.create_task(follow()) for _ in range(20)]
        for number in range(30):
            tasks.create_task(write(number))
    seen = [follower.result() for follower in followers]
    assert all(events == seen[0] for events in seen)
    revisions = [int(event[2]) for event in seen[0]]
    assert revisions == sorted(set(revisions))


async def test_what_one_worker_has_written_every_worker_shows(cluster: Cluster, maps: str) -> None:
    """Read-your-writes over connections that end at different processes: a list without a revision is the newest."""
    for number in range(20):
        async with cluster.session() as http:
            made = await send(http, "POST", maps, config_map(f"m{number}"))
        async with cluster.session() as http:
            listed = await send(http, "GET", maps)
            assert len(listed["items"]) == number + 1
            assert int(listed["metadata"]["resourceVersion"]) >= int(made["metadata"]["resourceVersion"])
        async with cluster.session() as http:
            read = await send(http, "GET", f"{maps}/m{number}")
            assert read["metadata"]["uid"] == made["metadata"]["uid"]
