"""Jobs, by pkg/apis/batch/{v1/defaults.go,validation} and pkg/registry/batch/job/strategy.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.batch import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["jobs"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
UID = "11111111-2222-3333-4444-555555555555"
GENERATED = {
    "controller-uid": UID,
    "job-name": "pi",
    "batch.kubernetes.io/controller-uid": UID,
    "batch.kubernetes.io/job-name": "pi",
}


def raw_job(**spec: Any) -> dict[str, Any]:
    obj: dict[str, Any] = {
        "metadata": {"name": "pi", "namespace": "default", "uid": UID},
        "spec": {
            "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "pi", "image": "perl"}]}},
            **copy.deepcopy(spec),
        },
    }
    STRATEGY.default(obj)
    return obj


def job(**spec: Any) -> dict[str, Any]:
    obj = raw_job(**spec)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults_are_upstreams():
    """SetDefaults_Job."""
    spec = raw_job()["spec"]
    del spec["template"]
    assert spec == {
        "completions": 1,
        "parallelism": 1,
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "suspend": False,
        "podReplacementPolicy": "TerminatingOrFailed",
        "manualSelector": False,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"parallelism": 3}, {"parallelism": 3, "backoffLimit": 6}),
        ({"completions": 3}, {"completions": 3, "parallelism": 1}),
        ({"backoffLimitPerIndex": 1}, {"backoffLimit": 2**31 - 1}),
        ({"podFailurePolicy": {"rules": []}}, {"podReplacementPolicy": "Failed"}),
    ],
)
def test_defaults_depend_on_what_is_given(given: dict[str, Any], expected: dict[str, Any]):
    """SetDefaults_Job."""
    spec = raw_job(**given)["spec"]
    assert spec.items() >= expected.items()
    assert ("completions" in spec) == ("completions" in given or "parallelism" not in given)


def test_condition_patterns_default_to_true():
    """SetDefaults_PodFailurePolicyOnPodConditionsPattern."""
    rule = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    (defaulted,) = raw_job(podFailurePolicy={"rules": [rule]})["spec"]["podFailurePolicy"]["rules"]
    assert defaulted["onPodConditions"] == [{"type": "DisruptionTarget", "status": "True"}]


def test_selector_and_labels_are_generated():
    """generateSelector."""
    obj = job()
    assert obj["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": UID}}
    assert obj["spec"]["template"]["metadata"]["labels"] == GENERATED
    assert obj["metadata"]["labels"] == GENERATED
    assert obj["metadata"]["generation"] == 1
    assert STRATEGY.validate(obj) == []


def test_labels_of_the_template_become_those_of_the_job():
    """SetDefaults_Job shares the map, so that what is generated shows on the Job, which then has a map of its own."""
    template = {"metadata": {"labels": {"app": "pi"}}, "spec": {"restartPolicy": "Never", "containers": []}}
    obj = job(template=template)
    assert obj["metadata"]["labels"] == {"app": "pi", **GENERATED}
    assert obj["metadata"]["labels"] is not obj["spec"]["template"]["metadata"]["labels"]


def test_a_manual_selector_is_left_alone():
    """generateSelectorIfNeeded."""
    template = raw_job()["spec"]["template"] | {"metadata": {"labels": {"app": "pi"}}}
    obj = job(manualSelector=True, selector={"matchLabels": {"app": "pi"}}, template=template)
    assert obj["spec"]["selector"] == {"matchLabels": {"app": "pi"}}
    assert obj["spec"]["template"]["metadata"]["labels"] == {"app": "pi"}
    assert STRATEGY.validate(obj) == []


def test_alpha_scheduling_is_dropped():
    """WorkloadWithJob is alpha and off in v1.37."""
    assert "scheduling" not in job(scheduling={})["spec"]


def test_labels_that_contradict_the_generated_ones_are_refused():
    """validateGeneratedSelector."""
    template = raw_job()["spec"]["template"] | {"metadata": {"labels": {"job-name": "e"}}}
    errors = STRATEGY.validate(job(template=template))
    assert [(error.field, error.detail) for error in errors] == [
        ("spec.template.metadata.labels[job-name]", "must be 'pi'")
    ]


def test_a_selector_of_another_job_is_refused():
    """validateGeneratedSelector and ValidateJobSpec."""
    obj = job(selector={"matchLabels": {"batch.kubernetes.io/controller-uid": "other"}})
    assert [error.detail for error in STRATEGY.validate(obj)] == [
        "`selector` not auto-generated",
        "`selector` does not match template `labels`",
    ]


RULE = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1]}}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"parallelism": -1}, ["spec.parallelism: Invalid value: -1: must be greater than or equal to 0"]),
        ({"ttlSecondsAfterFinished": -1}, [
            "spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0"
        ]),
        ({"completionMode": "Some"}, [
            'spec.completionMode: Unsupported value: "Some": supported values: "NonIndexed", "Indexed"'
        ]),
        ({"completionMode": "Indexed", "parallelism": 2}, [
            "spec.completions: Required value: when completion mode is Indexed"
        ]),
        ({"completionMode": "Indexed", "completions": 1, "parallelism": 100_001}, [
            "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is "
            "Indexed"
        ]),
        ({"backoffLimitPerIndex": 1}, [
            "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"
        ]),
        ({"completionMode": "Indexed", "completions": 2, "maxFailedIndexes": 3}, [
            "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
            "spec.maxFailedIndexes: Invalid value: 3: must be less than or equal to completions",
        ]),
        ({"completionMode": "Indexed", "completions": 100_001, "parallelism": 10_001, "backoffLimitPerIndex": 1}, [
            "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
            "spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above "
            "100000 and used with backoff limit per index",
        ]),
        ({"managedBy": "acme.com/controller"}, []),
        ({"managedBy": "acme.com/" + "a" * 60}, ["spec.managedBy: Too long: may not be more than 63 bytes"]),
        ({"podReplacementPolicy": "Now"}, [
            'spec.podReplacementPolicy: Unsupported value: "Now": supported values: "Failed", "TerminatingOrFailed"'
        ]),
        ({"podReplacementPolicy": "TerminatingOrFailed", "podFailurePolicy": {"rules": [RULE]}}, [
            'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'
        ]),
        ({"successPolicy": {"rules": [{"succeededCount": 1}]}}, [
            'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: '
            "requires indexed completion mode"
        ]),
    ],
)  # fmt: skip
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """validateJobSpec."""
    assert messages(STRATEGY.validate(job(**spec))) == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'),
        ("Always", 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'),
    ],
)
def test_jobs_have_an_end(policy: str | None, expected: str):
    """validateJobSpec asks for a restart policy that the default isn't."""
    pod_spec: dict[str, Any] = {"containers": [{"name": "pi", "image": "perl"}]}
    if policy:
        pod_spec["restartPolicy"] = policy
    assert messages(STRATEGY.validate(job(template={"spec": pod_spec}))) == [expected]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([RULE], []),
        ([{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}], []),
        ([{"action": "FailIndex", "onExitCodes": {"operator": "NotIn", "values": [0]}}], [
            'rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set'
        ]),
        ([{"onExitCodes": {"operator": "In", "values": [1]}}], [
            'rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'
        ]),
        ([{"action": "Count"}], [
            "rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required"
        ]),
        ([{**RULE, "onPodConditions": [{"type": "A"}]}], [
            "rules[0]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported"
        ]),
        ([{"action": "Count", "onExitCodes": {"operator": "In", "values": [3, 0, 3], "containerName": "x"}}], [
            'rules[0].onExitCodes.containerName: Invalid value: "x": '
            "must be one of the container or initContainer names in the pod template",
            "rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
            "rules[0].onExitCodes.values[2]: Duplicate value: 3",
            "rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered",
        ]),
        ([{"action": "Count", "onExitCodes": {"values": []}}], [
            'rules[0].onExitCodes.operator: Required value: valid values: ["In" "NotIn"]',
            "rules[0].onExitCodes.values: Invalid value: []: at least one value is required",
        ]),
        ([{"action": "Count", "onPodConditions": [{"type": "A", "status": "Maybe"}]}], [
            'rules[0].onPodConditions[0].status: Unsupported value: "Maybe": '
            'supported values: "False", "True", "Unknown"'
        ]),
        ([RULE] * 21, ["rules: Too many: 21: must have at most 20 items"]),
    ],
)  # fmt: skip
def test_pod_failure_policies(rules: list[Any], expected: list[str]):
    """validatePodFailurePolicy."""
    errors = messages(STRATEGY.validate(job(podFailurePolicy={"rules": rules})))
    assert errors == ["spec.podFailurePolicy." + message for message in expected]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"succeededIndexes": "0-1,3", "succeededCount": 2}], []),
        ([], ["rules: Required value: at least one rules must be specified when the successPolicy is specified"]),
        ([{}], ["rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified"]),
        ([{"succeededCount": 6}], [
            "rules[0].succeededCount: Invalid value: 6: must be less than or equal to 5 "
            "(the number of specified completions)"
        ]),
        ([{"succeededIndexes": "1-2", "succeededCount": 3}], [
            "rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 "
            "(the number of indexes in the specified succeededIndexes field)"
        ]),
        ([{"succeededIndexes": "9"}], [
            'rules[0].succeededIndexes: Invalid value: "9": error parsing succeededIndexes: too large index: "9"'
        ]),
    ],
)  # fmt: skip
def test_success_policies(rules: list[Any], expected: list[str]):
    """validateSuccessPolicy."""
    obj = job(completionMode="Indexed", completions=5, successPolicy={"rules": rules})
    assert messages(STRATEGY.validate(obj)) == ["spec.successPolicy." + message for message in expected]


