"""What all strategies share: which changes count."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.strategy import spec_changed


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ({"spec": {"replicas": 1}}, {"spec": {"replicas": 1}}, False),
        ({"spec": {"replicas": 2}}, {"spec": {"replicas": 1}}, True),
        ({"spec": {"args": [], "nodeSelector": {}}}, {"spec": {}}, False),
        ({"spec": {}}, {}, False),
        ({"spec": {"emptyDir": {}}}, {"spec": {}}, True),
        ({"metadata": {"labels": {"a": "b"}}, "status": {"phase": "a"}}, {"metadata": {}}, False),
        ({"webhooks": []}, {}, False),
        ({"webhooks": [{"name": "a"}]}, {}, True),
        ({}, {"webhooks": [{"name": "a"}]}, True),
    ],
)
def test_the_generation_counts_changes_of_meaning(new: dict[str, Any], old: dict[str, Any], expected: bool):
    """Upstream's strategies compare specs by apiequality.Semantic.DeepEqual before they raise the generation."""
    assert spec_changed(new, old) is expected
