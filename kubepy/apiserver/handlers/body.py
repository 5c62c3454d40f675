"""From a request's body to a checked object in the served version, and on to the stored one.

Follows apiserver `pkg/endpoints/handlers/{create,update}.go` for what is refused and in which words.
"""

from __future__ import annotations

from typing import Any

from kubepy.api import errors
from kubepy.api.conversion import converter
from kubepy.api.protobuf import check_protobuf, has_protobuf
from kubepy.api.request_options import validate_create_options, validate_patch_options, validate_update_options
from kubepy.api.schema import Schema
from kubepy.api.scheme import GroupVersionKind, Resource
from kubepy.api.typecheck import Checked, check, check_yaml, strict_error, warnings
from kubepy.apiserver.negotiation import PROTOBUF, SERVED, YAML, MediaType, body_media_type
from kubepy.apiserver.registry.object_writer import WriteOptions
from kubepy.apiserver.request import Request, ResourceRequest

Object = dict[str, Any]
_MAX_MANAGER_BYTES = 128


async def read_object(target: ResourceRequest, gvk: GroupVersionKind, schema: Schema) -> Object:
    """The body as an object of the given type: parsed, checked against its schema, pruned. Raises 4xx."""
    request = target.request
    media_type = body_media_type(request.http.headers.get("Content-Type", ""))
    checked = decode(await request.body(), media_type, schema)
    require_type(checked.object, gvk)
    report(request, checked, schema)
    return checked.object


def decode(body: bytes, media_type: MediaType, schema: Schema) -> Checked:
    """A body of that media type, made to fit its schema. Raises 4xx."""
    if media_type == PROTOBUF:
        if not has_protobuf(schema):
            raise errors.unsupported_media_type(SERVED)
        return check_protobuf(body, schema)
    return (check_yaml if media_type == YAML else check)(body, schema)


def require_type(obj: Object, gvk: GroupVersionKind) -> None:
    """Raise 400 if an object claims to be of another type; where it claims nothing, it is of this one."""
    api_version = obj["apiVersion"] = obj.get("apiVersion") or gvk.api_version
    kind = obj["kind"] = obj.get("kind") or gvk.kind
    if kind != gvk.kind:
        group = api_version.rpartition("/")[0]
        version = api_version.rpartition("/")[2]
        raise errors.bad_request(
            f'{kind} in version "{version}" cannot be handled as a {gvk.kind}: '
            f"converting ({_group(group)}.{kind}) to ({_group(gvk.group)}.{gvk.kind}): unknown conversion"
        )
    if api_version != gvk.api_version:
        raise errors.bad_request(
            f"the API version in the data ({api_version}) does not match the expected API version ({gvk.api_version})"
        )


def _group(group: str) -> str:
    return group.partition(".")[0] or "core"


def report(request: Request, checked: Checked, schema: Schema) -> None:
    """Deal with unknown and duplicate fields as `fieldValidation` says. Raises 400 for Strict."""
    if not checked.problems:
        return
    match request.query.get("fieldValidation", ""):
        case "Ignore":
            return
        case "Strict":
            if (refusal := strict_error(checked, schema)) is not None:
                raise refusal
        case _:
            for text in warnings(checked):
                request.warn(text)


def write_options(request: Request, kind: str, patch_type: str = "") -> WriteOptions:
    """CreateOptions, UpdateOptions or PatchOptions in the query. Raises 422."""
    values = request.http.query.getall("dryRun", [])
    options: Object = {
        "dryRun": [value for value in values if value],
        "fieldManager": request.query.get("fieldManager", ""),
        "fieldValidation": request.query.get("fieldValidation", ""),
    }
    if "force" in request.query:
        options["force"] = request.flag("force")
    if kind == "PatchOptions":
        problems = validate_patch_options(options, patch_type)
    else:
        problems = (validate_create_options if kind == "CreateOptions" else validate_update_options)(options)
    if problems:
        raise errors.invalid("meta.k8s.io", kind, "", problems)
    return WriteOptions(
        dry_run=bool(options["dryRun"]),
        field_manager=options["fieldManager"] or _manager_of(request.http.headers.get("User-Agent", "")),
        options=options,
    )


def _manager_of(user_agent: str) -> str:
    """The field manager of a client that doesn't name one: what its User-Agent begins with."""
    name = "".join(c for c in user_agent.partition("/")[0] if c.isprintable())
    return name.encode()[:_MAX_MANAGER_BYTES].decode(errors="ignore")


def to_storage(resource: Resource, obj: Object) -> Object:
    """An object of the served version in the stored one."""
    conversion = converter(resource)
    return conversion.to_storage(obj) if conversion is not None else obj


def from_storage(resource: Resource, obj: Object) -> Object:
    """An object of the stored version in the served one."""
    conversion = converter(resource)
    return conversion.from_storage(obj) if conversion is not None else obj
