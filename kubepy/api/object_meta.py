"""Validation of `metadata`: what every object must satisfy on creation and on update.

Follows apimachinery `pkg/api/validation/objectmeta.go` and, for managedFields, `pkg/apis/meta/v1/validation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required, too_long
from kubepy.api.labels import validate_label_name as validate_label_name
from kubepy.api.labels import validate_label_selector as validate_label_selector
from kubepy.api.labels import validate_labels as validate_labels
from kubepy.api.names import NameValidator, dns_label_name, is_qualified_name

FIELD_IMMUTABLE_ERROR: Final = "field is immutable"
NEGATIVE_ERROR: Final = "must be greater than or equal to 0"
TOTAL_ANNOTATION_SIZE_LIMIT_BYTES: Final = 256 * 1024
FINALIZER_ORPHAN: Final = "orphan"
FINALIZER_FOREGROUND: Final = "foregroundDeletion"
FIELD_MANAGER_MAX_LENGTH_BYTES: Final = 128
_SUBRESOURCE_MAX_LENGTH_BYTES: Final = 256
_BANNED_OWNERS: Final = frozenset({("", "v1", "Event")})
_IMMUTABLE_TEXTS: Final = ("name", "namespace", "uid")
_IMMUTABLE_OPTIONALS: Final = ("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")

METADATA: Final = Path("metadata")


def _size_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def validate_nonnegative(value: int, path: Path) -> list[FieldError]:
    """A number that may be zero but not less."""
    return [invalid(path, value, NEGATIVE_ERROR)] if value < 0 else []


def validate_immutable(new: Any, old: Any, path: Path) -> list[FieldError]:
    """A field that keeps its value once the object exists; an empty list is as good as none."""
    return [] if semantically_equal(new, old) else [invalid(path, new, FIELD_IMMUTABLE_ERROR)]


def validate_annotations(annotations: Mapping[str, str] | None, path: Path) -> list[FieldError]:
    """Keys are label keys in which case doesn't matter; all keys and values together are at most 256 KiB."""
    if not annotations:
        return []
    errors: list[FieldError] = []
    total_bytes = 0
    for key, value in annotations.items():
        total_bytes += _size_bytes(key) + _size_bytes(value)
        errors += [invalid(path, key, message) for message in is_qualified_name(key.lower())]
    if total_bytes > TOTAL_ANNOTATION_SIZE_LIMIT_BYTES:
        errors.append(too_long(path, TOTAL_ANNOTATION_SIZE_LIMIT_BYTES))
    return errors


def _split_api_version(api_version: str) -> tuple[str, str] | None:
    if api_version in ("", "/"):
        return "", ""
    group, slash, version = api_version.rpartition("/")
    return None if slash and "/" in group else (group, version)


