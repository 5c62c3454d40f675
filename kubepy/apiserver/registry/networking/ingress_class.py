"""IngressClasses.

Follows kubernetes `pkg/registry/networking/ingressclass/strategy.go`, `pkg/apis/networking/v1/defaults.go` and
`pkg/apis/networking/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required, too_long
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.networking.references import validate_typed_reference
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

_CONTROLLER: Final = Path("spec").child("controller")
_PARAMETERS: Final = Path("spec").child("parameters")
_MAX_CONTROLLER_BYTES: Final = 250
_SCOPES: Final = ("Cluster", "Namespace")


class IngressClassStrategy(Strategy):
    """IngressClasses; the controller never changes."""

    tracks_generation: ClassVar[bool] = True

    def default(self, obj: Object) -> None:
        parameters = (obj.get("spec") or {}).get("parameters")
        if parameters is not None and parameters.get("scope") is None:
            parameters["scope"] = "Cluster"

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        controller = spec.get("controller") or ""
        errors: list[FieldError] = []
        if len(controller.encode()) > _MAX_CONTROLLER_BYTES:
            errors.append(too_long(_CONTROLLER, _MAX_CONTROLLER_BYTES))
        errors += names.is_domain_prefixed_path(_CONTROLLER, controller)
        parameters = spec.get("parameters")
        return errors + (_validate_parameters(parameters) if parameters is not None else [])

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        new_controller, old_controller = ((o.get("spec") or {}).get("controller") or "" for o in (obj, old))
        return validate_immutable(new_controller, old_controller, _CONTROLLER) + self.validate(obj)


def _validate_parameters(parameters: Object) -> list[FieldError]:
    errors = validate_typed_reference(parameters, _PARAMETERS)
    scope, namespace, path = parameters.get("scope"), parameters.get("namespace"), _PARAMETERS.child("namespace")
    if scope is None:
        return [*errors, required(_PARAMETERS.child("scope"))]
    if scope not in _SCOPES:
        return [*errors, not_supported(_PARAMETERS.child("scope"), scope, _SCOPES)]
    if scope == "Cluster":
        if namespace is not None:
            errors.append(forbidden(path, "`parameters.scope` is set to 'Cluster'"))
        return errors
    if namespace is None:
        return [*errors, required(path, "`parameters.scope` is set to 'Namespace'")]
    return errors + [invalid(path, namespace, message) for message in names.dns_label_name(namespace)]
