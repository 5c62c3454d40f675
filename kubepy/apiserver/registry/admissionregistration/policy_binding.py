"""MutatingAdmissionPolicyBindings and ValidatingAdmissionPolicyBindings: where a policy is in effect.

Follows kubernetes `pkg/apis/admissionregistration/v1/defaults.go`,
`pkg/apis/admissionregistration/validation/validation.go` and
`pkg/registry/admissionregistration/{mutating,validating}admissionpolicybinding/strategy.go`.
"""

from __future__ import annotations

from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.apiserver.registry.admissionregistration.policy import validate_param_ref, validate_policy_name
from kubepy.apiserver.registry.admissionregistration.rules import (
    default_match_resources,
    validate_match_resources,
    validate_mutable_operations,
)
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_ACTIONS: Final = ("Audit", "Deny", "Warn")
_DENY_AND_WARN: Final = (
    "must not contain both Deny and Warn (repeating the same validation failure information in the API response "
    "and headers serves no purpose)"
)


class MutatingAdmissionPolicyBindingStrategy(Strategy):
    """How MutatingAdmissionPolicyBindings are written. An update must say which version it is of."""

    tracks_generation: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False

    def default(self, obj: Object) -> None:
        default_match_resources((obj.get("spec") or {}).get("matchResources"))

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        return _validate_spec(spec) + validate_mutable_operations(
            spec.get("matchResources"), _SPEC.child("matchResources")
        )


class ValidatingAdmissionPolicyBindingStrategy(MutatingAdmissionPolicyBindingStrategy):
    """How ValidatingAdmissionPolicyBindings are written."""

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        actions = spec.get("validationActions") or []
        return _validate_spec(spec) + _validate_actions(actions, _SPEC.child("validationActions"))


def _validate_spec(spec: Object) -> list[FieldError]:
    errors = validate_policy_name(spec.get("policyName", ""), _SPEC.child("policyName"))
    errors += validate_param_ref(spec.get("paramRef"), _SPEC.child("paramRef"))
    return errors + validate_match_resources(spec.get("matchResources"), _SPEC.child("matchResources"))


def _validate_actions(actions: list[str], path: Path) -> list[FieldError]:
    if not actions:
        return [required(path, "at least one validation action is required")]
    errors = []
    seen: set[str] = set()
    for position, action in enumerate(actions):
        if action not in _ACTIONS:
            errors.append(not_supported(path.index(position), action, _ACTIONS))
        if action in seen:
            errors.append(duplicate(path.index(position), action))
        seen.add(action)
    if {"Deny", "Warn"} <= seen:
        errors.append(invalid(path, actions, _DENY_AND_WARN))
    return errors
