"""Node labels that have successors, wherever storage objects select nodes by them.

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
    warnings = _expression_warnings(selector, path)
    for label in selector.get("matchLabels") or ():
        if message := deprecation(label):
            warnings.append(f"{path.child('matchLabels', label)}: {message}")
    return warnings


def node_selector_warnings(selector: Object, path: Path) -> list[str]:
    """What to say about a NodeSelector, values that no label can have among it."""
    warnings: list[str] = []
    for position, term in enumerate(selector.get("nodeSelectorTerms") or ()):
        at = path.child("nodeSelectorTerms").index(position)
        warnings += _expression_warnings(term, at)
        for number, expression in enumerate(term.get("matchExpressions") or ()):
            values = at.child("matchExpressions").index(number).child("values")
            for index, value in enumerate(expression.get("values") or ()):
                complaints = is_valid_label_value(value)
                warnings += [f"{values.index(index)}: {value} is invalid, {complaint}" for complaint in complaints]
    return warnings


def _expression_warnings(selector: Object, path: Path) -> list[str]:
    warnings: list[str] = []
    for position, expression in enumerate(selector.get("matchExpressions") or ()):
        key = expression.get("key", "")
        if message := deprecation(key):
            warnings.append(f"{path.child('matchExpressions').index(position).child('key')}: {key} is {message}")
    return warnings
