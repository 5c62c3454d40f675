"""PriorityLevelConfigurations: how much of the server a level gets and what happens to what exceeds it.

Two of them are what the server says they are.
Follows kubernetes `pkg/apis/flowcontrol/v1/defaults.go`, `pkg/apis/flowcontrol/validation/validation.go`,
`pkg/registry/flowcontrol/prioritylevelconfiguration/strategy.go` and apiserver
`pkg/apis/flowcontrol/bootstrap/default.go`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.apiserver.registry.flowcontrol.status import FlowControlStatusStrategy, validate_conditions
from kubepy.apiserver.registry.strategy import Object, Strategy

_METADATA: Final = Path("metadata")
_SPEC: Final = Path("spec")
_EXEMPT: Final = "exempt"
_TYPES: Final = ("Exempt", "Limited")
_LIMIT_RESPONSES: Final = ("Queue", "Reject")
_DEFAULT_SHARES: Final = 30
_DEFAULT_QUEUING: Final = {"handSize": 8, "queues": 64, "queueLengthLimit": 50}
_MAX_QUEUES: Final = 10_000_000
_MAX_HASH_BITS: Final = 60
_ROUND_TRIP_ANNOTATION: Final = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares"
"""Only conversions between versions may use it."""

MANDATORY: Final[Mapping[str, Object]] = MappingProxyType(
    {
        "exempt": {"type": "Exempt", "exempt": {"nominalConcurrencyShares": 0, "lendablePercent": 0}},
        "catch-all": {
            "type": "Limited",
            "limited": {
                "nominalConcurrencyShares": 5,
                "lendablePercent": 0,
                "limitResponse": {"type": "Reject"},
            },
        },
    }
)
"""The specs of the levels that always exist, by name; what is in `exempt` may be changed."""


class PriorityLevelConfigurationStrategy(Strategy):
    """How PriorityLevelConfigurations are written."""

    has_status: ClassVar[bool] = True
    tracks_generation: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        if spec.get("type") == "Exempt" and spec.get("exempt") is None:
            spec["exempt"] = {}
        if (exempt := spec.get("exempt")) is not None:
            exempt.setdefault("nominalConcurrencyShares", 0)
            exempt.setdefault("lendablePercent", 0)
        if (limited := spec.get("limited")) is not None:
            limited.setdefault("nominalConcurrencyShares", _DEFAULT_SHARES)
            limited.setdefault("lendablePercent", 0)
            _default_queuing((limited.get("limitResponse") or {}).get("queuing"))

    def validate(self, obj: Object) -> list[FieldError]:
        spec, metadata = obj.get("spec") or {}, obj["metadata"]
        name = metadata.get("name", "")
        errors = []
        if _ROUND_TRIP_ANNOTATION in (metadata.get("annotations") or {}):
            message = f"annotation '{_ROUND_TRIP_ANNOTATION}' is forbidden"
            errors.append(forbidden(_METADATA.child("annotations"), message))
        errors += _validate_spec(spec, name)
        errors += _validate_mandatory(spec, name)
        return errors + validate_conditions(obj)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": FlowControlStatusStrategy()})


def _default_queuing(queuing: Object | None) -> None:
    if queuing is None:
        return
    for field, value in _DEFAULT_QUEUING.items():
        if not queuing.get(field):
            queuing[field] = value


def _validate_spec(spec: Object, name: str) -> list[FieldError]:
    kind, limited, exempt = spec.get("type", ""), spec.get("limited"), spec.get("exempt")
    errors = []
    if (name == _EXEMPT) != (kind == "Exempt"):
        errors.append(invalid(_SPEC.child("type"), kind, "type must be 'Exempt' if and only if name is 'exempt'"))
    if kind == "Exempt":
        if limited is not None:
            errors.append(forbidden(_SPEC.child("limited"), "must be nil if the type is not Limited"))
        if exempt is not None:
            errors += _validate_shares(exempt, _SPEC.child("exempt"))
            errors += _validate_lendable(exempt, _SPEC.child("exempt"))
    elif kind == "Limited":
        if exempt is not None:
            errors.append(forbidden(_SPEC.child("exempt"), "must be nil if the type is Limited"))
        if limited is None:
            errors.append(required(_SPEC.child("limited"), "must not be empty when type is Limited"))
        else:
            errors += _validate_limited(limited, _SPEC.child("limited"))
    else:
        errors.append(not_supported(_SPEC.child("type"), kind, _TYPES))
    return errors


def _validate_shares(level: Object, path: Path) -> list[FieldError]:
    shares = level.get("nominalConcurrencyShares", 0)
    if shares >= 0:
        return []
    return [invalid(path.child("nominalConcurrencyShares"), shares, "must be a non-negative integer")]


def _validate_lendable(level: Object, path: Path) -> list[FieldError]:
    percent = level.get("lendablePercent", 0)
    if 0 <= percent <= 100:
        return []
    return [invalid(path.child("lendablePercent"), percent, "must be between 0 and 100, inclusive")]


def _validate_limited(limited: Object, path: Path) -> list[FieldError]:
    errors = _validate_shares(limited, path)
    errors += _validate_limit_response(limited.get("limitResponse") or {}, path.child("limitResponse"))
    errors += _validate_lendable(limited, path)
    borrowing = limited.get("borrowingLimitPercent")
    if borrowing is not None and borrowing < 0:
        message = "if specified, must be a non-negative integer"
        errors.append(invalid(path.child("borrowingLimitPercent"), borrowing, message))
    return errors


def _validate_limit_response(response: Object, path: Path) -> list[FieldError]:
    kind, queuing = response.get("type", ""), response.get("queuing")
    where = path.child("queuing")
    match kind:
        case "Reject":
            message = "must be nil if limited.limitResponse.type is not Limited"
            return [] if queuing is None else [forbidden(where, message)]
        case "Queue":
            message = "must not be empty if limited.limitResponse.type is Limited"
            return [required(where, message)] if queuing is None else _validate_queuing(queuing, where)
        case _:
            return [not_supported(path.child("type"), kind, _LIMIT_RESPONSES)]


def _validate_queuing(queuing: Object, path: Path) -> list[FieldError]:
    length, queues, hand = (queuing.get(field, 0) for field in ("queueLengthLimit", "queues", "handSize"))
    errors = []
    if length <= 0:
        errors.append(invalid(path.child("queueLengthLimit"), length, "must be positive"))
    if queues <= 0:
        errors.append(invalid(path.child("queues"), queues, "must be positive"))
    elif queues > _MAX_QUEUES:
        errors.append(invalid(path.child("queues"), queues, f"must not be greater than {_MAX_QUEUES}"))
    where = path.child("handSize")
    if hand <= 0:
        errors.append(invalid(where, hand, "must be positive"))
    elif hand > queues:
        errors.append(invalid(where, hand, f"should not be greater than queues ({queues})"))
    elif math.ceil(math.log2(queues) * hand) > _MAX_HASH_BITS:
        message = (
            f"required entropy bits of deckSize {queues} and handSize {hand} "
            f"should not be greater than {_MAX_HASH_BITS}"
        )
        errors.append(invalid(where, hand, message))
    return errors


def _validate_mandatory(spec: Object, name: str) -> list[FieldError]:
    mandatory = MANDATORY.get(name)
    if mandatory is None:
        return []
    shown, expected = _shown(spec), _shown(mandatory)
    if name == _EXEMPT:
        if shown | {"Exempt": None} != expected | {"Exempt": None}:
            message = f"spec of '{name}' except the 'spec.exempt' field must equal the fixed value"
            return [invalid(_SPEC, shown, message)]
        return []
    return [] if shown == expected else [invalid(_SPEC, shown, f"spec of '{name}' must equal the fixed value")]


def _shown(spec: Object) -> Object:
    """A spec as upstream shows it in messages: by its internal field names."""
    limited, exempt = spec.get("limited"), spec.get("exempt")
    return {
        "Type": spec.get("type", ""),
        "Limited": None if limited is None else _shown_limited(limited),
        "Exempt": None
        if exempt is None
        else {
            "NominalConcurrencyShares": exempt.get("nominalConcurrencyShares"),
            "LendablePercent": exempt.get("lendablePercent"),
        },
    }


def _shown_limited(limited: Object) -> Object:
    response = limited.get("limitResponse") or {}
    queuing = response.get("queuing")
    return {
        "NominalConcurrencyShares": limited.get("nominalConcurrencyShares", 0),
        "LimitResponse": {
            "Type": response.get("type", ""),
            "Queuing": None
            if queuing is None
            else {
                "Queues": queuing.get("queues", 0),
                "HandSize": queuing.get("handSize", 0),
                "QueueLengthLimit": queuing.get("queueLengthLimit", 0),
            },
        },
        "LendablePercent": limited.get("lendablePercent"),
        "BorrowingLimitPercent": limited.get("borrowingLimitPercent"),
    }
