"""FlowSchemas: which requests belong to which priority level. Two of them are what the server says they are.

Follows kubernetes `pkg/apis/flowcontrol/v1/defaults.go`, `pkg/apis/flowcontrol/validation/validation.go`,
`pkg/registry/flowcontrol/flowschema/strategy.go` and apiserver `pkg/apis/flowcontrol/bootstrap/default.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.api.names import dns_subdomain_name
from kubepy.apiserver.registry.flowcontrol.request_rules import shown_rules, validate_rules
from kubepy.apiserver.registry.flowcontrol.status import FlowControlStatusStrategy, validate_conditions
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_DEFAULT_PRECEDENCE: Final = 1000
_MAX_PRECEDENCE: Final = 10000
_EXEMPT: Final = "exempt"
_DISTINGUISHER_METHODS: Final = ("ByNamespace", "ByUser")
_EVERYTHING: Final = {
    "resourceRules": [
        {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"], "clusterScope": True}
    ],
    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
}


def _everything_of(*groups: str) -> list[Object]:
    subjects = [{"kind": "Group", "group": {"name": group}} for group in groups]
    return [{"subjects": subjects, **_EVERYTHING}]


MANDATORY: Final[Mapping[str, Object]] = MappingProxyType(
    {
        "exempt": {
            "priorityLevelConfiguration": {"name": "exempt"},
            "matchingPrecedence": 1,
            "rules": _everything_of("system:masters"),
        },
        "catch-all": {
            "priorityLevelConfiguration": {"name": "catch-all"},
            "matchingPrecedence": 10000,
            "distinguisherMethod": {"type": "ByUser"},
            "rules": _everything_of("system:unauthenticated", "system:authenticated"),
        },
    }
)
"""The specs of the FlowSchemas that always exist, by name."""


class FlowSchemaStrategy(Strategy):
    """How FlowSchemas are written."""

    has_status: ClassVar[bool] = True
    tracks_generation: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        if not spec.get("matchingPrecedence"):
            spec["matchingPrecedence"] = _DEFAULT_PRECEDENCE

    def validate(self, obj: Object) -> list[FieldError]:
        spec, name = obj.get("spec") or {}, obj["metadata"].get("name", "")
        errors = _validate_spec(spec, name)
        mandatory = MANDATORY.get(name)
        if mandatory is not None and _shown(spec) != _shown(mandatory):
            errors.append(invalid(_SPEC, _shown(spec), f"spec of '{name}' must equal the fixed value"))
        return errors + validate_conditions(obj)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": FlowControlStatusStrategy()})


def _validate_spec(spec: Object, name: str) -> list[FieldError]:
    errors = _validate_precedence(spec.get("matchingPrecedence", 0), name)
    method = spec.get("distinguisherMethod")
    if method is not None and method.get("type", "") not in _DISTINGUISHER_METHODS:
        where = _SPEC.child("distinguisherMethod", "type")
        errors.append(not_supported(where, _shown_method(method), _DISTINGUISHER_METHODS))
    level = (spec.get("priorityLevelConfiguration") or {}).get("name", "")
    where = _SPEC.child("priorityLevelConfiguration", "name")
    if level:
        errors += [invalid(where, level, complaint) for complaint in dns_subdomain_name(level)]
    else:
        errors.append(required(where, "must reference a priority level"))
    return errors + validate_rules(spec.get("rules") or [], _SPEC.child("rules"))


def _validate_precedence(precedence: int, name: str) -> list[FieldError]:
    where = _SPEC.child("matchingPrecedence")
    if precedence <= 0:
        return [invalid(where, precedence, "must be a positive value")]
    if precedence > _MAX_PRECEDENCE:
        return [invalid(where, precedence, f"must not be greater than {_MAX_PRECEDENCE}")]
    if precedence == 1 and name != _EXEMPT:
        return [invalid(where, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")]
    return []


def _shown_method(method: Object | None) -> Any:
    return None if method is None else {"Type": method.get("type", "")}


def _shown(spec: Object) -> Object:
    """A spec as upstream shows it in messages: by its internal field names."""
    return {
        "PriorityLevelConfiguration": {"Name": (spec.get("priorityLevelConfiguration") or {}).get("name", "")},
        "MatchingPrecedence": spec.get("matchingPrecedence", 0),
        "DistinguisherMethod": _shown_method(spec.get("distinguisherMethod")),
        "Rules": shown_rules(spec.get("rules")),
    }
