"""One API server process: its parts, and the listening socket."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from aiohttp import web

from kubepy.api import errors
from kubepy.api.builtin import builtin_scheme
from kubepy.api.encoding import at_revision
from kubepy.api.scheme import Resource, Scheme
from kubepy.apiserver import bootstrap
from kubepy.apiserver.admission import AdmissionChain, default_plugins
from kubepy.apiserver.authentication import Authenticator
from kubepy.apiserver.config import ServerConfig
from kubepy.apiserver.discovery import Discovery
from kubepy.apiserver.filters import serve
from kubepy.apiserver.handlers import nonresource, resources
from kubepy.apiserver.metrics import RequestMetrics, registry_of
from kubepy.apiserver.negotiation import Form
from kubepy.apiserver.openapi import OpenAPI
from kubepy.apiserver.registry.strategies import strategy_of
from kubepy.apiserver.registry.strategy import Strategy
from kubepy.apiserver.representation import Representation
from kubepy.apiserver.request import MAX_BODY_BYTES, Request
from kubepy.apiserver.request_info import RequestInfo
from kubepy.apiserver.version import GIT_VERSION, RELEASE
from kubepy.storage.cluster_state import ClusterState, open_cluster_state
from kubepy.storage.database import Database
from kubepy.storage.selection import FieldPaths
from kubepy.storage.views import create_views
from kubepy.storage.watch_cache import ResourceCache

log = logging.getLogger(__name__)
_http_log: Final = logging.getLogger("kubepy.http")
_http_log.setLevel(logging.CRITICAL)
"""What aiohttp has to say of malformed requests: any client could fill a disk with it. Errors in answering
well-formed ones are logged by `filters.serve`."""

SHUTDOWN_GRACE_SECONDS: Final = 10.0
_LINE_LIMIT_BYTES: Final = 64 * 1024
_KEEPALIVE_SECONDS: Final = 180.0
_LINGERING_SECONDS: Final = 5.0


class APIServer:
    """The parts a request needs, in one place."""

    def __init__(self, config: ServerConfig, state: ClusterState, scheme: Scheme) -> None:
        self.config = config
        self.state = state
        self.scheme = scheme
        self.authenticator = Authenticator(config.token_auth_file)
        self.admission = AdmissionChain(default_plugins())
        self.discovery = Discovery(scheme, f"{config.advertise_address}:{config.secure_port}", nonresource.ROOT_PATHS)
        self.openapi = OpenAPI(scheme, RELEASE)
        self.bootstrapped = asyncio.Event()
        self.stopping = False
        self.request_metrics = RequestMetrics()
        self.metrics_registry = registry_of(self)
        self._representations: dict[tuple[Resource, Form], Representation] = {}
        self.decode: Final = msgspec.json.Decoder().decode
        self.encode: Final = msgspec.json.Encoder().encode
        self.at_revision: Final = at_revision

    async def handle(self, request: Request) -> web.StreamResponse:
        """Answer a request that has passed the filters."""
        if request.info.is_resource_request:
            return await resources.dispatch(self, request)
        return await nonresource.handle(self, request)

    def resource_of(self, info: RequestInfo) -> Resource | None:
        """The resource a URL is about, if it is served."""
        return self.scheme.find(info.group, info.version, info.resource)

    def strategy(self, resource: Resource, subresource: str = "") -> Strategy:
        """How a resource is written."""
        return strategy_of(resource, subresource)

    def cache_of(self, resource: Resource) -> ResourceCache:
        """The watch cache of a resource."""
        return self.state.cache.resource(resource.storage_key)

    def representation(self, resource: Resource, form: Form) -> Representation:
        """How a resource is shown in a form."""
        key = (resource, form)
        found = self._representations.get(key)
        if found is None:
            found = self._representations[key] = Representation(resource, form)
        return found

    def invalid_revision(self, text: str) -> errors.APIError:
        """400 for a resourceVersion that is none."""
        return errors.bad_request(f'strconv.ParseUint: parsing "{text}": invalid syntax')


def selectable_fields(scheme: Scheme) -> dict[str, FieldPaths]:
    """The selectable fields of every stored resource, over all its served versions."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for resource in scheme:
        found.setdefault(resource.storage_key, {}).update(resource.selectable_fields)
    return dict(found)


@asynccontextmanager
async def open_server(config: ServerConfig) -> AsyncIterator[APIServer]:
    """An API server with its storage and background tasks, not yet listening."""
    scheme = builtin_scheme()
    fields = selectable_fields(scheme)
    database = Database(config.database_url)
    async with open_cluster_state(database, lambda key: fields.get(key, {}), config.history_retention) as state:
        await create_views(database, {r.storage_key for r in scheme if r.storage_version})
        server = APIServer(config, state, scheme)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(task(server), name=task.__name__) for task in bootstrap.TASKS]
            try:
                yield server
            finally:
                for task in running:
                    task.cancel()


@asynccontextmanager
async def listening(server: APIServer) -> AsyncIterator[int]:
    """Serve HTTPS for as long as the block lasts; gives the port. Leaving drains requests in flight."""

    async def handler(http: web.BaseRequest) -> web.StreamResponse:
        return await serve(server, http)

    loop = asyncio.get_running_loop()

    def request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY_BYTES + 1)

    protocol_factory = web.Server(
        handler,
        request_factory=request,
        logger=_http_log,
        handler_cancellation=True,  # a watch ends when its client goes, not at its next event
        access_log=None,
        keepalive_timeout=_KEEPALIVE_SECONDS,
        lingering_time=_LINGERING_SECONDS,
        max_line_size=_LINE_LIMIT_BYTES,
        max_field_size=_LINE_LIMIT_BYTES,
    )
    listener = await loop.create_server(
        protocol_factory,
        server.config.bind_address,
        server.config.secure_port,
        ssl=ssl_context(server.config),
        reuse_port=True,
        backlog=1024,
    )
    try:
        port = listener.sockets[0].getsockname()[1]
        log.info("serving %s on port %d", GIT_VERSION, port)
        yield port
    finally:
        server.stopping = True
        listener.close()
        server.state.cache.close_watchers()
        protocol_factory.pre_shutdown()  # idle connections, for which the next line would wait
        await protocol_factory.shutdown(SHUTDOWN_GRACE_SECONDS)


def ssl_context(config: ServerConfig) -> ssl.SSLContext:
    """TLS 1.2 and up; client certificates of the cluster's CA are taken but not demanded."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(config.tls_cert_file, config.tls_private_key_file)
    context.load_verify_locations(config.client_ca_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    return context
