"""ResourceSlices, DeviceClasses and DeviceTaintRules, by pkg/apis/resource/validation and pkg/registry/resource."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.resource import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

SLICES = STRATEGIES["resourceslices"]
CLASSES = STRATEGIES["deviceclasses"]
RULES = STRATEGIES["devicetaintrules"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
POOL = {"name": "node-1", "generation": 1, "resourceSliceCount": 1}
TAINT = {"key": "k", "effect": "NoExecute", "timeAdded": "2026-01-01T00:00:00Z"}


def slice_of(**spec: Any) -> dict[str, Any]:
    base = {"driver": "d.example.com", "pool": POOL, "nodeName": "n", **copy.deepcopy(spec)}
    obj = {"metadata": {"name": "s", "generation": 1}, "spec": {k: v for k, v in base.items() if v is not None}}
    SLICES.default(obj)
    return obj


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_quantities_are_canonical_and_gated_fields_are_dropped():
    """Alpha fields are unknown to a server with upstream's defaults."""
    device = {
        "name": "a",
        "nodeAllocatableResources": {"cpu": {}},
        "attributes": {"x": {"ints": [1], "int": 1}},
        "capacity": {"m": {"value": "1024Mi", "requestPolicy": {"default": "0.5Gi", "validRange": {"min": "1024"}}}},
        "taints": [{"key": "k", "effect": "None", "timeAdded": "2020-01-01T00:00:00Z"}],
    }
    obj = slice_of(devices=[device], skipNodeOperations=["*"], partitionTypeAttribute="d.example.com/p")
    assert "skipNodeOperations" not in obj["spec"]
    assert "partitionTypeAttribute" not in obj["spec"]
    assert obj["spec"]["devices"] == [
        {
            "name": "a",
            "attributes": {"x": {"int": 1}},
            "capacity": {"m": {"value": "1Gi", "requestPolicy": {"default": "512Mi", "validRange": {"min": "1024"}}}},
            "taints": [{"key": "k", "effect": "None", "timeAdded": "2020-01-01T00:00:00Z"}],
        }
    ]


