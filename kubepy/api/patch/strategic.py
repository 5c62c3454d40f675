"""Strategic merge patch: a merge patch that knows from the schema how the lists of an object merge.

Directives in the patch, all of which are consumed:

    $patch: replace|delete              beside the members of a map, or in an element of a merged list
    $retainKeys: [name]                 every other member of the map goes
    $deleteFromPrimitiveList/FIELD: []  elements to take from a list of scalars
    $setElementOrder/FIELD: []          order of the merged list; elements only the server has stay in place

Follows apimachinery `pkg/util/strategicpatch/patch.go` and `pkg/util/mergepatch`. A field that both the document
and the patch hold as a map or a list must be in the schema: what is opaque there can't be merged, as upstream.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.errors import APIError, bad_request
from kubepy.api.go_text import json_type, printed, type_name
from kubepy.api.patch.json_patch import unprocessable
from kubepy.api.patch.merge_patch import without_nulls
from kubepy.api.schema import Schema

Object = dict[str, Any]

_PATCH: Final = "$patch"
_RETAIN_KEYS: Final = "$retainKeys"
_DELETE_FROM: Final = "$deleteFromPrimitiveList"
_SET_ORDER: Final = "$setElementOrder"

_BAD_PRIMITIVE_LIST: Final = "invalid patch format of primitive list"
_BAD_RETAIN_KEYS: Final = "invalid patch format of retainKeys"
_BAD_ELEMENT_ORDER: Final = "invalid patch format of setElementOrder list"


def apply_strategic_merge_patch(document: Object, patch: Any, schema: Schema) -> Object:
    """The document with `patch` merged into it by the rules of `schema`; neither is changed.

    Raises APIError: 422 for lists of lists; 400 if the patch or a directive in it is malformed, for an element
    without its merge key, a field that isn't in the schema, or lists of mixed types (upstream: 500 for these).
    """
    if patch is None:
        return document
    if not isinstance(patch, dict):
        raise bad_request(f"json: cannot unmarshal {json_type(patch)} into Go value of type map[string]interface {{}}")
    return _merge_map(document, patch, schema)


def _merge_map(original: Object, patch: Object, schema: Schema) -> Object:
    if _PATCH in patch:
        return _replace_or_delete(patch)
    merged = original.copy()
    if any(key.startswith("$") for key in patch):
        patch = patch.copy()
        _retain_keys(merged, patch)
        _merge_ordered_lists(merged, patch, schema)
    for key, value in patch.items():
        deletion = key.startswith(_DELETE_FROM)
        if deletion:
            key = _directive_field(key, _DELETE_FROM, _BAD_PRIMITIVE_LIST)
        if value is None:
            merged.pop(key, None)
            continue
        current = merged.get(key)
        if isinstance(current, dict) and isinstance(value, dict):
            field = _field(schema, key)
            merged[key] = value if "replace" in field.patch_strategies else _merge_map(current, value, field)
        elif isinstance(current, list) and isinstance(value, list):
            merged[key] = _merge_field_list(current, value, _list_field(schema, key), deletion=deletion)
        elif not deletion:
            merged[key] = _addition(value)
            if merged[key] is _DROPPED:
                del merged[key]
    return merged


def _replace_or_delete(patch: Object) -> Object:
    directive = patch[_PATCH]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _PATCH}
    if directive == "delete":
        return {}
    raise _unknown_directive(directive, patch)


def _retain_keys(merged: Object, patch: Object) -> None:
    if _RETAIN_KEYS not in patch:
        return
    names = patch.pop(_RETAIN_KEYS)
    if not isinstance(names, list):
        raise bad_request(_BAD_RETAIN_KEYS)
    for key, value in patch.items():
        if value is not None and not key.startswith((_DELETE_FROM, _SET_ORDER)) and key not in names:
            raise bad_request(_BAD_RETAIN_KEYS)
    for key in [key for key in merged if key not in names]:
        del merged[key]


def _merge_ordered_lists(merged: Object, patch: Object, schema: Schema) -> None:
    """Merge each list that has a `$setElementOrder`, put it in that order, and take both out of the patch."""
    for directive in [key for key in patch if key.startswith(_SET_ORDER)]:
        order = patch.pop(directive)
        name = _directive_field(directive, _SET_ORDER, _BAD_ELEMENT_ORDER)
        current, wanted = merged.get(name), patch.get(name)
        for value in (order, *((current,) if name in merged else ()), *((wanted,) if name in patch else ())):
            if not isinstance(value, list):
                raise _wrong_type("[]interface {}", value)
        field = _list_field(schema, name)
        key = field.patch_merge_key
        _check_order(wanted or [], order, key)
        if current is None and wanted is None:
            continue
        patch.pop(name, None)
        if current is None:
            result = _without_directives(wanted)
        elif wanted is None:
            result = current
        else:
            result = _merge_field_list(current, wanted, field, deletion=False)
        merged[name] = _arrange(result, order, current or [], key) if result else result


def _check_order(wanted: list[Any], order: list[Any], key: str) -> None:
    """The elements of the patch's list must be in `order`, and come in that order there."""
    if not order:
        return
    remaining = iter(order)
    for element in wanted:
        if key and not isinstance(element, dict):
            raise _wrong_type("map[string]interface {}", element)
        if isinstance(element, dict) and _PATCH in element:
            continue
        if not any(_same_element(element, candidate, key) for candidate in remaining):
            raise _failure(
                f"The order in patch list:\n{printed(wanted)}\n doesn't match {_SET_ORDER} list:\n{printed(order)}\n"
            )


def _same_element(left: Any, right: Any, key: str) -> bool:
    return bool(_identity(left, key) == _identity(right, key))