def _validate_owner_reference(reference: Mapping[str, Any], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    api_version, kind = reference.get("apiVersion") or "", reference.get("kind") or ""
    group_version = _split_api_version(api_version)
    if not api_version:
        errors.append(required(path.child("apiVersion"), "must not be empty"))
    elif group_version is None or not group_version[1]:
        detail = "must be <group>/<version> or <version>"
        errors.append(invalid(path.child("apiVersion"), api_version, detail))
    missing = [name for name in ("kind", "name", "uid") if not reference.get(name)]
    errors += [required(path.child(name), "must not be empty") for name in missing]
    if group_version is not None and (*group_version, kind) in _BANNED_OWNERS:
        described = f"{group_version[0]}/{group_version[1]}, Kind={kind}"
        errors.append(invalid(path, reference, f"{described} is disallowed from being an owner"))
    return errors


def validate_owner_references(references: Sequence[Mapping[str, Any]] | None, path: Path) -> list[FieldError]:
    """Every reference is complete, none is to an Event, and at most one is the controller."""
    errors: list[FieldError] = []
    controller = ""
    for position, reference in enumerate(references or ()):
        errors += _validate_owner_reference(reference, path.index(position))
        if not reference.get("controller"):
            continue
        current = f"{reference.get('kind', '')}/{reference.get('name', '')}"
        if controller:
            detail = (
                "Only one reference can have Controller set to true. "
                f'Found "true" in references for {controller} and {current}'
            )
            errors.append(invalid(path, references, detail))
        else:
            controller = current
    return errors


def validate_finalizer_name(name: str, path: Path) -> list[FieldError]:
    """A finalizer's name is a label key."""
    return [invalid(path, name, message) for message in is_qualified_name(name)]


def validate_finalizers(finalizers: Sequence[str] | None, path: Path) -> list[FieldError]:
    """Good names, and not both ways of treating dependents."""
    if not finalizers:
        return []
    errors = [error for finalizer in finalizers for error in validate_finalizer_name(finalizer, path)]
    if FINALIZER_ORPHAN in finalizers and FINALIZER_FOREGROUND in finalizers:
        detail = f"finalizer {FINALIZER_ORPHAN} and {FINALIZER_FOREGROUND} cannot be both set"
        errors.append(invalid(path, list(finalizers), detail))
    return errors


def validate_no_new_finalizers(new: Sequence[str] | None, old: Sequence[str] | None, path: Path) -> list[FieldError]:
    """An object that is being deleted gets no further finalizers."""
    extra = sorted(set(new or ()) - set(old or ()))
    if not extra:
        return []
    listed = ", ".join(f'"{name}"' for name in extra)
    detail = "no new finalizers can be added if the object is being deleted, found new finalizers "
    return [forbidden(path, f"{detail}[]string{{{listed}}}")]


def validate_field_manager(manager: str, path: Path) -> list[FieldError]:
    """At most 128 bytes, all of them printable."""
    errors: list[FieldError] = []
    if _size_bytes(manager) > FIELD_MANAGER_MAX_LENGTH_BYTES:
        errors.append(too_long(path, FIELD_MANAGER_MAX_LENGTH_BYTES))
    if manager.isascii() and manager.isprintable():
        return errors
    offset = 0
    for character in manager:
        if not character.isprintable():
            detail = f"invalid character U+{ord(character):04X} (at position {offset})"
            errors.append(invalid(path, manager, detail))
        offset += _size_bytes(character)
    return errors


def validate_managed_fields(entries: Sequence[Mapping[str, Any]] | None, path: Path) -> list[FieldError]:
    """Each entry says which operation it stands for, in which format, and by whom."""
    errors: list[FieldError] = []
    for position, entry in enumerate(entries or ()):
        entry_path = path.index(position)
        operation = entry.get("operation") or ""
        if not operation:
            errors.append(required(entry_path.child("operation"), "must not be empty"))
        elif operation not in ("Apply", "Update"):
            errors.append(not_supported(entry_path.child("operation"), operation, ("Apply", "Update")))
        fields_type = entry.get("fieldsType") or ""
        if fields_type and fields_type != "FieldsV1":
            errors.append(invalid(entry_path.child("fieldsType"), fields_type, "must be `FieldsV1`"))
        errors += validate_field_manager(entry.get("manager") or "", entry_path.child("manager"))
        if _size_bytes(entry.get("subresource") or "") > _SUBRESOURCE_MAX_LENGTH_BYTES:
            errors.append(too_long(entry_path.child("subresource"), _SUBRESOURCE_MAX_LENGTH_BYTES))
    return errors


def _validate_namespace(namespace: str, namespaced: bool, path: Path) -> list[FieldError]:
    if not namespaced:
        return [forbidden(path, "not allowed on this type")] if namespace else []
    if not namespace:
        return [required(path)]
    return [invalid(path, namespace, message) for message in dns_label_name(namespace)]


def validate_object_meta(
    meta: Mapping[str, Any], *, namespaced: bool, validate_name: NameValidator, path: Path = METADATA
) -> list[FieldError]:
    """The metadata of an object that is to be created, after its name has been generated."""
    errors: list[FieldError] = []
    generate_name, name = meta.get("generateName"), meta.get("name")
    if generate_name:
        name_path = path.child("generateName")
        errors += [invalid(name_path, generate_name, message) for message in validate_name(generate_name, True)]
    if not name:
        errors.append(required(path.child("name"), "name or generateName is required"))
    else:
        errors += [invalid(path.child("name"), name, message) for message in validate_name(name, False)]
    errors += _validate_namespace(meta.get("namespace") or "", namespaced, path.child("namespace"))
    errors += validate_nonnegative(meta.get("generation") or 0, path.child("generation"))
    errors += validate_labels(meta.get("labels"), path.child("labels"))
    errors += validate_annotations(meta.get("annotations"), path.child("annotations"))
    errors += validate_owner_references(meta.get("ownerReferences"), path.child("ownerReferences"))
    errors += validate_finalizers(meta.get("finalizers"), path.child("finalizers"))
    errors += validate_managed_fields(meta.get("managedFields"), path.child("managedFields"))
    return errors


def validate_object_meta_update(
    new: Mapping[str, Any], old: Mapping[str, Any], path: Path = METADATA
) -> list[FieldError]:
    """The metadata of an object that replaces `old`.

    That an update names a resourceVersion is checked where the update is made conditional.
    """
    errors: list[FieldError] = []
    if old.get("deletionTimestamp"):
        errors += validate_no_new_finalizers(new.get("finalizers"), old.get("finalizers"), path.child("finalizers"))
    generation = new.get("generation") or 0
    errors += validate_nonnegative(generation, path.child("generation"))
    if generation < (old.get("generation") or 0):
        errors.append(invalid(path.child("generation"), generation, "must not be decremented"))
    for name in _IMMUTABLE_TEXTS:
        errors += validate_immutable(new.get(name) or "", old.get(name) or "", path.child(name))
    for name in _IMMUTABLE_OPTIONALS:
        errors += validate_immutable(new.get(name), old.get(name), path.child(name))
    errors += validate_labels(new.get("labels"), path.child("labels"))
    errors += validate_annotations(new.get("annotations"), path.child("annotations"))
    errors += validate_owner_references(new.get("ownerReferences"), path.child("ownerReferences"))
    errors += validate_managed_fields(new.get("managedFields"), path.child("managedFields"))
    return errors
