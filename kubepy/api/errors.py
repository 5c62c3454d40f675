"""The errors an API request can end in, as exceptions with everything a `Status` object needs.

Everything below HTTP raises these; only `kubepy.apiserver.status` turns them into a response.
Follows apimachinery `pkg/api/errors/errors.go`: the same codes, reasons and messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kubepy.api.field import FieldError, aggregate


@dataclass(frozen=True, slots=True)
class Cause:
    """One of several reasons for an error: `reason` is a StatusCause type, `field` a path or empty."""

    reason: str
    message: str
    field: str = ""


@dataclass(slots=True)
class APIError(Exception):
    """A request that fails, with the HTTP status code, reason and message the client gets.

    `details` are the members of StatusDetails (name, group, kind, uid, retryAfterSeconds) that are set.
    """

    code: int
    reason: str
    message: str
    details: dict[str, Any] | None = None
    causes: Sequence[Cause] = field(default=())
    list_metadata: dict[str, Any] = field(default_factory=dict)
    """Members of the Status's own metadata: a continue token to go on with after 410."""

    def __post_init__(self) -> None:
        Exception.__init__(self, self.message)

    def __str__(self) -> str:
        return self.message

    @property
    def retry_after_seconds(self) -> int | None:
        """How long the client is asked to wait, if it is."""
        return (self.details or {}).get("retryAfterSeconds")


def qualified(group: str, name: str) -> str:
    """`deployments.apps`, or just `pods` in the core group."""
    return f"{name}.{group}" if group else name


def _about(group: str, kind: str, name: str = "") -> dict[str, Any]:
    details = {"name": name, "group": group, "kind": kind}
    return {key: value for key, value in details.items() if value}


def bad_request(message: str) -> APIError:
    """400: the request makes no sense."""
    return APIError(400, "BadRequest", message)


def unauthorized(message: str = "Unauthorized") -> APIError:
    """401: the server doesn't know who asks."""
    return APIError(401, "Unauthorized", message)


def forbidden(group: str, resource: str, name: str, why: str) -> APIError:
    """403: known, but not allowed."""
    if not resource:
        message = f"forbidden: {why}"
    elif not name:
        message = f"{qualified(group, resource)} is forbidden: {why}"
    else:
        message = f'{qualified(group, resource)} "{name}" is forbidden: {why}'
    return APIError(403, "Forbidden", message, _about(group, resource, name))


def not_found(group: str, resource: str, name: str) -> APIError:
    """404: no such object."""
    return APIError(404, "NotFound", f'{qualified(group, resource)} "{name}" not found', _about(group, resource, name))


def no_such_path() -> APIError:
    """404: no such resource or URL, in the words kubectl knows it by."""
    return APIError(404, "NotFound", "the server could not find the requested resource", {})


def method_not_allowed() -> APIError:
    """405: nothing there answers that method."""
    return APIError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def not_acceptable(accepted: Sequence[str]) -> APIError:
    """406: none of the media types in Accept is served."""
    listed = ", ".join(accepted)
    return APIError(406, "NotAcceptable", f"only the following media types are accepted: {listed}")


def already_exists(group: str, resource: str, name: str) -> APIError:
    """409: the name is taken."""
    message = f'{qualified(group, resource)} "{name}" already exists'
    return APIError(409, "AlreadyExists", message, _about(group, resource, name))


def generate_name_conflict(group: str, resource: str, name: str) -> APIError:
    """409: every name tried for a generateName was taken."""
    message = (
        f'{qualified(group, resource)} "{name}" already exists, '
        "the server was not able to generate a unique name for the object"
    )
    return APIError(409, "AlreadyExists", message, {**_about(group, resource, name), "retryAfterSeconds": 1})


def conflict(group: str, resource: str, name: str, why: str) -> APIError:
    """409: the object is not in the state the request relies on."""
    message = f'Operation cannot be fulfilled on {qualified(group, resource)} "{name}": {why}'
    return APIError(409, "Conflict", message, _about(group, resource, name))


OPTIMISTIC_LOCK_MESSAGE = "the object has been modified; please apply your changes to the latest version and try again"
"""Upstream's `registry.OptimisticLockErrorMsg`; clients match on it."""


def apply_conflict(causes: Sequence[Cause], message: str) -> APIError:
    """409: server-side apply would take fields from other managers."""
    return APIError(409, "Conflict", message, {}, tuple(causes))


def gone(message: str) -> APIError:
    """410 Gone."""
    return APIError(410, "Gone", message)


def expired(message: str) -> APIError:
    """410 Expired: the revision asked for has been compacted."""
    return APIError(410, "Expired", message)


def request_entity_too_large(message: str) -> APIError:
    """413: the body is over the limit."""
    return APIError(413, "RequestEntityTooLarge", message)


def unsupported_media_type(supported: Sequence[str]) -> APIError:
    """415: the body's media type is not understood."""
    message = f"the body of the request was in an unknown format - accepted media types include: {', '.join(supported)}"
    return APIError(415, "UnsupportedMediaType", message)


def invalid(group: str, kind: str, name: str, errors: Sequence[FieldError]) -> APIError:
    """422: the object is well-formed but breaks rules; every broken one is a cause."""
    causes = tuple(Cause(str(error.type), error.body, error.field) for error in errors)
    message = f'{qualified(group, kind)} "{name}" is invalid'
    if errors:
        message += f": {aggregate(errors)}"
    return APIError(422, "Invalid", message, _about(group, kind, name), causes)


def too_many_requests(message: str, retry_after_seconds: int) -> APIError:
    """429: try again later."""
    return APIError(429, "TooManyRequests", message, {"retryAfterSeconds": retry_after_seconds})


def internal(message: str) -> APIError:
    """500: a fault of the server's own."""
    return APIError(500, "InternalError", f"Internal error occurred: {message}", {}, (Cause("", message),))


def not_implemented(message: str) -> APIError:
    """501: a part of the API that this server doesn't have yet."""
    return APIError(501, "NotImplemented", message)


def service_unavailable(message: str) -> APIError:
    """503: not now, for reasons of the server's."""
    return APIError(503, "ServiceUnavailable", message)


def timeout(message: str, retry_after_seconds: int) -> APIError:
    """504: it took too long; it may still come to pass."""
    return APIError(504, "Timeout", f"Timeout: {message}", {"retryAfterSeconds": retry_after_seconds})
