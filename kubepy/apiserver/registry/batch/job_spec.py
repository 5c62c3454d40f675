"""The rules of a JobSpec, which Jobs and the job templates of CronJobs share.

Follows kubernetes `pkg/apis/batch/validation/validation.go` (validateJobSpec) and `pkg/api/job/warnings.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api.field import FieldError, Path, invalid, not_supported, required, too_long
from kubepy.api.names import is_domain_prefixed_path
from kubepy.apiserver.registry.batch.job_policies import (
    validate_pod_failure_policy,
    validate_pod_replacement_policy,
    validate_success_policy,
)
from kubepy.apiserver.registry.core.pod import validate_pod_template
from kubepy.apiserver.registry.core.pod.warnings import template_warnings
from kubepy.apiserver.registry.core.workload import nonnegative
from kubepy.apiserver.registry.strategy import Object

_MODES: Final = ("NonIndexed", "Indexed")
_MAX_PARALLELISM: Final = 100_000
_MAX_FAILED_INDEXES: Final = 100_000
_MANY_COMPLETIONS: Final = 100_000
_LIMIT_FOR_MANY_COMPLETIONS: Final = 10_000
_MAX_MANAGED_BY_LENGTH: Final = 63

_COUNTS: Final = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)


def validate_job_spec(spec: Object, path: Path, *, check_template: bool) -> list[FieldError]:
    """Complaints about everything but the selector. A pod template already accepted needn't be checked again."""
    errors = nonnegative(spec, path, _COUNTS)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        errors.append(required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"))
    errors += _validate_managed_by(spec, path)
    errors += _validate_completion_mode(spec, path)
    if spec.get("podFailurePolicy") is not None:
        errors += validate_pod_failure_policy(spec, path)
    if spec.get("successPolicy") is not None:
        errors += validate_success_policy(spec, path)
    errors += validate_pod_replacement_policy(spec, path)
    template = spec.get("template") or {}
    if check_template:
        errors += validate_pod_template(template, path.child("template"))
    return errors + _validate_restart_policy(spec, template, path.child("template", "spec", "restartPolicy"))


def job_spec_warnings(spec: Object, path: Path) -> list[str]:
    """What users should know of a spec that is fine."""
    warnings = []
    if spec.get("completionMode") == "Indexed" and (
        (spec.get("completions") or 0) > _MANY_COMPLETIONS
        and (spec.get("parallelism") or 0) > _LIMIT_FOR_MANY_COMPLETIONS
    ):
        warnings.append(
            f"{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4,"
            " Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
        )
    return warnings + template_warnings(spec.get("template") or {}, path.child("template"))


def _validate_managed_by(spec: Object, path: Path) -> list[FieldError]:
    manager = spec.get("managedBy")
    if manager is None:
        return []
    where = path.child("managedBy")
    errors = is_domain_prefixed_path(where, manager)
    return [*errors, too_long(where, _MAX_MANAGED_BY_LENGTH)] if len(manager) > _MAX_MANAGED_BY_LENGTH else errors


def _validate_completion_mode(spec: Object, path: Path) -> list[FieldError]:
    mode = spec.get("completionMode")
    if mode == "Indexed":
        return _validate_indexed(spec, path)
    if mode not in (None, "NonIndexed"):
        return [not_supported(path.child("completionMode"), mode, _MODES)]
    return [
        invalid(path.child(name), spec[name], "requires indexed completion mode")
        for name in ("backoffLimitPerIndex", "maxFailedIndexes")
        if spec.get(name) is not None
    ]


def _validate_indexed(spec: Object, path: Path) -> list[FieldError]:
    completions, parallelism = spec.get("completions"), spec.get("parallelism")
    max_failed = spec.get("maxFailedIndexes")
    errors = []
    most = "must be less than or equal to"
    if completions is None:
        errors.append(required(path.child("completions"), "when completion mode is Indexed"))
    if parallelism is not None and parallelism > _MAX_PARALLELISM:
        message = f"{most} {_MAX_PARALLELISM} when completion mode is Indexed"
        errors.append(invalid(path.child("parallelism"), parallelism, message))
    if completions is not None and max_failed is not None and max_failed > completions:
        errors.append(invalid(path.child("maxFailedIndexes"), max_failed, f"{most} completions"))
    if max_failed is not None and max_failed > _MAX_FAILED_INDEXES:
        errors.append(invalid(path.child("maxFailedIndexes"), max_failed, f"{most} {_MAX_FAILED_INDEXES}"))
    if (completions or 0) > _MANY_COMPLETIONS and spec.get("backoffLimitPerIndex") is not None:
        errors += _validate_many_completions(spec, path)
    return errors


def _validate_many_completions(spec: Object, path: Path) -> list[FieldError]:
    errors = []
    if spec.get("maxFailedIndexes") is None:
        message = f"must be specified when completions is above {_MANY_COMPLETIONS}"
        errors.append(required(path.child("maxFailedIndexes"), message))
    for name in ("parallelism", "maxFailedIndexes"):
        if (spec.get(name) or 0) > _LIMIT_FOR_MANY_COMPLETIONS:
            message = (
                f"must be less than or equal to {_LIMIT_FOR_MANY_COMPLETIONS} when completions are above "
                f"{_MANY_COMPLETIONS} and used with backoff limit per index"
            )
            errors.append(invalid(path.child(name), spec[name], message))
    return errors


def _validate_restart_policy(spec: Object, template: Object, path: Path) -> list[FieldError]:
    policy = (template.get("spec") or {}).get("restartPolicy", "")
    if policy in ("", "Always"):
        return [required(path, 'valid values: "OnFailure", "Never"')]
    if policy not in ("OnFailure", "Never"):
        return [not_supported(path, policy, ("OnFailure", "Never"))]
    if spec.get("podFailurePolicy") is not None and policy != "Never":
        return [invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    return []
