"""The OpenAPI v2 document, one for the whole server.

Follows the published document in kubernetes/kubernetes `api/openapi-spec/swagger.json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from kubepy.apiserver.openapi.operations import BEARER_TOKEN, PATCH, Operation, PathItem, definitions_used
from kubepy.apiserver.openapi.parameters import Parameter, parameter
from kubepy.apiserver.openapi.schemas import Definitions
from kubepy.apiserver.openapi.v3 import PATCH_MEDIA_TYPES, RESPONSE_TEXTS, response_media_types

_ANY_MEDIA_TYPE: Final = ["*/*"]


def document(items: Iterable[PathItem], known: Definitions, release: str) -> dict[str, Any]:
    """The OpenAPI v2 document of some paths, with every definition that they need."""
    items = list(items)
    paths = {item.path: _path_item(item, known) for item in items}
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": release},
        "paths": paths,
        "definitions": known.closure(definitions_used(items)),
        "securityDefinitions": {"BearerToken": BEARER_TOKEN},
        "security": [{"BearerToken": []}],
    }


def _path_item(item: PathItem, known: Definitions) -> dict[str, Any]:
    result: dict[str, Any] = {one.method: _operation(one, item.kind, known) for one in item.operations}
    if item.parameters:
        result["parameters"] = [_parameter(parameter(name, item.kind)) for name in sorted(item.parameters)]
    return result


def _operation(operation: Operation, kind: str, known: Definitions) -> dict[str, Any]:
    parameters = [_parameter(parameter(name, kind)) for name in operation.parameters]
    if operation.body:
        required = {} if operation.method == "delete" else {"required": True}
        parameters.insert(0, {"in": "body", "name": "body", **required, "schema": known.reference(operation.body)})
    result: dict[str, Any] = {
        "description": operation.description,
        "consumes": list(PATCH_MEDIA_TYPES) if operation.body == PATCH else _ANY_MEDIA_TYPE,
        "produces": list(response_media_types(operation)),
        "schemes": ["https"],
        "tags": [operation.tag],
        "operationId": operation.operation_id,
    }
    if parameters:
        result["parameters"] = parameters
    result["responses"] = dict(_responses(operation, known))
    if operation.action:
        result["x-kubernetes-action"] = operation.action
    if operation.gvk is not None:
        result["x-kubernetes-group-version-kind"] = operation.gvk._asdict()
    return result


def _responses(operation: Operation, known: Definitions) -> Iterator[tuple[str, dict[str, Any]]]:
    for code, name in operation.responses.items():
        yield (
            code,
            {
                "description": RESPONSE_TEXTS[code],
                "schema": known.reference(name) if name else {"type": "string"},
            },
        )
    yield "401", {"description": "Unauthorized"}


def _parameter(one: Parameter) -> dict[str, Any]:
    required = {"required": True} if one.location == "path" else {}
    return {
        "name": one.name,
        "in": one.location,
        "description": one.description,
        **required,
        "type": one.type,
        "uniqueItems": True,
    }
