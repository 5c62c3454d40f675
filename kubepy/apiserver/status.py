"""The only place that makes Kubernetes `Status` objects."""

from __future__ import annotations

from typing import Any

from kubepy.api.errors import (
    OPTIMISTIC_LOCK_MESSAGE,
    APIError,
    Cause,
    conflict,
    expired,
    internal,
    not_found,
    service_unavailable,
    timeout,
    too_many_requests,
)
from kubepy.api.scheme import Resource
from kubepy.storage import errors as storage_errors


def status_of(error: APIError) -> dict[str, Any]:
    """The Status object a failed request is answered with."""
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": error.list_metadata,
        "status": "Failure",
        "message": error.message,
        "reason": error.reason,
    }
    details = dict(error.details or {})
    if error.causes:
        details["causes"] = [
            {key: value for key, value in (("reason", c.reason), ("message", c.message), ("field", c.field)) if value}
            for c in error.causes
        ]
    if details or error.details is not None:
        status["details"] = details
    status["code"] = error.code
    return status


def success(resource: Resource, name: str, uid: str) -> dict[str, Any]:
    """The Status object a deletion is answered with where the object itself isn't."""
    details = {"name": name, "group": resource.group, "kind": resource.plural, "uid": uid}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }


def translate(error: storage_errors.StorageError, resource: Resource | None, name: str = "") -> APIError:
    """A storage error as the API error a client should see."""
    group, plural = (resource.group, resource.plural) if resource is not None else ("", "")
    match error:
        case storage_errors.Conflict(current=None):
            return not_found(group, plural, name)
        case storage_errors.Conflict():
            return conflict(group, plural, name, OPTIMISTIC_LOCK_MESSAGE)
        case storage_errors.Compacted():
            return expired(f"too old resource version: {error.revision} ({error.oldest})")
        case storage_errors.FutureRevision():
            return too_large_resource_version(error.revision, error.current)
        case storage_errors.Overloaded():
            return too_many_requests("the server has received too many requests and has asked us to try again later", 1)
        case storage_errors.Unavailable():
            return service_unavailable("the database cannot be reached at the moment, please try again later")
        case storage_errors.OutcomeUnknown():
            return timeout("request did not complete within the allotted timeout; it may still take effect", 1)
        case _:
            return internal(str(error))


def too_large_resource_version(wanted: int, current: int) -> APIError:
    """504 for a revision that isn't reached in time; the cause tells clients which timeout it is.

    Follows apiserver `pkg/storage/errors.go` NewTooLargeResourceVersionError.
    """
    error = timeout(f"Too large resource version: {wanted}, current: {current}", 1)
    error.causes = (Cause("ResourceVersionTooLarge", "Too large resource version"),)
    return error
