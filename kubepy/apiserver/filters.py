"""What every request passes through, in order:

    request info -> authenticate -> (audit) -> (flow control) -> authorize -> handler

Audit and flow control have their places here and come with their issue's own modules. Errors of any step
become Status objects in one place, `serve`; nothing a client sends ends in a stack trace or a hung
connection.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from aiohttp import ClientPayloadError, web

from kubepy.api import errors
from kubepy.apiserver.authorization import authorize
from kubepy.apiserver.negotiation import PLAIN, Form
from kubepy.apiserver.request import Request
from kubepy.apiserver.request_info import parse_request
from kubepy.apiserver.responses import error_response
from kubepy.apiserver.status import translate
from kubepy.apiserver.whole_response import WholeResponse
from kubepy.storage.errors import StorageError

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_SECONDS = 60.0
UNTIMED_VERBS = frozenset({"watch", "get", "list"})
"""Watches last; reads have no body to wait for, and what they do wait for in storage has limits of its own."""
NO_QUERY: Mapping[str, str] = MappingProxyType({})


async def serve(server: APIServer, http: web.BaseRequest) -> web.StreamResponse:
    """Answer one request, whatever it is."""
    started = time.perf_counter()
    request: Request | None = None
    try:
        path, _, query = http.raw_path.partition("?")
        parameters = http.query if query else NO_QUERY
        request = Request(http, parse_request(http.method, path, watch=_watches(parameters)), parameters)
        response = await _filtered(server, request)
    except (asyncio.CancelledError, ConnectionResetError):
        raise
    except Exception as error:
        failure = as_api_error(server, request, error)
        response = error_response(request, failure, _error_form(request))
    if isinstance(response, WholeResponse):
        response.audit_id = audit_id(http)
    elif not response.prepared:
        response.headers["Audit-Id"] = audit_id(http)
    server.request_metrics.observe(request, response.status, time.perf_counter() - started)
    return response


async def _filtered(server: APIServer, request: Request) -> web.StreamResponse:
    request.user = server.authenticator.authenticate(request.http)
    authorize(request)
    if request.info.verb in UNTIMED_VERBS:
        return await server.handle(request)
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
            return await server.handle(request)
    except TimeoutError as error:
        raise errors.timeout("request did not complete within the allotted timeout", 0) from error


def _watches(parameters: Mapping[str, str]) -> bool:
    value = parameters.get("watch")
    return value is not None and value.lower() not in ("false", "0")


def as_api_error(server: APIServer, request: Request | None, error: Exception) -> errors.APIError:
    """Any exception as the error a client is told; only surprises are logged."""
    if isinstance(error, errors.APIError):
        return error
    if isinstance(error, StorageError):
        resource = name = None
        if request is not None:
            resource, name = server.resource_of(request.info), request.info.name
        return translate(error, resource, name or "")
    if isinstance(error, web.HTTPException):
        return errors.APIError(error.status, error.reason.replace(" ", ""), error.text or error.reason)
    if isinstance(error, ClientPayloadError):
        return errors.bad_request(f"the request's body could not be read: {error}")
    reference = secrets.token_hex(4)
    log.exception("request failed (reference %s)", reference, exc_info=error)
    return errors.internal(f"an unexpected error, logged under reference {reference}")


def _error_form(request: Request | None) -> Form:
    if request is None:
        return PLAIN
    try:
        return Form(request.form().media_type)
    except errors.APIError:
        return PLAIN


def audit_id(http: web.BaseRequest) -> str:
    """The ID under which a request can be found again: the client's own, or a new one."""
    given = http.headers.get("Audit-Id", "")
    return (
        given if 0 < len(given) <= 64 and given.isascii() and given.isprintable() else f"{random.getrandbits(128):032x}"
    )
