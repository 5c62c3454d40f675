"""OpenAPI: what `/openapi/v2` and `/openapi/v3` serve, generated from the scheme.

Documents are built when first asked for and kept until the set of served resources is another; a custom
resource that comes or goes costs its own group version and the v2 document. Building takes up to a second:
callers on an event loop use a thread. Follows kube-openapi `pkg/handler` and `pkg/handler3`.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from kubepy.api import errors
from kubepy.api.schema import definitions
from kubepy.api.scheme import Resource, Scheme
from kubepy.apiserver.openapi import gnostic, v2, v3
from kubepy.apiserver.openapi.operations import (
    PathItem,
    group_version_paths,
    group_version_root,
    identifier,
    root_path,
)
from kubepy.apiserver.openapi.schemas import META, Definitions, definition_name

__all__ = ["OpenAPI", "OpenAPIDocument"]

_JSON: Final = "application/json"
_V2_PROTOBUF: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
_V2_PROTOBUF_OLD: Final = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
_INDEX: Final = "/openapi/v3"
_VARY: Final = {"Vary": "Accept"}
_FOREVER: Final = {"Cache-Control": "public, immutable", "Vary": "Accept"}


@dataclass(frozen=True, slots=True)
class OpenAPIDocument:
    """An answer: a body with its quoted ETag, or where to look instead.

    With `location` the answer is 301 to there. With `cache_for_a_year` it may be kept that long, which the
    server says in `Expires`; `headers` are all others but Content-Type and ETag.
    """

    content_type: str = ""
    body: bytes = b""
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    cache_for_a_year: bool = False


class OpenAPI:
    """The OpenAPI documents of one scheme. Safe to use from several threads."""

    def __init__(self, scheme: Scheme, release: str) -> None:
        self._scheme = scheme
        self._release = release
        self._lock = threading.Lock()
        self._resources: tuple[Resource, ...] = ()
        self._parts: dict[str, tuple[Resource, ...]] = {}
        self._known_v2 = Definitions("v2")
        self._known_v3 = Definitions("v3")
        self._v3: dict[str, tuple[tuple[Resource, ...], bytes, str]] = {}
        self._whole: dict[str, tuple[bytes, str]] = {}

    def document(self, path: str, accept: str = "", content_hash: str = "") -> OpenAPIDocument | None:
        """The document at a path; None if there is none. `content_hash` is the query parameter `hash`.

        Raises a 406 if nothing that Accept names can be served.
        """
        with self._lock:
            self._refresh()
            if path == "/openapi/v2":
                return self._v2_document(accept)
            if path in (_INDEX, f"{_INDEX}/"):
                body, etag = self._cached("index", self._index)
                return OpenAPIDocument(_JSON, body, _quoted(etag))
            part = path.removeprefix(f"{_INDEX}/")
            if part == path or part not in self._parts:
                return None
            return self._v3_document(part, accept, content_hash)

    def _refresh(self) -> None:
        resources = tuple(self._scheme)
        if resources == self._resources:
            return
        self._resources = resources
        self._whole.clear()
        self._parts = _parts(resources)
        self._v3 = {part: made for part, made in self._v3.items() if self._parts.get(part) == made[0]}
        for resource in resources:
            if definition_name(resource) not in definitions():
                self._known_v2.add_custom(resource)
                self._known_v3.add_custom(resource)

    def _v3_document(self, part: str, accept: str, content_hash: str) -> OpenAPIDocument:
        _negotiate(accept, (_JSON,))
        body, etag = self._v3_part(part)
        if not content_hash:
            return OpenAPIDocument(_JSON, body, _quoted(etag), _VARY)
        if content_hash != etag:
            return OpenAPIDocument(location=_hashed_url(part, etag))
        return OpenAPIDocument(_JSON, body, _quoted(etag), _FOREVER, cache_for_a_year=True)

    def _v2_document(self, accept: str) -> OpenAPIDocument:
        wanted = _negotiate(accept, (_JSON, _V2_PROTOBUF_OLD, _V2_PROTOBUF))
        if wanted == _JSON:
            body, etag = self._cached("v2", lambda: msgspec.json.encode(self._v2_tree()))
            return OpenAPIDocument(_JSON, body, _quoted(etag), _VARY)
        body, etag = self._cached("v2 protobuf", lambda: gnostic.encode(self._v2_tree()))
        return OpenAPIDocument(_V2_PROTOBUF, body, _quoted(etag), _VARY)

    def _v2_tree(self) -> dict[str, Any]:
        items = [item for part, resources in self._parts.items() for item in _items(part, resources)]
        return v2.document(sorted(items, key=lambda item: item.path), self._known_v2, self._release)

    def _index(self) -> bytes:
        urls = {part: {"serverRelativeURL": _hashed_url(part, self._v3_part(part)[1])} for part in self._parts}
        return msgspec.json.encode({"paths": urls})

    def _v3_part(self, part: str) -> tuple[bytes, str]:
        made = self._v3.get(part)
        if made is None:
            resources = self._parts[part]
            body = msgspec.json.encode(v3.document(_items(part, resources), self._known_v3, self._release))
            made = self._v3[part] = (resources, body, _digest(body))
        return made[1], made[2]

    def _cached(self, name: str, build: Callable[[], bytes]) -> tuple[bytes, str]:
        made = self._whole.get(name)
        if made is None:
            body = build()
            made = self._whole[name] = (body, _digest(body))
        return made


def _parts(resources: tuple[Resource, ...]) -> dict[str, tuple[Resource, ...]]:
    """The documents of the index: `api`, `api/v1`, `apis`, `apis/apps`, `apis/apps/v1`, ..., `version`."""
    found: dict[str, tuple[Resource, ...]] = {"api": (), "apis": (), "version": ()}
    for resource in resources:
        part = group_version_root(resource.group, resource.version)[1:]
        found[part] = (*found.get(part, ()), resource)
        if resource.group:
            found.setdefault(f"apis/{resource.group}", ())
    return {part: found[part] for part in sorted(found)}


def _items(part: str, resources: tuple[Resource, ...]) -> list[PathItem]:
    if resources:
        return list(group_version_paths(resources[0].group, resources[0].version, resources))
    if part == "version":
        what = "get the version information for this server"
        return [root_path("/version/", "getCodeVersion", "version", what, "io.k8s.apimachinery.pkg.version.Info")]
    if part == "api":
        return [root_path("/api/", "getCoreAPIVersions", "core", "get available API versions", f"{META}APIVersions")]
    if part == "apis":
        return [root_path("/apis/", "getAPIVersions", "apis", "get available API versions", f"{META}APIGroupList")]
    group = part.removeprefix("apis/").removesuffix(".k8s.io")
    operation_id = f"get{identifier(group, capital=True)}APIGroup"
    tag = identifier(group, capital=False)
    return [root_path(f"/{part}/", operation_id, tag, "get information of a group", f"{META}APIGroup")]


def _negotiate(accept: str, offered: tuple[str, ...]) -> str:
    """The offered type that Accept likes best; the first offer if it is empty."""
    clauses = []
    for clause in accept.split(",") if accept.strip() else ("*/*",):
        media_type, *parameters = (part.strip() for part in clause.split(";"))
        weights = [parameter[2:] for parameter in parameters if parameter.startswith("q=")]
        clauses.append((_weight(weights[0]) if weights else 1.0, media_type))
    for weight, media_type in sorted(clauses, key=lambda clause: -clause[0]):
        for offer in offered:
            if weight > 0 and media_type in (offer, "*/*", "application/*"):
                return offer
    raise errors.not_acceptable(offered)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _hashed_url(part: str, etag: str) -> str:
    return f"{_INDEX}/{part}?hash={etag}"


def _digest(body: bytes) -> str:
    return hashlib.sha512(body).hexdigest().upper()


def _quoted(etag: str) -> str:
    return f'"{etag}"'
