"""ReplicaSets: defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/apps/v1/defaults.go`, `pkg/apis/apps/validation/validation.go` and
`pkg/registry/apps/replicaset/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.field import FieldError
from kubepy.apiserver.registry.core.pod import default_pod_template
from kubepy.apiserver.registry.core.workload import (
    SPEC,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    immutable,
    nonnegative,
    template_changed,
    validate_replica_counts,
    validate_runs_forever,
    validate_selector_and_template,
)
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

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_replica_counts(obj.get("status") or {})


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": ReplicaSetStatusStrategy()})


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    template = spec.get("template") or {}
    errors = nonnegative(spec, SPEC, ("replicas", "minReadySeconds"))
    errors += validate_selector_and_template(
        spec, template, "deployment", "invalid label selector", check_template=template_changed(spec, old)
    )
    return errors + validate_runs_forever(template, "ReplicaSet")
