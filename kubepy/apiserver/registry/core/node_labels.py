"""Node labels that have successors, wherever objects select nodes by them.

Follows kubernetes `pkg/api/node/util.go`.
"""

from __future__ import annotations

from typing import Any

from kubepy.api.field import Path
from kubepy.api.names import is_valid_label_value

Object = dict[str, Any]

_DEPRECATED = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
    "app.kubernetes.io/created-by": "deprecated since v1.9",
    "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
    "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
}


def deprecation(label: str) -> str:
    """What to use instead of a node label, empty if there is nothing to say."""
    return _DEPRECATED.get(label, "")


def label_selector_warnings(selector: Object, path: Path) -> list[str]:
    """What to say about a LabelSelector for nodes."""
    warnings = node_selector_term_warnings(selector, path, check_values=False)
    for label in selector.get("matchLabels") or ():
        if message := deprecation(label):
            warnings.append(f"{path.child('matchLabels', label)}: {message}")
    return warnings


def node_selector_term_warnings(term: Object, path: Path, *, check_values: bool) -> list[str]:
    """What to say about the expressions of a NodeSelectorTerm.

    `check_values` is for terms in which validation lets values pass that no label can have.
    """
    warnings: list[str] = []
    for position, expression in enumerate(term.get("matchExpressions") or ()):
        key, at = expression.get("key", ""), path.child("matchExpressions").index(position)
        if message := deprecation(key):
            warnings.append(f"{at.child('key')}: {key} is {message}")
        for index, value in enumerate((expression.get("values") or ()) if check_values else ()):
            where = at.child("values").index(index)
            warnings += [f"{where}: {value} is invalid, {complaint}" for complaint in is_valid_label_value(value)]
    return warnings
