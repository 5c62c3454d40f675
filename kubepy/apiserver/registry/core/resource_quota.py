"""ResourceQuotas: which resources can be limited, and by which scopes.

Follows kubernetes `pkg/registry/core/resourcequota/strategy.go`, `pkg/apis/core/helper/helpers.go` and
`pkg/apis/core/validation/validation.go` (ValidateResourceQuota).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.apiserver.registry.core.pod.resources import resource_name_complaints, validate_resource_amount
from kubepy.apiserver.registry.core.quantities import stored_form
from kubepy.apiserver.registry.strategy import StatusStrategy, Strategy, WriteContext

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_STATUS: Final = Path("status")
_POD_COMPUTE: Final = frozenset({"cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"})
_STANDARD: Final = _POD_COMPUTE | {
    "configmaps", "ephemeral-storage", "limits.ephemeral-storage", "persistentvolumeclaims", "pods",
    "replicationcontrollers", "requests.ephemeral-storage", "requests.storage", "resourcequotas", "secrets",
    "services", "services.loadbalancers", "services.nodeports",
}  # fmt: skip
_ANY_POD: Final = _POD_COMPUTE | {"pods"}
_RESOURCES_OF_SCOPE: Final[Mapping[str, frozenset[str]]] = {
    "BestEffort": frozenset({"pods"}),
    "CrossNamespacePodAffinity": _ANY_POD,
    "NotBestEffort": _ANY_POD,
    "NotTerminating": _ANY_POD,
    "PriorityClass": _ANY_POD,
    "Terminating": _ANY_POD,
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}
_ONLY_EXISTS: Final = _RESOURCES_OF_SCOPE.keys() - {"PriorityClass", "VolumeAttributesClass"}
_CONFLICTS: Final = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})
_EXISTS_DETAIL: Final = (
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
    "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


class ResourceQuotaStrategy(Strategy):
    """ResourceQuotas."""

    has_status: ClassVar[bool] = True
    returns_deleted_object: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {"status": ResourceQuotaStatusStrategy()}

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["status"] = {}

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj.get("spec") or {})

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        errors = _validate_spec(spec)
        scopes = spec.get("scopes") or []
        if set(scopes) != set((old.get("spec") or {}).get("scopes") or ()):
            errors.append(invalid(_SPEC.child("scopes"), scopes, "field is immutable"))
        return errors


class ResourceQuotaStatusStrategy(StatusStrategy):
    """`/status`: what is limited and used."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        status = obj.get("status") or {}
        errors: list[FieldError] = []
        for name in ("hard", "used"):
            errors += _validate_amounts(status.get(name) or {}, _STATUS.child(name))
        return errors


def set_defaults(obj: Object) -> None:
    """Amounts in the form they are stored in."""
    spec, status = obj.setdefault("spec", {}), obj.get("status") or {}
    for holder, name in ((spec, "hard"), (status, "hard"), (status, "used")):
        if holder.get(name):
            holder[name] = {resource: stored_form(amount) for resource, amount in holder[name].items()}


def _validate_amounts(amounts: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for name, amount in amounts.items():
        at = path.key(name)
        complaints = list(resource_name_complaints(name))
        if "/" not in name and not _is_standard(name):
            complaints.append("must be a standard resource for quota")
        errors += [invalid(at, name, message) for message in complaints]
        errors += validate_resource_amount(name, amount, at)[1]
    return errors


def _is_standard(name: str) -> bool:
    return name in _STANDARD or name.startswith(("hugepages-", "requests.hugepages-"))


def _validate_spec(spec: Object) -> list[FieldError]:
    hard = spec.get("hard") or {}
    errors = _validate_amounts(hard, _SPEC.child("hard"))
    scopes = spec.get("scopes") or []
    path = _SPEC.child("scopes")
    for scope in scopes:
        if scope not in _RESOURCES_OF_SCOPE:
            errors.append(invalid(path, scopes, "unsupported scope"))
        errors += [invalid(path, scopes, "unsupported scope applied to resource")] * _count_misfits(scope, hard)
    errors += _validate_conflicts(set(scopes), path, scopes)
    selector = spec.get("scopeSelector")
    return errors + (_validate_selector(selector, scopes, hard) if selector is not None else [])


def _count_misfits(scope: str, hard: Object) -> int:
    fitting = _RESOURCES_OF_SCOPE.get(scope)
    return 0 if fitting is None else sum(1 for name in hard if _is_standard(name) and name not in fitting)


def _validate_conflicts(scopes: set[str], path: Path, shown: Sequence[str]) -> list[FieldError]:
    return [invalid(path, shown, "conflicting scopes") for pair in _CONFLICTS if pair <= scopes]


def _validate_selector(selector: Object, scopes: Sequence[str], hard: Object) -> list[FieldError]:
    path = _SPEC.child("scopeSelector", "matchExpressions")
    errors: list[FieldError] = []
    expressions = selector.get("matchExpressions") or ()
    for expression in expressions:
        scope = expression.get("scopeName", "")
        if scope not in _RESOURCES_OF_SCOPE:
            errors.append(invalid(path.child("scopeName"), scope, "unsupported scope"))
        misfit = invalid(path, selector, "unsupported scope applied to resource")
        errors += [misfit] * _count_misfits(scope, hard)
        errors += _validate_operator(scope, expression, path)
    named = {expression.get("scopeName", "") for expression in expressions}
    return errors + _validate_conflicts(named, path, scopes)


def _validate_operator(scope: str, expression: Object, path: Path) -> list[FieldError]:
    operator, values = expression.get("operator", ""), expression.get("values") or []
    errors: list[FieldError] = []
    if scope in _ONLY_EXISTS and operator != "Exists":
        errors.append(invalid(path.child("operator"), operator, _EXISTS_DETAIL))
    if operator in ("In", "NotIn"):
        if not values:
            detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            errors.append(required(path.child("values"), detail))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
            errors.append(invalid(path.child("values"), values, detail))
    else:
        errors.append(invalid(path.child("operator"), operator, "not a valid selector operator"))
    return errors
