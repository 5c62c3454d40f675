"""A schema with one field of every kind that server-side apply tells apart, and short ways to write sets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubepy.api.apply.field_set import FieldSet, path_text, paths, union
from kubepy.api.schema import Catalog, builtin_catalog

_STRING = {"type": "string"}
_PART = {"$ref": "#/$defs/example.Part"}
_STRINGS = {"type": "array", "items": _STRING}

THING = Catalog(
    {
        "example.Meta": {
            "type": "object",
            "properties": {
                **dict.fromkeys(("name", "namespace", "uid", "resourceVersion"), _STRING),
                **{key: {"type": "object", "additionalProperties": _STRING} for key in ("labels", "annotations")},
            },
        },
        "example.Part": {
            "type": "object",
            "properties": {"name": _STRING, "value": _STRING, "number": {"type": "integer"}},
        },
        "example.Port": {
            "type": "object",
            "properties": {"port": {"type": "integer"}, "protocol": _STRING, "name": _STRING},
        },
        "example.Thing": {
            "type": "object",
            "properties": {
                "apiVersion": _STRING,
                "kind": _STRING,
                "metadata": {"$ref": "#/$defs/example.Meta"},
                "text": _STRING,
                "number": {"type": "integer"},
                "flag": {"type": "boolean"},
                "struct": _PART,
                "atomicStruct": {**_PART, "x-kubernetes-map-type": "atomic"},
                "map": {"type": "object", "additionalProperties": _STRING},
                "maps": {
                    "type": "object",
                    "additionalProperties": {"type": "object", "additionalProperties": _STRING},
                },
                "atomicMap": {
                    "type": "object",
                    "additionalProperties": _STRING,
                    "x-kubernetes-map-type": "atomic",
                },
                "list": {
                    "type": "array",
                    "items": _PART,
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                },
                "ports": {
                    "type": "array",
                    "items": {"$ref": "#/$defs/example.Port"},
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["port", "protocol"],
                },
                "set": {**_STRINGS, "x-kubernetes-list-type": "set"},
                "atomicList": _STRINGS,
                "opaque": {"type": "object"},
            },
        },
    }
).get("example.Thing")

POD = builtin_catalog().get("io.k8s.api.core.v1.Pod")
DEPLOYMENT = builtin_catalog().get("io.k8s.api.apps.v1.Deployment")

VERSION = "example.io/v1"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 3, 5, 0, tzinfo=UTC)


def thing(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": VERSION, "kind": "Thing", "metadata": {"name": "x"}, **fields}


def texts(fields: FieldSet) -> set[str]:
    """The places in a set as messages show them."""
    return set(map(path_text, paths(fields)))


def of_paths(*wanted: tuple[str, ...]) -> FieldSet:
    """The set that holds these places, given by their path elements."""
    fields: FieldSet = {}
    for path in wanted:
        node: FieldSet = {}
        for key in reversed(path):
            node = {key: node}
        fields = union(fields, node)
    return fields


def owners(document: dict[str, Any]) -> dict[str, set[str]]:
    """Manager, and operation if it is Apply, to the places it owns."""
    return {
        entry["manager"] + (" applies" if entry["operation"] == "Apply" else ""): texts(entry["fieldsV1"])
        for entry in document["metadata"].get("managedFields", ())
    }
