"""JSON patch (RFC 6902): a list of operations, applied in order, all or none.

The API server's Go library is laxer than the RFC, and clients depend on it, so the operations of `jsonpatch`
that differ are replaced here: an array index may be negative (counted from the end), `replace` sets an object
member that doesn't exist, a missing `value` is null, a missing member tests equal to null.
Follows apiserver `pkg/endpoints/handlers/patch.go` and gopkg.in/evanphx/json-patch.v4 `patch.go`.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any, Final

import jsonpatch
import jsonpointer

from kubepy.api.errors import APIError, bad_request, request_entity_too_large
from kubepy.api.go_text import json_type

MAX_OPERATIONS: Final = 10_000

_is_index = re.compile(r"[+-]?[0-9]+", re.ASCII).fullmatch


def unprocessable() -> APIError:
    """422 in the words of a patch that is well-formed but doesn't fit the object."""
    return APIError(422, "Invalid", "the server rejected our request due to an error in our request", {})


class _Pointer(jsonpointer.JsonPointer):
    """Where an operation acts. Every container on the way is copied once more, so that the original stays as it is."""

    def __init__(self, pointer: str) -> None:
        self.parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]

    def to_last(self, doc: Any) -> tuple[Any, Any]:
        if not self.parts:
            raise jsonpatch.JsonPatchConflict("the whole document is not a member of anything")
        for part in self.parts[:-1]:
            doc = self.walk(doc, part)
        return doc, self.get_part(doc, self.parts[-1])

    @classmethod
    def get_part(cls, doc: Any, part: Any) -> Any:
        if isinstance(doc, dict):
            return part
        if isinstance(doc, list) and (part == "-" or _is_index(part)):
            return part if part == "-" else int(part)
        raise jsonpatch.JsonPatchConflict(f"nothing can stand at {part}")

    def walk(self, doc: Any, part: Any) -> Any:
        key = self.get_part(doc, part)
        child = _member(doc, key)
        if isinstance(child, dict | list):
            child = doc[key] = child.copy()
        return child


def _member(container: Any, key: Any) -> Any:
    try:
        return container[key]
    except (KeyError, IndexError, TypeError) as error:
        raise jsonpatch.JsonPatchConflict(f"{key} doesn't exist") from error


class _Operation(jsonpatch.PatchOperation):
    """One step; `apply` changes the containers that `_Pointer` has copied on its way."""

    pointer: Any
    operation: Any

    def source(self, document: Any) -> tuple[Any, Any]:
        """Container and key of what `from` points at."""
        return _Pointer(self.operation["from"]).to_last(document)

    def add(self, document: Any, value: Any) -> Any:
        """Put a value where the operation points, moving later elements of a list along."""
        container, key = self.pointer.to_last(document)
        if isinstance(container, dict):
            container[key] = value
            return document
        length = len(container)
        index = length if key == "-" else key if key >= 0 else key + length + 1
        if not 0 <= index <= length:
            raise jsonpatch.JsonPatchConflict(f"index {key} is out of bounds")
        container.insert(index, value)
        return document


class _Add(_Operation):
    def apply(self, obj: Any) -> Any:
        return self.add(obj, self.operation.get("value"))


class _Remove(_Operation):
    def apply(self, obj: Any) -> Any:
        container, key = self.pointer.to_last(obj)
        _member(container, key)
        del container[key]
        return obj


class _Replace(_Operation):
    def apply(self, obj: Any) -> Any:
        value = self.operation.get("value")
        if not self.pointer.parts:
            return value
        container, key = self.pointer.to_last(obj)
        if isinstance(container, list):
            _member(container, key)
        container[key] = value
        return obj


class _Test(_Operation):
    def apply(self, obj: Any) -> Any:
        found = obj
        if self.pointer.parts:
            container, key = self.pointer.to_last(obj)
            found = container.get(key) if isinstance(container, dict) else _member(container, key)
        if not _same(found, self.operation.get("value")):
            raise jsonpatch.JsonPatchTestFailed(f"testing value {self.location} failed")
        return obj


class _Move(_Operation):
    def apply(self, obj: Any) -> Any:
        container, key = self.source(obj)
        value = _member(container, key)
        del container[key]
        return self.add(obj, value)


class _Copy(_Operation):
    def apply(self, obj: Any) -> Any:
        container, key = self.source(obj)
        return self.add(obj, container.get(key) if isinstance(container, dict) else _member(container, key))


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON texts: `true` is not 1 and 1 is not 1.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)


class _Patch(jsonpatch.JsonPatch):
    operations = MappingProxyType(
        {"add": _Add, "remove": _Remove, "replace": _Replace, "test": _Test, "move": _Move, "copy": _Copy}
    )


def apply_json_patch(document: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The document after all operations of `patch`; the document itself is not changed.

    Raises APIError: 400 if the patch is no list of operations, 413 if it has more than `MAX_OPERATIONS`,
    422 if one of them doesn't apply or a test fails.
    """
    _check_shape(patch)
    try:
        patched = _Patch(patch or [], pointer_cls=_Pointer).apply(document.copy(), in_place=True)
    except (jsonpatch.JsonPatchException, KeyError) as error:
        raise unprocessable() from error
    if not isinstance(patched, dict):
        raise unprocessable()
    return patched


def _check_shape(patch: Any) -> None:
    if patch is None:
        return
    if not isinstance(patch, list):
        raise _undecodable(patch, "Go value of type []handlers.jsonPatchOp")
    for operation in patch:
        if operation is None:
            raise unprocessable()
        if not isinstance(operation, dict):
            raise _undecodable(operation, "Go value of type handlers.jsonPatchOp")
        for member in ("op", "path", "from"):
            value = operation.get(member, "")
            if value is None:
                raise unprocessable()
            if not isinstance(value, str):
                raise _undecodable(value, f"Go struct field jsonPatchOp.{member} of type string")
    if len(patch) > MAX_OPERATIONS:
        raise request_entity_too_large(
            f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}"
        )


def _undecodable(value: Any, target: str) -> APIError:
    return bad_request(f"error decoding patch: json: cannot unmarshal {json_type(value)} into {target}")
