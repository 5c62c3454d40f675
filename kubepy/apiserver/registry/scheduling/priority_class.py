"""PriorityClasses: the range of values for users, and the two that belong to the system.

Follows kubernetes `pkg/registry/scheduling/priorityclass/strategy.go`, `pkg/apis/scheduling/v1/{defaults,helpers}.go`
and `pkg/apis/scheduling/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, not_supported, required
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.strategy import Strategy, WriteContext

Object = dict[str, Any]

SYSTEM_PREFIX: Final = "system-"
HIGHEST_USER_PRIORITY: Final = 1_000_000_000
SYSTEM_PRIORITIES: Final = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}

_POLICY: Final = Path("preemptionPolicy")
_POLICIES: Final = ("PreemptLowerPriority", "Never")


class PriorityClassStrategy(Strategy):
    """PriorityClasses; value and preemption policy never change, so that pods can copy them."""

    def default(self, obj: Object) -> None:
        if obj.get("preemptionPolicy") is None:
            obj["preemptionPolicy"] = "PreemptLowerPriority"

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        obj["metadata"]["generation"] = 1

    def validate(self, obj: Object) -> list[FieldError]:
        name, value, policy = obj["metadata"].get("name") or "", obj.get("value", 0), obj.get("preemptionPolicy")
        errors: list[FieldError] = []
        if name.startswith(SYSTEM_PREFIX):
            if reason := _system_class_mistake(name, value, is_default=bool(obj.get("globalDefault"))):
                detail = (
                    f"priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system use only. "
                    f"error: {reason}"
                )
                errors.append(forbidden(Path("metadata").child("name"), detail))
        elif value > HIGHEST_USER_PRIORITY:
            detail = f"maximum allowed value of a user defined priority is {HIGHEST_USER_PRIORITY}"
            errors.append(forbidden(Path("value"), detail))
        if policy == "":
            errors.append(required(_POLICY))
        elif policy is not None and policy not in _POLICIES:
            errors.append(not_supported(_POLICY, policy, _POLICIES))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors: list[FieldError] = []
        if obj.get("value", 0) != old.get("value", 0):
            errors.append(forbidden(Path("value"), "may not be changed in an update."))
        return errors + validate_immutable(obj.get("preemptionPolicy"), old.get("preemptionPolicy"), _POLICY)


def _system_class_mistake(name: str, value: int, *, is_default: bool) -> str:
    """What keeps a class from being one of the system's, if anything."""
    expected = SYSTEM_PRIORITIES.get(name)
    if expected is None:
        return f"{name} is not a known system priority class"
    if value != expected:
        return f"value of {name} PriorityClass must be {expected}"
    return f"globalDefault of {name} PriorityClass must be false" if is_default else ""
