"""One request on its way through the filters and its handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from kubepy.api import errors
from kubepy.api.scheme import Resource
from kubepy.apiserver.negotiation import Form, negotiate
from kubepy.apiserver.registry.strategy import User, WriteContext
from kubepy.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

MAX_BODY_BYTES = 3 * 2**20
ANONYMOUS = User("system:anonymous", groups=("system:unauthenticated",))


@dataclass(slots=True, eq=False)
class Request:
    """A request: what HTTP brought, what it asks for, who asks, and the warnings collected so far."""

    http: web.BaseRequest
    info: RequestInfo
    query: Mapping[str, str]
    user: User = ANONYMOUS
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    warnings: list[str] = field(default_factory=list)

    @property
    def context(self) -> WriteContext:
        """What strategies may know of the request."""
        return WriteContext(self.user, self.received_at)

    def warn(self, text: str) -> None:
        """Have the client told something (once)."""
        if text not in self.warnings:
            self.warnings.append(text)

    def form(self, *, transformations: bool = True) -> Form:
        """The form the client wants the answer in. Raises 406."""
        return negotiate(self.http.headers.get("Accept", ""), transformations=transformations)

    def flag(self, name: str) -> bool:
        """A boolean query parameter, as Go's url.Values conversion reads it: `1`, `true`, or just named."""
        value = self.query.get(name)
        return value is not None and value.lower() not in ("false", "0")

    def integer(self, name: str) -> int | None:
        """An integer query parameter. Raises 400 if it isn't one."""
        value = self.query.get(name)
        if not value:
            return None
        try:
            return int(value)
        except ValueError:
            raise errors.bad_request(f'strconv.ParseInt: parsing "{value}": invalid syntax') from None

    async def body(self) -> bytes:
        """The whole body. Raises 413 if it is too large, without reading on."""
        declared = self.http.content_length
        if declared is not None and declared > MAX_BODY_BYTES:
            raise _too_large()
        if declared is not None and declared > 0:
            return await self.http.read()
        chunks = []
        size = 0
        async for chunk in self.http.content.iter_any():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise _too_large()
            chunks.append(chunk)
        return b"".join(chunks)


def _too_large() -> errors.APIError:
    return errors.request_entity_too_large(f"limit is {MAX_BODY_BYTES}")


@dataclass(frozen=True, slots=True)
class ResourceRequest:
    """What handlers of resources are given: the server, the request and the resource it is about."""

    server: APIServer
    request: Request
    resource: Resource

    @property
    def namespace(self) -> str:
        """The namespace in the URL, empty for cluster-scoped resources and for all namespaces."""
        return self.request.info.namespace if self.resource.namespaced else ""

    @property
    def name(self) -> str:
        """The name in the URL."""
        return self.request.info.name

    @property
    def subresource(self) -> str:
        """The subresource in the URL."""
        return self.request.info.subresource

    def not_found(self) -> errors.APIError:
        """404 for the object in the URL."""
        return errors.not_found(self.resource.group, self.resource.plural, self.name)

    def decode(self, body: bytes) -> Any:
        """A stored body as a dict."""
        return self.server.decode(body)
