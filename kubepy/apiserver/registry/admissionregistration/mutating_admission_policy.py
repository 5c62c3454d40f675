"""MutatingAdmissionPolicies: CEL expressions that change objects. Their structure is checked here.

Follows kubernetes `pkg/apis/admissionregistration/v1/defaults.go`,
`pkg/apis/admissionregistration/validation/validation.go` and
`pkg/registry/admissionregistration/mutatingadmissionpolicy/strategy.go`.
"""

from __future__ import annotations

from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.apiserver.registry.admissionregistration.match_conditions import validate_match_conditions
from kubepy.apiserver.registry.admissionregistration.policy import validate_param_kind, validate_variables
from kubepy.apiserver.registry.admissionregistration.rules import (
    default_match_resources,
    validate_failure_policy,
    validate_match_constraints,
    validate_mutable_operations,
)
from kubepy.apiserver.registry.admissionregistration.validating_admission_policy import conditions_changed
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_PATCH_FIELDS: Final = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}
_REINVOCATION_POLICIES: Final = ("IfNeeded", "Never")


class MutatingAdmissionPolicyStrategy(Strategy):
    """How MutatingAdmissionPolicies are written. An update must say which version it is of."""

    tracks_generation: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("failurePolicy", "Fail")
        default_match_resources(spec.get("matchConstraints"))

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj.get("spec") or {}, check_conditions=True)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj.get("spec") or {}, check_conditions=conditions_changed(obj, old))


def _validate_spec(spec: Object, *, check_conditions: bool) -> list[FieldError]:
    errors = validate_failure_policy(spec.get("failurePolicy"), _SPEC.child("failurePolicy"))
    if (kind := spec.get("paramKind")) is not None:
        errors += validate_param_kind(kind, _SPEC.child("paramKind"))
    constraints = spec.get("matchConstraints")
    errors += validate_match_constraints(constraints, _SPEC.child("matchConstraints"))
    errors += validate_mutable_operations(constraints, _SPEC.child("matchConstraints"))
    if check_conditions:
        errors += validate_match_conditions(spec.get("matchConditions"), _SPEC.child("matchConditions"))
    errors += validate_variables(spec.get("variables"), _SPEC.child("variables"))
    mutations = spec.get("mutations") or []
    if not mutations:
        errors.append(required(_SPEC.child("mutations"), "mutations must contain at least one item"))
    for position, mutation in enumerate(mutations):
        errors += _validate_mutation(mutation, _SPEC.child("mutations").index(position))
    policy = spec.get("reinvocationPolicy", "")
    if not policy:
        errors.append(required(_SPEC.child("reinvocationPolicy")))
    elif policy not in _REINVOCATION_POLICIES:
        errors.append(not_supported(_SPEC.child("reinvocationPolicy"), policy, _REINVOCATION_POLICIES))
    return errors


def _validate_mutation(mutation: Object, path: Path) -> list[FieldError]:
    kind = mutation.get("patchType", "")
    if not kind:
        return [required(path.child("patchType"))]
    if kind not in _PATCH_FIELDS:
        return [not_supported(path.child("patchType"), kind, sorted(_PATCH_FIELDS))]
    errors = []
    for other, field in _PATCH_FIELDS.items():
        patch = mutation.get(field)
        if other != kind:
            if patch is not None:
                message = f"must not be specified when patchType is {kind}"
                errors.append(invalid(path.child(field), f"{{{field}}}", message))
        elif patch is None:
            errors.append(required(path.child(field), f"must be specified when patchType is {kind}"))
        elif not patch.get("expression", "").strip():
            errors.append(required(path.child(field, "expression")))
    return errors
