"""ValidatingAdmissionPolicies: CEL expressions that requests must satisfy. Their structure is checked here.

Follows kubernetes `pkg/apis/admissionregistration/v1/defaults.go`,
`pkg/apis/admissionregistration/validation/validation.go` and
`pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.conditions import validate_conditions
from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.api.labels import validate_label_name
from kubepy.apiserver.registry.admissionregistration.match_conditions import validate_match_conditions
from kubepy.apiserver.registry.admissionregistration.policy import validate_param_kind, validate_variables
from kubepy.apiserver.registry.admissionregistration.rules import (
    default_match_resources,
    validate_failure_policy,
    validate_match_constraints,
)
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_STATUS: Final = Path("status")
_REASONS: Final = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_MAX_AUDIT_ANNOTATIONS: Final = 20
_MAX_VALUE_EXPRESSION_BYTES: Final = 5 * 1024
_NOTHING_TO_DO: Final = "validations or auditAnnotations must contain at least one item"
_search_newline = re.compile("[\n\r]").search


class ValidatingAdmissionPolicyStrategy(Strategy):
    """How ValidatingAdmissionPolicies are written. An update must say which version it is of."""

    has_status: ClassVar[bool] = True
    tracks_generation: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("failurePolicy", "Fail")
        default_match_resources(spec.get("matchConstraints"))

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj.get("spec") or {}, obj["metadata"].get("name", ""), check_conditions=True)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(
            obj.get("spec") or {}, obj["metadata"].get("name", ""), check_conditions=conditions_changed(obj, old)
        )


class ValidatingAdmissionPolicyStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of ValidatingAdmissionPolicies: metadata cannot be changed here either."""

    allow_unconditional_update: ClassVar[bool] = False

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        status = obj.get("status") or {}
        path = _STATUS.child("typeChecking", "expressionWarnings")
        errors = [
            required(path.index(position).child(field))
            for position, warning in enumerate((status.get("typeChecking") or {}).get("expressionWarnings") or ())
            for field in ("warning", "fieldRef")
            if not warning.get(field, "").strip()
        ]
        return errors + validate_conditions(status.get("conditions") or (), _STATUS.child("conditions"))


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": ValidatingAdmissionPolicyStatusStrategy()})


def conditions_changed(obj: Object, old: Object) -> bool:
    """Whether a policy's match conditions need checking: those that are what they were stay acceptable."""
    new, before = obj.get("spec") or {}, old.get("spec") or {}
    return any(new.get(field) != before.get(field) for field in ("paramKind", "matchConditions"))


def _validate_spec(spec: Object, name: str, *, check_conditions: bool) -> list[FieldError]:
    errors = validate_failure_policy(spec.get("failurePolicy"), _SPEC.child("failurePolicy"))
    if (kind := spec.get("paramKind")) is not None:
        errors += validate_param_kind(kind, _SPEC.child("paramKind"))
    errors += validate_match_constraints(spec.get("matchConstraints"), _SPEC.child("matchConstraints"))
    if check_conditions:
        errors += validate_match_conditions(spec.get("matchConditions"), _SPEC.child("matchConditions"))
    errors += validate_variables(spec.get("variables"), _SPEC.child("variables"))
    validations, annotations = spec.get("validations") or [], spec.get("auditAnnotations") or []
    if not validations and not annotations:
        return errors + [required(_SPEC.child(field), _NOTHING_TO_DO) for field in ("validations", "auditAnnotations")]
    for position, validation in enumerate(validations):
        errors += _validate_validation(validation, _SPEC.child("validations").index(position))
    return errors + _validate_audit_annotations(annotations, name, _SPEC.child("auditAnnotations"))


def _validate_validation(validation: Object, path: Path) -> list[FieldError]:
    errors = []
    if not validation.get("expression", "").strip():
        errors.append(required(path.child("expression"), "expression is not specified"))
    message_expression, message = validation.get("messageExpression", ""), validation.get("message", "")
    if message_expression and not message_expression.strip():
        errors.append(invalid(path.child("messageExpression"), message_expression, "must be non-empty if specified"))
    if message and not message.strip():
        errors.append(invalid(path.child("message"), message, "must be non-empty if specified"))
    elif _search_newline(message.strip()):
        errors.append(invalid(path.child("message"), message, "must not contain line breaks"))
    reason = validation.get("reason")
    if reason is not None and reason not in _REASONS:
        errors.append(not_supported(path.child("reason"), reason, _REASONS))
    return errors


def _validate_audit_annotations(annotations: list[Object], name: str, path: Path) -> list[FieldError]:
    errors = []
    if len(annotations) > _MAX_AUDIT_ANNOTATIONS:
        shown = [
            {"Key": item.get("key", ""), "ValueExpression": item.get("valueExpression", "")} for item in annotations
        ]
        errors.append(invalid(path, shown, f"must not have more than {_MAX_AUDIT_ANNOTATIONS} auditAnnotations"))
    seen: set[str] = set()
    for position, annotation in enumerate(annotations):
        where = path.index(position)
        key = annotation.get("key", "")
        errors += _validate_audit_annotation(key, annotation.get("valueExpression", "").strip(), name, where)
        if key in seen:
            errors.append(duplicate(where.child("key"), key))
        seen.add(key)
    return errors


def _validate_audit_annotation(key: str, expression: str, name: str, path: Path) -> list[FieldError]:
    if name:
        errors = validate_label_name(f"{name}/{key}", path.child("key"))
    else:
        errors = [invalid(path.child("key"), key, "requires metadata.name be non-empty")]
    if not expression:
        errors.append(required(path.child("valueExpression"), "valueExpression is not specified"))
    elif len(expression.encode()) > _MAX_VALUE_EXPRESSION_BYTES:
        message = f"must not exceed {_MAX_VALUE_EXPRESSION_BYTES} bytes in length"
        errors.append(required(path.child("valueExpression"), message))
    return errors
