"""The names of a custom resource: what it is called in URLs, in objects and by people.

Follows apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`
(ValidateCustomResourceDefinitionNames).
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.names import is_dns1035_label

Object = dict[str, Any]

_REQUIRED: Final = ("plural", "singular", "kind", "listKind")
_MIXED_CASE: Final = "may have mixed case, but should otherwise match: "


def validate_wanted_names(names: Object, path: Path) -> list[FieldError]:
    """The names in a spec, which must be complete."""
    missing = [required(path.child(field)) for field in _REQUIRED if not names.get(field)]
    return missing + validate_names(names, path)


def validate_names(names: Object, path: Path) -> list[FieldError]:
    """Names in a spec or status: each is a DNS label, and the kind of a list is another than that of its items."""
    errors = []
    for field in ("plural", "singular"):
        errors += _validate_label(names.get(field, ""), path.child(field))
    for field in ("kind", "listKind"):
        value = names.get(field, "")
        if value and (complaints := is_dns1035_label(value.lower())):
            errors.append(invalid(path.child(field), value, _MIXED_CASE + ",".join(complaints)))
    errors += _validate_labels(names, "shortNames", path)
    kind = names.get("kind", "")
    if kind and kind == names.get("listKind", ""):
        errors.append(invalid(path.child("listKind"), kind, "kind and listKind may not be the same"))
    return errors + _validate_labels(names, "categories", path)


def _validate_label(value: str, path: Path) -> list[FieldError]:
    if value and (complaints := is_dns1035_label(value)):
        return [invalid(path, value, ",".join(complaints))]
    return []


def _validate_labels(names: Object, field: str, path: Path) -> list[FieldError]:
    return [
        invalid(path.child(field).index(position), value, ",".join(complaints))
        for position, value in enumerate(names.get(field) or ())
        if (complaints := is_dns1035_label(value))
    ]
