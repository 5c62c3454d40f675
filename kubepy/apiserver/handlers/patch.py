"""PATCH of one object in four languages: JSON patch, merge patch, strategic merge patch, server-side apply.

Follows apiserver `pkg/endpoints/handlers/patch.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from kubepy.api import apply, errors
from kubepy.api.decoding import decode_json
from kubepy.api.patch import apply_json_patch, apply_merge_patch, apply_strategic_merge_patch
from kubepy.api.schema import Schema
from kubepy.api.typecheck import check_value, check_yaml
from kubepy.apiserver.handlers.body import from_storage, report, require_type, to_storage, write_options
from kubepy.apiserver.handlers.written import respond_written
from kubepy.apiserver.negotiation import PATCH_TYPES
from kubepy.apiserver.registry import object_writer
from kubepy.apiserver.registry.object_writer import WriteOptions
from kubepy.apiserver.request import ResourceRequest

Object = dict[str, Any]

JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH = PATCH_TYPES


def patch_type_of(target: ResourceRequest) -> str:
    """The language of the patch. Raises 415."""
    content_type = target.request.http.headers.get("Content-Type", "").partition(";")[0].strip()
    if content_type not in PATCH_TYPES:
        raise errors.unsupported_media_type(PATCH_TYPES)
    return content_type


async def patch(target: ResourceRequest) -> web.StreamResponse:
    """Change part of the object; answers 200 with the new one, 201 if an apply created it."""
    form = target.request.form()
    kind = patch_type_of(target)
    options = write_options(target.request, "PatchOptions", kind)
    body = await target.request.body()
    if kind == APPLY_PATCH:
        written = await _apply(target, body, options)
    else:
        change = patch_function(kind, body, target.resource.schema)

        def transform(live: Object | None) -> Object:
            assert live is not None
            return patched(target, live, change)

        written = await object_writer.update(target, transform, options)
    return await respond_written(target, written, form)


def patch_function(kind: str, body: bytes, schema: Schema) -> Callable[[Object], Object]:
    """What a patch does to an object with that schema. Raises 400 for a malformed patch."""
    value = decode_json(body)
    if kind == JSON_PATCH:
        return lambda document: apply_json_patch(document, value)
    if kind == MERGE_PATCH:
        return lambda document: apply_merge_patch(document, value)
    return lambda document: apply_strategic_merge_patch(document, value, schema)


def patched(target: ResourceRequest, live: Object, change: Callable[[Object], Object]) -> Object:
    """The live object after a patch, checked like any body."""
    resource = target.resource
    result = change(from_storage(resource, live))
    checked = check_value(result, resource.schema)
    require_type(checked.object, resource.gvk)
    report(target.request, checked, resource.schema)
    return to_storage(resource, checked.object)


async def _apply(target: ResourceRequest, body: bytes, options: WriteOptions) -> object_writer.Written:
    resource = target.resource
    checked = check_yaml(body, resource.schema)
    require_type(checked.object, resource.gvk)
    report(target.request, checked, resource.schema)
    config = checked.object
    if not config.get("metadata", {}).get("name"):
        config = {**config, "metadata": {**config.get("metadata", {}), "name": target.name}}
    strategy = target.server.strategy(resource, target.subresource)

    def transform(live: Object | None) -> Object:
        merged = apply.apply(
            from_storage(resource, live) if live is not None else None,
            config,
            resource.schema,
            resource.api_version,
            options.field_manager,
            bool(options.options.get("force")),
            target.request.received_at,
            subresource=target.subresource,
            reset_fields=strategy.reset_fields,
        )
        return to_storage(resource, merged)

    options.manages_fields = False
    return await object_writer.update(target, transform, options, create_missing=not target.subresource)
