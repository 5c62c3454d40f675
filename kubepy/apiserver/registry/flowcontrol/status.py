"""`/status` in this group: conditions of distinct types, and metadata that can't be changed here.

Follows kubernetes `pkg/apis/flowcontrol/validation/validation.go` and `pkg/registry/flowcontrol/*/strategy.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api.field import FieldError, Path, duplicate, required
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object

_CONDITIONS: Final = Path("status").child("conditions")


class FlowControlStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of FlowSchemas and PriorityLevelConfigurations."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_conditions(obj)


def validate_conditions(obj: Object) -> list[FieldError]:
    """Each condition has a type of its own."""
    errors = []
    seen: set[str] = set()
    for position, condition in enumerate((obj.get("status") or {}).get("conditions") or ()):
        kind = condition.get("type", "")
        where = _CONDITIONS.index(position).child("type")
        if kind in seen:
            errors.append(duplicate(where, kind))
        seen.add(kind)
        if not kind:
            errors.append(required(where, "must not be empty"))
    return errors
