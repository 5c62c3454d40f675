"""CronJobs: defaults, validation and what a write may change.

Follows kubernetes `pkg/apis/batch/v1/defaults.go`, `pkg/apis/batch/validation/validation.go` and
`pkg/registry/batch/cronjob/strategy.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.cron_schedule import parse_cron_schedule
from kubepy.api.field import FieldError, Path, invalid, not_supported, required, too_short
from kubepy.api.time_zones import load_time_zone
from kubepy.apiserver.registry.batch.job_policies import default_pod_failure_policy
from kubepy.apiserver.registry.batch.job_spec import job_spec_warnings, validate_job_spec
from kubepy.apiserver.registry.core.pod import default_pod_template
from kubepy.apiserver.registry.core.workload import (
    SPEC,
    WorkloadStatusStrategy,
    WorkloadStrategy,
    name_warnings,
    nonnegative,
)
from kubepy.apiserver.registry.strategy import Object, Strategy

_SCHEDULE: Final = SPEC.child("schedule")
_TIME_ZONE: Final = SPEC.child("timeZone")
_JOB_SPEC: Final = SPEC.child("jobTemplate", "spec")
_MAX_NAME_LENGTH: Final = 52
"""A Job's name may have 63 characters, and its time is appended with 11."""
_POLICIES: Final = ("Allow", "Forbid", "Replace")
_is_zone_part = re.compile(r"[A-Za-z.\-_0-9+]{1,14}").fullmatch


class CronJobStrategy(WorkloadStrategy):
    """How CronJobs are written."""

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        if not spec.get("concurrencyPolicy"):
            spec["concurrencyPolicy"] = "Allow"
        spec.setdefault("suspend", False)
        spec.setdefault("successfulJobsHistoryLimit", 3)
        spec.setdefault("failedJobsHistoryLimit", 1)
        job_spec = spec.setdefault("jobTemplate", {}).setdefault("spec", {})
        if job_spec.get("podFailurePolicy") is not None:
            default_pod_failure_policy(job_spec["podFailurePolicy"])
        default_pod_template(job_spec.setdefault("template", {}))

    def validate(self, obj: Object) -> list[FieldError]:
        errors = _validate_spec(obj["spec"], None)
        name = obj["metadata"].get("name", "")
        if len(name) > _MAX_NAME_LENGTH:
            message = f"must be no more than {_MAX_NAME_LENGTH} characters"
            errors.append(invalid(Path("metadata").child("name"), name, message))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj["spec"], old["spec"])

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        job_spec = _job_spec(obj["spec"])
        if old is None:
            return name_warnings(obj) + job_spec_warnings(job_spec, _JOB_SPEC)
        warnings = []
        if obj["metadata"].get("generation") != old["metadata"].get("generation"):
            warnings += job_spec_warnings(job_spec, _JOB_SPEC)
        if "TZ" in obj["spec"].get("schedule", ""):
            warnings.append(
                "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see "
                "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"
            )
        return warnings


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": WorkloadStatusStrategy()})


def _job_spec(spec: Object) -> Object:
    job_spec: Object = (spec.get("jobTemplate") or {}).get("spec") or {}
    return job_spec


def _validate_spec(spec: Object, old: Object | None) -> list[FieldError]:
    errors = _validate_schedule(spec, old)
    errors += nonnegative(spec, SPEC, ("startingDeadlineSeconds",))
    if old is None or old.get("timeZone") != spec.get("timeZone"):
        errors += _validate_time_zone(spec.get("timeZone"))
    policy = spec.get("concurrencyPolicy", "")
    if not policy:
        errors.append(required(SPEC.child("concurrencyPolicy")))
    elif policy not in _POLICIES:
        errors.append(not_supported(SPEC.child("concurrencyPolicy"), policy, _POLICIES))
    errors += _validate_job_template(_job_spec(spec), None if old is None else _job_spec(old))
    return errors + nonnegative(spec, SPEC, ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"))


def _validate_schedule(spec: Object, old: Object | None) -> list[FieldError]:
    """A time zone in the schedule is accepted only from objects that had one before `timeZone` existed."""
    schedule = spec.get("schedule", "")
    if not schedule:
        return [required(_SCHEDULE)]
    errors = []
    try:
        parse_cron_schedule(schedule)
    except ValueError as error:
        errors.append(invalid(_SCHEDULE, schedule, str(error)))
    if "TZ" in schedule:
        if old is None or "TZ" not in old.get("schedule", ""):
            message = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            errors.append(invalid(_SCHEDULE, schedule, message))
        elif spec.get("timeZone") is not None:
            message = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
            errors.append(invalid(_SCHEDULE, schedule, message))
    return errors


def _validate_time_zone(name: str | None) -> list[FieldError]:
    if name is None:
        return []
    if not name:
        return [too_short(_TIME_ZONE, 1)]
    for part in name.split("/"):
        if part in (".", "..") or part.startswith("-") or not _is_zone_part(part):
            return [invalid(_TIME_ZONE, name, f"unknown time zone {name}")]
    errors = []
    if name.lower() == "local":
        message = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        errors.append(invalid(_TIME_ZONE, name, message))
    try:
        load_time_zone(name)
    except ValueError as error:
        errors.append(invalid(_TIME_ZONE, name, str(error)))
    return errors


def _validate_job_template(spec: Object, old: Object | None) -> list[FieldError]:
    changed = old is None or spec.get("template") != old.get("template")
    errors = validate_job_spec(spec, _JOB_SPEC, check_template=changed)
    if spec.get("selector") is not None:
        errors.append(invalid(_JOB_SPEC.child("selector"), spec["selector"], "`selector` will be auto-generated"))
    if spec.get("manualSelector"):
        errors.append(not_supported(_JOB_SPEC.child("manualSelector"), True, ("nil", "false")))
    return errors
