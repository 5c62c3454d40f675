"""Which handler answers a request about a resource."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from aiohttp import web

from kubepy.api import errors
from kubepy.apiserver.handlers import pods, reviews, scale
from kubepy.apiserver.handlers.create import create
from kubepy.apiserver.handlers.delete import delete, delete_collection
from kubepy.apiserver.handlers.get import get
from kubepy.apiserver.handlers.list import list_objects
from kubepy.apiserver.handlers.patch import patch
from kubepy.apiserver.handlers.update import update
from kubepy.apiserver.handlers.watch import watch
from kubepy.apiserver.request import Request, ResourceRequest

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

Handler = Callable[[ResourceRequest], Awaitable[web.StreamResponse]]

VERBS: Final[Mapping[str, Handler]] = {
    "get": get,
    "list": list_objects,
    "watch": watch,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_collection,
}
VIEWS: Final = frozenset({"status", "ephemeralcontainers", "resize", "finalize", "approval"})
"""Subresources that read and write the object itself, each with a strategy of its own."""
SUBRESOURCES: Final[Mapping[tuple[str, str], Mapping[str, Handler]]] = {
    ("", "scale"): scale.HANDLERS,
    ("pods", "binding"): {"create": pods.bind},
    ("pods", "eviction"): {"create": pods.evict},
}
"""Subresources with objects of their own, by resource ("": any) and name."""


async def dispatch(server: APIServer, request: Request) -> web.StreamResponse:
    """Find the resource and hand the request to the verb's handler. Raises 404, 405 and 501."""
    info = request.info
    resource = server.resource_of(info)
    if resource is None or (info.namespace and not resource.namespaced and resource.plural != "namespaces"):
        raise errors.no_such_path()
    target = ResourceRequest(server, request, resource)
    if info.subresource:
        return await _subresource(target)
    if info.verb not in resource.verbs or not _fits_path(target):
        raise errors.method_not_allowed()
    if (review := reviews.HANDLERS.get(resource.group_resource)) is not None:
        return await review(target)
    return await VERBS[info.verb](target)


def _fits_path(target: ResourceRequest) -> bool:
    """Whether the verb is one of a URL of this form: of one object, of a collection, of all namespaces."""
    info = target.request.info
    if info.verb in ("list", "watch"):
        return True
    if target.resource.namespaced and not info.namespace:
        return False
    return bool(info.name) == (info.verb in ("get", "update", "patch", "delete"))


async def _subresource(target: ResourceRequest) -> web.StreamResponse:
    resource, info = target.resource, target.request.info
    declared = resource.subresources.get(info.subresource)
    if declared is None:
        raise errors.no_such_path()
    if info.verb not in declared.verbs:
        raise errors.method_not_allowed()
    if info.subresource in VIEWS:
        return await VERBS[info.verb](target)
    handlers = SUBRESOURCES.get((resource.group_resource, info.subresource)) or SUBRESOURCES.get(("", info.subresource))
    if handlers is None or info.verb not in handlers:
        raise errors.not_implemented(f"{resource.plural}/{info.subresource} is not implemented by this server yet")
    return await handlers[info.verb](target)
