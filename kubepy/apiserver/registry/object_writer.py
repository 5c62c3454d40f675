"""Creating and updating stored objects: what happens to every kind between a decoded body and the commit.

    create:  names -> system metadata -> defaults -> field managers -> mutating admission -> prepare ->
             reserve -> validate -> validating admission -> commit
    update:  live object -> transform -> preconditions -> defaults -> field managers -> mutating admission ->
             prepare -> reserve -> validate -> validating admission -> nothing changed? -> commit

Both retry when the compare-and-swap at commit finds another state than the one they started from, unless
the client has said which state it means. Follows apiserver `pkg/registry/generic/registry/store.go` and
`pkg/registry/rest/{create,update}.go`.
"""

from __future__ import annotations

import copy
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from kubepy.api import apply, errors
from kubepy.api.encoding import encode_object, splice_revision
from kubepy.api.field import FieldError, invalid
from kubepy.api.object_meta import METADATA, validate_object_meta, validate_object_meta_update
from kubepy.api.timestamps import format_time
from kubepy.apiserver.admission import Attributes, Operation
from kubepy.apiserver.registry.strategy import Object, Strategy
from kubepy.apiserver.request import ResourceRequest
from kubepy.storage.errors import Conflict
from kubepy.storage.records import Key, Mutation
from kubepy.storage.watch_cache import Entry

GENERATED_SUFFIX_LENGTH: Final = 5
_MAX_GENERATED_BASE: Final = 63 - GENERATED_SUFFIX_LENGTH
_SUFFIX_ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"
"""Without vowels and look-alikes (apimachinery `pkg/util/rand`)."""
_NAME_ATTEMPTS: Final = 8
_UPDATE_ATTEMPTS: Final = 100
_SYSTEM_METADATA: Final = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")

Transform = Callable[[Object | None], Object]
"""From the live object in its stored version (None: there is none) to the wanted one. May be called again
with a newer live object; may use and change its argument. Raises APIError."""


