"""ResourceQuotas, by pkg/apis/core/validation/validation.go (ValidateResourceQuota) and helper/helpers.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["resourcequotas"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))
EXPRESSIONS = "spec.scopeSelector.matchExpressions"


def quota(*scopes: str, hard: dict[str, str] | None = None, expressions: Any = None) -> dict[str, Any]:
    spec: dict[str, Any] = {"hard": hard or {"pods": "1"}}
    if scopes:
        spec["scopes"] = list(scopes)
    if expressions is not None:
        spec["scopeSelector"] = {"matchExpressions": expressions}
    return {"metadata": {"name": "a"}, "spec": spec}


def expression(scope: str, operator: str, *values: str) -> dict[str, Any]:
    return {"scopeName": scope, "operator": operator} | ({"values": list(values)} if values else {})


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    "obj",
    [
        quota(hard={"cpu": "1", "requests.hugepages-2Mi": "1", "count/deployments.apps": "3", "services": "2"}),
        quota("Terminating", "NotBestEffort", hard={"pods": "1", "limits.cpu": "1"}),
        quota(expressions=[expression("PriorityClass", "In", "high")]),
        quota(expressions=[expression("VolumeAttributesClass", "Exists")], hard={"requests.storage": "1"}),
    ],
)
def test_good_quotas(obj: dict[str, Any]):
    """ValidateResourceQuotaSpec."""
    assert messages(STRATEGY.validate(obj)) == []


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            quota(hard={"widgets": "1"}),
            [
                'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
                'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
            ],
        ),
        (
            quota(hard={"storage": "1"}),
            ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota'],
        ),
        (
            quota(hard={"pods": "-1", "services": "500m"}),
            [
                'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
                'spec.hard[services]: Invalid value: "500m": must be an integer',
            ],
        ),
        (quota("Weird"), ['spec.scopes: Invalid value: ["Weird"]: unsupported scope']),
        (
            quota("BestEffort", hard={"cpu": "1"}),
            ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
        ),
        (
            quota("Terminating", "NotTerminating"),
            ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
        ),
        (
            quota(expressions=[expression("Terminating", "In", "x")]),
            [
                f"{EXPRESSIONS}.operator: Invalid value: \"In\": must be 'Exists' when scope is any of "
                "ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
            ],
        ),
        (
            quota(expressions=[expression("PriorityClass", "In"), expression("PriorityClass", "Exists", "x")]),
            [
                f"{EXPRESSIONS}.values: Required value: "
                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
                f'{EXPRESSIONS}.values: Invalid value: ["x"]: '
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
            ],
        ),
        (
            quota(expressions=[expression("PriorityClass", "Like", "x")]),
            [f'{EXPRESSIONS}.operator: Invalid value: "Like": not a valid selector operator'],
        ),
        (
            quota(expressions=[expression("VolumeAttributesClass", "Exists")]),
            [
                f'{EXPRESSIONS}: Invalid value: {{"matchExpressions":[{{"scopeName":"VolumeAttributesClass",'
                '"operator":"Exists"}]}: unsupported scope applied to resource'
            ],
        ),
    ],
)
def test_mistakes(obj: dict[str, Any], expected: list[str]):
    """ValidateResourceQuotaSpec."""
    assert messages(STRATEGY.validate(obj)) == expected


def test_scopes_never_change():
    """ValidateResourceQuotaUpdate; their order doesn't matter."""
    assert STRATEGY.validate_update(quota("Terminating", "BestEffort"), quota("BestEffort", "Terminating")) == []
    assert messages(STRATEGY.validate_update(quota("Terminating"), quota())) == [
        'spec.scopes: Invalid value: ["Terminating"]: field is immutable'
    ]


def test_amounts_are_stored_in_canonical_form():
    """SetDefaults_ResourceList."""
    obj = quota(hard={"cpu": "1000m"})
    STRATEGY.default(obj)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert (obj["spec"], obj["status"]) == ({"hard": {"cpu": "1"}}, {})


def test_status_amounts_are_checked():
    """ValidateResourceQuotaStatusUpdate."""
    obj = quota() | {"status": {"hard": {"pods": "1"}, "used": {"pods": "0.5"}}}
    assert messages(STATUS.validate_update(obj, quota())) == [
        'status.used[pods]: Invalid value: "500m": must be an integer'
    ]
