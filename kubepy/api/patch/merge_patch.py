"""JSON merge patch (RFC 7386): members of the patch replace those of the document, null removes.

Follows gopkg.in/evanphx/json-patch.v4 `merge.go`, which also drops null members of objects inside arrays.
"""

from __future__ import annotations

from typing import Any

from kubepy.api.errors import bad_request
from kubepy.api.go_text import json_type


def apply_merge_patch(document: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The document with `patch` merged into it; neither is changed.

    Raises APIError 400 if the patch is no JSON object.
    """
    if patch is None:
        raise bad_request("Invalid JSON Patch")
    if not isinstance(patch, dict):
        found = json_type(patch)
        raise bad_request(
            f"error decoding patch: json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
        )
    return _merge(document, patch)


def _merge(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    merged = document.copy()
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
            continue
        current = merged.get(key)
        if isinstance(value, dict) and isinstance(current, dict):
            merged[key] = _merge(current, value)
        else:
            merged[key] = without_nulls(value)
    return merged


def without_nulls(value: Any) -> Any:
    """The value without object members that are null, at any depth; null elements of arrays stay."""
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(element) for element in value]
    return value
