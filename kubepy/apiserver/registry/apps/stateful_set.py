"""StatefulSets: defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/apps/v1/{defaults,conversion}.go`, `pkg/apis/apps/validation/validation.go` and
`pkg/registry/apps/statefulset/strategy.go`. The update strategy `Recreate` is alpha, thus unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api import names
from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, forbidden, invalid, not_supported, required
from kubepy.api.int_or_percent import (
    amount_of,
    validate_at_most_100_percent,
    validate_positive_int_or_percent,
)
from kubepy.apiserver.registry.core.pod import default_pod_template
from kubepy.apiserver.registry.core.volumes import (
    default_persistent_volume_claim_spec,
    validate_persistent_volume_claim_spec,
)
from kubepy.apiserver.registry.core.workload import (
    SPEC,
    STATUS,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    nonnegative,
    not_above,
    not_decremented,
    shown_strategy,
    template_changed,
    validate_runs_forever,
    validate_selector_and_template,
)
from kubepy.apiserver.registry.strategy import Object, Strategy

_UPDATE_STRATEGY: Final = SPEC.child("updateStrategy")
_ROLLING: Final = _UPDATE_STRATEGY.child("rollingUpdate")
_RETENTION: Final = SPEC.child("persistentVolumeClaimRetentionPolicy")
_CLAIMS: Final = SPEC.child("volumeClaimTemplates")

_MUTABLE: Final = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)
_ONLY_MUTABLE: Final = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_KEEPS_ALL: Final = (
    "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
)


class StatefulSetStrategy(WorkloadStrategy):
    """How StatefulSets are written."""

    validate_name: ClassVar[Callable[..., list[str]]] = staticmethod(names.dns_label_name)
    warns_of_name = False

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("serviceName", "")
        if not spec.get("podManagementPolicy"):
            spec["podManagementPolicy"] = "OrderedReady"
        _default_update_strategy(spec.setdefault("updateStrategy", {}))
        retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
        for name in ("whenDeleted", "whenScaled"):
            if not retention.get(name):
                retention[name] = "Retain"
        spec.setdefault("replicas", 1)
        spec.setdefault("revisionHistoryLimit", 10)
        default_pod_template(spec.setdefault("template", {}))
        for claim in spec.get("volumeClaimTemplates") or ():
            _default_claim_template(claim)

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        spec, before = obj["spec"], old["spec"]
        errors = _validate_spec(spec, old)
        if not semantically_equal(_fixed(spec), _fixed(before)):
            errors.append(forbidden(SPEC, _ONLY_MUTABLE))
        return errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        limit = obj["spec"].get("revisionHistoryLimit")
        return super().warnings(obj, old) + ([_KEEPS_ALL] if limit is not None and limit < 0 else [])


class StatefulSetStatusStrategy(WorkloadStatusStrategy):
    """`/status` of StatefulSets."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        status = obj.get("status") or {}
        return [
            *nonnegative(status, STATUS, _COUNTERS),
            *not_above(status, STATUS, _BOUNDED, "replicas", "cannot be greater than status.replicas"),
            *not_above(
                status, STATUS, ("availableReplicas",), "readyReplicas", "cannot be greater than status.readyReplicas"
            ),
            *not_decremented(status, old.get("status") or {}, STATUS, "collisionCount"),
        ]


_COUNTERS: Final = (
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
)
_BOUNDED: Final = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": StatefulSetStatusStrategy()})


def _default_update_strategy(strategy: Object) -> None:
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {})
    rolling = strategy.get("rollingUpdate")
    if strategy["type"] == "RollingUpdate" and rolling is not None:
        rolling.setdefault("partition", 0)
        rolling.setdefault("maxUnavailable", 1)


def _default_claim_template(claim: Object) -> None:
    """A claim template is a whole claim: it states its type, and the phase that a new claim has."""
    claim["apiVersion"] = "v1"
    claim["kind"] = "PersistentVolumeClaim"
    default_persistent_volume_claim_spec(claim.setdefault("spec", {}))
    claim.setdefault("status", {}).setdefault("phase", "Pending")