def test_pods_of_indexed_jobs_need_host_names():
    """ValidateJob: the name and the highest index make a DNS label."""
    obj = job(completionMode="Indexed", completions=11)
    obj["metadata"]["name"] = name = "a" * 61
    for key in ("job-name", "batch.kubernetes.io/job-name"):
        obj["spec"]["template"]["metadata"]["labels"][key] = name
    assert messages(STRATEGY.validate(obj)) == [
        f'metadata.name: Invalid value: "{name}": will not able to create pod with invalid DNS label: {name}-10'
    ]


def test_an_indexed_job_may_be_scaled():
    """validateCompletions: completions follow parallelism."""
    old = job(completionMode="Indexed", completions=2, parallelism=2)
    new = copy.deepcopy(old)
    new["spec"].update(completions=3, parallelism=3)
    assert STRATEGY.validate_update(new, old) == []
    new["spec"]["parallelism"] = 1
    assert messages(STRATEGY.validate_update(new, old)) == [
        "spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("completions", 2),
        ("completionMode", "Indexed"),
        ("managedBy", "acme.com/x"),
        ("selector", {"matchLabels": {"job-name": "pi"}}),
    ],
)
def test_some_fields_never_change(name: str, value: Any):
    """ValidateJobSpecUpdate."""
    new = job()
    new["spec"][name] = value
    assert [error.field for error in STRATEGY.validate_update(new, job())] == [f"spec.{name}"]


