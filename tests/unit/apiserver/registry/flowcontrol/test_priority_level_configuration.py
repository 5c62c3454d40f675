"""PriorityLevelConfigurations, by pkg/apis/flowcontrol/validation and its test table."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.flowcontrol import STRATEGIES
from kubepy.apiserver.registry.flowcontrol.priority_level_configuration import MANDATORY

STRATEGY = STRATEGIES["prioritylevelconfigurations"]
REJECT = {"type": "Reject"}


def level(name: str = "system-foo", **spec: Any) -> dict[str, Any]:
    obj = {"metadata": {"name": name}, "spec": copy.deepcopy(spec)}
    STRATEGY.default(obj)
    return obj


def queued(**queuing: int) -> dict[str, Any]:
    return {"type": "Limited", "limited": {"limitResponse": {"type": "Queue", "queuing": queuing}}}


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults():
    """SetDefaults_LimitedPriorityLevelConfiguration, SetDefaults_QueuingConfiguration and those of exempt levels."""
    assert level(**queued(queues=128))["spec"]["limited"] == {
        "nominalConcurrencyShares": 30,
        "lendablePercent": 0,
        "limitResponse": {"type": "Queue", "queuing": {"queues": 128, "handSize": 8, "queueLengthLimit": 50}},
    }
    assert level("exempt", type="Exempt")["spec"]["exempt"] == {"nominalConcurrencyShares": 0, "lendablePercent": 0}
    kept = {"nominalConcurrencyShares": 0, "limitResponse": REJECT}
    assert level(type="Limited", limited=kept)["spec"]["limited"]["nominalConcurrencyShares"] == 0


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "Limited", "limited": {"nominalConcurrencyShares": 0, "limitResponse": REJECT}}, []),
        (queued(queues=10_000_000, handSize=2, queueLengthLimit=100), []),
        (
            {"type": "Exempt"},
            ["spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"],
        ),
        ({"type": "Free"}, ['spec.type: Unsupported value: "Free": supported values: "Exempt", "Limited"']),
        (
            {"type": "Limited", "exempt": {}},
            [
                "spec.exempt: Forbidden: must be nil if the type is Limited",
                "spec.limited: Required value: must not be empty when type is Limited",
            ],
        ),
        (
            {
                "type": "Limited",
                "limited": {
                    "nominalConcurrencyShares": -1,
                    "lendablePercent": 101,
                    "borrowingLimitPercent": -1,
                    "limitResponse": {"type": "Queue"},
                },
            },
            [
                "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
                "spec.limited.limitResponse.queuing: Required value: must not be empty if "
                "limited.limitResponse.type is Limited",
                "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
                "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer",
            ],
        ),
        (
            {"type": "Limited", "limited": {"limitResponse": {"type": "Reject", "queuing": {}}}},
            ["spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited"],
        ),
        (
            queued(queues=512, handSize=8),
            [
                "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 "
                "and handSize 8 should not be greater than 60"
            ],
        ),
        (
            queued(queues=2147483647, handSize=3),
            [
                "spec.limited.limitResponse.queuing.queues: Invalid value: 2147483647: must not be greater than "
                "10000000",
                "spec.limited.limitResponse.queuing.handSize: Invalid value: 3: required entropy bits of deckSize "
                "2147483647 and handSize 3 should not be greater than 60",
            ],
        ),
        (
            queued(queues=7, handSize=8),
            ["spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (7)"],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidatePriorityLevelConfigurationSpec."""
    assert messages(STRATEGY.validate(level(**spec))) == expected


def test_the_exempt_level_may_change_its_shares_only():
    """ValidateIfMandatoryPriorityLevelConfigurationObject."""
    assert STRATEGY.validate(level("exempt", **MANDATORY["exempt"])) == []
    shares = {"nominalConcurrencyShares": 50, "lendablePercent": 10}
    assert STRATEGY.validate(level("exempt", type="Exempt", exempt=shares)) == []
    errors = messages(STRATEGY.validate(level("exempt", type="Exempt", limited={"limitResponse": REJECT})))
    assert errors[0] == "spec.limited: Forbidden: must be nil if the type is not Limited"
    assert errors[1].endswith(": spec of 'exempt' except the 'spec.exempt' field must equal the fixed value")


def test_the_catch_all_level_is_fixed():
    """MandatoryPriorityLevelConfigurationCatchAll."""
    assert STRATEGY.validate(level("catch-all", **MANDATORY["catch-all"])) == []
    changed = {"nominalConcurrencyShares": 6, "limitResponse": REJECT}
    assert messages(STRATEGY.validate(level("catch-all", type="Limited", limited=changed))) == [
        'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":6,"LimitResponse":'
        '{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: '
        "spec of 'catch-all' must equal the fixed value"
    ]


def test_the_round_trip_annotation_is_forbidden():
    """PriorityLevelPreserveZeroConcurrencySharesKey is for conversions."""
    obj = level(type="Limited", limited={"limitResponse": REJECT})
    key = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares"
    obj["metadata"]["annotations"] = {key: ""}
    assert messages(STRATEGY.validate(obj)) == [f"metadata.annotations: Forbidden: annotation '{key}' is forbidden"]
