"""The spec of a PersistentVolumeClaim, alone, in an ephemeral volume or in a StatefulSet's claim templates.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePersistentVolumeClaimSpec,
ValidatePersistentVolumeClaimTemplate, ValidateTemplateObjectMeta) and `pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.labels import validate_label_selector, validate_labels
from kubepy.api.object_meta import validate_annotations
from kubepy.api.quantity import Quantity

Object = dict[str, Any]

ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")
_NOT_POSITIVE = "must be greater than zero"
_META_FIELDS = {
    "name": "name", "generateName": "generateName", "namespace": "namespace", "selfLink": "selfLink", "uid": "uID",
    "resourceVersion": "resourceVersion", "generation": "generation", "creationTimestamp": "creationTimestamp",
    "deletionTimestamp": "deletionTimestamp", "deletionGracePeriodSeconds": "deletionGracePeriodSeconds",
    "ownerReferences": "ownerReferences", "finalizers": "finalizers", "managedFields": "managedFields",
}  # fmt: skip
"""What a claim template's metadata may not hold; the value is the name upstream's message gives it."""


@lru_cache(maxsize=1024)
def _stored_quantity(value: str | int | float) -> str:
    try:
        return str(Quantity.parse(value).round_up(-3))
    except ValueError:
        return str(value)


def default_resource_list(resources: Object | None) -> None:
    """Store quantities in canonical form, rounded up to thousandths, in place."""
    for name in resources or ():
        resources[name] = _stored_quantity(resources[name])  # type: ignore[index]


def default_persistent_volume_claim_spec(spec: Object) -> None:
    """Fill in what a claim's spec leaves out, in place."""
    spec.setdefault("volumeMode", "Filesystem")
    resources = spec.setdefault("resources", {})
    default_resource_list(resources.get("requests"))
    default_resource_list(resources.get("limits"))


def parse_quantity(value: str | int | float, path: Path, errors: list[FieldError]) -> Quantity | None:
    """The amount, or None and one more error."""
    try:
        return Quantity.parse(value)
    except ValueError as error:
        errors.append(invalid(path, value, str(error)))
        return None


def validate_positive_quantity(value: str, path: Path) -> list[FieldError]:
    """An amount that is more than zero."""
    errors: list[FieldError] = []
    amount = parse_quantity(value, path, errors)
    if amount is not None and amount.sign() <= 0:
        errors.append(invalid(path, str(amount), _NOT_POSITIVE))
    return errors


def validate_basic_resource(value: str, path: Path) -> list[FieldError]:
    """An amount that is not negative."""
    errors: list[FieldError] = []
    amount = parse_quantity(value, path, errors)
    if amount is not None and amount.value() < 0:
        errors.append(invalid(path, amount.value(), "must be a valid resource quantity"))
    return errors


def validate_access_modes(modes: Sequence[str], path: Path) -> list[FieldError]:
    """Known modes; ReadWriteOncePod stands alone."""
    errors = [not_supported(path, mode, ACCESS_MODES) for mode in modes if mode not in ACCESS_MODES]
    if "ReadWriteOncePod" in modes and any(mode != "ReadWriteOncePod" and mode in ACCESS_MODES for mode in modes):
        errors.append(forbidden(path, "may not use ReadWriteOncePod with other access modes"))
    return errors