def _fixed(spec: Object) -> Object:
    return {name: value for name, value in spec.items() if name not in _MUTABLE}


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    """Complaints about a spec; what never changes is checked in new objects only (`old` is None)."""
    errors = _validate_policies(spec)
    if old is None:
        for position, claim in enumerate(spec.get("volumeClaimTemplates") or ()):
            where = _CLAIMS.index(position).child("spec")
            errors += validate_persistent_volume_claim_spec(claim.get("spec") or {}, where)
    errors += nonnegative(spec, SPEC, ("replicas", "minReadySeconds"))
    errors += nonnegative(spec.get("ordinals") or {}, SPEC.child("ordinals"), ("start",))
    service = spec.get("serviceName")
    if old is None and service:
        errors += [invalid(SPEC.child("serviceName"), service, text) for text in names.is_dns1123_label(service)]
    template = spec.get("template") or {}
    errors += validate_selector_and_template(
        spec, _as_run(spec, template), "statefulset", "", check_template=template_changed(spec, old)
    )
    return errors + validate_runs_forever(template, "StatefulSet")


def _validate_policies(spec: Object) -> list[FieldError]:
    errors = []
    management = spec.get("podManagementPolicy", "")
    if not management:
        errors.append(required(SPEC.child("podManagementPolicy")))
    elif management not in ("OrderedReady", "Parallel"):
        where = SPEC.child("podManagementPolicy")
        errors.append(invalid(where, management, "must be 'OrderedReady' or 'Parallel'"))
    errors += _validate_update_strategy(spec.get("updateStrategy") or {})
    retention = spec.get("persistentVolumeClaimRetentionPolicy")
    if retention is not None:
        for name in ("whenDeleted", "whenScaled"):
            if retention.get(name, "") not in ("Retain", "Delete"):
                errors.append(not_supported(_RETENTION.child(name), retention.get(name, ""), ("Retain", "Delete")))
    return errors


def _validate_update_strategy(strategy: Object) -> list[FieldError]:
    rolling = strategy.get("rollingUpdate")
    match strategy.get("type", ""):
        case "":
            return [required(_UPDATE_STRATEGY)]
        case "OnDelete":
            message = "only allowed for updateStrategy 'RollingUpdate'"
            shown = shown_strategy(strategy, Partition=0, MaxUnavailable=None)["RollingUpdate"]
            return [] if rolling is None else [invalid(_ROLLING, shown, message)]
        case "RollingUpdate":
            return [] if rolling is None else _validate_rolling_update(rolling)
        case _:
            shown = shown_strategy(strategy, Partition=0, MaxUnavailable=None)
            return [invalid(_UPDATE_STRATEGY, shown, "must be 'RollingUpdate' or 'OnDelete'")]


def _validate_rolling_update(rolling: Object) -> list[FieldError]:
    errors = nonnegative(rolling, _ROLLING, ("partition",))
    unavailable = rolling.get("maxUnavailable")
    if unavailable is not None:
        where = _ROLLING.child("maxUnavailable")
        errors += validate_positive_int_or_percent(unavailable, where)
        if amount_of(unavailable) == 0:
            errors.append(invalid(where, unavailable, "cannot be 0"))
        errors += validate_at_most_100_percent(unavailable, where)
    return errors


def _as_run(spec: Object, template: Object) -> Object:
    """The template as its pods will have it: with volumes for the claims, and without host name and subdomain, which
    the controller decides."""
    pod_spec = template.get("spec") or {}
    claims = spec.get("volumeClaimTemplates") or ()
    if not claims and not pod_spec.get("subdomain") and not pod_spec.get("hostname"):
        return template
    pod_spec = {name: value for name, value in pod_spec.items() if name not in ("subdomain", "hostname")}
    if claims:
        claimed = dict.fromkeys((claim.get("metadata") or {}).get("name", "") for claim in claims)
        volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claimed]
        own = [volume for volume in pod_spec.get("volumes") or () if volume.get("name", "") not in claimed]
        pod_spec["volumes"] = volumes + own
    return {**template, "spec": pod_spec}