def _merge_field_list(current: list[Any], wanted: list[Any], field: Schema, *, deletion: bool) -> list[Any]:
    if not deletion and "merge" not in field.patch_strategies:
        return wanted
    if not current and not wanted:
        return current
    key = field.patch_merge_key
    if _element_type(current, wanted) is not dict:
        if deletion:
            return [element for element in current if element not in wanted]
        return _arrange(list(dict.fromkeys([*current, *wanted])), wanted, current, key)
    if not key:
        raise _failure("cannot merge lists without merge key for struct")
    current, wanted = _apply_element_directives(current, wanted, key)
    merged = _merge_elements(current, wanted, key, field.items or Schema())
    return _arrange(merged, wanted, current, key)


def _apply_element_directives(current: list[Any], wanted: list[Any], key: str) -> tuple[list[Any], list[Any]]:
    """Obey and drop the elements of the patch that carry `$patch`."""
    plain, replace = [], False
    for element in wanted:
        directive = element.get(_PATCH)
        if _PATCH not in element:
            plain.append(element)
        elif directive == "delete":
            gone = _identity(element, key)
            current = [kept for kept in current if key not in kept or kept[key] != gone]
        elif directive == "replace":
            replace = True
        elif directive == "merge":
            raise _failure("merging lists cannot yet be specified in the patch")
        else:
            raise _unknown_directive(directive, element)
    return ([], plain) if replace else (current, plain)


def _merge_elements(current: list[Object], wanted: list[Object], key: str, schema: Schema) -> list[Object]:
    merged = list(current)
    places = {element[key]: index for index, element in reversed(list(enumerate(merged))) if key in element}
    for element in wanted:
        identity = _identity(element, key)
        place = places.get(identity)
        if place is None:
            places[identity] = len(merged)
            merged.append(without_nulls(element))
        else:
            merged[place] = _merge_map(merged[place], element, schema)
    return merged


def _arrange(elements: list[Any], order: list[Any], server_order: list[Any], key: str) -> list[Any]:
    """Elements in `order` come as it says; each other one stays before the first that it stood before on the server."""
    wanted_place = _places(order, key)
    server_place = _places(server_order, key)
    ordered: list[Any] = []
    others: list[Any] = []
    for element in elements:
        (ordered if _identity(element, key) in wanted_place else others).append(element)
    ordered.sort(key=lambda element: wanted_place[_identity(element, key)])
    others.sort(key=lambda element: server_place.get(_identity(element, key), len(server_place)))
    arranged: list[Any] = []
    remaining = iter(others)
    other = next(remaining, _DROPPED)
    for element in ordered:
        place = server_place.get(_identity(element, key))
        while other is not _DROPPED and place is not None and server_place.get(_identity(other, key), place) < place:
            arranged.append(other)
            other = next(remaining, _DROPPED)
        arranged.append(element)
    if other is not _DROPPED:
        arranged.append(other)
    arranged.extend(remaining)
    return arranged


def _places(elements: list[Any], key: str) -> dict[Any, int]:
    places: dict[Any, int] = {}
    for index, element in enumerate(elements):
        places.setdefault(_identity(element, key), index)
    return places


def _identity(element: Any, key: str) -> Any:
    """What tells an element of a merged list from the others: its merge key's value, or the scalar itself."""
    if key:
        if not isinstance(element, dict):
            raise _wrong_type("map[string]interface {}", element)
        if key not in element:
            raise _failure(f"map: {printed(element)} does not contain declared merge key: {key}")
        element = element[key]
    if isinstance(element, dict | list):
        raise _failure(f"runtime error: comparing uncomparable type {type_name(element)}")
    return element


def _element_type(*lists: list[Any]) -> type:
    types = {type(element) for elements in lists for element in elements}
    if list in types:
        raise unprocessable()
    if len(types) > 1:
        raise _failure(f"list element types are not identical: {printed(list(lists))}")
    return types.pop()


_DROPPED: Final = object()


def _addition(value: Any) -> Any:
    return _without_directives(without_nulls(value))


def _without_directives(value: Any) -> Any:
    """The value without the maps that carry `$patch`, which have nothing to act on; `_DROPPED` if it is one."""
    if isinstance(value, dict):
        if _PATCH in value:
            return _DROPPED
        members = ((key, _without_directives(member)) for key, member in value.items())
        return {key: member for key, member in members if member is not _DROPPED}
    if isinstance(value, list):
        return [kept for kept in map(_without_directives, value) if kept is not _DROPPED]
    return value


def _field(schema: Schema, name: str) -> Schema:
    if schema.additional is not None:
        raise _failure("merging an object in json but data type is not struct, instead is: map")
    if name not in schema.properties:
        struct = schema.name.rpartition(".")[2]
        raise _failure(f'unable to find api field in struct {struct} for the json field "{name}"')
    return schema.properties[name]


def _list_field(schema: Schema, name: str) -> Schema:
    field = _field(schema, name)
    if field.items is None:
        raise _failure("expected slice or array type, but got: struct")
    if field.items.items is not None:
        raise _failure("unexpected slice of slice")
    return field


def _directive_field(directive: str, prefix: str, complaint: str) -> str:
    head, slash, name = directive.partition("/")
    if head != prefix or not slash:
        raise bad_request(complaint)
    return name


def _failure(message: str) -> APIError:
    """A patch that can't be merged: the client's mistake, though upstream answers it with a bare 500."""
    return bad_request(message)


def _unknown_directive(directive: Any, patch: Object) -> APIError:
    return _failure(f"unknown patch type: {printed(directive)} in map: {printed(patch)}")


def _wrong_type(expected: str, value: Any) -> APIError:
    return _failure(f"expected a {expected}, but received a {type_name(value)}")
