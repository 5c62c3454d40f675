"""OpenAPI v3 documents, one a group version.

Follows the published documents in kubernetes/kubernetes `api/openapi-spec/v3`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kubepy.apiserver.openapi.operations import BEARER_TOKEN, PATCH, Operation, PathItem, definitions_used
from kubepy.apiserver.openapi.parameters import Parameter, parameter
from kubepy.apiserver.openapi.schemas import Definitions

PATCH_MEDIA_TYPES: Final = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)
MEDIA_TYPES: Final = ("application/json", "application/vnd.kubernetes.protobuf", "application/yaml")
WATCH_MEDIA_TYPES: Final = (
    "application/json",
    "application/json;stream=watch",
    "application/vnd.kubernetes.protobuf",
    "application/vnd.kubernetes.protobuf;stream=watch",
    "application/yaml",
)
PLAIN_TEXT_MEDIA_TYPES: Final = ("application/json", "application/vnd.kubernetes.protobuf", "text/plain")
RESPONSE_TEXTS: Final[Mapping[str, str]] = {"200": "OK", "201": "Created", "202": "Accepted"}
_ANY_MEDIA_TYPE: Final = "*/*"


def document(items: Iterable[PathItem], known: Definitions, release: str) -> dict[str, Any]:
    """The OpenAPI v3 document of some paths, with every definition that they need."""
    items = list(items)
    paths = {item.path: _path_item(item, known) for item in items}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": release},
        "paths": paths,
        "components": {
            "schemas": known.closure(definitions_used(items)),
            "securitySchemes": {"BearerToken": BEARER_TOKEN},
        },
    }


def _path_item(item: PathItem, known: Definitions) -> dict[str, Any]:
    result: dict[str, Any] = {one.method: _operation(one, item.kind, known) for one in item.operations}
    if item.parameters:
        result["parameters"] = [_parameter(parameter(name, item.kind)) for name in sorted(item.parameters)]
    return result


def _operation(operation: Operation, kind: str, known: Definitions) -> dict[str, Any]:
    result: dict[str, Any] = {
        "tags": [operation.tag],
        "description": operation.description,
        "operationId": operation.operation_id,
    }
    if operation.parameters:
        result["parameters"] = [_parameter(parameter(name, kind)) for name in operation.parameters]
    if operation.body:
        media_types = PATCH_MEDIA_TYPES if operation.body == PATCH else (_ANY_MEDIA_TYPE,)
        required = {} if operation.method == "delete" else {"required": True}
        result["requestBody"] = {"content": _content(media_types, known.reference(operation.body)), **required}
    result["responses"] = dict(_responses(operation, known))
    if operation.action:
        result["x-kubernetes-action"] = operation.action
    if operation.gvk is not None:
        result["x-kubernetes-group-version-kind"] = operation.gvk._asdict()
    return result


def _responses(operation: Operation, known: Definitions) -> Iterator[tuple[str, dict[str, Any]]]:
    for code, name in operation.responses.items():
        schema = known.reference(name) if name else {"type": "string"}
        yield code, {"description": RESPONSE_TEXTS[code], "content": _content(response_media_types(operation), schema)}
    yield "401", {"description": "Unauthorized"}


def response_media_types(operation: Operation) -> tuple[str, ...]:
    """What an operation can answer in."""
    if operation.any_media_type:
        return (_ANY_MEDIA_TYPE,)
    if operation.plain_text:
        return PLAIN_TEXT_MEDIA_TYPES
    return WATCH_MEDIA_TYPES if operation.watchable else MEDIA_TYPES


def _content(media_types: Iterable[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema} for media_type in media_types}


def _parameter(one: Parameter) -> dict[str, Any]:
    required = {"required": True} if one.location == "path" else {}
    schema = {"type": one.type, "uniqueItems": True}
    return {"name": one.name, "in": one.location, "description": one.description, **required, "schema": schema}