def test_a_taint_knows_since_when_it_is():
    """SetDefaults_DeviceTaint."""
    (taint,) = slice_of(devices=[{"name": "a", "taints": [{"key": "k"}]}])["spec"]["devices"][0]["taints"]
    assert datetime.strptime(taint["timeAdded"], "%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            {"devices": [{"name": "a", "attributes": {"d.com/v": {"version": "1.2.3-rc.1+b"}, "b": {"bool": False}}}]},
            [],
        ),
        ({"nodeName": None, "allNodes": True}, []),
        (
            {"driver": "", "pool": {}},
            [
                "spec.driver: Required value",
                "spec.driver: Invalid value",
                "spec.pool.name: Required value",
                "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
            ],
        ),
        (
            {"nodeName": None},
            [
                "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, "
                "`perDeviceNodeSelection` is required"
            ],
        ),
        (
            {"nodeSelector": {"nodeSelectorTerms": []}, "allNodes": False, "perDeviceNodeSelection": True},
            [
                "spec.nodeSelector.nodeSelectorTerms: Required value: must have at least one node selector term",
                "spec.allNodes: Invalid value: false: must be either unset or set to true",
                "spec.nodeSelector.nodeSelectorTerms: Invalid value: []: must have exactly one node selector term",
                'spec: Invalid value: "{`nodeName`, `nodeSelector`, `perDeviceNodeSelection`}": exactly one of '
                "`nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, "
                "but multiple fields are set",
            ],
        ),
        (
            {"devices": [{"name": "a"}, {"name": "a"}], "sharedCounters": [{"counters": {"B": {"value": "1"}}}]},
            [
                'spec: Invalid value: "": only one of `sharedCounters` or `devices` is allowed',
                'spec.devices[1]: Duplicate value: "a"',
                "spec.sharedCounters[0].name: Required value",
                'spec.sharedCounters[0].counters: Invalid value: "B": a lowercase RFC 1123 label',
            ],
        ),
        (
            {"devices": [{"name": f"d{i}"} for i in range(129)]},
            ["spec.devices: Too many: 129: must have at most 128 items"],
        ),
        (
            {"devices": [{"name": f"d{i}", "taints": [TAINT]} for i in range(65)]},
            ["spec.devices: Too many: 65: must have at most 64 items"],
        ),
        (
            {"devices": [{"name": "a", "attributes": {f"a{i}": {"int": i} for i in range(33)}}]},
            ["spec.devices[0]: Invalid value: 33: the total number of attributes and capacities must not exceed 32"],
        ),
        (
            {
                "devices": [
                    {
                        "name": "a",
                        "attributes": {
                            "a-b": {},
                            "/x": {"int": 1, "string": "s"},
                            "c/d/e": {"version": "1.2"},
                            "l": {"string": "x" * 65},
                        },
                    }
                ]
            },
            [
                'spec.devices[0].attributes: Invalid value: "a-b": a valid C identifier',
                'spec.devices[0].attributes[a-b]: Invalid value: "": must specify one of: `int`, `bool`, `string`, '
                "`version`, `ints`, `bools`, `strings`, `versions`",
                'spec.devices[0].attributes: Invalid value: "": the domain must not be empty',
                'spec.devices[0].attributes[/x]: Invalid value: "{int, string}": must specify exactly one of: `int`',
                'spec.devices[0].attributes: Invalid value: "c/d/e": must not contain more than one slash',
                'spec.devices[0].attributes[c/d/e].version: Invalid value: "1.2": '
                "must be a string compatible with semver.org spec 2.0.0",
                "spec.devices[0].attributes[l].string: Too long: may not be more than 64 bytes",
            ],
        ),
        (
            {"devices": [{"name": "a", "allNodes": True}]},
            [
                "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if "
                "`perDeviceNodeSelection` is set to true in the ResourceSlice spec"
            ],
        ),
        (
            {
                "nodeName": None,
                "perDeviceNodeSelection": True,
                "devices": [{"name": "a", "nodeName": "n"}, {"name": "b", "nodeName": ""}],
            },
            [
                'spec.devices[1].nodeName: Invalid value: "": must not be empty',
                "spec.devices[1]: Required value: exactly one of `nodeName`, `nodeSelector`, or `allNodes` is "
                "required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
            ],
        ),
        (
            {"devices": [{"name": "a", "consumesCounters": [{"counterSet": "c"}]}]},
            ["spec.devices[0].consumesCounters[0].counters: Required value"],
        ),
        (
            {"devices": [{"name": "a", "taints": [{"key": "", "value": "-", "timeAdded": "x"}]}]},
            [
                "spec.devices[0].taints[0].key: Invalid value",
                "spec.devices[0].taints[0].key: Invalid value",
                'spec.devices[0].taints[0].value: Invalid value: "-": a valid label',
                "spec.devices[0].taints[0].effect: Required value",
            ],
        ),
        (
            {"devices": [{"name": "a", "bindingConditions": ["x"]}]},
            [
                "spec.devices[0].bindingFailureConditions: Invalid value: null: "
                "bindingFailureConditions are required to use bindingConditions"
            ],
        ),
    ],
)
def test_slice_rules(spec: dict[str, Any], expected: list[str]):
    """validateResourceSliceSpec and validateDevice."""
    errors = texts(SLICES.validate(slice_of(**spec)))
    assert len(errors) == len(expected), errors
    assert all(error.startswith(start) for error, start in zip(errors, expected, strict=True)), errors


