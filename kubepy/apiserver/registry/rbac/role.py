"""Roles and ClusterRoles: what a rule must say.

Follows kubernetes `pkg/registry/rbac/{role,clusterrole}/strategy.go` and `pkg/apis/rbac/validation/validation.go`.
Whether somebody may grant what a role grants is for the authorizer, not for validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.labels import validate_label_selector
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

_RULES: Final = Path("rules")
_SELECTORS: Final = Path("aggregationRule").child("clusterRoleSelectors")


class RoleStrategy(Strategy):
    """Roles."""

    allow_create_on_update: ClassVar[bool] = True
    validate_name = staticmethod(names.path_segment_name)

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_rules(obj.get("rules") or (), namespaced=True)


class ClusterRoleStrategy(Strategy):
    """ClusterRoles, which may be the union of others and may be about URLs."""

    allow_create_on_update: ClassVar[bool] = True
    validate_name = staticmethod(names.path_segment_name)

    def validate(self, obj: Object) -> list[FieldError]:
        errors = validate_rules(obj.get("rules") or (), namespaced=False)
        aggregation = obj.get("aggregationRule")
        if aggregation is None:
            return errors
        selectors = aggregation.get("clusterRoleSelectors") or ()
        if not selectors:
            detail = "at least one clusterRoleSelector required if aggregationRule is non-nil"
            errors.append(required(_SELECTORS, detail))
        for position, selector in enumerate(selectors):
            errors += validate_label_selector(selector, _SELECTORS.index(position))
        return errors


def validate_rules(rules: Sequence[Object], *, namespaced: bool) -> list[FieldError]:
    """Verbs on resources or on URLs, not both; only cluster-wide rules can be about URLs."""
    errors: list[FieldError] = []
    for position, rule in enumerate(rules):
        path, urls = _RULES.index(position), rule.get("nonResourceURLs") or []
        if not rule.get("verbs"):
            errors.append(required(path.child("verbs")))
        if urls:
            if namespaced:
                detail = "namespaced rules cannot apply to non-resource URLs"
                errors.append(invalid(path.child("nonResourceURLs"), urls, detail))
            if rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
                detail = "rules cannot apply to both regular resources and non-resource URLs"
                errors.append(invalid(path.child("nonResourceURLs"), urls, detail))
            continue
        if not rule.get("apiGroups"):
            errors.append(required(path.child("apiGroups"), "resource rules must supply at least one api group"))
        if not rule.get("resources"):
            errors.append(required(path.child("resources"), "resource rules must supply at least one resource"))
    return errors