@pytest.mark.parametrize("name", ["parallelism", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"])
def test_some_fields_may_change(name: str):
    """ValidateJobSpecUpdate says nothing of them."""
    new = job()
    new["spec"][name] = 17
    assert STRATEGY.validate_update(new, job()) == []


SUSPENDED = [{"type": "Suspended", "status": "True"}]
STARTED = {"startTime": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("suspend", "status", "allowed"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"active": 1}, False),
        (True, STARTED, False),
        (True, {**STARTED, "conditions": SUSPENDED}, True),
        (True, {**STARTED, "conditions": SUSPENDED, "active": 1}, False),
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        {"nodeSelector": {"zone": "a"}},
        {"tolerations": [{"operator": "Exists"}]},
        {"schedulingGates": [{"name": "acme.com/gate"}]},
        {"affinity": {"nodeAffinity": {}}},
        {"containers": [{"name": "pi", "image": "perl", "resources": {"limits": {"cpu": "1"}}}]},
    ],
)
def test_suspended_jobs_may_be_placed_anew(
    suspend: bool, status: dict[str, Any], allowed: bool, change: dict[str, Any]
):
    """validatePodTemplateUpdate with MutableSchedulingDirectives and MutablePodResourcesForSuspendedJobs."""
    old = job(suspend=suspend) | {"status": status}
    new = copy.deepcopy(old)
    new["spec"]["template"]["spec"].update(copy.deepcopy(change))
    STRATEGY.default(new)
    fields = [error.field for error in STRATEGY.validate_update(new, old)]
    assert fields == ([] if allowed else ["spec.template"])


def test_the_rest_of_the_template_never_changes():
    """validatePodResourceUpdatesOnly."""
    old = job(suspend=True)
    new = copy.deepcopy(old)
    new["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    errors = STRATEGY.validate_update(new, old)
    assert [(error.field, error.detail) for error in errors] == [("spec.template.spec", "field is immutable")]


def test_an_empty_list_is_no_change_of_the_template():
    """Semantic equality."""
    new = job()
    new["spec"]["template"]["spec"]["volumes"] = []
    assert STRATEGY.validate_update(new, job()) == []


def test_huge_indexed_jobs_are_warned_of():
    """WarningsForJobSpec."""
    obj = job(completionMode="Indexed", completions=100_001, parallelism=10_001)
    assert STRATEGY.warnings(obj, None) == [
        "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, "
        "Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
    ]
    assert STRATEGY.warnings(obj, obj) == []
