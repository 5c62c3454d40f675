"""ReplicaSets: defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/apps/v1/defaults.go`, `pkg/apis/apps/validation/validation.go` and
`pkg/registry/apps/replicaset/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.field import FieldError
from kubepy.apiserver.registry.apps.workload import (
    SPEC,
    STATUS,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    immutable,
    nonnegative,
    not_above,
    template_changed,
    validate_runs_forever,
    validate_selector_and_template,
)
from kubepy.apiserver.registry.core.pod import default_pod_template
from kubepy.apiserver.registry.strategy import Object, Strategy


class ReplicaSetStrategy(WorkloadStrategy):
    """How ReplicaSets are written."""

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("replicas", 1)
        default_pod_template(spec.setdefault("template", {}))

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old) + immutable(obj["spec"], old["spec"], SPEC, "selector")


class ReplicaSetStatusStrategy(WorkloadStatusStrategy):
    """`/status` of ReplicaSets."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:  # noqa: ARG002
        return validate_replica_counts(obj.get("status") or {})


_COUNTERS: Final = (
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
    "terminatingReplicas",
)
_BOUNDED: Final = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": ReplicaSetStatusStrategy()})


def validate_replica_counts(status: Object) -> list[FieldError]:
    """Complaints about counts of replicas that cannot be (the status of ReplicaSets and ReplicationControllers)."""
    return [
        *nonnegative(status, STATUS, _COUNTERS),
        *not_above(status, STATUS, _BOUNDED, "replicas", "cannot be greater than status.replicas"),
        *not_above(status, STATUS, ("availableReplicas",), "readyReplicas", "cannot be greater than readyReplicas"),
    ]


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    template = spec.get("template") or {}
    errors = nonnegative(spec, SPEC, ("replicas", "minReadySeconds"))
    errors += validate_selector_and_template(
        spec, template, "deployment", "invalid label selector", check_template=template_changed(spec, old)
    )
    return errors + validate_runs_forever(template, "ReplicaSet")
