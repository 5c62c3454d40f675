"""Tables of jobs and cron jobs.

Follows `printJob` and `printCronJob` in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age, between, since
from kubepy.apiserver.table.cell_text import (
    EMPTY,
    NONE,
    UNSET,
    condition,
    format_label_selector,
    template_containers,
)
from kubepy.apiserver.table.printer import (
    AGE,
    NAME,
    WIDE_CONTAINERS,
    WIDE_IMAGES,
    Column,
    Printer,
    Printers,
    doc,
)

_SELECTOR: Final = Column("Selector", doc("batch.v1.JobSpec", "selector"), wide=True)
_CRON: Final = "batch.v1.CronJobSpec"


def _job(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    return [
        obj["metadata"]["name"],
        _job_status(obj, status),
        _completions(spec, status),
        _duration(status, now),
        age(obj, now),
        *template_containers(spec),
        format_label_selector(spec.get("selector")),
    ]


def _job_status(obj: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    conditions = status.get("conditions")
    if not conditions:
        return "Terminating" if obj["metadata"].get("deletionTimestamp") else "Running"
    for kind in ("Complete", "Failed", "Terminating", "Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if kind == "Terminating":
            if obj["metadata"].get("deletionTimestamp"):
                return kind
        elif (condition(conditions, kind) or EMPTY).get("status") == "True":
            return kind
    return "Running"


def _completions(spec: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    succeeded = status.get("succeeded", 0)
    if spec.get("completions") is not None:
        return f"{succeeded}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{succeeded}/1 of {parallelism}" if parallelism > 1 else f"{succeeded}/1"


def _duration(status: Mapping[str, Any], now: datetime) -> str:
    start = status.get("startTime")
    if start is None:
        return ""
    end = status.get("completionTime")
    return since(start, now) if end is None else between(start, end)


def _cron_job(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec, status = obj.get("spec") or EMPTY, obj.get("status") or EMPTY
    job_spec = (spec.get("jobTemplate") or EMPTY).get("spec") or EMPTY
    last = status.get("lastScheduleTime")
    zone = spec.get("timeZone")
    return [
        obj["metadata"]["name"],
        spec.get("schedule", ""),
        NONE if zone is None else zone,
        UNSET if spec.get("suspend") is None else str(spec["suspend"]),
        len(status.get("active") or ()),
        NONE if last is None else since(last, now),
        age(obj, now),
        *template_containers(job_spec),
        format_label_selector(job_spec.get("selector")),
    ]


PRINTERS: Final[Printers] = {
    ("batch", "Job"): Printer(
        (
            NAME,
            Column("Status", "Status of the job."),
            Column("Completions", doc("batch.v1.JobStatus", "succeeded")),
            Column("Duration", "Time required to complete the job."),
            AGE,
            WIDE_CONTAINERS,
            WIDE_IMAGES,
            _SELECTOR,
        ),
        _job,
    ),
    ("batch", "CronJob"): Printer(
        (
            NAME,
            Column("Schedule", doc(_CRON, "schedule")),
            Column("Timezone", doc(_CRON, "timeZone")),
            Column("Suspend", doc(_CRON, "suspend"), type="boolean"),
            Column("Active", doc("batch.v1.CronJobStatus", "active"), type="integer"),
            Column("Last Schedule", doc("batch.v1.CronJobStatus", "lastScheduleTime")),
            AGE,
            WIDE_CONTAINERS,
            WIDE_IMAGES,
            _SELECTOR,
        ),
        _cron_job,
    ),
}
