"""Jobs: defaults, the generated selector, validation and what a write may change. Status has its own module.

Follows kubernetes `pkg/apis/batch/v1/defaults.go`, `pkg/apis/batch/validation/validation.go` and
`pkg/registry/batch/job/strategy.go`. `spec.scheduling` is alpha, thus dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.labels import validate_label_selector
from kubepy.api.names import is_dns1123_label
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR
from kubepy.apiserver.registry.batch.job_policies import default_pod_failure_policy
from kubepy.apiserver.registry.batch.job_spec import job_spec_warnings, validate_job_spec
from kubepy.apiserver.registry.batch.job_status import JobStatusStrategy, has_true_condition
from kubepy.apiserver.registry.core.pod import default_pod_template
from kubepy.apiserver.registry.core.workload import (
    NO_MATCH,
    SELECTOR,
    SPEC,
    TEMPLATE,
    WorkloadStrategy,
    immutable,
    name_warnings,
    selects_template,
    template_changed,
    template_labels,
)
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext

_JOB_NAME: Final = "batch.kubernetes.io/job-name"
_CONTROLLER_UID: Final = "batch.kubernetes.io/controller-uid"
_LEGACY_JOB_NAME: Final = "job-name"
_LEGACY_CONTROLLER_UID: Final = "controller-uid"

_NAME: Final = Path("metadata").child("name")
_LABELS: Final = TEMPLATE.child("metadata", "labels")
_MAX_BACKOFF_LIMIT: Final = 2**31 - 1
_IMMUTABLE: Final = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")
_SCHEDULING_DIRECTIVES: Final = ("nodeSelector", "tolerations", "schedulingGates")


class JobStrategy(WorkloadStrategy):
    """How Jobs are written."""

    orphans_by_default = True

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        if spec.get("completions") is None and spec.get("parallelism") is None:
            spec["completions"] = 1
        spec.setdefault("parallelism", 1)
        if spec.get("backoffLimit") is None:
            spec["backoffLimit"] = 6 if spec.get("backoffLimitPerIndex") is None else _MAX_BACKOFF_LIMIT
        spec.setdefault("completionMode", "NonIndexed")
        spec.setdefault("suspend", False)
        policy = spec.get("podFailurePolicy")
        if policy is not None:
            default_pod_failure_policy(policy)
        spec.setdefault("podReplacementPolicy", "TerminatingOrFailed" if policy is None else "Failed")
        spec.setdefault("manualSelector", False)
        template = spec.setdefault("template", {})
        default_pod_template(template)
        metadata, labels = obj.setdefault("metadata", {}), template_labels(template)
        if labels and not metadata.get("labels"):
            # The same map on purpose: what is generated for the pods shows on the Job, too.
            metadata["labels"] = labels

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        obj["spec"].pop("scheduling", None)
        if not obj["spec"].get("manualSelector"):
            _generate_selector(obj)
        _own_labels(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        if "scheduling" not in old["spec"]:
            obj["spec"].pop("scheduling", None)
        _own_labels(obj)
        super().prepare_for_update(obj, old, context)

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate(obj, None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        spec, before = obj["spec"], old["spec"]
        errors = _validate(obj, old)
        errors += _validate_completions_update(spec, before)
        errors += immutable(spec, before, SPEC, "selector")
        errors += _validate_template_update(spec, old)
        for name in _IMMUTABLE:
            errors += immutable(spec, before, SPEC, name)
        return errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        if old is None:
            return name_warnings(obj) + job_spec_warnings(obj["spec"], SPEC)
        if obj["metadata"].get("generation") == old["metadata"].get("generation"):
            return []
        return job_spec_warnings(obj["spec"], SPEC)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": JobStatusStrategy()})


def _own_labels(obj: Object) -> None:
    """Give the Job labels of its own if it has its template's."""
    metadata = obj["metadata"]
    if "labels" in metadata and metadata["labels"] is template_labels(obj["spec"].get("template") or {}):
        metadata["labels"] = dict(metadata["labels"])


def _generate_selector(obj: Object) -> None:
    """Make the selector and the template's labels agree on the Job's uid; what the user set is left to validation."""
    metadata, spec = obj["metadata"], obj["spec"]
    name, uid = metadata.get("name", ""), metadata.get("uid", "")
    template_metadata = spec.setdefault("template", {}).setdefault("metadata", {})
    labels = template_metadata.get("labels")
    if not labels:
        labels = template_metadata["labels"] = {}
    for key, value in _expected_labels(name, uid).items():
        labels.setdefault(key, value)
    if not metadata.get("labels"):
        metadata["labels"] = dict(labels)
    selector = spec.setdefault("selector", {})
    selector["matchLabels"] = {_CONTROLLER_UID: uid, **(selector.get("matchLabels") or {})}


def _expected_labels(name: str, uid: str) -> dict[str, str]:
    return {_LEGACY_CONTROLLER_UID: uid, _LEGACY_JOB_NAME: name, _CONTROLLER_UID: uid, _JOB_NAME: name}


