"""DELETE of one object or of a collection: finalizers, grace periods, propagation, preconditions.

    present --DELETE, nothing holds it--> gone
    present --DELETE, finalizers or grace period--> deleting (deletionTimestamp set) --> gone, when the last
              finalizer is removed or the grace period is confirmed over (DELETE with grace period 0)

Follows apiserver `pkg/registry/rest/delete.go` and `Store.Delete` in `pkg/registry/generic/registry/store.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from kubepy.api import errors
from kubepy.api.encoding import encode_object, splice_revision
from kubepy.api.object_meta import FINALIZER_FOREGROUND, FINALIZER_ORPHAN
from kubepy.api.request_options import validate_delete_options
from kubepy.api.schema import builtin_catalog
from kubepy.api.timestamps import format_time, parse_time
from kubepy.apiserver.admission import Attributes, Operation
from kubepy.apiserver.handlers.body import decode
from kubepy.apiserver.handlers.list import select
from kubepy.apiserver.list_options import parse_list_options
from kubepy.apiserver.negotiation import PLAIN, body_media_type
from kubepy.apiserver.registry.strategy import Strategy
from kubepy.apiserver.representation import finish
from kubepy.apiserver.request import Request, ResourceRequest
from kubepy.apiserver.responses import is_pretty, respond, respond_parts, respond_value
from kubepy.apiserver.status import success
from kubepy.storage.errors import Conflict
from kubepy.storage.records import Key, Mutation
from kubepy.storage.watch_cache import Entry

Object = dict[str, Any]

_ATTEMPTS: Final = 100
_DELETE_OPTIONS: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"


@dataclass(frozen=True, slots=True)
class Deletion:
    """What became of a deletion: the object's bytes, and whether it is gone."""

    body: bytes
    gone: bool


async def delete(target: ResourceRequest) -> web.StreamResponse:
    """Delete the object; answers with it while it remains (and for some kinds always), else with a Status."""
    form = target.request.form()
    options = await delete_options(target.request)
    deletion = await delete_object(target, options)
    strategy = target.server.strategy(target.resource)
    code = 202 if not deletion.gone and options.get("orphanDependents") is False else 200
    if deletion.gone and not strategy.returns_deleted_object:
        metadata = target.decode(deletion.body)["metadata"]
        return await respond_value(target.request, success(target.resource, target.name, metadata["uid"]), form, code)
    representation = target.server.representation(target.resource, form)
    body = representation.item(deletion.body, target.request.received_at)
    return await respond(target.request, finish(body, form, pretty=is_pretty(target.request)), form, code)


async def delete_collection(target: ResourceRequest) -> web.StreamResponse:
    """Delete every object a list's query selects; answers with the list of them as they were left."""
    form = target.request.form()
    options = await delete_options(target.request)
    page = await select(target, parse_list_options(target.request, target.resource, watch=False))
    bodies = []
    for entry in page.entries:
        info = target.request.info._replace(name=entry.name, namespace=entry.namespace)
        one = ResourceRequest(target.server, _about(target.request, info), target.resource)
        try:
            bodies.append((await delete_object(one, dict(options))).body)
        except errors.APIError as error:
            if error.code != 404:
                raise
    representation = target.server.representation(target.resource, PLAIN)
    metadata = {"resourceVersion": str(page.revision)}
    parts = representation.list_parts(bodies, metadata, target.request.received_at)
    return await respond_parts(target.request, [finish(b"".join(parts), form)], form)


def _about(request: Request, info: Any) -> Request:
    return Request(request.http, info, request.query, request.user, request.received_at, request.warnings)


async def delete_options(request: Request) -> Object:
    """DeleteOptions in the body or the query. Raises 400 for what can't be parsed, 422 for what isn't valid."""
    body = await request.body() if request.http.can_read_body else b""
    options: Object = {}
    if body.strip():
        media_type = body_media_type(request.http.headers.get("Content-Type", ""))
        schema = builtin_catalog().get(_DELETE_OPTIONS)
        options = decode(body, media_type, schema).object
        if options.get("kind", "DeleteOptions") != "DeleteOptions":
            raise errors.bad_request(f"decoded object cannot be converted to DeleteOptions: it is a {options['kind']}")
    else:
        if "propagationPolicy" in request.query:
            options["propagationPolicy"] = request.query["propagationPolicy"]
        if "orphanDependents" in request.query:
            options["orphanDependents"] = request.flag("orphanDependents")
        if (seconds := request.integer("gracePeriodSeconds")) is not None:
            options["gracePeriodSeconds"] = seconds
        options["dryRun"] = [value for value in request.http.query.getall("dryRun", []) if value]
    if problems := validate_delete_options(options):
        raise errors.invalid("meta.k8s.io", "DeleteOptions", "", problems)
    return options


async def delete_object(target: ResourceRequest, options: Object, with_mutations: Sequence[Mutation] = ()) -> Deletion:
    """Delete the object in the URL as the options say. Raises 404, 409 and what admission raises.

    `with_mutations` are committed together with the deletion's first step, all or nothing; if one of them
    isn't as expected, storage's Conflict is raised.
    """
    state = target.server.state
    key = Key(target.resource.storage_key, target.namespace, target.name)
    live = await state.get(key)
    for _ in range(_ATTEMPTS):
        if live is None:
            raise target.not_found()
        try:
            return await _delete_once(target, key, live, options, with_mutations)
        except Conflict as conflict:
            if any(conflict.key == mutation.key for mutation in with_mutations):
                raise
            current = conflict.current
            live = state.entry_of(current) if conflict.key == key and current is not None else await state.get(key)
    raise errors.conflict(target.resource.group, target.resource.plural, target.name, errors.OPTIMISTIC_LOCK_MESSAGE)


