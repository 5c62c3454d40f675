"""Metadata: apimachinery `pkg/api/validation/objectmeta_test.go` and `pkg/apis/meta/v1/validation`."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.field import FieldError, Path
from kubepy.api.names import dns_subdomain_name
from kubepy.api.object_meta import (
    validate_annotations,
    validate_object_meta,
    validate_object_meta_update,
)

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u"}


def texts(errors: list[FieldError]) -> list[str]:
    return [str(error) for error in errors]


def create(*, namespaced: bool = True, **meta: Any) -> list[str]:
    defaults = {"name": "x"} | ({"namespace": "ns"} if namespaced else {})
    return texts(validate_object_meta(defaults | meta, namespaced=namespaced, validate_name=dns_subdomain_name))


def update(new: dict[str, Any], old: dict[str, Any]) -> list[str]:
    return texts(validate_object_meta_update({"name": "x"} | new, {"name": "x"} | old))


def test_complete_metadata_is_fine() -> None:
    assert (
        create(
            generateName="web-",
            generation=1,
            labels={"a": "b"},
            annotations={"Example.com/A": "any thing"},
            ownerReferences=[{**OWNER, "controller": True}, OWNER],
            finalizers=["example.com/x", "orphan"],
            managedFields=[{"manager": "kubectl", "operation": "Apply", "fieldsType": "FieldsV1"}],
        )
        == []
    )
    assert create(namespaced=False) == []


@pytest.mark.parametrize(
    ("meta", "error"),
    [
        ({"name": ""}, "metadata.name: Required value: name or generateName is required"),
        ({"namespace": ""}, "metadata.namespace: Required value"),
        ({"generation": -1}, "metadata.generation: Invalid value: -1: must be greater than or equal to 0"),
        (
            {"ownerReferences": [{**OWNER, "apiVersion": "a/b/c"}]},
            'metadata.ownerReferences[0].apiVersion: Invalid value: "a/b/c": must be <group>/<version> or <version>',
        ),
        (
            {"ownerReferences": [{**OWNER, "apiVersion": "a/"}]},
            'metadata.ownerReferences[0].apiVersion: Invalid value: "a/": must be <group>/<version> or <version>',
        ),
        (
            {"ownerReferences": [{**OWNER, "uid": ""}]},
            "metadata.ownerReferences[0].uid: Required value: must not be empty",
        ),
        (
            {"finalizers": ["orphan", "foregroundDeletion"]},
            'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: '
            "finalizer orphan and foregroundDeletion cannot be both set",
        ),
        (
            {"managedFields": [{"manager": "m"}]},
            "metadata.managedFields[0].operation: Required value: must not be empty",
        ),
        (
            {"managedFields": [{"operation": "Patch"}]},
            'metadata.managedFields[0].operation: Unsupported value: "Patch": supported values: "Apply", "Update"',
        ),
        (
            {"managedFields": [{"operation": "Apply", "fieldsType": "V2"}]},
            'metadata.managedFields[0].fieldsType: Invalid value: "V2": must be `FieldsV1`',
        ),
        (
            {"managedFields": [{"operation": "Apply", "manager": "m" * 129}]},
            "metadata.managedFields[0].manager: Too long: may not be more than 128 bytes",
        ),
        (
            {"managedFields": [{"operation": "Apply", "subresource": "s" * 257}]},
            "metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes",
        ),
    ],
)
def test_a_mistake_is_named(meta: dict[str, Any], error: str) -> None:
    assert create(**meta) == [error]


def test_names_are_checked_in_full_and_as_prefixes() -> None:
    assert create(generateName="web-", name="web-") == create(name="web-")
    assert len(create(generateName="web_", name="ok")) == 1
    assert create(namespace="A")[0].startswith('metadata.namespace: Invalid value: "A": a lowercase RFC 1123 label')
    assert create(namespaced=False, namespace="ns") == ["metadata.namespace: Forbidden: not allowed on this type"]


def test_there_is_one_controller_at_most_and_no_event_owns_anything() -> None:
    first, second = {**OWNER, "controller": True}, {**OWNER, "name": "s", "controller": True}
    (error,) = create(ownerReferences=[first, second])
    assert error.endswith(
        "Only one reference can have Controller set to true. "
        'Found "true" in references for ReplicaSet/r and ReplicaSet/s'
    )
    (error,) = create(ownerReferences=[{**OWNER, "apiVersion": "v1", "kind": "Event"}])
    assert error.endswith("/v1, Kind=Event is disallowed from being an owner")


def test_a_manager_is_printable() -> None:
    (error,) = create(managedFields=[{"operation": "Apply", "manager": "é\n"}])
    assert error.endswith("invalid character U+000A (at position 2)")


def test_annotations_have_keys_without_case_and_a_total_size() -> None:
    path = Path("metadata", None).child("annotations")
    limit = 256 * 1024
    assert validate_annotations({"A": "x" * (limit - 1)}, path) == []
    assert texts(validate_annotations({"A": "x" * limit}, path)) == [
        "metadata.annotations: Too long: may not be more than 262144 bytes"
    ]
    assert len(validate_annotations({"a b": ""}, path)) == 1


@pytest.mark.parametrize("field", ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"])
def test_identity_is_immutable(field: str) -> None:
    assert update({field: "a"}, {field: "b"}) == [f'metadata.{field}: Invalid value: "a": field is immutable']


def test_what_an_update_may_not_do() -> None:
    assert update({"deletionGracePeriodSeconds": 1}, {}) == [
        "metadata.deletionGracePeriodSeconds: Invalid value: 1: field is immutable"
    ]
    assert update({"generation": 1}, {"generation": 2}) == [
        "metadata.generation: Invalid value: 1: must not be decremented"
    ]
    deleted = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    assert update({**deleted, "finalizers": ["a/b", "a/c"]}, {**deleted, "finalizers": ["a/c"]}) == [
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
        'found new finalizers []string{"a/b"}'
    ]
    assert update({**deleted}, {**deleted, "finalizers": ["a/c"]}) == []
    assert update({"labels": {"-": ""}}, {}) != []


def test_an_unset_field_equals_an_empty_one() -> None:
    assert update({"namespace": ""}, {}) == []
