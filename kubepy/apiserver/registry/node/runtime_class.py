"""RuntimeClasses.

Follows kubernetes `pkg/registry/node/runtimeclass/strategy.go`, `pkg/apis/node/validation/validation.go` and
`pkg/api/node/util.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, required
from kubepy.api.labels import validate_labels
from kubepy.api.names import is_dns1123_label
from kubepy.apiserver.registry.core.node_labels import deprecation
from kubepy.apiserver.registry.core.pod.resources import validate_overhead
from kubepy.apiserver.registry.core.pod.tolerations import validate_tolerations
from kubepy.apiserver.registry.core.quantities import stored_form
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

_HANDLER: Final = Path("handler")
_SCHEDULING: Final = Path("scheduling")
_TOLERATION_KEYS: Final = ("key", "operator", "value", "effect")


class RuntimeClassStrategy(Strategy):
    """RuntimeClasses; the handler never changes."""

    allow_unconditional_update: ClassVar[bool] = False

    def default(self, obj: Object) -> None:
        overhead = obj.get("overhead") or {}
        if overhead.get("podFixed"):
            overhead["podFixed"] = {name: stored_form(amount) for name, amount in overhead["podFixed"].items()}

    def validate(self, obj: Object) -> list[FieldError]:
        handler, overhead, scheduling = obj.get("handler") or "", obj.get("overhead"), obj.get("scheduling")
        errors: list[FieldError] = []
        if overhead is not None:
            errors += validate_overhead(overhead.get("podFixed") or {}, Path("overhead"))
        if scheduling is not None:
            if scheduling.get("nodeSelector"):
                errors += validate_labels(scheduling["nodeSelector"], _SCHEDULING.child("nodeSelector"))
            errors += _validate_tolerations(scheduling.get("tolerations") or ())
        if not handler:
            return [*errors, required(_HANDLER)]
        return errors + [invalid(_HANDLER, handler, message) for message in is_dns1123_label(handler)]

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = self.validate(obj)
        if obj.get("handler") != old.get("handler"):
            errors.append(invalid(_HANDLER, None, "field is immutable"))
        return errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        selector = (obj.get("scheduling") or {}).get("nodeSelector") or {}
        return [f"scheduling.nodeSelector: {message}" for key in selector if (message := deprecation(key))]


def _validate_tolerations(tolerations: Sequence[Object]) -> list[FieldError]:
    path = _SCHEDULING.child("tolerations")
    # The path's repetition is upstream's.
    errors = validate_tolerations(tolerations, path.child("tolerations"))
    seen: set[tuple[str, ...]] = set()
    for position, toleration in enumerate(tolerations):
        key = tuple(toleration.get(name) or "" for name in _TOLERATION_KEYS)
        if key in seen:
            shown = {name.capitalize(): value for name, value in zip(_TOLERATION_KEYS, key, strict=True)}
            seconds = toleration.get("tolerationSeconds")
            errors.append(duplicate(path.index(position), {**shown, "TolerationSeconds": seconds}))
        seen.add(key)
    return errors