@dataclass(slots=True)
class WriteOptions:
    """How a write is to be done."""

    dry_run: bool = False
    field_manager: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    manages_fields: bool = True
    """False for server-side apply, whose transform has set managedFields itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """A write's result: the object's bytes as served, and whether it was created."""

    body: bytes
    created: bool = False


async def create(target: ResourceRequest, obj: Object, options: WriteOptions, name: str = "") -> Written:
    """Store a new object given in its stored version. Raises APIError."""
    metadata = _own_metadata(obj)
    if metadata.get("resourceVersion"):
        raise errors.bad_request("resourceVersion should not be set on objects to be created")
    _check_name_and_namespace(target, metadata, name)
    base = metadata.get("generateName", "")
    generates = bool(base) and not metadata.get("name")
    _fill_system_metadata(target, metadata)
    if generates:
        metadata["name"] = generate_name(base)
    strategy = target.server.strategy(target.resource)
    strategy.default(obj)
    deduplicate_owner_references(target, metadata)
    if options.manages_fields:
        _record_managers(target, None, obj, strategy, options)
    attributes = _attributes(target, Operation.CREATE, obj, None, options)
    await target.server.admission.admit(attributes)
    strategy.prepare_for_create(obj, target.request.context)
    metadata = obj["metadata"]  # field managers and admission may have replaced it
    for attempt in range(_NAME_ATTEMPTS if generates else 1):
        if attempt:
            metadata["name"] = generate_name(base)
            strategy.default(obj)  # which may have used the name
        try:
            return await _commit_new(target, obj, strategy, attributes, options)
        except Conflict as conflict:
            if conflict.key.resource != target.resource.storage_key:
                raise
    taken = errors.generate_name_conflict if generates else errors.already_exists
    raise taken(target.resource.group, target.resource.plural, metadata["name"])


async def _commit_new(
    target: ResourceRequest, obj: Object, strategy: Strategy, attributes: Attributes, options: WriteOptions
) -> Written:
    metadata = obj["metadata"]
    state = target.server.state
    name = metadata.get("name", "")
    key = Key(target.resource.storage_key, metadata.get("namespace", ""), name)
    draft = obj
    for _ in range(_UPDATE_ATTEMPTS):
        if strategy.reserves:  # each attempt starts from what was asked for, not from what was lost
            obj = {**copy.deepcopy(draft), "metadata": metadata}
            attributes.obj = obj
        reserved = await strategy.reserve(obj, None, target.server)
        problems = _validate_metadata(target, metadata, strategy) + strategy.validate(obj)
        if problems:
            raise errors.invalid(target.resource.group, target.resource.kind, name, problems)
        _warn(target, strategy, obj, None)
        attributes.name = name
        await target.server.admission.validate(attributes)
        body = encode_object(obj)
        if options.dry_run:
            if await state.get(key) is not None:
                raise Conflict(key, None)
            return Written(body, created=True)
        try:
            record, *_ = await state.commit(Mutation(key, metadata["uid"], body, 0), *reserved)
        except Conflict as conflict:
            if conflict.key == key:
                raise
            await state.fresh()  # somebody else got what was to be reserved: look again
            continue
        return Written(splice_revision(body, record.revision), created=True)
    raise _contended(target, metadata["name"])


async def update(
    target: ResourceRequest,
    transform: Transform,
    options: WriteOptions,
    *,
    create_missing: bool = False,
    strategy: Strategy | None = None,
) -> Written:
    """Replace the object in the URL by what `transform` makes of it. Raises APIError.

    `strategy` is the one for the URL's subresource unless another is given.
    """
    state = target.server.state
    if strategy is None:
        strategy = target.server.strategy(target.resource, target.subresource)
    creatable = create_missing or (strategy.allow_create_on_update and not target.subresource)
    key = Key(target.resource.storage_key, target.namespace, target.name)
    live, is_current = state.cache.get(key), False
    if live is None:
        live, is_current = await state.get(key), True
    for _ in range(_UPDATE_ATTEMPTS):
        if live is None:
            if not creatable:
                raise target.not_found()
            try:
                return await create(target, transform(None), options, target.name)
            except errors.APIError as error:
                if error.reason != "AlreadyExists":
                    raise
                live, is_current = await state.get(key), True
                continue
        try:
            return await _replace(target, live, transform, strategy, options)
        except Conflict as conflict:
            if conflict.key == key:
                live = state.entry_of(conflict.current) if conflict.current is not None else None
                is_current = True
            else:  # somebody else got what was to be reserved: look again
                await state.fresh()
        except errors.APIError:
            # Decided on a cached state: before refusing, make sure that it is the current one.
            if is_current:
                raise
            known, is_current = live, True
            live = await state.get(key)
            if live is known:
                raise
    raise _contended(target, target.name)


async def _replace(
    target: ResourceRequest, live: Entry, transform: Transform, strategy: Strategy, options: WriteOptions
) -> Written:
    old: Object = target.decode(live.body)
    obj = transform(target.decode(live.body))  # its own copy: defaulting works in place
    metadata = _own_metadata(obj)
    old_metadata = old["metadata"]
    _check_preconditions(target, metadata, old_metadata, strategy)
    _check_name_and_namespace(target, metadata, target.name)
    strategy.default(obj)
    deduplicate_owner_references(target, metadata)
    if options.manages_fields:
        _record_managers(target, old, obj, strategy, options)
    attributes = _attributes(target, Operation.UPDATE, obj, old, options)
    await target.server.admission.admit(attributes)
    metadata = obj["metadata"]  # field managers and admission may have replaced it
    _keep_system_metadata(metadata, old_metadata)
    strategy.prepare_for_update(obj, old, target.request.context)
    reserved = await strategy.reserve(obj, old, target.server)
    problems = _metadata_update_problems(metadata, old_metadata) + strategy.validate_update(obj, old)
    if problems:
        raise errors.invalid(target.resource.group, target.resource.kind, target.name, problems)
    _warn(target, strategy, obj, old)
    await target.server.admission.validate(attributes)
    metadata["resourceVersion"] = old_metadata["resourceVersion"]
    apply.keep_times_if_unchanged(old, obj)
    if not reserved and obj == old:
        return Written(live.body)
    key = Key(target.resource.storage_key, live.namespace, live.name)
    body = encode_object(obj)
    deleted = deletes_during_update(obj, old, strategy)
    if options.dry_run:
        return Written(splice_revision(body, live.revision))
    released = await strategy.release(obj, target.server) if deleted else []
    mutation = Mutation(key, old_metadata["uid"], body, live.revision, deleted)
    record, *_ = await target.server.state.commit(mutation, *reserved, *released)
    return Written(splice_revision(body, record.revision))


def _own_metadata(obj: Object) -> Object:
    """The object's metadata, made its own so that changing it changes nobody else's."""
    metadata = obj["metadata"] = dict(obj.get("metadata") or {})
    return metadata


def _check_name_and_namespace(target: ResourceRequest, metadata: Object, name: str) -> None:
    given = metadata.get("namespace", "")
    if not target.namespace:
        metadata.pop("namespace", None)
    elif not given:
        metadata["namespace"] = target.namespace
    elif given != target.namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if name:
        given = metadata.get("name")
        if not given:
            raise errors.bad_request(
                f"the name of the object ({name} based on URL) was undeterminable: name must be provided"
            )
        if given != name:
            raise errors.bad_request(f"the name of the object ({given}) does not match the name on the URL ({name})")


def _fill_system_metadata(target: ResourceRequest, metadata: Object) -> None:
    for name in _SYSTEM_METADATA:
        metadata.pop(name, None)
    metadata.pop("generation", None)
    metadata.pop("resourceVersion", None)
    metadata["uid"] = str(uuid.uuid4())
    metadata["creationTimestamp"] = format_time(target.request.received_at)


def _keep_system_metadata(metadata: Object, old: Object) -> None:
    """What an update can't change but may leave out."""
    if not metadata.get("uid"):
        metadata["uid"] = old["uid"]
    for name in ("creationTimestamp", "deletionTimestamp", "generation"):
        if name in old:
            metadata[name] = old[name]
        elif name == "generation":
            metadata.pop(name, None)
    if "deletionGracePeriodSeconds" in old:
        metadata.setdefault("deletionGracePeriodSeconds", old["deletionGracePeriodSeconds"])
    metadata.pop("selfLink", None)