def _validate(obj: Object, old: Object | None) -> list[FieldError]:
    spec = obj["spec"]
    errors = _validate_generated_selector(obj, old)
    errors += validate_job_spec(spec, SPEC, check_template=template_changed(spec, old))
    errors += _validate_selector(spec)
    completions = spec.get("completions") or 0
    if spec.get("completionMode") == "Indexed" and completions > 0:
        name = obj["metadata"].get("name", "")
        hostname = f"{name}-{completions - 1}"
        if is_dns1123_label(hostname):
            message = f"will not able to create pod with invalid DNS label: {hostname}"
            errors.append(invalid(_NAME, name, message))
    return errors


def _validate_selector(spec: Object) -> list[FieldError]:
    selector = spec.get("selector")
    errors = [required(SELECTOR)] if selector is None else validate_label_selector(selector, SELECTOR)
    unusable = selector is not None and bool(errors)
    template = spec.get("template") or {}
    if not unusable and not selects_template(selector, template):
        errors.append(invalid(_LABELS, template_labels(template) or None, NO_MATCH))
    return errors


def _validate_generated_selector(obj: Object, old: Object | None) -> list[FieldError]:
    """Complaints about labels and a selector that differ from those the server generates."""
    metadata, spec = obj["metadata"], obj["spec"]
    selector = spec.get("selector")
    if spec.get("manualSelector") or selector is None:
        return []
    name, uid = metadata.get("name", ""), metadata.get("uid", "")
    expected = _expected_labels(name, uid)
    if old is not None:
        had = template_labels(old["spec"].get("template") or {})
        if _JOB_NAME not in had or _CONTROLLER_UID not in had:
            expected = {_LEGACY_CONTROLLER_UID: uid, _LEGACY_JOB_NAME: name}
    errors = [] if uid else [required(Path("metadata").child("uid"))]
    labels = template_labels(spec.get("template") or {})
    for key, value in expected.items():
        if key not in labels:
            errors.append(required(_LABELS.key(key), f"must be '{value}'"))
        elif labels[key] != value:
            errors.append(invalid(_LABELS.key(key), labels, f"must be '{value}'"))
    if not validate_label_selector(selector, SELECTOR) and not selects_template(
        selector, {"metadata": {"labels": expected}}
    ):
        errors.append(invalid(SELECTOR, selector, "`selector` not auto-generated"))
    return errors


def _validate_completions_update(spec: Object, old: Object) -> list[FieldError]:
    """Completions stay, but an Indexed Job may be scaled by changing them together with parallelism."""
    completions = spec.get("completions")
    if spec.get("completionMode") != "Indexed":
        return immutable(spec, old, SPEC, "completions")
    if completions is None or completions in (old.get("completions"), spec.get("parallelism")):
        return []
    message = "can only be modified in tandem with spec.parallelism"
    return [invalid(SPEC.child("completions"), completions, message)]


def _validate_template_update(spec: Object, old: Object) -> list[FieldError]:
    """The template stays, but for scheduling and resources of a suspended Job that has no pods."""
    before = old["spec"].get("template") or {}
    template = spec.get("template") or {}
    if template == before:
        return []
    if not _may_be_rescheduled(old):
        return [] if semantically_equal(template, before) else [invalid(TEMPLATE, template, FIELD_IMMUTABLE_ERROR)]
    pod_spec = template.get("spec") or {}
    if semantically_equal(pod_spec, _with_mutable_parts(before.get("spec") or {}, pod_spec)):
        return []
    return [invalid(TEMPLATE.child("spec"), pod_spec, FIELD_IMMUTABLE_ERROR)]


def _may_be_rescheduled(job: Object) -> bool:
    status = job.get("status") or {}
    if not job["spec"].get("suspend") or status.get("active"):
        return False
    return status.get("startTime") is None or has_true_condition(status, "Suspended")


def _with_mutable_parts(old: Object, new: Object) -> Object:
    """The stored pod spec with those parts of the new one that may differ."""
    merged: Object = {**old}
    for name in _SCHEDULING_DIRECTIVES:
        merged[name] = new.get(name)
    merged["affinity"] = _with_node_affinity(old.get("affinity"), new.get("affinity"))
    for kind in ("containers", "initContainers"):
        merged[kind] = _with_resources(old.get(kind) or [], new.get(kind) or [])
    return merged


def _with_node_affinity(old: Object | None, new: Object | None) -> Object | None:
    """The stored affinity with the new node affinity; none if nothing else is left of it and none is wanted."""
    rest = {name: value for name, value in (old or {}).items() if name != "nodeAffinity"}
    if new is None:
        return rest or None
    if new.get("nodeAffinity") is not None:
        rest["nodeAffinity"] = new["nodeAffinity"]
    return rest


def _with_resources(old: list[Any], new: list[Any]) -> list[Any]:
    if len(old) != len(new):
        return old
    return [
        {**before, "resources": after.get("resources")} if before.get("name") == after.get("name") else before
        for before, after in zip(old, new, strict=True)
    ]
