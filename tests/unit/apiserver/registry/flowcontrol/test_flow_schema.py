"""FlowSchemas, by pkg/apis/flowcontrol/validation and pkg/registry/flowcontrol/flowschema/strategy.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.flowcontrol import STRATEGIES
from kubepy.apiserver.registry.flowcontrol.flow_schema import MANDATORY
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["flowschemas"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
RULE = {
    "subjects": [{"kind": "User", "user": {"name": "jane"}}],
    "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]}],
}


def schema(name: str = "fs", **spec: Any) -> dict[str, Any]:
    fields = {"priorityLevelConfiguration": {"name": "workload-low"}, "rules": [copy.deepcopy(RULE)], **spec}
    obj = {"metadata": {"name": name, "generation": 3}, "spec": fields}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_precedence_has_a_default():
    """SetDefaults_FlowSchemaSpec."""
    assert schema()["spec"]["matchingPrecedence"] == 1000
    assert STRATEGY.validate(schema()) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"matchingPrecedence": -1}, ["spec.matchingPrecedence: Invalid value: -1: must be a positive value"]),
        (
            {"matchingPrecedence": 10001},
            ["spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000"],
        ),
        (
            {"matchingPrecedence": 1},
            ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
        ),
        (
            {"distinguisherMethod": {"type": "ByPet"}},
            [
                'spec.distinguisherMethod.type: Unsupported value: {"Type":"ByPet"}: '
                'supported values: "ByNamespace", "ByUser"'
            ],
        ),
        (
            {"priorityLevelConfiguration": {"name": ""}},
            ["spec.priorityLevelConfiguration.name: Required value: must reference a priority level"],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidateFlowSchemaSpec."""
    assert messages(STRATEGY.validate(schema(**spec))) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"subjects": []}, ["spec.rules[0].subjects: Required value: subjects must contain at least one value"]),
        (
            {"resourceRules": []},
            ["spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty"],
        ),
        (
            {"subjects": [{"kind": "User", "group": {"name": "g"}}]},
            [
                "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
                "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
            ],
        ),
        (
            {"subjects": [{"kind": "Cat"}]},
            [
                'spec.rules[0].subjects[0].kind: Unsupported value: "Cat": '
                'supported values: "Group", "ServiceAccount", "User"'
            ],
        ),
        (
            {"subjects": [{"kind": "ServiceAccount", "serviceAccount": {"name": "*"}}]},
            [
                "spec.rules[0].subjects[0].serviceAccount.namespace: Required value: "
                "must specify namespace for service account"
            ],
        ),
        (
            {"resourceRules": [{"verbs": ["get", "*"], "apiGroups": [], "resources": ["*", "pods"]}]},
            [
                'spec.rules[0].resourceRules[0].verbs: Invalid value: ["get","*"]: '
                "if '*' is present, must not specify other verbs",
                "spec.rules[0].resourceRules[0].apiGroups: Required value: "
                "resource rules must supply at least one api group",
                'spec.rules[0].resourceRules[0].resources: Invalid value: ["*","pods"]: '
                "if '*' is present, must not specify other resources",
                "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster "
                "scoped must supply at least one namespace",
            ],
        ),
        (
            {"nonResourceRules": [{"verbs": ["dance"], "nonResourceURLs": ["/a*", "healthz", "/a//b", "/ok/*", "/"]}]},
            [
                'spec.rules[0].nonResourceRules[0].verbs: Unsupported value: ["dance"]: supported values: "create", '
                '"delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
                'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": '
                "wildcard can only do suffix matching",
                'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "healthz": must start with slash',
                'spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a//b": '
                "must not contain double slash",
            ],
        ),
    ],
)
def test_rule_rules(change: dict[str, Any], expected: list[str]):
    """ValidateFlowSchemaPolicyRulesWithSubjects."""
    assert messages(STRATEGY.validate(schema(rules=[{**RULE, **change}]))) == expected


@pytest.mark.parametrize("name", sorted(MANDATORY))
def test_mandatory_schemas_are_fixed(name: str):
    """MandatoryFlowSchemas: only the fixed spec passes."""
    fixed = schema(name, **copy.deepcopy(MANDATORY[name]))
    assert STRATEGY.validate(fixed) == []
    fixed["spec"]["rules"][0]["subjects"].pop()
    *_, last = STRATEGY.validate(fixed)
    assert str(last).startswith('spec: Invalid value: {"PriorityLevelConfiguration":{"Name":')
    assert str(last).endswith(f": spec of '{name}' must equal the fixed value")


def test_status_belongs_to_its_endpoint():
    """PrepareForUpdate of both strategies, ValidateFlowSchemaStatus."""
    assert STRATEGY.reset_fields == (("status",),)
    assert STATUS.reset_fields == (("metadata",), ("spec",))
    old = schema()
    old["status"] = {"conditions": [{"type": "Dangling", "status": "False"}]}
    new = schema(matchingPrecedence=5)
    STRATEGY.prepare_for_update(new, old, CONTEXT)
    assert (new["status"], new["metadata"]["generation"]) == (old["status"], 4)
    new = schema(matchingPrecedence=5)
    new["metadata"]["labels"] = {"a": "b"}
    new["status"] = {"conditions": [{"type": "A"}, {"type": "A"}, {}]}
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert "labels" not in new["metadata"]
    assert messages(STATUS.validate_update(new, old)) == [
        'status.conditions[1].type: Duplicate value: "A"',
        "status.conditions[2].type: Required value: must not be empty",
    ]
