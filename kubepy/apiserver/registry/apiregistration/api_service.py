"""APIServices: which server answers for a group and version. One without a Service is this server's own.

Follows kube-aggregator `pkg/apis/apiregistration/v1/defaults.go`, `pkg/apis/apiregistration/validation/validation.go`
and `pkg/registry/apiservice/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.api.names import is_dns1035_label, is_dns1123_subdomain, is_valid_port_num, path_segment_name
from kubepy.api.object_meta import METADATA
from kubepy.api.timestamps import format_time
from kubepy.apiserver.registry.core.config_map import decoded_size_bytes
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext

_SPEC: Final = Path("spec")
_SERVICE: Final = _SPEC.child("service")
_CONDITIONS: Final = Path("status").child("conditions")
_CONDITION_STATUSES: Final = ("True", "False", "Unknown")
_DEFAULT_PORT: Final = 443
_MAX_GROUP_PRIORITY: Final = 20000
_MAX_VERSION_PRIORITY: Final = 1000


class APIServiceStrategy(Strategy):
    """How APIServices are written. An update must say which version it is of."""

    has_status: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @staticmethod
    def validate_name(_name: str, _prefix: bool = False, /) -> list[str]:
        """Nothing: a name is judged by the spec it must fit."""
        return []

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        service = (obj.get("spec") or {}).get("service")
        if service is not None:
            service.setdefault("port", _DEFAULT_PORT)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        if (obj.get("spec") or {}).get("service") is None:
            available = {
                "type": "Available",
                "status": "True",
                "lastTransitionTime": format_time(context.now),
                "reason": "Local",
                "message": "Local APIServices are always available",
            }
            obj["status"] = {"conditions": [available]}

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        errors = _validate_name_of(obj["metadata"], spec) + _validate_group_and_version(spec)
        service = spec.get("service")
        return errors + (_validate_local(spec) if service is None else _validate_remote(spec, service))


class APIServiceStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of APIServices: metadata cannot be changed here either."""

    allow_unconditional_update: ClassVar[bool] = False

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        conditions = (obj.get("status") or {}).get("conditions") or ()
        return [
            not_supported(_CONDITIONS.index(position).child("status"), status, _CONDITION_STATUSES)
            for position, status in enumerate(condition.get("status", "") for condition in conditions)
            if status not in _CONDITION_STATUSES
        ]


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": APIServiceStatusStrategy()})


def _validate_name_of(metadata: Object, spec: Object) -> list[FieldError]:
    """The object's name, which is made of the version and group."""
    wanted = f"{spec.get('version', '')}.{spec.get('group', '')}"
    errors = []
    for field in ("generateName", "name"):
        name = metadata.get(field)
        if not name:
            continue
        complaints = path_segment_name(name)
        if not complaints and name != wanted:
            complaints = [f'must be `spec.version+"."+spec.group`: "{wanted}"']
        errors += [invalid(METADATA.child(field), name, complaint) for complaint in complaints]
    return errors


def _validate_group_and_version(spec: Object) -> list[FieldError]:
    group, version = spec.get("group", ""), spec.get("version", "")
    errors = []
    if group:
        errors += [invalid(_SPEC.child("group"), group, complaint) for complaint in is_dns1123_subdomain(group)]
    elif version != "v1":
        message = "only v1 may have an empty group and it better be legacy kube"
        errors.append(required(_SPEC.child("group"), message))
    errors += [invalid(_SPEC.child("version"), version, complaint) for complaint in is_dns1035_label(version)]
    for field, most in (("groupPriorityMinimum", _MAX_GROUP_PRIORITY), ("versionPriority", _MAX_VERSION_PRIORITY)):
        priority = spec.get(field, 0)
        if not 0 < priority <= most:
            errors.append(invalid(_SPEC.child(field), priority, f"must be positive and less than {most}"))
    return errors


def _validate_local(spec: Object) -> list[FieldError]:
    errors = []
    if spec.get("caBundle"):
        shown = f"{decoded_size_bytes(spec['caBundle'])} bytes"
        errors.append(invalid(_SPEC.child("caBundle"), shown, "local APIServices may not have a caBundle"))
    if spec.get("insecureSkipTLSVerify"):
        message = "local APIServices may not have insecureSkipTLSVerify"
        errors.append(invalid(_SPEC.child("insecureSkipTLSVerify"), True, message))
    return errors


def _validate_remote(spec: Object, service: Object) -> list[FieldError]:
    errors = [required(_SERVICE.child(field)) for field in ("namespace", "name") if not service.get(field)]
    port = service.get("port", 0)
    if complaints := is_valid_port_num(port):
        errors.append(invalid(_SERVICE.child("port"), port, f"port is not valid: {', '.join(complaints)}"))
    if spec.get("insecureSkipTLSVerify") and spec.get("caBundle"):
        message = "may not be true if caBundle is present"
        errors.append(invalid(_SPEC.child("insecureSkipTLSVerify"), True, message))
    return errors
