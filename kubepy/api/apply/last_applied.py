"""What client-side apply left on an object: the annotation with the configuration it last applied.

When kubectl moves to server-side apply, it may take over what it owns by that annotation without a conflict, and
the annotation follows what it applies now, so that it can move back. Follows apimachinery
`pkg/util/managedfields/internal`: `lastapplied.go`, `lastappliedmanager.go`, `lastappliedupdater.go`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from kubepy.api.apply.field_set import FieldSet, Path, difference, has
from kubepy.api.apply.shape import Shape, TypedError
from kubepy.api.apply.typed import compare, owned_fields
from kubepy.api.apply.validation import validate

ANNOTATION: Final = "kubectl.kubernetes.io/last-applied-configuration"
_TOTAL_ANNOTATIONS_LIMIT: Final = 256 * 1024


def untouched_fields(live: dict[str, Any], shape: Shape, api_version: str) -> FieldSet | None:
    """The fields that were last applied by the client and still have that value; None if that can't be told."""
    try:
        applied = json.loads(_annotations(live).get(ANNOTATION) or "null")
        if not isinstance(applied, dict) or applied.get("apiVersion") != api_version or not applied.get("kind"):
            return None
        validate(applied, shape)
        changed, removed = compare(applied, live, shape)
        return difference(difference(owned_fields(applied, shape), changed), removed)
    except (ValueError, TypedError):
        return None


def allows(fields: FieldSet | None, path: Path) -> bool:
    """Whether a conflict at `path` is over one of the fields."""
    return fields is not None and has(fields, path)


def kept_up_to_date(document: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The object with its annotation, if it has one, telling `config`; without it if that gets too big."""
    annotations = _annotations(document)
    if not annotations.get(ANNOTATION):
        return document
    annotations = {**annotations, ANNOTATION: _encoded(config)}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in annotations.items())
    if size > _TOTAL_ANNOTATIONS_LIMIT:
        del annotations[ANNOTATION]
    return {**document, "metadata": {**document["metadata"], "annotations": annotations}}


def _annotations(document: dict[str, Any]) -> dict[str, str]:
    return document.get("metadata", {}).get("annotations") or {}


def _encoded(config: dict[str, Any]) -> str:
    """The configuration as Go's JSON encoder writes it, without the annotation."""
    metadata = config.get("metadata", {})
    annotations = metadata.get("annotations")
    if annotations is not None:
        annotations = {name: value for name, value in annotations.items() if name != ANNOTATION}
        config = {**config, "metadata": {**metadata, "annotations": annotations}}
    text = json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"
