"""Questions of the form "may they?": what a review must say to be answered.

Called by the handler of each review before it asks; the errors make the request invalid.
Follows kubernetes `pkg/apis/authorization/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.errors import bad_request
from kubepy.api.field import FieldError, Path, forbidden, invalid, required
from kubepy.api.labels import validate_label_selector_requirement
from kubepy.api.object_meta import METADATA

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_RESOURCE: Final = _SPEC.child("resourceAttributes")
_NON_RESOURCE: Final = _SPEC.child("nonResourceAttributes")


def validate_subject_access_review(review: Object) -> list[FieldError]:
    """What somebody may do anywhere; there is no metadata."""
    return _validate_subject_spec(review.get("spec") or {}) + _validate_metadata(review, (), "must be empty")


def validate_self_subject_access_review(review: Object) -> list[FieldError]:
    """What the caller may do; there is no metadata."""
    return _validate_attributes(review.get("spec") or {}) + _validate_metadata(review, (), "must be empty")


def validate_local_subject_access_review(review: Object) -> list[FieldError]:
    """What somebody may do to the resources of the review's own namespace."""
    spec = review.get("spec") or {}
    errors = _validate_subject_spec(spec)
    errors += _validate_metadata(review, ("namespace",), "must be empty except for namespace")
    resource, other = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    namespace = (resource or {}).get("namespace", "")
    if resource is not None and namespace != (review.get("metadata") or {}).get("namespace", ""):
        errors.append(invalid(_RESOURCE.child("namespace"), namespace, "must match metadata.namespace"))
    if other is not None:
        errors.append(invalid(_NON_RESOURCE, _shown(other), "disallowed on this kind of request"))
    return errors


def _validate_subject_spec(spec: Object) -> list[FieldError]:
    errors = _validate_exclusion(spec)
    if not spec.get("user") and not spec.get("groups"):
        message = "at least one of user or group must be specified"
        errors.append(invalid(_SPEC.child("user"), "", message))
    return errors + _validate_selectors(spec)


def _validate_attributes(spec: Object) -> list[FieldError]:
    return _validate_exclusion(spec) + _validate_selectors(spec)


def _validate_exclusion(spec: Object) -> list[FieldError]:
    resource, other = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and other is not None:
        message = "cannot be specified in combination with resourceAttributes"
        return [invalid(_NON_RESOURCE, _shown(other), message)]
    if resource is None and other is None:
        message = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        return [invalid(_RESOURCE, None, message)]
    return []


def _shown(attributes: Object) -> Object:
    """Attributes as upstream shows them in messages: by their internal field names."""
    return {"Path": attributes.get("path", ""), "Verb": attributes.get("verb", "")}


def _validate_selectors(spec: Object) -> list[FieldError]:
    attributes = spec.get("resourceAttributes") or {}
    errors = []
    for field, validate in (
        ("fieldSelector", _validate_field_requirement),
        ("labelSelector", _validate_label_requirement),
    ):
        selector = attributes.get(field)
        if selector is None:
            continue
        path = _RESOURCE.child(field)
        raw, requirements = selector.get("rawSelector", ""), selector.get("requirements") or []
        if raw and requirements:
            message = "may not specified at the same time as requirements"
            errors.append(invalid(path.child("rawSelector"), raw, message))
        if not raw and not requirements:
            message = f"when {path} is specified, requirements or rawSelector is required"
            errors.append(required(path.child("requirements"), message))
        for position, requirement in enumerate(requirements):
            errors += validate(requirement, path.child("requirements").index(position))
    return errors


def _validate_label_requirement(requirement: Object, path: Path) -> list[FieldError]:
    # Operators that a newer client knows and this server doesn't are left out of the decision, not refused.
    return validate_label_selector_requirement(requirement, path, allow_unknown_operator=True)


def _validate_field_requirement(requirement: Object, path: Path) -> list[FieldError]:
    operator, values = requirement.get("operator", ""), requirement.get("values")
    errors = [] if requirement.get("key") else [required(path.child("key"), "must be specified")]
    if operator in ("In", "NotIn") and not values:
        errors.append(required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
    if operator in ("Exists", "DoesNotExist") and values:
        message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        errors.append(forbidden(path.child("values"), message))
    return errors


def _validate_metadata(review: Object, allowed: tuple[str, ...], message: str) -> list[FieldError]:
    metadata = review.get("metadata") or {}
    set_fields = {field for field, value in metadata.items() if value not in (None, "", 0, [], {})}
    if set_fields <= {"managedFields", *allowed}:
        return []
    return [invalid(METADATA, metadata, message)]


def validate_self_subject_rules_review(review: Object) -> None:
    """Everything the caller may do in a namespace, which must be named. Raises APIError (400)."""
    if not (review.get("spec") or {}).get("namespace"):
        raise bad_request("no namespace on request")
