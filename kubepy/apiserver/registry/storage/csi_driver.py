"""CSIDrivers: what a driver wants from the cluster. Whether it attaches, and its volumes' lifecycles, are fixed.

Follows kubernetes `pkg/apis/storage/v1/defaults.go`, `pkg/apis/storage/validation/validation.go` (ValidateCSIDriver and
its update) and `pkg/registry/storage/csidriver/strategy.go`. Field paths are upstream's (`attachedRequired`).
"""

from __future__ import annotations

from typing import Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_FS_GROUP_POLICIES: Final = ("File", "None", "ReadWriteOnceWithFSType")
_LIFECYCLES: Final = ("Persistent", "Ephemeral")
_DEFAULTS: Final = {
    "attachRequired": True,
    "podInfoOnMount": False,
    "storageCapacity": False,
    "fsGroupPolicy": "ReadWriteOnceWithFSType",
    "requiresRepublish": False,
    "seLinuxMount": False,
    "preventPodSchedulingIfMissing": False,
}
_REQUIRED: Final = {
    "attachRequired": "attachedRequired",
    "podInfoOnMount": "podInfoOnMount",
    "storageCapacity": "storageCapacity",
    "seLinuxMount": "seLinuxMount",
}
_MIN_UPDATE_PERIOD_SECONDS: Final = 10
_MIN_TOKEN_SECONDS: Final = 600
_MAX_TOKEN_SECONDS: Final = 1 << 32


class CSIDriverStrategy(Strategy):
    """How CSIDrivers are written."""

    returns_deleted_object = True
    tracks_generation = True
    allow_unconditional_update = False

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        for field, value in _DEFAULTS.items():
            spec.setdefault(field, value)
        if not spec.get("volumeLifecycleModes"):
            spec["volumeLifecycleModes"] = ["Persistent"]

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"])

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        spec, before = obj["spec"], old.get("spec") or {}
        errors = _validate_spec(spec)
        for field, shown in (("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")):
            errors += validate_immutable(spec.get(field), before.get(field), _SPEC.child(shown))
        return errors


def _validate_spec(spec: Object) -> list[FieldError]:
    errors = [required(_SPEC.child(shown)) for field, shown in _REQUIRED.items() if field not in spec]
    policy = spec.get("fsGroupPolicy")
    if policy is not None and policy not in _FS_GROUP_POLICIES:
        errors.append(not_supported(_SPEC.child("fsGroupPolicy"), policy, _FS_GROUP_POLICIES))
    requests = spec.get("tokenRequests") or []
    errors += _validate_token_requests(requests, _SPEC.child("tokenRequests"))
    for mode in spec.get("volumeLifecycleModes") or ():
        if mode not in _LIFECYCLES:
            errors.append(not_supported(_SPEC.child("volumeLifecycleModes"), mode, _LIFECYCLES))
    period = spec.get("nodeAllocatableUpdatePeriodSeconds")
    if period is not None and period < _MIN_UPDATE_PERIOD_SECONDS:
        detail = f"must be greater than or equal to {_MIN_UPDATE_PERIOD_SECONDS} seconds"
        errors.append(invalid(_SPEC.child("nodeAllocatableUpdatePeriodSeconds"), period, detail))
    in_secrets = spec.get("serviceAccountTokenInSecrets")
    if in_secrets is not None and not requests:
        detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified"
        errors.append(invalid(_SPEC.child("serviceAccountTokenInSecrets"), in_secrets, detail))
    return errors


def _validate_token_requests(requests: list[Object], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    audiences: set[str] = set()
    for position, request in enumerate(requests):
        at = path.index(position)
        audience, seconds = request.get("audience", ""), request.get("expirationSeconds")
        if audience in audiences:
            errors.append(duplicate(at.child("audience"), audience))
            continue
        audiences.add(audience)
        if seconds is not None and seconds < _MIN_TOKEN_SECONDS:
            detail = "may not specify a duration less than 10 minutes"
            errors.append(invalid(at.child("expirationSeconds"), seconds, detail))
        if seconds is not None and seconds > _MAX_TOKEN_SECONDS:
            detail = "may not specify a duration larger than 2^32 seconds"
            errors.append(invalid(at.child("expirationSeconds"), seconds, detail))
    return errors
