"""RoleBindings and ClusterRoleBindings: who gets which role.

Follows kubernetes `pkg/registry/rbac/{rolebinding,clusterrolebinding}/strategy.go`, `pkg/apis/rbac/v1/defaults.go` and
`pkg/apis/rbac/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

RBAC_GROUP: Final = "rbac.authorization.k8s.io"

_ROLE_REF: Final = Path("roleRef")
_SUBJECTS: Final = Path("subjects")
_SUBJECT_KINDS: Final = ("ServiceAccount", "User", "Group")


class RoleBindingStrategy(Strategy):
    """RoleBindings; which role is bound never changes, so that being allowed to change one isn't more than that."""

    allow_create_on_update: ClassVar[bool] = True
    validate_name = staticmethod(names.path_segment_name)
    role_kinds: ClassVar[tuple[str, ...]] = ("Role", "ClusterRole")
    namespaced: ClassVar[bool] = True

    def default(self, obj: Object) -> None:
        role_ref = obj.get("roleRef")
        if role_ref is not None and not role_ref.get("apiGroup"):
            role_ref["apiGroup"] = RBAC_GROUP
        for subject in obj.get("subjects") or ():
            if not subject.get("apiGroup") and subject.get("kind") in ("User", "Group"):
                subject["apiGroup"] = RBAC_GROUP

    def validate(self, obj: Object) -> list[FieldError]:
        role_ref = obj.get("roleRef") or {}
        group, kind, name = (role_ref.get(field) or "" for field in ("apiGroup", "kind", "name"))
        errors: list[FieldError] = []
        if group != RBAC_GROUP:
            errors.append(not_supported(_ROLE_REF.child("apiGroup"), group, (RBAC_GROUP,)))
        if kind not in self.role_kinds:
            errors.append(not_supported(_ROLE_REF.child("kind"), kind, self.role_kinds))
        if not name:
            errors.append(required(_ROLE_REF.child("name")))
        errors += [invalid(_ROLE_REF.child("name"), name, message) for message in names.path_segment_name(name) if name]
        for position, subject in enumerate(obj.get("subjects") or ()):
            errors += _validate_subject(subject, _SUBJECTS.index(position), namespaced=self.namespaced)
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = self.validate(obj)
        role_ref = obj.get("roleRef") or {}
        if role_ref != (old.get("roleRef") or {}):
            shown = {"APIGroup": role_ref.get("apiGroup", ""), "Kind": role_ref.get("kind", "")}
            errors.append(invalid(_ROLE_REF, {**shown, "Name": role_ref.get("name", "")}, "cannot change roleRef"))
        return errors


class ClusterRoleBindingStrategy(RoleBindingStrategy):
    """ClusterRoleBindings, which bind ClusterRoles only."""

    role_kinds: ClassVar[tuple[str, ...]] = ("ClusterRole",)
    namespaced: ClassVar[bool] = False


def _validate_subject(subject: Object, path: Path, *, namespaced: bool) -> list[FieldError]:
    kind, name, group = (subject.get(field) or "" for field in ("kind", "name", "apiGroup"))
    errors = [] if name else [required(path.child("name"))]
    if kind not in _SUBJECT_KINDS:
        return [*errors, not_supported(path.child("kind"), kind, _SUBJECT_KINDS)]
    if kind != "ServiceAccount":
        if group != RBAC_GROUP:
            errors.append(not_supported(path.child("apiGroup"), group, (RBAC_GROUP,)))
        return errors
    if name:
        errors += [invalid(path.child("name"), name, message) for message in names.dns_subdomain_name(name)]
    if group:
        errors.append(not_supported(path.child("apiGroup"), group, ("",)))
    if not namespaced and not subject.get("namespace"):
        errors.append(required(path.child("namespace")))
    return errors
