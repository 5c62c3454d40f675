"""References of autoscalers to objects of any kind.

Follows kubernetes `pkg/apis/autoscaling/validation/validation.go` (ValidateCrossVersionObjectReference,
ValidateAPIVersion).
"""

from __future__ import annotations

from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.names import path_segment_name
from kubepy.apiserver.registry.strategy import Object


def validate_reference(reference: Object, path: Path) -> list[FieldError]:
    """Complaints about kind and name."""
    errors = []
    for name in ("kind", "name"):
        value = reference.get(name, "")
        if not value:
            errors.append(required(path.child(name)))
        else:
            errors += [invalid(path.child(name), value, message) for message in path_segment_name(value)]
    return errors


def validate_api_version(reference: Object, path: Path, *, allow_empty_group: bool) -> list[FieldError]:
    """Complaints about a version that cannot be read, or has no group where one is needed."""
    version = reference.get("apiVersion", "")
    message = ""
    if version.count("/") > 1:
        message = f"unexpected GroupVersion string: {version}"
    elif not allow_empty_group and not version.rpartition("/")[0]:
        message = "apiVersion must specify API group"
    return [invalid(path.child("apiVersion"), version, message)] if message else []
