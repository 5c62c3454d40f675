"""Warnings about node labels, by kubernetes pkg/api/node/util.go."""

from __future__ import annotations

import pytest

from kubepy.api.field import Path
from kubepy.apiserver.registry.core.node_labels import (
    deprecation,
    label_selector_warnings,
    node_selector_term_warnings,
)

TERM = {
    "matchExpressions": [
        {"key": "a", "operator": "In", "values": ["-"]},
        {"key": "node-role.kubernetes.io/master", "operator": "Exists"},
    ]
}
MASTER = (
    't.matchExpressions[1].key: node-role.kubernetes.io/master is use "node-role.kubernetes.io/control-plane" instead'
)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("beta.kubernetes.io/arch", 'deprecated since v1.14; use "kubernetes.io/arch" instead'),
        ("app.kubernetes.io/created-by", "deprecated since v1.9"),
        ("kubernetes.io/arch", ""),
    ],
)
def test_labels_with_successors_are_known(label: str, expected: str):
    """GetNodeLabelDeprecatedMessage."""
    assert deprecation(label) == expected


def test_a_term_is_told_of_its_keys():
    """GetWarningsForNodeSelectorTerm."""
    assert node_selector_term_warnings(TERM, Path("t"), check_values=False) == [MASTER]


def test_each_complaint_about_a_value_is_a_warning_of_its_own():
    """GetWarningsForNodeSelectorTerm, where validation doesn't look at values."""
    value = f"-{'a' * 64}"
    term = {"matchExpressions": [{"key": "a", "operator": "In", "values": [value]}]}
    warnings = node_selector_term_warnings(term, Path("t"), check_values=True)
    assert len(warnings) == 2
    assert all(text.startswith(f"t.matchExpressions[0].values[0]: {value} is invalid, ") for text in warnings)
    assert "must be no more than 63" in "".join(warnings)


def test_a_label_selector_is_told_of_keys_and_labels():
    """GetWarningsForNodeSelector."""
    selector = {**TERM, "matchLabels": {"beta.kubernetes.io/os": "linux", "a": "b"}}
    assert label_selector_warnings(selector, Path("t")) == [
        MASTER,
        't.matchLabels.beta.kubernetes.io/os: deprecated since v1.14; use "kubernetes.io/os" instead',
    ]