async def _delete_once(
    target: ResourceRequest, key: Key, live: Entry, options: Object, with_mutations: Sequence[Mutation]
) -> Deletion:
    old: Object = target.decode(live.body)
    obj: Object = {**old, "metadata": dict(old["metadata"])}
    strategy = target.server.strategy(target.resource)
    _check_preconditions(target, old["metadata"], options.get("preconditions") or {})
    dry_run = bool(options.get("dryRun"))
    attributes = _attributes(target, old, options, dry_run=dry_run)
    await target.server.admission.admit(attributes)
    await target.server.admission.validate(attributes)
    remains = _mark(target, obj, old, strategy, options)
    if remains and obj == old:
        return Deletion(live.body, gone=False)
    if dry_run:
        return Deletion(splice_revision(encode_object(obj), live.revision), gone=not remains)
    body = encode_object(obj)
    released = [] if remains else await strategy.release(obj, target.server)
    mutation = Mutation(key, obj["metadata"]["uid"], body, live.revision, deleted=not remains)
    record, *_ = await target.server.state.commit(mutation, *released, *with_mutations)
    return Deletion(splice_revision(body, record.revision), gone=not remains)


def _mark(target: ResourceRequest, obj: Object, old: Object, strategy: Strategy, options: Object) -> bool:
    """Bring the object into the state a deletion leaves it in; says whether it remains (for now)."""
    metadata = obj["metadata"]
    requested = options.get("gracePeriodSeconds")
    if requested is not None and requested < 0:
        requested = 1
    graceful = _mark_graceful(target, metadata, obj, strategy, requested)
    finalizers = deletion_finalizers(metadata.get("finalizers") or [], strategy, options)
    if finalizers:
        metadata["finalizers"] = finalizers
    else:
        metadata.pop("finalizers", None)
    remains = bool(graceful or finalizers or strategy.stays_while_deleted(obj))
    if remains and not graceful:
        _mark_now(target, metadata, first="deletionTimestamp" not in old["metadata"])
    if remains:
        strategy.mark_deleted(obj)
    return remains


def _mark_now(target: ResourceRequest, metadata: Object, *, first: bool) -> None:
    if first:
        metadata["deletionTimestamp"] = format_time(target.request.received_at)
        if metadata.get("generation"):
            metadata["generation"] += 1
    metadata["deletionGracePeriodSeconds"] = 0


def _mark_graceful(
    target: ResourceRequest, metadata: Object, obj: Object, strategy: Strategy, requested: int | None
) -> bool:
    """Begin, shorten or keep a grace period; says whether one is running."""
    now = target.request.received_at
    if "deletionTimestamp" in metadata:
        period = metadata.get("deletionGracePeriodSeconds") or 0
        if not period:
            return False
        if requested is None or requested >= period:
            return True
        ends_at = parse_time(metadata["deletionTimestamp"]) - timedelta(seconds=period - requested)
        if ends_at < now:
            ends_at, requested = now, min(requested, 1)
        metadata["deletionTimestamp"] = format_time(ends_at)
        metadata["deletionGracePeriodSeconds"] = requested
        return requested > 0
    period = strategy.grace_period_seconds(obj, requested)
    if period <= 0:
        return False
    metadata["deletionTimestamp"] = format_time(now + timedelta(seconds=period))
    metadata["deletionGracePeriodSeconds"] = period
    if metadata.get("generation"):
        metadata["generation"] += 1
    return True


def deletion_finalizers(finalizers: list[str], strategy: Strategy, options: Object) -> list[str]:
    """The finalizers after the garbage collector's own have been set as the propagation policy says."""
    policy = options.get("propagationPolicy")
    orphans = options.get("orphanDependents")
    if policy is None and orphans is None:
        if FINALIZER_ORPHAN in finalizers or FINALIZER_FOREGROUND in finalizers:
            return finalizers
        policy = "Orphan" if strategy.orphans_by_default else "Background"
    if policy == "Orphan" or orphans:
        wanted = FINALIZER_ORPHAN
    else:
        wanted = FINALIZER_FOREGROUND if policy == "Foreground" else ""
    result = [f for f in finalizers if f not in (FINALIZER_ORPHAN, FINALIZER_FOREGROUND) or f == wanted]
    if wanted and wanted not in result:
        result.append(wanted)
    return result


def _check_preconditions(target: ResourceRequest, metadata: Object, preconditions: Object) -> None:
    uid, revision = preconditions.get("uid"), preconditions.get("resourceVersion")
    if uid and uid != metadata["uid"]:
        why = (
            f"the UID in the precondition ({uid}) does not match the UID in record ({metadata['uid']})."
            " The object might have been deleted and then recreated"
        )
    elif revision and revision != metadata["resourceVersion"]:
        why = (
            f"the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record"
            f" ({metadata['resourceVersion']}). The object might have been modified"
        )
    else:
        return
    raise errors.conflict(target.resource.group, target.resource.plural, target.name, why)


def _attributes(target: ResourceRequest, old: Object, options: Object, *, dry_run: bool) -> Attributes:
    return Attributes(
        target.server,
        Operation.DELETE,
        target.resource,
        "",
        target.namespace,
        target.name,
        None,
        old,
        target.request.user,
        dry_run,
        options,
        target.request.warnings,
    )