def policy(value: str = "10", **fields: Any) -> dict[str, Any]:
    return {"value": value, "requestPolicy": fields}


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (policy(default="2", validValues=["1", "2"]), []),
        (policy(default="4", validRange={"min": "2", "max": "8", "step": "2"}), []),
        (
            policy(default="1", validValues=["1"], validRange={"min": "1"}),
            [
                'requestPolicy: Forbidden: exactly one policy can be specified, cannot specify "validValues" and '
                '"validRange" at the same time'
            ],
        ),
        (policy(validValues=["1"]), ["requestPolicy.default: Required value: required when validValues is defined"]),
        (
            policy(default="5", validValues=["2", "1", "11", "11"]),
            [
                'requestPolicy.validValues[1]: Invalid value: "1": values must be sorted in ascending order',
                'requestPolicy.validValues[2]: Invalid value: "11": option is larger than capacity value: 10',
                'requestPolicy.validValues[3]: Invalid value: "11": option is larger than capacity value: 10',
                'requestPolicy.validValues[3]: Duplicate value: "11"',
                'requestPolicy.validValues: Invalid value: "5": default value is not valid according to the '
                "requestPolicy",
            ],
        ),
        (
            policy(default="1", validRange={"min": "3", "max": "11"}),
            [
                'requestPolicy.validRange.default: Invalid value: "1": default is less than min: 3',
                'requestPolicy.validRange.max: Invalid value: "11": max is larger than capacity value: 10',
            ],
        ),
        (
            policy(default="3", validRange={"min": "2", "step": "2", "max": "7"}),
            [
                'requestPolicy.validRange.step: Invalid value: "3": '
                "value is not a multiple of a given step (2) from (2)",
                'requestPolicy.validRange.step: Invalid value: "7": '
                "value is not a multiple of a given step (2) from (2)",
            ],
        ),
        (
            policy(default="2", validRange={"min": "2", "step": "9"}),
            ['requestPolicy.validRange.step: Invalid value: "9": one step 11 is larger than capacity value: 10'],
        ),
        (
            policy(default="2", validRange={"step": "0"}),
            ["requestPolicy.validRange.min: Required value: required when validRange is defined"],
        ),
    ],
)
def test_how_much_of_a_capacity_may_be_requested(capacity: dict[str, Any], expected: list[str]):
    """validateRequestPolicy; devices that are allocated once have none."""
    device = {"name": "a", "capacity": {"m": capacity}, "allowMultipleAllocations": True}
    obj = slice_of(devices=[device])
    assert texts(SLICES.validate(obj)) == [f"spec.devices[0].capacity[m].{text}" for text in expected]
    assert SLICES.validate_update(copy.deepcopy(obj), obj) == []
    del device["allowMultipleAllocations"]
    assert texts(SLICES.validate(slice_of(devices=[device]))) == [
        "spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true"
    ]


def test_what_may_change_in_slices():
    """Driver, pool and node are fixed; every change of the rest is a new generation."""
    old = slice_of()
    new = slice_of(driver="e.example.com", pool={**POOL, "name": "p", "generation": 2}, nodeName="m")
    SLICES.prepare_for_update(new, old, CONTEXT)
    assert new["metadata"]["generation"] == 2
    assert texts(SLICES.validate_update(new, old)) == [
        'spec.pool.name: Invalid value: "p": field is immutable',
        'spec.driver: Invalid value: "e.example.com": field is immutable',
        'spec.nodeName: Invalid value: "m": field is immutable',
    ]


