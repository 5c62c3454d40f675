"""Namespaces, by pkg/registry/core/namespace/strategy.go and pkg/apis/core/validation/validation.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["namespaces"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))


def created(**fields: Any) -> dict[str, Any]:
    obj = {"metadata": {"name": "a", "labels": {"x": "y"}}, **fields}
    STRATEGY.default(obj)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_a_new_namespace_is_active_labelled_and_kept_until_empty():
    """PrepareForCreate and SetDefaults_Namespace."""
    assert created(status={"phase": "Terminating"}) == {
        "metadata": {"name": "a", "labels": {"x": "y", "kubernetes.io/metadata.name": "a"}},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


def test_own_finalizers_are_kept_beside_kubernetes():
    """PrepareForCreate."""
    assert created(spec={"finalizers": ["a.b/c"]})["spec"]["finalizers"] == ["a.b/c", "kubernetes"]
    assert created(spec={"finalizers": ["kubernetes"]})["spec"]["finalizers"] == ["kubernetes"]


def test_the_name_label_cannot_be_removed():
    """SetDefaults_Namespace applies to updates too."""
    obj: dict[str, Any] = {"metadata": {"name": "a", "labels": {"kubernetes.io/metadata.name": "b"}}}
    STRATEGY.default(obj)
    assert obj["metadata"]["labels"] == {"kubernetes.io/metadata.name": "a"}


def test_updates_change_neither_finalizers_nor_status():
    """PrepareForUpdate."""
    old, obj = created(), {"metadata": {"name": "a"}, "spec": {}, "status": {"phase": "Terminating"}}
    STRATEGY.prepare_for_update(obj, old, CONTEXT)
    assert (obj["spec"], obj["status"]) == ({"finalizers": ["kubernetes"]}, {"phase": "Active"})


def test_finalize_changes_finalizers_but_not_status():
    """namespaceFinalizeStrategy."""
    finalize = STRATEGY.subresources["finalize"]
    obj: dict[str, Any] = {"metadata": {"name": "a"}, "spec": {"finalizers": []}, "status": {}}
    finalize.prepare_for_update(obj, created(), CONTEXT)
    assert (obj["spec"], obj["status"]) == ({"finalizers": []}, {"phase": "Active"})
    bad = finalize.validate_update({"spec": {"finalizers": ["a.b/c", "bad"]}}, {})
    assert messages(bad) == [
        'spec.finalizers[1]: Invalid value: "bad": name is neither a standard finalizer name nor is it fully qualified'
    ]


@pytest.mark.parametrize("finalizer", ["kubernetes", "orphan", "foregroundDeletion", "example.com/x"])
def test_standard_and_qualified_finalizers_are_fine(finalizer: str):
    """validateKubeFinalizerName."""
    assert STRATEGY.validate({"spec": {"finalizers": [finalizer]}}) == []


def test_other_finalizers_are_refused():
    """ValidateNamespace, whose path has no index."""
    assert messages(STRATEGY.validate({"spec": {"finalizers": ["bad"]}})) == [
        'spec.finalizers: Invalid value: "bad": name is neither a standard finalizer name nor is it fully qualified'
    ]


@pytest.mark.parametrize(
    ("deleted", "phase", "expected"),
    [
        (False, "Active", []),
        (True, "Terminating", []),
        (
            False,
            "Terminating",
            ["status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"],
        ),
        (
            True,
            "Active",
            ["status.Phase: Invalid value: \"Active\": may only be 'Terminating' if `deletionTimestamp` is not empty"],
        ),
    ],
)
def test_the_phase_follows_from_the_deletion(deleted: bool, phase: str, expected: list[str]):
    """ValidateNamespaceStatusUpdate."""
    metadata = {"name": "a"} | ({"deletionTimestamp": "2026-01-01T00:00:00Z"} if deleted else {})
    obj = {"metadata": metadata, "status": {"phase": phase}}
    assert messages(STRATEGY.subresources["status"].validate_update(obj, {})) == expected


def test_a_deleted_namespace_stays_until_finalized():
    """pkg/registry/core/namespace/storage: Delete and ShouldDeleteNamespaceDuringUpdate."""
    obj = created()
    assert STRATEGY.stays_while_deleted(obj)
    STRATEGY.mark_deleted(obj)
    assert obj["status"]["phase"] == "Terminating"
    assert not STRATEGY.stays_while_deleted({"spec": {}})
