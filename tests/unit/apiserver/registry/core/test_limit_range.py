"""LimitRanges, by pkg/apis/core/{v1/defaults.go,validation/validation.go} (ValidateLimitRange)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES

STRATEGY = STRATEGIES["limitranges"]


def limit_range(*limits: dict[str, Any], default: bool = False) -> dict[str, Any]:
    obj = {"metadata": {"name": "a"}, "spec": {"limits": copy.deepcopy(list(limits))}}
    if default:
        STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_container_defaults_follow_from_the_bounds():
    """SetDefaults_LimitRangeItem: the limit from max, the request from the limit, else from min."""
    limit = {"type": "Container", "max": {"cpu": "2000m"}, "min": {"cpu": "1", "memory": "1Mi"}}
    (found,) = limit_range(limit, default=True)["spec"]["limits"]
    assert found["default"] == {"cpu": "2"}
    assert found["defaultRequest"] == {"cpu": "2", "memory": "1Mi"}


def test_pod_limits_get_no_defaults():
    """SetDefaults_LimitRangeItem is about containers."""
    (found,) = limit_range({"type": "Pod", "max": {"cpu": "2"}}, default=True)["spec"]["limits"]
    assert found == {"type": "Pod", "max": {"cpu": "2"}}


AT = "spec.limits[0]"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (
            {
                "type": "Container",
                "min": {"cpu": "1"},
                "defaultRequest": {"cpu": "2"},
                "default": {"cpu": "3"},
                "max": {"cpu": "4"},
                "maxLimitRequestRatio": {"cpu": "4"},
            },
            [],
        ),
        ({"type": "PersistentVolumeClaim", "max": {"storage": "1Gi"}}, []),
        ({"type": "example.com/thing", "max": {"example.com/foo": "1"}}, []),
        (
            {"type": "Thing"},
            [f'{AT}.type: Invalid value: "Thing": must be a standard limit type or fully qualified'],
        ),
        (
            {"type": "Pod", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "1"}},
            [
                f"{AT}.default: Forbidden: may not be specified when `type` is 'Pod'",
                f"{AT}.defaultRequest: Forbidden: may not be specified when `type` is 'Pod'",
            ],
        ),
        (
            {"type": "PersistentVolumeClaim"},
            [
                f"{AT}.limits: Required value: "
                "either minimum or maximum storage value is required, but neither was provided"
            ],
        ),
        (
            {"type": "Container", "max": {"storage": "1"}},
            [f'{AT}.max[storage]: Invalid value: "storage": must be a standard resource for containers'],
        ),
        (
            {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}},
            [f'{AT}.min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
        ),
        (
            {"type": "Container", "min": {"cpu": "2"}, "default": {"cpu": "1"}, "defaultRequest": {"cpu": "1500m"}},
            [
                f'{AT}.defaultRequest[cpu]: Invalid value: "1500m": '
                "min value 2 is greater than default request value 1500m",
                f'{AT}.defaultRequest[cpu]: Invalid value: "1500m": '
                "default request value 1500m is greater than default limit value 1",
                f'{AT}.default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
            ],
        ),
        (
            {"type": "Container", "max": {"cpu": "1"}, "default": {"cpu": "2"}, "defaultRequest": {"cpu": "2"}},
            [
                f'{AT}.defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than max value 1',
                f'{AT}.default[cpu]: Invalid value: "1": default value 2 is greater than max value 1',
            ],
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "800m"}},
            [f'{AT}.maxLimitRequestRatio[cpu]: Invalid value: "800m": ratio 800m is less than 1'],
        ),
        (
            {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "3"}, "maxLimitRequestRatio": {"cpu": "2"}},
            [f'{AT}.maxLimitRequestRatio[cpu]: Invalid value: "2": ratio 2 is greater than max/min = 1.500000'],
        ),
        (
            {"type": "Container", "default": {"hugepages-2Mi": "4Mi"}, "defaultRequest": {"hugepages-2Mi": "2Mi"}},
            [
                f'{AT}.defaultRequest[hugepages-2Mi]: Invalid value: "2Mi": '
                "default value 4Mi must equal to defaultRequest value 2Mi in hugepages-2Mi"
            ],
        ),
    ],
)
def test_bounds_and_defaults_must_be_in_order(limit: dict[str, Any], expected: list[str]):
    """ValidateLimitRange."""
    assert messages(STRATEGY.validate(limit_range(limit))) == expected


def test_each_type_at_most_once():
    """ValidateLimitRange, for updates too."""
    obj = limit_range({"type": "Pod"}, {"type": "Pod"})
    expected = ['spec.limits[1].type: Duplicate value: "Pod"']
    assert messages(STRATEGY.validate(obj)) == messages(STRATEGY.validate_update(obj, obj)) == expected
