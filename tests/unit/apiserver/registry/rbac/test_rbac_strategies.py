"""Roles and bindings, by pkg/apis/rbac/{v1/defaults.go,validation/validation.go}."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubepy.apiserver.registry.rbac import STRATEGIES

GROUP = "rbac.authorization.k8s.io"
READ_PODS = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}
READ_HEALTH = {"verbs": ["get"], "nonResourceURLs": ["/healthz"]}


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("plural", "rule", "expected"),
    [
        ("roles", READ_PODS, []),
        ("clusterroles", READ_HEALTH, []),
        (
            "roles",
            READ_HEALTH,
            [
                'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: '
                "namespaced rules cannot apply to non-resource URLs"
            ],
        ),
        (
            "clusterroles",
            READ_HEALTH | READ_PODS,
            [
                'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: '
                "rules cannot apply to both regular resources and non-resource URLs"
            ],
        ),
        (
            "roles",
            {},
            [
                "rules[0].verbs: Required value",
                "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
                "rules[0].resources: Required value: resource rules must supply at least one resource",
            ],
        ),
    ],
)
def test_rules(plural: str, rule: dict[str, Any], expected: list[str]):
    """ValidatePolicyRule; the complaint about verbs is that of declarative validation."""
    assert messages(STRATEGIES[plural].validate({"metadata": {"name": "a"}, "rules": [rule]})) == expected


def test_aggregation_needs_selectors():
    """ValidateClusterRole."""
    found = STRATEGIES["clusterroles"].validate({"metadata": {"name": "a"}, "aggregationRule": {}})
    assert messages(found) == [
        "aggregationRule.clusterRoleSelectors: Required value: "
        "at least one clusterRoleSelector required if aggregationRule is non-nil"
    ]


def binding(*subjects: dict[str, Any], kind: str = "ClusterRole", **role_ref: Any) -> dict[str, Any]:
    obj = {
        "metadata": {"name": "b"},
        "roleRef": {"kind": kind, "name": "view", **role_ref},
        "subjects": copy.deepcopy(list(subjects)),
    }
    STRATEGIES["rolebindings"].default(obj)
    return obj


def test_groups_are_defaulted():
    """SetDefaults_RoleBinding and SetDefaults_Subject."""
    obj = binding({"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "name": "s"})
    assert obj["roleRef"]["apiGroup"] == GROUP
    assert obj["subjects"] == [
        {"kind": "User", "name": "u", "apiGroup": GROUP},
        {"kind": "ServiceAccount", "name": "s"},
    ]


@pytest.mark.parametrize(
    ("plural", "obj", "expected"),
    [
        ("rolebindings", binding({"kind": "Group", "name": "g"}, kind="Role"), []),
        ("rolebindings", binding({"kind": "ServiceAccount", "name": "s"}), []),
        (
            "clusterrolebindings",
            binding({"kind": "ServiceAccount", "name": "s"}, kind="Role"),
            [
                'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
                "subjects[0].namespace: Required value",
            ],
        ),
        (
            "rolebindings",
            binding({"kind": "Robot", "name": "r"}, {"kind": "User"}, name="", apiGroup="apps"),
            [
                'roleRef.apiGroup: Unsupported value: "apps": supported values: "rbac.authorization.k8s.io"',
                "roleRef.name: Required value",
                'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
                "subjects[1].name: Required value",
            ],
        ),
        (
            "rolebindings",
            binding(
                {"kind": "ServiceAccount", "name": "s", "apiGroup": "x"}, {"kind": "User", "name": "u", "apiGroup": "x"}
            ),
            [
                'subjects[0].apiGroup: Unsupported value: "x": supported values: ""',
                'subjects[1].apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
            ],
        ),
        ("rolebindings", binding(name="a/b"), ["roleRef.name: Invalid value: \"a/b\": may not contain '/'"]),
    ],
)
def test_bindings(plural: str, obj: dict[str, Any], expected: list[str]):
    """ValidateRoleBinding, ValidateClusterRoleBinding."""
    assert messages(STRATEGIES[plural].validate(obj)) == expected


def test_the_role_never_changes():
    """ValidateRoleBindingUpdate."""
    strategy = STRATEGIES["rolebindings"]
    assert strategy.validate_update(binding({"kind": "User", "name": "u"}), binding()) == []
    assert messages(strategy.validate_update(binding(name="edit"), binding())) == [
        'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: '
        "cannot change roleRef"
    ]


@pytest.mark.parametrize(("name", "good"), [("system:node", True), ("A b", True), ("a/b", False), ("..", False)])
def test_names_are_path_segments(name: str, good: bool):
    """ValidateRBACName."""
    assert all((strategy.validate_name(name) == []) is good for strategy in STRATEGIES.values())
