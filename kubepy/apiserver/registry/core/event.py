"""Events, as stored (core/v1), and the stricter rules for those that come through events.k8s.io.

Follows kubernetes `pkg/registry/core/event/strategy.go` and `pkg/apis/core/validation/events.go`. Times that were never
set are absent here, and zero upstream.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

_MAX_LENGTHS: Final = {"reportingInstance": 128, "action": 128, "reason": 128, "message": 1024}
_UNSET_FIELDS: Final = ("firstTimestamp", "lastTimestamp", "count")
_TYPES: Final = ("Normal", "Warning")
_IMMUTABLE_FIELDS: Final = (
    "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type", "eventTime",
    "action", "related", "reportingComponent", "reportingInstance",
)  # fmt: skip
_SHOWN_NAMES: Final = {"reportingComponent": "reportingController"}
_NAMESPACE_MISMATCH: Final = "does not match event.namespace"


class EventStrategy(Strategy):
    """Events written through core/v1."""

    allow_create_on_update: ClassVar[bool] = True

    def default(self, obj: Object) -> None:
        obj.setdefault("source", {})
        obj.setdefault("reportingComponent", "")
        obj.setdefault("reportingInstance", "")

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_event(obj)


class StrictEventStrategy(EventStrategy):
    """Events written through events.k8s.io/v1, in their stored form."""

    def validate(self, obj: Object) -> list[FieldError]:
        errors = validate_event(obj) + _validate_series(obj)
        if not obj.get("eventTime"):
            errors.append(required(Path("eventTime")))
        kind = obj.get("type") or ""
        if kind not in _TYPES:
            errors.append(invalid(Path("type"), "", f"has invalid value: {kind}"))
        errors += [invalid(Path(name), "", "needs to be unset") for name in _UNSET_FIELDS if obj.get(name)]
        source = obj.get("source") or {}
        if source.get("component") or source.get("host"):
            errors.append(invalid(Path("source"), "", "needs to be unset"))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = validate_event(obj)
        if obj.get("series") != old.get("series"):
            errors += _validate_series(obj)
        for name in _IMMUTABLE_FIELDS:
            new_value, old_value = obj.get(name) or None, old.get(name) or None
            errors += validate_immutable(new_value, old_value, Path(_SHOWN_NAMES.get(name, name)))
        return errors


def _validate_series(obj: Object) -> list[FieldError]:
    series = obj.get("series")
    if series is None:
        return []
    errors: list[FieldError] = []
    if (series.get("count") or 0) < 2:
        errors.append(invalid(Path("series.count"), "", "should be at least 2"))
    if not series.get("lastObservedTime"):
        errors.append(required(Path("series.lastObservedTime")))
    return errors


def validate_event(obj: Object) -> list[FieldError]:
    """The rules for all Events; those with an eventTime must also say who reports what."""
    namespace = (obj.get("metadata") or {}).get("namespace") or ""
    errors = _validate_new_style(obj, namespace) if obj.get("eventTime") else _validate_old_style(obj, namespace)
    return errors + [
        invalid(Path("namespace"), namespace, message) for message in names.is_dns1123_subdomain(namespace)
    ]


def _validate_old_style(obj: Object, namespace: str) -> list[FieldError]:
    involved = (obj.get("involvedObject") or {}).get("namespace") or ""
    if namespace == involved or (not involved and namespace in ("", "default")):
        return []
    return [invalid(Path("involvedObject").child("namespace"), involved, _NAMESPACE_MISMATCH)]


def _validate_new_style(obj: Object, namespace: str) -> list[FieldError]:
    errors: list[FieldError] = []
    involved = (obj.get("involvedObject") or {}).get("namespace") or ""
    if not involved and namespace not in ("default", "kube-system"):
        errors.append(invalid(Path("involvedObject").child("namespace"), involved, _NAMESPACE_MISMATCH))
    controller = obj.get("reportingComponent") or ""
    path = Path("reportingController")
    if not controller:
        errors.append(required(path))
    errors += [invalid(path, controller, message) for message in names.is_qualified_name(controller)]
    for name, limit in _MAX_LENGTHS.items():
        value = obj.get(name) or ""
        if not value and name != "message":
            errors.append(required(Path(name)))
        if len(value.encode("utf-8", "surrogatepass")) > limit:
            errors.append(invalid(Path(name), "", f"can have at most {limit} characters"))
    return errors