def test_upper_case_drivers_get_a_warning():
    """WarningsOnCreate."""
    assert SLICES.warnings(slice_of(driver="D.example.com"), None) == [
        'spec.driver: driver names should be lowercase; "D.example.com" contains uppercase characters'
    ]
    assert SLICES.warnings(slice_of(), None) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"selectors": [{"cel": {"expression": "true"}}], "extendedResourceName": "example.com/gpu"}, []),
        ({"selectors": [{}]}, ["spec.selectors[0].cel: Required value"]),
        ({"selectors": [{"cel": {}}] * 33}, ["spec.selectors: Too many: 33: must have at most 32 items"]),
        ({"config": [{}]}, ["spec.config[0].opaque: Required value"]),
        (
            {"extendedResourceName": "gpu"},
            [
                'spec.extendedResourceName: Invalid value: "gpu": '
                "a name must be a domain-prefixed path, such as 'example.com/my-prop'"
            ],
        ),
        (
            {"extendedResourceName": "requests.kubernetes.io/gpu"},
            [
                'spec.extendedResourceName: Invalid value: "requests.kubernetes.io/gpu": '
                'must not have "kubernetes.io/" domain',
                'spec.extendedResourceName: Invalid value: "requests.kubernetes.io/gpu": '
                'must not have "requests." prefix',
            ],
        ),
    ],
)
def test_device_class_rules(spec: dict[str, Any], expected: list[str]):
    """validateDeviceClassSpec."""
    assert texts(CLASSES.validate({"metadata": {"name": "c"}, "spec": spec})) == expected


def test_a_stored_configuration_may_be_larger_than_a_new_one():
    """Limits are for what is set first or changed."""
    config = [{"opaque": {"driver": "d", "parameters": {"a": "x" * 10240}}}]
    obj = {"metadata": {"name": "c"}, "spec": {"config": config}}
    assert texts(CLASSES.validate(obj)) == [
        "spec.config[0].opaque.parameters: Too long: may not be more than 10240 bytes"
    ]
    assert CLASSES.validate_update(obj, copy.deepcopy(obj)) == []


def rule(selector: dict[str, Any] | None = None, **taint: Any) -> dict[str, Any]:
    obj: dict[str, Any] = {"metadata": {"name": "r", "generation": 1}, "spec": {"taint": {**TAINT, **taint}}}
    if selector is not None:
        obj["spec"]["deviceSelector"] = selector
    return obj


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (rule({"driver": "d", "pool": "a/b", "device": "x"}), []),
        (rule({"driver": ""}), ["spec.deviceSelector.driver: Required value"]),
        (rule(effect=""), ["spec.taint.effect: Required value"]),
        (
            rule(effect="Never"),
            ['spec.taint.effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "None"'],
        ),
    ],
)
def test_taint_rule_rules(obj: dict[str, Any], expected: list[str]):
    """validateDeviceTaintRuleSpec; an effect that was there stays acceptable."""
    errors = texts(RULES.validate(obj))
    assert errors[: len(expected)] == expected
    assert bool(errors) == bool(expected)
    if "effect" in "".join(expected):
        assert RULES.validate_update(obj, copy.deepcopy(obj)) == []


@pytest.mark.parametrize(
    ("taint", "time", "generation"),
    [
        ({"effect": "NoSchedule"}, "2026-01-02T00:00:00Z", 2),
        ({"effect": "NoSchedule", "timeAdded": "2025-01-01T00:00:00Z"}, "2025-01-01T00:00:00Z", 2),
        ({"value": "v"}, "2026-01-01T00:00:00Z", 2),
        ({}, "2026-01-01T00:00:00Z", 1),
    ],
)
def test_a_changed_effect_starts_the_clock_again(taint: dict[str, Any], time: str, generation: int):
    """PrepareForUpdate: the time says since when there is this effect."""
    new = rule(**taint)
    RULES.prepare_for_update(new, rule(), CONTEXT)
    assert new["spec"]["taint"]["timeAdded"] == time
    assert new["metadata"]["generation"] == generation


def test_taint_rule_status():
    """At most 8 conditions; metadata and spec stay."""
    status = RULES.subresources["status"]
    condition = {"status": "True", "reason": "R", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    new = rule(effect="None")
    new["metadata"]["labels"] = {"a": "b"}
    new["status"] = {"conditions": [{**condition, "type": f"T{i}"} for i in range(9)]}
    status.prepare_for_update(new, rule(), CONTEXT)
    assert {name: new[name] for name in ("metadata", "spec")} == rule()
    assert texts(status.validate_update(new, rule())) == ["status.conditions: Too many: 9: must have at most 8 items"]
