"""ReplicationControllers: defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/core/v1/defaults.go`, `pkg/apis/core/validation/validation.go` and
`pkg/registry/core/replicationcontroller/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.field import FieldError, invalid, required
from kubepy.apiserver.registry.core.pod import default_pod_template, validate_pod_template
from kubepy.apiserver.registry.core.workload import (
    NO_MATCH,
    SELECTOR,
    SPEC,
    TEMPLATE,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    nonnegative,
    template_changed,
    template_labels,
    validate_replica_counts,
    validate_runs_forever,
)
from kubepy.apiserver.registry.strategy import Object, Strategy


class ReplicationControllerStrategy(WorkloadStrategy):
    """How ReplicationControllers are written; selector and labels default to the template's labels."""

    orphans_by_default = True

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        spec.setdefault("replicas", 1)
        template = spec.get("template")
        if template is None:
            return
        default_pod_template(template)
        labels = template_labels(template)
        if labels:
            metadata = obj.setdefault("metadata", {})
            if not spec.get("selector"):
                spec["selector"] = dict(labels)
            if not metadata.get("labels"):
                metadata["labels"] = dict(labels)

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old)


class ReplicationControllerStatusStrategy(WorkloadStatusStrategy):
    """`/status` of ReplicationControllers."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_replica_counts(obj.get("status") or {})


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": ReplicationControllerStatusStrategy()})


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    selector = spec.get("selector") or {}
    errors = nonnegative(spec, SPEC, ("minReadySeconds",))
    if not selector:
        errors.append(required(SELECTOR))
    errors += nonnegative(spec, SPEC, ("replicas",))
    template = spec.get("template")
    if template is None:
        return [*errors, required(TEMPLATE)]
    labels = template_labels(template)
    if not selector.items() <= labels.items():
        errors.append(invalid(TEMPLATE.child("metadata", "labels"), labels or None, NO_MATCH))
    if template_changed(spec, old):
        errors += validate_pod_template(template, TEMPLATE)
    if spec.get("replicas", 0) > 1:
        errors += _validate_shared_disks(template)
    return errors + validate_runs_forever(template, "ReplicationController")


def _validate_shared_disks(template: Object) -> list[FieldError]:
    """Complaints about disks that only one machine could mount for writing."""
    message = "must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only"
    volumes = (template.get("spec") or {}).get("volumes") or ()
    return [
        invalid(
            TEMPLATE.child("spec", "volumes").index(position).child("gcePersistentDisk", "readOnly"), False, message
        )
        for position, volume in enumerate(volumes)
        if volume.get("gcePersistentDisk") is not None and not volume["gcePersistentDisk"].get("readOnly")
    ]
