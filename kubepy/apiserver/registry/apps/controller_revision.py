"""ControllerRevisions: snapshots of what a StatefulSet or DaemonSet was, which never change.

Follows kubernetes `pkg/apis/apps/validation/validation.go` and `pkg/registry/apps/controllerrevision/strategy.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api.field import FieldError, Path, required
from kubepy.apiserver.registry.core.workload import immutable, nonnegative
from kubepy.apiserver.registry.strategy import Object, Strategy

_ROOT: Final = Path("")
_DATA: Final = Path("data")


class ControllerRevisionStrategy(Strategy):
    """How ControllerRevisions are written: `data` once, `revision` as the controller likes."""

    def validate(self, obj: Object) -> list[FieldError]:
        errors = nonnegative(obj, _ROOT, ("revision",))
        data = obj.get("data")
        if data is None:
            errors.append(required(_DATA, "data is mandatory"))
        elif not isinstance(data, dict):
            errors.append(required(_DATA, "data must be a valid JSON object"))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return nonnegative(obj, _ROOT, ("revision",)) + immutable(obj, old, _ROOT, "data")
