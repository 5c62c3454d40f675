"""Webhook configurations, by pkg/apis/admissionregistration/validation and its test table, and v1/defaults.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.admissionregistration import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

MUTATING = STRATEGIES["mutatingwebhookconfigurations"]
VALIDATING = STRATEGIES["validatingwebhookconfigurations"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
HOOK = {
    "name": "webhook.k8s.io",
    "clientConfig": {"url": "https://host/path"},
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
}


def configuration(*hooks: dict[str, Any], strategy: Any = VALIDATING) -> dict[str, Any]:
    obj = {"metadata": {"name": "c", "generation": 2}, "webhooks": copy.deepcopy(list(hooks))}
    strategy.default(obj)
    return obj


def hook(**fields: Any) -> dict[str, Any]:
    return {**HOOK, **fields}


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_defaults():
    """SetDefaults_ValidatingWebhook, SetDefaults_MutatingWebhook, SetDefaults_Rule, SetDefaults_ServiceReference."""
    service = hook(clientConfig={"service": {"namespace": "a", "name": "b"}})
    (validating,) = configuration(service)["webhooks"]
    assert {key: value for key, value in validating.items() if key not in HOOK} == {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
    }
    assert validating["clientConfig"]["service"]["port"] == 443
    assert validating["rules"][0]["scope"] == "*"
    (mutating,) = configuration(HOOK, strategy=MUTATING)["webhooks"]
    assert mutating["reinvocationPolicy"] == "Never"


@pytest.mark.parametrize("strategy", [MUTATING, VALIDATING])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        (
            {"name": "k8s.io"},
            [
                'webhooks[0].name: Invalid value: "k8s.io": '
                "should be a domain with at least three segments separated by dots"
            ],
        ),
        (
            {"admissionReviewVersions": []},
            ["webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1"],
        ),
        (
            {"admissionReviewVersions": ["v2", "v2", "V"]},
            [
                'webhooks[0].admissionReviewVersions[1]: Invalid value: "v2": duplicate version',
                'webhooks[0].admissionReviewVersions[2]: Invalid value: "V": a DNS-1035 label must consist of lower '
                "case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric "
                "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
                'webhooks[0].admissionReviewVersions: Invalid value: ["v2","v2","V"]: '
                "must include at least one of v1, v1beta1",
            ],
        ),
        ({"sideEffects": None}, ["webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun"]),
        (
            {"sideEffects": "Some"},
            ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
        ),
        (
            {"failurePolicy": "Other", "matchPolicy": "Other"},
            [
                'webhooks[0].failurePolicy: Unsupported value: "Other": supported values: "Fail", "Ignore"',
                'webhooks[0].matchPolicy: Unsupported value: "Other": supported values: "Equivalent", "Exact"',
            ],
        ),
        (
            {"timeoutSeconds": 31},
            ["webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds"],
        ),
        (
            {"clientConfig": {}},
            ["webhooks[0].clientConfig: Required value: exactly one of url or service is required"],
        ),
        (
            {"clientConfig": {"url": "http://me@host/p?q=1#f"}},
            [
                "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; "
                "desired format: https://host[/path]",
                'webhooks[0].clientConfig.url: Invalid value: "me": user information is not permitted in the URL',
                'webhooks[0].clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
                'webhooks[0].clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
            ],
        ),
        (
            {"clientConfig": {"url": "https:///path"}},
            [
                'webhooks[0].clientConfig.url: Invalid value: "": host must be specified; '
                "desired format: https://host[/path]"
            ],
        ),
        (
            {"clientConfig": {"url": "https://host:x1/"}},
            [
                'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "https://host:x1/": '
                'invalid port ":x1" after host; desired format: https://host[/path]'
            ],
        ),
        (
            {"clientConfig": {"service": {"namespace": "ns", "name": "n", "port": 65536, "path": "a//b"}}},
            [
                "webhooks[0].clientConfig.service.port: Invalid value: 65536: port is not valid: "
                "must be between 1 and 65535, inclusive",
                "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": must start with a '/'",
                'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
                'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
            ],
        ),
        (
            {"matchConditions": [{"name": "a", "expression": " "}, {"name": "a", "expression": "true"}, {}]},
            [
                "webhooks[0].matchConditions[0].expression: Required value",
                'webhooks[0].matchConditions[1].name: Duplicate value: "a"',
                "webhooks[0].matchConditions[2].expression: Required value",
                "webhooks[0].matchConditions[2].name: Required value",
            ],
        ),
        (
            {"matchConditions": [{"name": f"c{number}", "expression": "true"} for number in range(65)]},
            ["webhooks[0].matchConditions: Too many: 65: must have at most 64 items"],
        ),
    ],
)
def test_webhook_rules(strategy: Any, fields: dict[str, Any], expected: list[str]):
    """validateValidatingWebhook, validateMutatingWebhook."""
    webhook = {key: value for key, value in hook(**fields).items() if value is not None}
    assert messages(strategy.validate(configuration(webhook, strategy=strategy))) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"operations": [], "apiGroups": [], "apiVersions": [], "resources": []},
            [f"{field}: Required value" for field in ("operations", "apiGroups", "apiVersions", "resources")],
        ),
        (
            {"operations": ["*", "CREATE"], "apiGroups": ["*", "a"], "apiVersions": ["*", ""]},
            [
                'operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
                'apiGroups: Invalid value: ["*","a"]: if \'*\' is present, must not specify other API groups',
                'apiVersions: Invalid value: ["*",""]: if \'*\' is present, must not specify other API versions',
                "apiVersions[1]: Required value",
            ],
        ),
        (
            {"operations": ["PATCH"], "scope": "Planet"},
            [
                'operations[0]: Unsupported value: "PATCH": '
                'supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
                'scope: Unsupported value: "Planet": supported values: "*", "Cluster", "Namespaced"',
            ],
        ),
        (
            {"resources": ["*", "a"]},
            [
                'resources: Invalid value: ["*","a"]: if \'*\' is present, must not specify other resources without '
                "subresources"
            ],
        ),
        ({"resources": ["*", "*/status", "a/*"]}, []),
        (
            {"resources": ["a/*", "a/x", "*/x", "b/x", "*/*"]},
            [
                "resources[1]: Invalid value: \"a/x\": if 'a/*' is present, must not specify a/x",
                "resources[3]: Invalid value: \"b/x\": if '*/x' is present, must not specify b/x",
                'resources: Invalid value: ["a/*","a/x","*/x","b/x","*/*"]: if \'*/*\' is present, must not '
                "specify other resources",
            ],
        ),
    ],
)
def test_rules_name_requests(fields: dict[str, Any], expected: list[str]):
    """validateRuleWithOperations, validateResources."""
    rule = {**HOOK["rules"][0], **fields}  # type: ignore[index]
    errors = messages(VALIDATING.validate(configuration(hook(rules=[rule]))))
    assert errors == [f"webhooks[0].rules[0].{text}" for text in expected]


def test_names_are_unique():
    """requireUniqueWebhookNames."""
    assert messages(VALIDATING.validate(configuration(HOOK, HOOK))) == [
        'webhooks[1].name: Duplicate value: "webhook.k8s.io"'
    ]


def test_only_mutating_webhooks_are_reinvoked():
    """validateMutatingWebhook."""
    errors = messages(MUTATING.validate(configuration(hook(reinvocationPolicy="Often"), strategy=MUTATING)))
    assert errors == [
        'webhooks[0].reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"'
    ]


@pytest.mark.parametrize(
    "tolerated",
    [
        [hook(sideEffects="Some")],
        [hook(admissionReviewVersions=["v2"])],
        [HOOK, HOOK],
        [hook(matchConditions=[{"name": "a"}])],
        [hook(objectSelector={"matchExpressions": [{"key": "a", "operator": "In", "values": ["-"]}]})],
    ],
)
def test_what_is_stored_stays_acceptable(tolerated: list[dict[str, Any]]):
    """ValidateValidatingWebhookConfigurationUpdate."""
    obj = configuration(*tolerated)
    assert VALIDATING.validate(obj)
    assert VALIDATING.validate_update(obj, copy.deepcopy(obj)) == []
    assert VALIDATING.validate_update(obj, configuration(HOOK))


def test_changed_webhooks_are_a_new_generation():
    """PrepareForUpdate, AllowUnconditionalUpdate."""
    new = configuration(hook(timeoutSeconds=5))
    VALIDATING.prepare_for_update(new, configuration(HOOK), CONTEXT)
    assert new["metadata"]["generation"] == 3
    assert not VALIDATING.allow_unconditional_update
