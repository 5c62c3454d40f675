"""GET of a collection: consistent lists, in pages if the client wants them.

Which state is shown (upstream's table in "Resource Versions", API concepts):

    resourceVersion   match          state
    unset             -              the most recent
    0                 -              whatever is at hand
    R                 -, NotOlder.   at least as new as R (with a limit and no match: exactly R)
    R                 Exact          exactly R
    continue token    -              exactly the token's (or the most recent, if the token says so)

Exact states come from the cache as long as nothing has changed since, and else from the table by SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from aiohttp import web

from kubepy.api import errors
from kubepy.apiserver.handlers.matching import START, matching
from kubepy.apiserver.list_options import EXACT, Continue, ListOptions, ListSelection, parse_list_options
from kubepy.apiserver.representation import finish
from kubepy.apiserver.request import ResourceRequest
from kubepy.apiserver.responses import is_pretty, respond, respond_parts, respond_value
from kubepy.storage.errors import Compacted
from kubepy.storage.watch_cache import Entry, ResourceCache

_PAST_BATCH = 500


class Page(NamedTuple):
    """A list, or a part of one: its revision, entries, and how many are known to follow (None: none follow,
    -1: some follow, their number isn't known)."""

    revision: int
    entries: Sequence[Entry]
    remaining: int | None


async def list_objects(target: ResourceRequest) -> web.StreamResponse:
    """The objects a list's query selects."""
    request = target.request
    form = request.form()
    options = parse_list_options(request, target.resource, watch=False)
    page = await select(target, options)
    metadata: dict[str, Any] = {"resourceVersion": str(page.revision)}
    if page.remaining is not None and page.entries:
        last = page.entries[-1]
        metadata["continue"] = Continue(page.revision, last.namespace, last.name).encode()
        if page.remaining >= 0 and options.selection.matches_all:
            metadata["remainingItemCount"] = page.remaining
    representation = target.server.representation(target.resource, form)
    if representation.is_table:
        bodies = [entry.body for entry in page.entries]
        include = request.query.get("includeObject", "")
        table = representation.table(bodies, metadata, request.received_at, include)
        return await respond_value(request, table, form)
    parts = representation.list_parts(page.entries, metadata, request.received_at)
    if form.media_type == "application/json" and not is_pretty(request):
        return await respond_parts(request, parts, form)
    return await respond(request, finish(b"".join(parts), form, pretty=is_pretty(request)), form)


async def select(target: ResourceRequest, options: ListOptions) -> Page:
    """The entries a list gives, at the revision its options ask for."""
    state = target.server.state
    start = START
    exact: int | None = None
    if options.continue_from is not None:
        start = (options.continue_from.namespace, options.continue_from.name)
        exact = options.continue_from.revision if options.continue_from.revision > 0 else None
    elif options.revision and (
        options.resource_version_match == EXACT or (options.limit and not options.resource_version_match)
    ):
        exact = options.revision
    if exact is not None:
        await state.at_least(exact)
        if target.server.cache_of(target.resource).last_revision > exact:
            return await _past_page(target, options, exact, start)
    elif options.resource_version == "":
        await state.fresh()
    else:
        await state.at_least(options.revision)
    revision = exact if exact is not None else state.cache.revision
    return _current_page(target.server.cache_of(target.resource), options, revision, start)


def _current_page(cache: ResourceCache, options: ListOptions, revision: int, start: tuple[str, str]) -> Page:
    """A page of the cache's state. Doesn't await: it is one consistent state."""
    selection = options.selection
    found = matching(cache, selection, start)
    if not options.limit:
        return Page(revision, list(found), None)
    entries = list(islice(found, options.limit))
    if len(entries) < options.limit or next(iter(found), None) is None:
        return Page(revision, entries, None)
    return Page(revision, entries, _remaining(cache, selection, entries[-1]))


def _remaining(cache: ResourceCache, selection: ListSelection, last: Entry) -> int:
    if not selection.matches_all:
        return -1
    return cache.count_after(selection.namespace, (last.namespace, last.name))


async def _past_page(target: ResourceRequest, options: ListOptions, revision: int, start: tuple[str, str]) -> Page:
    """A page of a state that is no longer the current one."""
    selection = options.selection
    key = target.resource.storage_key
    cache = target.server.cache_of(target.resource)
    reader = target.server.state.reader
    entries: list[Entry] = []
    after = start
    try:
        while True:
            part = await reader.page(revision, key, selection.namespace, after, options.limit or _PAST_BATCH)
            for record in part.records:
                after = (record.namespace, record.name)
                entry = cache.entry(record)
                if (selection.name is None or entry.name == selection.name) and (
                    selection.matches_all or selection.matches(entry)
                ):
                    entries.append(entry)
                if options.limit and len(entries) == options.limit:
                    break
            if options.limit and len(entries) >= options.limit:
                last = (entries[-1].namespace, entries[-1].name)
                remaining = await reader.count(revision, key, selection.namespace, last)
                return Page(revision, entries, remaining or None)
            if not part.more:
                return Page(revision, entries, None)
    except Compacted as error:
        raise _expired(options, error, target.server.state.cache.revision) from error


def _expired(options: ListOptions, error: Compacted, current: int) -> errors.APIError:
    """410 for a page that can't be had any more, with a token to go on inconsistently, as upstream offers."""
    if options.continue_from is None:
        return errors.expired("The resourceVersion for the provided list is too old.")
    fresh_token = Continue(-1, options.continue_from.namespace, options.continue_from.name).encode()
    failure = errors.expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list"
        " without the continue parameter, or use the continue token in this response to retrieve the remainder of"
        " the results. Continuing with the provided token results in an inconsistent list - objects that were"
        " created, modified, or deleted between the time the first chunk was returned and now may show up in the"
        " list."
    )
    failure.list_metadata = {"continue": fresh_token}
    return failure
