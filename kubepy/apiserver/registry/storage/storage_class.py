"""StorageClasses: defaults and validation. What provisions volumes, and how, is fixed once the class exists.

Follows kubernetes `pkg/apis/storage/v1/defaults.go`, `pkg/apis/storage/validation/validation.go`,
`pkg/api/storage/util.go`, and the declarative rules (`+k8s:immutable`) of `storage/v1/types.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.api.labels import validate_label_name
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR
from kubepy.apiserver.registry.core.node_labels import deprecation
from kubepy.apiserver.registry.storage.parameters import validate_driver, validate_parameters
from kubepy.apiserver.registry.strategy import Object, Strategy

_RECLAIM_POLICIES: Final = ("Delete", "Retain")
_BINDING_MODES: Final = ("Immediate", "WaitForFirstConsumer")
_IMMUTABLE: Final = ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")
_PROVISIONER: Final = Path("provisioner")
_TOPOLOGIES: Final = Path("allowedTopologies")


class StorageClassStrategy(Strategy):
    """How StorageClasses are written."""

    returns_deleted_object = True

    def default(self, obj: Object) -> None:
        obj.setdefault("reclaimPolicy", "Delete")
        obj.setdefault("volumeBindingMode", "Immediate")

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_driver(obj.get("provisioner", ""), _PROVISIONER) + _validate_rest(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        # A change is the only thing said about the provisioner: declarative rules stop at the first mistake.
        changed = [field for field in _IMMUTABLE if (obj.get(field) or None) != (old.get(field) or None)]
        errors = [] if "provisioner" in changed else validate_driver(obj.get("provisioner", ""), _PROVISIONER)
        errors += _validate_rest(obj)
        return errors + [invalid(Path(field), None, FIELD_IMMUTABLE_ERROR) for field in changed]

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        warnings: list[str] = []
        for position, term in enumerate(obj.get("allowedTopologies") or ()):
            expressions = _TOPOLOGIES.index(position).child("matchLabelExpressions")
            for number, expression in enumerate(term.get("matchLabelExpressions") or ()):
                if message := deprecation(expression.get("key", "")):
                    warnings.append(f"{expressions.index(number).child('key')}: {message}")
        return warnings


def _validate_rest(obj: Object) -> list[FieldError]:
    errors = validate_parameters(obj.get("parameters") or {}, Path("parameters"), allow_empty=True)
    policy, mode = obj.get("reclaimPolicy"), obj.get("volumeBindingMode")
    if policy and policy not in _RECLAIM_POLICIES:
        errors.append(not_supported(Path("reclaimPolicy"), policy, _RECLAIM_POLICIES))
    if mode is None:
        errors.append(required(Path("volumeBindingMode")))
    elif mode not in _BINDING_MODES:
        errors.append(not_supported(Path("volumeBindingMode"), mode, _BINDING_MODES))
    return errors + _validate_topologies(obj.get("allowedTopologies") or ())


def _validate_topologies(terms: list[Object] | tuple[()]) -> list[FieldError]:
    """Mistakes in where volumes may be, terms that say the same twice among them."""
    errors: list[FieldError] = []
    # As upstream has it, every term has as many empty ones before it as there are terms.
    seen: list[dict[str, frozenset[str]]] = [{} for _ in terms]
    for position, term in enumerate(terms):
        path = _TOPOLOGIES.index(position).child("matchLabelExpressions")
        values_by_key: dict[str, frozenset[str]] = {}
        for number, requirement in enumerate(term.get("matchLabelExpressions") or ()):
            at = path.index(number)
            errors += _validate_requirement(requirement, at)
            key = requirement.get("key", "")
            if key in values_by_key:
                errors.append(duplicate(at.child("key"), key))
            values_by_key[key] = frozenset(requirement.get("values") or ())
        errors += [duplicate(path, "") for earlier in seen if earlier == values_by_key]
        seen.append(values_by_key)
    return errors


def _validate_requirement(requirement: Object, path: Path) -> list[FieldError]:
    values = requirement.get("values") or ()
    errors = [] if values else [required(path.child("values"))]
    for position, value in enumerate(values):
        if value in values[:position]:
            errors.append(duplicate(path.child("values").index(position), value))
    return errors + validate_label_name(requirement.get("key", ""), path.child("key"))
