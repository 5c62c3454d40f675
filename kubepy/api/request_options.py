"""Validation of CreateOptions, UpdateOptions, PatchOptions and DeleteOptions, in query strings or bodies.

Follows apimachinery `pkg/apis/meta/v1/validation/validation.go`. Options are dicts with the fields' JSON names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.object_meta import validate_field_manager

APPLY_PATCH_TYPES: Final = frozenset({"application/apply-patch+yaml", "application/apply-patch+cbor"})
PROPAGATION_POLICIES: Final = ("Foreground", "Background", "Orphan")
_FIELD_VALIDATIONS: Final = ("", "Ignore", "Strict", "Warn")
_UNSAFE_DELETE: Final = "ignoreStoreReadErrorWithClusterBreakingPotential"

_FIELD_MANAGER: Final = Path("fieldManager")


def validate_dry_run(dry_run: Sequence[str] | None, path: Path) -> list[FieldError]:
    """Nothing, or `All`."""
    if all(value == "All" for value in dry_run or ()):
        return []
    return [not_supported(path, list(dry_run or ()), ("All",))]


def validate_field_validation(value: str, path: Path) -> list[FieldError]:
    """What to do with unknown and duplicate fields: `Ignore`, `Warn`, `Strict` or left out."""
    return [] if value in _FIELD_VALIDATIONS else [not_supported(path, value, _FIELD_VALIDATIONS)]


def validate_create_options(options: Mapping[str, Any]) -> list[FieldError]:
    """CreateOptions."""
    errors = validate_field_manager(options.get("fieldManager") or "", _FIELD_MANAGER)
    errors += validate_dry_run(options.get("dryRun"), Path("dryRun"))
    errors += validate_field_validation(options.get("fieldValidation") or "", Path("fieldValidation"))
    return errors


def validate_update_options(options: Mapping[str, Any]) -> list[FieldError]:
    """UpdateOptions."""
    return validate_create_options(options)


def validate_patch_options(options: Mapping[str, Any], patch_type: str) -> list[FieldError]:
    """PatchOptions, for a patch of this media type."""
    errors: list[FieldError] = []
    if patch_type in APPLY_PATCH_TYPES:
        if not options.get("fieldManager"):
            errors.append(required(_FIELD_MANAGER, "is required for apply patch"))
    elif options.get("force") is not None:
        errors.append(forbidden(Path("force"), "may not be specified for non-apply patch"))
    return errors + validate_create_options(options)


def _validate_unsafe_delete(options: Mapping[str, Any]) -> list[FieldError]:
    if not options.get(_UNSAFE_DELETE):
        return []
    others = ("propagationPolicy", "orphanDependents", "gracePeriodSeconds", "preconditions")
    return [
        invalid(Path(_UNSAFE_DELETE), True, f"cannot be set together with .{name}")
        for name in others
        if options.get(name) is not None
    ]


def validate_delete_options(options: Mapping[str, Any]) -> list[FieldError]:
    """DeleteOptions."""
    errors: list[FieldError] = []
    policy, path = options.get("propagationPolicy"), Path("propagationPolicy")
    if policy is not None and options.get("orphanDependents") is not None:
        errors.append(invalid(path, policy, "orphanDependents and deletionPropagation cannot be both set"))
    if policy is not None and policy not in PROPAGATION_POLICIES:
        errors.append(not_supported(path, policy, (*PROPAGATION_POLICIES, "nil")))
    errors += validate_dry_run(options.get("dryRun"), Path("dryRun"))
    errors += _validate_unsafe_delete(options)
    return errors
