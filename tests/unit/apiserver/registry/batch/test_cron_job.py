"""CronJobs, by pkg/apis/batch/{v1/defaults.go,validation} and pkg/registry/batch/cronjob/strategy.go."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.batch import STRATEGIES

STRATEGY = STRATEGIES["cronjobs"]
ZONES = "https://www.iana.org/time-zones"


def cron_job(job: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    obj: dict[str, Any] = {
        "metadata": {"name": "nightly", "namespace": "default", "generation": 1},
        "spec": {
            "schedule": "0 3 * * *",
            "jobTemplate": {
                "spec": {
                    "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}},
                    **copy.deepcopy(job or {}),
                }
            },
            **spec,
        },
    }
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults_are_upstreams():
    """SetDefaults_CronJob; a job template gets the defaults of its pods, not those of a Job."""
    spec = cron_job()["spec"]
    job_spec = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "0 3 * * *",
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    }
    assert job_spec.keys() == {"template"}
    assert job_spec["template"]["spec"]["dnsPolicy"] == "ClusterFirst"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"timeZone": "America/New_York"}, []),
        ({"timeZone": "Etc/GMT+5"}, []),
        ({"timeZone": "UTC"}, []),
        ({"schedule": ""}, ["spec.schedule: Required value"]),
        ({"schedule": "0 25 * * *"}, [
            'spec.schedule: Invalid value: "0 25 * * *": end of range (25) above maximum (23): 25'
        ]),
        ({"schedule": "TZ=UTC 0 * * * *"}, [
            'spec.schedule: Invalid value: "TZ=UTC 0 * * * *": '
            "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        ]),
        ({"timeZone": ""}, ["spec.timeZone: Too short: must be at least 1 character"]),
        ({"timeZone": "Local"}, [
            f'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in {ZONES}'
        ]),
        ({"timeZone": "Mars/Olympus"}, [
            'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'
        ]),
        ({"timeZone": "America"}, ['spec.timeZone: Invalid value: "America": unknown time zone America']),
        ({"timeZone": "../etc"}, ['spec.timeZone: Invalid value: "../etc": unknown time zone ../etc']),
        ({"startingDeadlineSeconds": -1}, [
            "spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0"
        ]),
        ({"concurrencyPolicy": "Maybe"}, [
            'spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"'
        ]),
        ({"successfulJobsHistoryLimit": -1, "failedJobsHistoryLimit": -1}, [
            "spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
            "spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
        ]),
    ],
)  # fmt: skip
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """validateCronJobSpec."""
    assert messages(STRATEGY.validate(cron_job(**spec))) == expected


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"selector": {"matchLabels": {"a": "b"}}}, [
            'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: '
            "`selector` will be auto-generated"
        ]),
        ({"manualSelector": True}, [
            'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"'
        ]),
        ({"backoffLimit": -1}, [
            "spec.jobTemplate.spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0"
        ]),
    ],
)  # fmt: skip
def test_job_template_rules(job: dict[str, Any], expected: list[str]):
    """ValidateJobTemplateSpec."""
    assert messages(STRATEGY.validate(cron_job(job))) == expected


def test_new_names_leave_room_for_the_time():
    """ValidateCronJobCreate; names that are stored stay."""
    obj = cron_job()
    obj["metadata"]["name"] = name = "a" * 53
    assert messages(STRATEGY.validate(obj)) == [
        f'metadata.name: Invalid value: "{name}": must be no more than 52 characters'
    ]
    assert STRATEGY.validate_update(obj, copy.deepcopy(obj)) == []


def test_stored_time_zones_are_not_asked_about_again():
    """validateCronJobSpec looks at a time zone that changed."""
    old = cron_job(timeZone="Mars/Olympus")
    assert STRATEGY.validate_update(cron_job(timeZone="Mars/Olympus", suspend=True), old) == []
    assert len(STRATEGY.validate_update(cron_job(timeZone="Mars/Tharsis"), old)) == 1


def test_a_zone_stays_in_a_schedule_that_had_one():
    """validateScheduleFormat."""
    old = cron_job(schedule="TZ=UTC 0 * * * *")
    new = cron_job(schedule="TZ=UTC 5 * * * *")
    assert STRATEGY.validate_update(new, old) == []
    assert len(STRATEGY.warnings(new, old)) == 1
    assert messages(STRATEGY.validate_update(cron_job(schedule="TZ=UTC 5 * * * *", timeZone="UTC"), old)) == [
        'spec.schedule: Invalid value: "TZ=UTC 5 * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule'
    ]
