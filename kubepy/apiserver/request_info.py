"""What a URL asks for: verb, API group and version, resource, subresource, namespace and name.

Follows apiserver `pkg/endpoints/request/requestinfo.go`.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple
from urllib.parse import unquote

_VERBS: Final = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_NAMESPACE_SUBRESOURCES: Final = frozenset({"status", "finalize"})


class RequestInfo(NamedTuple):
    """One request, taken apart. `resource` is empty for requests that aren't about resources."""

    path: str
    verb: str
    group: str = ""
    version: str = ""
    namespace: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    rest: str = ""
    """What follows the subresource in the path: the path to proxy to."""

    @property
    def is_resource_request(self) -> bool:
        """Whether it is about a resource, rather than discovery, health and the like."""
        return bool(self.resource)


@functools.lru_cache(maxsize=4096)
def parse_request(method: str, raw_path: str, *, watch: bool) -> RequestInfo:
    """Take a request line apart. `raw_path` is the path as sent, still percent-encoded, without the query.

    `watch` is the query parameter of that name; it makes a watch of what would be a list.
    """
    parts = [unquote(part) for part in raw_path.strip("/").split("/")]
    verb = _VERBS.get(method, "")
    group_and_rest = _api_prefix(parts)
    if group_and_rest is None:
        return RequestInfo(raw_path, method.lower())
    group, version, rest = group_and_rest
    if rest[0] == "watch" and len(rest) > 1:  # the deprecated form /api/v1/watch/...
        rest, watch = rest[1:], True
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:
            rest = rest[2:]
    resource, name, subresource, *tail = [*rest, "", "", ""]
    if not name:
        verb = _collection_verb(verb, watch=watch)
    return RequestInfo(
        raw_path, verb, group, version, namespace, resource, subresource, name, "/".join(tail).rstrip("/")
    )


def _api_prefix(parts: list[str]) -> tuple[str, str, list[str]] | None:
    """(group, version, the parts that follow), or None where no resource is named."""
    if parts[0] == "api" and len(parts) > 2:
        return "", parts[1], parts[2:]
    if parts[0] == "apis" and len(parts) > 3:
        return parts[1], parts[2], parts[3:]
    return None


def _collection_verb(verb: str, *, watch: bool) -> str:
    if verb == "get":
        return "watch" if watch else "list"
    return "deletecollection" if verb == "delete" else verb
