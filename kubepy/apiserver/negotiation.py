"""Which form a client wants an answer in, and which form it sent its body in.

Follows apiserver `pkg/endpoints/handlers/negotiation` and the parameters of upstream's media types
(`as=Table;v=v1;g=meta.k8s.io`). Served: JSON and YAML; clients that offer protobuf or CBOR beside JSON get JSON.
Bodies may also come as protobuf: the typed Go clients, and kubectl with them, send it without asking.
"""

from __future__ import annotations

import functools
from typing import Final, Literal, NamedTuple

from kubepy.api import errors

MediaType = Literal["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
Transformation = Literal["", "Table", "PartialObjectMetadata", "PartialObjectMetadataList"]

JSON: Final = "application/json"
YAML: Final = "application/yaml"
PROTOBUF: Final = "application/vnd.kubernetes.protobuf"
SERVED: Final = (JSON, YAML)
READABLE: Final = (JSON, YAML, PROTOBUF)
PATCH_TYPES: Final = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)

_TRANSFORMATIONS: Final = frozenset({"Table", "PartialObjectMetadata", "PartialObjectMetadataList"})
_META_VERSIONS: Final = frozenset({"v1", "v1beta1"})
_ALIASES: Final = {
    "*/*": JSON,
    "application/*": JSON,
    "application/json": JSON,
    "application/yaml": YAML,
    "application/x-yaml": YAML,
    "text/yaml": YAML,
}


class Clause(NamedTuple):
    """One entry of an Accept header."""

    media_type: str
    parameters: dict[str, str]
    quality: float


class Form(NamedTuple):
    """The form of an answer: media type, and what to make of the object (`Table`, ...) in which version."""

    media_type: str = JSON
    transformation: str = ""
    version: str = ""

    @property
    def api_version(self) -> str:
        """apiVersion of the transformed object."""
        return f"meta.k8s.io/{self.version}"


PLAIN: Final = Form()


@functools.lru_cache(maxsize=512)
def accept_clauses(header: str) -> tuple[Clause, ...]:
    """An Accept header's entries, the most wanted first; entries that can't be parsed are left out."""
    clauses = []
    for part in header.split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        if not media_type:
            continue
        pairs = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        try:
            quality = float(pairs.pop("q", "1"))
        except ValueError:
            quality = 0.0
        clauses.append(Clause(media_type.lower(), pairs, quality))
    return tuple(sorted(clauses, key=lambda clause: -clause.quality))


@functools.lru_cache(maxsize=512)
def negotiate(header: str, *, transformations: bool = True) -> Form:
    """The best form that is served. Raises 406 if none is.

    `transformations` is False where only the object itself can be had (sub-objects, discovery).
    """
    if not header:
        return PLAIN
    for clause in accept_clauses(header):
        media_type = _ALIASES.get(clause.media_type)
        if media_type is None:
            continue
        wanted = clause.parameters.get("as", "")
        if not wanted:
            if not _streams_something_else(clause):
                return Form(media_type)
            continue
        version = clause.parameters.get("v", "")
        if (
            transformations
            and wanted in _TRANSFORMATIONS
            and version in _META_VERSIONS
            and clause.parameters.get("g") == "meta.k8s.io"
        ):
            return Form(media_type, wanted, version)
    raise errors.not_acceptable(SERVED)


def _streams_something_else(clause: Clause) -> bool:
    return clause.parameters.get("stream", "watch") != "watch"


def body_media_type(header: str) -> MediaType:
    """The media type of a request's body. Raises 415 for one that isn't understood."""
    media_type = header.partition(";")[0].strip().lower()
    if media_type in ("", "*/*", JSON):
        return "application/json"
    if _ALIASES.get(media_type) == YAML:
        return "application/yaml"
    if media_type == PROTOBUF:
        return "application/vnd.kubernetes.protobuf"
    raise errors.unsupported_media_type(READABLE)


def wants_pretty(query_value: str | None, user_agent: str) -> bool:
    """Whether JSON is to be indented: `?pretty=true`, or a person's tool (curl, wget, a browser)."""
    if query_value:
        return query_value.lower() in ("1", "t", "true")
    return user_agent.startswith(("curl", "Wget", "Mozilla/5.0"))