def validate_persistent_volume_claim_spec(
    spec: Object, path: Path, *, allow_invalid_api_group: bool = False, allow_invalid_label_value: bool = False
) -> list[FieldError]:
    """Mistakes in a claim's spec.

    The options keep objects writable that were stored before the API groups of data sources and the label values of
    selectors were checked.
    """
    errors: list[FieldError] = []
    modes = spec.get("accessModes")
    if not modes:
        errors.append(required(path.child("accessModes"), "at least 1 access mode is required"))
    if (selector := spec.get("selector")) is not None:
        errors += validate_label_selector(
            selector, path.child("selector"), allow_invalid_label_value=allow_invalid_label_value
        )
    if modes:
        errors += validate_access_modes(modes, path.child("accessModes"))
    errors += _validate_storage_request(spec.get("resources") or {}, path.child("resources").key("storage"))
    errors += _validate_class_name(spec, "storageClassName", path)
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        errors.append(not_supported(path.child("volumeMode"), mode, VOLUME_MODES))
    if "dataSource" in spec or "dataSourceRef" in spec:
        errors += _validate_data_sources(spec, path, allow_invalid_api_group=allow_invalid_api_group)
    return errors + _validate_class_name(spec, "volumeAttributesClassName", path)


def _validate_storage_request(resources: Object, path: Path) -> list[FieldError]:
    value = (resources.get("requests") or {}).get("storage")
    if value is None:
        return [required(path)]
    return validate_positive_quantity(value, path)


def _validate_class_name(spec: Object, field: str, path: Path) -> list[FieldError]:
    name = spec.get(field)
    if not name:
        return []
    return [invalid(path.child(field), name, complaint) for complaint in names.dns_subdomain_name(name)]


def _validate_data_sources(spec: Object, path: Path, *, allow_invalid_api_group: bool) -> list[FieldError]:
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    errors: list[FieldError] = []
    if source is not None:
        at = path.child("dataSource")
        errors += _validate_data_source(source, at, allow_invalid_api_group=allow_invalid_api_group)
    namespace = ""
    if reference is not None:
        at = path.child("dataSourceRef")
        errors += _validate_data_source(reference, at, allow_invalid_api_group=allow_invalid_api_group)
        namespace = reference.get("namespace", "")
        if namespace:
            complaints = names.dns_label_name(namespace)
            errors += [invalid(at.child("namespace"), namespace, complaint) for complaint in complaints]
    # Upstream shows a path object as the bad value, which has no JSON form but this.
    if namespace:
        if source is not None:
            detail = "may not be specified when dataSourceRef.namespace is specified"
            errors.append(invalid(path, {}, detail))
    elif source is not None and reference is not None and not _same_source(source, reference):
        errors.append(invalid(path, {}, "must match dataSourceRef"))
    return errors


def _same_source(source: Object, reference: Object) -> bool:
    return (
        source.get("apiGroup") == reference.get("apiGroup")
        and source.get("kind") == reference.get("kind")
        and source.get("name") == reference.get("name")
    )


def _validate_data_source(source: Object, path: Path, *, allow_invalid_api_group: bool) -> list[FieldError]:
    errors = [required(path.child(field)) for field in ("name", "kind") if not source.get(field)]
    group, kind = source.get("apiGroup", ""), source.get("kind", "")
    if not group and kind != "PersistentVolumeClaim":
        detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        errors.append(invalid(path, kind, detail))
    if group and not allow_invalid_api_group:
        complaints = names.is_dns1123_subdomain(group)
        errors += [invalid(path.child("apiGroup"), group, complaint) for complaint in complaints]
    return errors


def validate_persistent_volume_claim_template(template: Object, path: Path) -> list[FieldError]:
    """Mistakes in an ephemeral volume's claim template, of whose metadata only labels and annotations count."""
    errors = validate_template_metadata(template.get("metadata") or {}, path.child("metadata"))
    return errors + validate_persistent_volume_claim_spec(template.get("spec") or {}, path.child("spec"))


def validate_template_metadata(meta: Object, path: Path) -> list[FieldError]:
    """Mistakes in metadata that objects made from a template inherit: labels and annotations, nothing else."""
    errors = validate_annotations(meta.get("annotations"), path.child("annotations"))
    errors += validate_labels(meta.get("labels"), path.child("labels"))
    for field, shown in _META_FIELDS.items():
        if meta.get(field):
            errors.append(forbidden(path.child(shown), "cannot be set"))
    return errors
