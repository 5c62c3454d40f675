"""References to objects of any kind in networking objects.

Follows kubernetes `pkg/apis/networking/validation/validation.go` (validateIngressTypedLocalObjectReference).
"""

from __future__ import annotations

from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, required

Object = dict[str, Any]


def validate_typed_reference(
    reference: Object, path: Path, kind_detail: str = "", name_detail: str = ""
) -> list[FieldError]:
    """A group that is a DNS name, a kind and a name; the details say what is missing."""
    errors: list[FieldError] = []
    group = reference.get("apiGroup")
    if group is not None:
        errors += [invalid(path.child("apiGroup"), group, message) for message in names.is_dns1123_subdomain(group)]
    for field, detail in (("kind", kind_detail), ("name", name_detail)):
        errors += validate_path_segment(reference.get(field) or "", path.child(field), detail)
    return errors


def validate_path_segment(value: str, path: Path, missing_detail: str = "") -> list[FieldError]:
    """Something required that is a part of a URL's path."""
    if not value:
        return [required(path, missing_detail)]
    return [invalid(path, value, message) for message in names.path_segment_name(value)]
