"""ServiceAccounts, by pkg/registry/core/serviceaccount/strategy.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["serviceaccounts"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))


def test_references_to_secrets_are_names_only():
    """cleanSecretReferences, on creation and update."""
    given = [{"name": "a", "namespace": "other", "kind": "Secret"}, {"uid": "x"}]
    for update in (False, True):
        obj: dict[str, Any] = {"metadata": {"name": "sa"}, "secrets": [dict(secret) for secret in given]}
        if update:
            STRATEGY.prepare_for_update(obj, {"metadata": {}}, CONTEXT)
        else:
            STRATEGY.prepare_for_create(obj, CONTEXT)
        assert obj["secrets"] == [{"name": "a"}, {}]


def test_the_mountable_secrets_annotation_is_warned_about_once():
    """warnIfHasEnforceMountableSecretsAnnotation: when it is new."""
    obj = {"metadata": {"annotations": {"kubernetes.io/enforce-mountable-secrets": "true"}}}
    expected = (
        "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; "
        "prefer separate namespaces to isolate access to mounted secrets"
    )
    assert STRATEGY.warnings(obj, None) == STRATEGY.warnings(obj, {"metadata": {}}) == [expected]
    assert STRATEGY.warnings(obj, obj) == STRATEGY.warnings({"metadata": {}}, None) == []
