"""`/scale`: the replica count of a workload as an autoscaling/v1 Scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from kubepy.api import apply, errors
from kubepy.api.conversion import apply_scale, scale_of
from kubepy.api.field import Path, invalid
from kubepy.api.object_meta import NEGATIVE_ERROR
from kubepy.api.schema import builtin_catalog
from kubepy.api.scheme import GroupVersionKind
from kubepy.api.typecheck import check_value, check_yaml
from kubepy.apiserver.handlers.body import read_object, report, require_type, write_options
from kubepy.apiserver.handlers.get import read
from kubepy.apiserver.handlers.patch import APPLY_PATCH, patch_function, patch_type_of
from kubepy.apiserver.negotiation import Form
from kubepy.apiserver.registry import object_writer
from kubepy.apiserver.registry.object_writer import Transform, WriteOptions
from kubepy.apiserver.request import ResourceRequest
from kubepy.apiserver.responses import respond_value

Object = dict[str, Any]

SCALE: Final = GroupVersionKind("autoscaling", "v1", "Scale")


async def get_scale(target: ResourceRequest) -> web.StreamResponse:
    """The Scale of the object in the URL."""
    form = target.request.form(transformations=False)
    entry = await read(target)
    return await respond_value(target.request, scale_of(target.resource, target.decode(entry.body)), form)


async def update_scale(target: ResourceRequest) -> web.StreamResponse:
    """Set the replica count by a whole Scale."""
    form = target.request.form(transformations=False)
    options = write_options(target.request, "UpdateOptions")
    wanted = await read_object(target, SCALE, _schema())

    return await _write(target, lambda _: wanted, options, form)


async def patch_scale(target: ResourceRequest) -> web.StreamResponse:
    """Set the replica count by a patch to the Scale."""
    form = target.request.form(transformations=False)
    kind = patch_type_of(target)
    options = write_options(target.request, "PatchOptions", kind)
    body = await target.request.body()
    if kind == APPLY_PATCH:
        return await _apply(target, body, options, form)
    change = patch_function(kind, body, _schema())

    def patched(current: Object) -> Object:
        checked = check_value(change(current), _schema())
        require_type(checked.object, SCALE)
        report(target.request, checked, _schema())
        return checked.object

    return await _write(target, patched, options, form)


async def _write(
    target: ResourceRequest, new_scale: Callable[[Object], Object], options: WriteOptions, form: Form
) -> web.StreamResponse:
    def transform(live: Object | None) -> Object:
        assert live is not None
        scale = new_scale(scale_of(target.resource, live))
        _validate(scale, target.name)
        apply_scale(target.resource, live, scale)
        return live

    return await _respond(target, transform, options, form)


async def _apply(target: ResourceRequest, body: bytes, options: WriteOptions, form: Form) -> web.StreamResponse:
    """Server-side apply of a Scale is an apply of the one field it stands for."""
    checked = check_yaml(body, _schema())
    require_type(checked.object, SCALE)
    report(target.request, checked, _schema())
    _validate(checked.object, target.name)
    config = {
        "apiVersion": target.resource.api_version,
        "kind": target.resource.kind,
        "metadata": {"name": target.name},
        "spec": {"replicas": checked.object.get("spec", {}).get("replicas", 0)},
    }

    def transform(live: Object | None) -> Object:
        return apply.apply(
            live,
            config,
            target.resource.schema,
            target.resource.api_version,
            options.field_manager,
            bool(options.options.get("force")),
            target.request.received_at,
            subresource="scale",
        )

    options.manages_fields = False
    return await _respond(target, transform, options, form)


async def _respond(
    target: ResourceRequest, transform: Transform, options: WriteOptions, form: Form
) -> web.StreamResponse:
    written = await object_writer.update(target, transform, options)
    return await respond_value(target.request, scale_of(target.resource, target.decode(written.body)), form)


def _validate(scale: Object, name: str) -> None:
    replicas = scale.get("spec", {}).get("replicas", 0)
    if replicas < 0:
        problem = invalid(Path("spec").child("replicas"), replicas, NEGATIVE_ERROR)
        raise errors.invalid("autoscaling", "Scale", name, [problem])


def _schema() -> Any:
    return builtin_catalog().get("io.k8s.api.autoscaling.v1.Scale")


HANDLERS: Final = {"get": get_scale, "update": update_scale, "patch": patch_scale}