def _check_preconditions(target: ResourceRequest, metadata: Object, old: Object, strategy: Strategy) -> None:
    resource = target.resource
    uid = metadata.get("uid")
    if uid and uid != old["uid"]:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {old['uid']}"
        raise errors.conflict(resource.group, resource.plural, target.name, why)
    revision = metadata.get("resourceVersion", "")
    if not revision or revision == "0":
        if not strategy.allow_unconditional_update:
            problem = invalid(METADATA.child("resourceVersion"), 0, "must be specified for an update")
            raise errors.invalid(resource.group, resource.plural, target.name, [problem])
    elif not revision.isdecimal():
        problem = invalid(
            METADATA.child("resourceVersion"), revision, f'strconv.ParseUint: parsing "{revision}": invalid syntax'
        )
        raise errors.invalid(resource.group, resource.kind, target.name, [problem])
    elif revision != old["resourceVersion"]:
        raise errors.conflict(resource.group, resource.plural, target.name, errors.OPTIMISTIC_LOCK_MESSAGE)


def _validate_metadata(target: ResourceRequest, metadata: Object, strategy: Strategy) -> list[FieldError]:
    return validate_object_meta(
        metadata, namespaced=target.resource.namespaced, validate_name=strategy.validate_name, path=METADATA
    )


def _metadata_update_problems(metadata: Object, old: Object) -> list[FieldError]:
    return validate_object_meta_update(metadata, old, METADATA)


def _record_managers(
    target: ResourceRequest, live: Object | None, obj: Object, strategy: Strategy, options: WriteOptions
) -> None:
    apply.record_update(
        live,
        obj,
        target.resource.schema,
        target.resource.api_version,
        options.field_manager,
        target.request.received_at,
        subresource=target.subresource,
        reset_fields=strategy.reset_fields,
    )


def _attributes(
    target: ResourceRequest, operation: Operation, obj: Object, old: Object | None, options: WriteOptions
) -> Attributes:
    return Attributes(
        target.server,
        operation,
        target.resource,
        target.subresource,
        target.namespace,
        target.name or obj["metadata"].get("name", ""),
        obj,
        old,
        target.request.user,
        options.dry_run,
        options.options,
        target.request.warnings,
    )


def _warn(target: ResourceRequest, strategy: Strategy, obj: Object, old: Object | None) -> None:
    for text in strategy.warnings(obj, old):
        target.request.warn(text)


def _contended(target: ResourceRequest, name: str) -> errors.APIError:
    return errors.conflict(target.resource.group, target.resource.plural, name, errors.OPTIMISTIC_LOCK_MESSAGE)


def deduplicate_owner_references(target: ResourceRequest, metadata: Object) -> None:
    """Drop owner references that occur twice, and say so, as upstream's handlers do."""
    references = metadata.get("ownerReferences")
    if not references or len(references) < 2:
        return
    unique = [reference for place, reference in enumerate(references) if reference not in references[:place]]
    if len(unique) < len(references):
        metadata["ownerReferences"] = unique
        uids = ", ".join(dict.fromkeys(r["uid"] for i, r in enumerate(references) if r in references[:i]))
        target.request.warn(
            ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+,"
            " and may reject such requests as early as 1.24; please fix your requests; "
            f"duplicate UID(s) observed: {uids}"
        )


def deletes_during_update(obj: Object, old: Object, strategy: Strategy) -> bool:
    """Whether an update has removed the last thing that kept a deleted object alive."""
    metadata = obj["metadata"]
    return bool(
        "deletionTimestamp" in old["metadata"]
        and not metadata.get("finalizers")
        and metadata.get("deletionGracePeriodSeconds") == 0
        and not strategy.stays_while_deleted(obj)
    )


def generate_name(base: str) -> str:
    """A name from a generateName: the base, cut to leave room, and five random characters."""
    suffix = "".join(random.choices(_SUFFIX_ALPHABET, k=GENERATED_SUFFIX_LENGTH))
    return base[:_MAX_GENERATED_BASE] + suffix
