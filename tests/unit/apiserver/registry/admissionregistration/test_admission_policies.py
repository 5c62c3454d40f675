"""Admission policies and their bindings, by pkg/apis/admissionregistration/validation and its test tables."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.admissionregistration import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

VALIDATING = STRATEGIES["validatingadmissionpolicies"]
MUTATING = STRATEGIES["mutatingadmissionpolicies"]
VALIDATING_BINDING = STRATEGIES["validatingadmissionpolicybindings"]
MUTATING_BINDING = STRATEGIES["mutatingadmissionpolicybindings"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
MATCH = {
    "resourceRules": [{"operations": ["CREATE"], "apiGroups": ["a"], "apiVersions": ["a"], "resources": ["a"]}],
}


def policy(strategy: Any, base: dict[str, Any], **spec: Any) -> dict[str, Any]:
    fields = {"matchConstraints": MATCH, **base, **spec}
    kept = {key: value for key, value in fields.items() if value is not None}
    obj = {"metadata": {"name": "config"}, "spec": copy.deepcopy(kept)}
    strategy.default(obj)
    return obj


def validating(**spec: Any) -> dict[str, Any]:
    return policy(VALIDATING, {"validations": [{"expression": "object.x < 1"}]}, **spec)


def mutating(**spec: Any) -> dict[str, Any]:
    mutation = {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Object{}"}}
    return policy(MUTATING, {"mutations": [mutation], "reinvocationPolicy": "Never"}, **spec)


def binding(strategy: Any, **spec: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"policyName": "xyz.io", **spec}
    if strategy is VALIDATING_BINDING:
        fields.setdefault("validationActions", ["Deny"])
    obj = {"metadata": {"name": "b"}, "spec": copy.deepcopy(fields)}
    strategy.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_policies_have_defaults():
    """SetDefaults_ValidatingAdmissionPolicySpec, SetDefaults_MatchResources; reinvocation has none."""
    obj = validating()
    assert obj["spec"]["failurePolicy"] == "Fail"
    constraints = obj["spec"]["matchConstraints"]
    assert (constraints["matchPolicy"], constraints["namespaceSelector"], constraints["objectSelector"]) == (
        "Equivalent",
        {},
        {},
    )
    assert constraints["resourceRules"][0]["scope"] == "*"
    assert VALIDATING.validate(obj) == MUTATING.validate(mutating()) == []
    assert messages(MUTATING.validate(mutating(reinvocationPolicy=None))) == ["spec.reinvocationPolicy: Required value"]


NOTHING = "Required value: validations or auditAnnotations must contain at least one item"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"failurePolicy": "Maybe"}, ['failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"']),
        ({"matchConstraints": None}, ["matchConstraints: Required value"]),
        ({"matchConstraints": {}}, ["matchConstraints.resourceRules: Required value"]),
        ({"validations": []}, [f"validations: {NOTHING}", f"auditAnnotations: {NOTHING}"]),
        (
            {"paramKind": {"apiVersion": "a/b/c"}},
            [
                'paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
                "paramKind.kind: Required value",
            ],
        ),
        (
            {"paramKind": {"apiVersion": "example.com/", "kind": "K"}},
            ['paramKind.apiVersion: Invalid value: "example.com/": version must be specified'],
        ),
        (
            {"variables": [{"name": "if", "expression": "1"}, {"name": " "}]},
            [
                'variables[0].name: Invalid value: "if": must be a valid CEL identifier',
                "variables[1].name: Required value: name is not specified",
                "variables[1].expression: Required value: expression is not specified",
            ],
        ),
        (
            {"validations": [{"expression": " ", "message": "a\nb", "messageExpression": " ", "reason": "Sad"}]},
            [
                "validations[0].expression: Required value: expression is not specified",
                'validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
                'validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
                'validations[0].reason: Unsupported value: "Sad": '
                'supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
            ],
        ),
        (
            {"auditAnnotations": [{"key": "k", "valueExpression": "'v'"}, {"key": "k"}]},
            [
                "auditAnnotations[1].valueExpression: Required value: valueExpression is not specified",
                'auditAnnotations[1].key: Duplicate value: "k"',
            ],
        ),
        (
            {"matchConditions": [{"name": "a"}]},
            ["matchConditions[0].expression: Required value"],
        ),
    ],
)
def test_validating_policy_rules(spec: dict[str, Any], expected: list[str]):
    """validateValidatingAdmissionPolicySpec."""
    assert messages(VALIDATING.validate(validating(**spec))) == [f"spec.{text}" for text in expected]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"mutations": []}, ["mutations: Required value: mutations must contain at least one item"]),
        (
            {"reinvocationPolicy": "other"},
            ['reinvocationPolicy: Unsupported value: "other": supported values: "IfNeeded", "Never"'],
        ),
        ({"mutations": [{}]}, ["mutations[0].patchType: Required value"]),
        (
            {"mutations": [{"patchType": "other"}]},
            ['mutations[0].patchType: Unsupported value: "other": supported values: "ApplyConfiguration", "JSONPatch"'],
        ),
        (
            {"mutations": [{"patchType": "JSONPatch", "applyConfiguration": {"expression": "Object{}"}}]},
            [
                'mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": '
                "must not be specified when patchType is JSONPatch",
                "mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch",
            ],
        ),
        (
            {"mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": " "}}]},
            ["mutations[0].jsonPatch.expression: Required value"],
        ),
        (
            {"matchConstraints": {"resourceRules": [{**MATCH["resourceRules"][0], "operations": ["DELETE"]}]}},
            [
                'matchConstraints.resourceRules.operations: Unsupported value: "DELETE": '
                'supported values: "*", "CONNECT", "CREATE", "UPDATE"'
            ],
        ),
    ],
)
def test_mutating_policy_rules(spec: dict[str, Any], expected: list[str]):
    """validateMutatingAdmissionPolicySpec, validateMutation."""
    assert messages(MUTATING.validate(mutating(**spec))) == [f"spec.{text}" for text in expected]


@pytest.mark.parametrize(("strategy", "make"), [(VALIDATING, validating), (MUTATING, mutating)])
def test_unchanged_match_conditions_stay_acceptable(strategy: Any, make: Any):
    """ignoreValidatingAdmissionPolicyMatchConditions."""
    odd = make(matchConditions=[{"name": "a"}])
    assert strategy.validate(odd)
    assert strategy.validate_update(odd, copy.deepcopy(odd)) == []
    assert strategy.validate_update(odd, make())


@pytest.mark.parametrize("strategy", [VALIDATING_BINDING, MUTATING_BINDING])
@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"matchResources": {}}, []),
        ({"policyName": ""}, ["policyName: Required value"]),
        (
            {"paramRef": {"name": "a/b", "selector": {}}},
            [
                "paramRef.name: Invalid value: \"a/b\": may not contain '/'",
                "paramRef.name: Forbidden: name and selector are mutually exclusive",
                "paramRef.selector: Forbidden: name and selector are mutually exclusive",
                "paramRef.parameterNotFoundAction: Required value",
            ],
        ),
        (
            {"paramRef": {"parameterNotFoundAction": "Cry"}},
            [
                "paramRef: Required value: one of name or selector must be specified",
                'paramRef.parameterNotFoundAction: Unsupported value: "Cry": supported values: "Deny", "Allow"',
            ],
        ),
        (
            {"matchResources": {"resourceRules": [{**MATCH["resourceRules"][0], "resourceNames": ["x", "x"]}]}},
            ['matchResources.resourceRules[0].resourceNames[1]: Duplicate value: "x"'],
        ),
    ],
)
def test_binding_rules(strategy: Any, spec: dict[str, Any], expected: list[str]):
    """validateValidatingAdmissionPolicyBindingSpec, validateMutatingAdmissionPolicyBindingSpec."""
    assert messages(strategy.validate(binding(strategy, **spec))) == [f"spec.{text}" for text in expected]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([], ["validationActions: Required value: at least one validation action is required"]),
        (
            ["Shout", "Audit", "Audit"],
            [
                'validationActions[0]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
                'validationActions[2]: Duplicate value: "Audit"',
            ],
        ),
        (
            ["Deny", "Warn"],
            [
                'validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating '
                "the same validation failure information in the API response and headers serves no purpose)"
            ],
        ),
    ],
)
def test_validation_actions(actions: list[str], expected: list[str]):
    """validateValidationActions."""
    obj = binding(VALIDATING_BINDING, validationActions=actions)
    assert messages(VALIDATING_BINDING.validate(obj)) == [f"spec.{text}" for text in expected]


def test_policy_status_belongs_to_its_endpoint():
    """PrepareForUpdate of both strategies, validateValidatingAdmissionPolicyStatus."""
    status = VALIDATING.subresources["status"]
    assert (VALIDATING.reset_fields, status.reset_fields) == ((("status",),), (("metadata",), ("spec",)))
    old = validating()
    old["metadata"]["generation"] = 1
    new = validating(failurePolicy="Ignore")
    new["status"] = {"typeChecking": {"expressionWarnings": [{"fieldRef": "spec.validations[0].expression"}]}}
    status.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert messages(status.validate_update(new, old)) == [
        "status.typeChecking.expressionWarnings[0].warning: Required value"
    ]
    VALIDATING.prepare_for_update(new, old, CONTEXT)
    assert "status" not in new
    assert "status" not in MUTATING.subresources
