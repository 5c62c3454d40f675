"""Who owns the replicas, seen from a Deployment and from its Scale."""

from __future__ import annotations

from typing import Any

from apply_example import texts

from kubepy.api.apply.scale import parent_entries, scale_entries

PATHS = {"apps/v1": ("spec", "replicas"), "apps/v1beta1": ("spec", "replicas")}


def raw(manager: str, operation: str = "Apply", version: str = "apps/v1", **more: Any) -> dict[str, Any]:
    fields = more.pop("fields", {"f:spec": {"f:replicas": {}, "f:selector": {}}})
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": version,
        "time": "2026-01-02T03:04:05Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


def scale(manager: str, operation: str = "Update", **more: Any) -> dict[str, Any]:
    return raw(manager, operation, "autoscaling/v1", fields={"f:spec": {"f:replicas": {}}}, **more)


def seen(entries: list[dict[str, Any]]) -> dict[str, tuple[str, set[str]]]:
    return {entry["manager"]: (entry["apiVersion"], texts(entry["fieldsV1"])) for entry in entries}


def test_a_scale_shows_only_who_owns_the_replicas() -> None:
    parent = [raw("a"), raw("b", fields={"f:spec": {"f:selector": {}}}), raw("c", version="apps/v0")]
    assert scale_entries(parent, PATHS) == [scale("a", "Apply")]
    assert scale_entries(None, PATHS) == []


def test_who_scales_takes_the_replicas() -> None:
    """scalehandler_test.go: fields are stolen from the parent's entries."""
    parent = [raw("a"), raw("b", "Update", fields={"f:spec": {"f:replicas": {}}})]
    result = parent_entries(parent, [scale("hpa", subresource="scale")], "apps/v1", PATHS)
    assert seen(result) == {"a": ("apps/v1", {".spec.selector"}), "hpa": ("apps/v1", {".spec.replicas"})}
    assert result[1] == {
        "manager": "hpa",
        "operation": "Update",
        "apiVersion": "apps/v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
        "subresource": "scale",
    }


def test_who_keeps_the_replicas_keeps_the_entry() -> None:
    parent = [raw("a"), raw("b", "Update")]
    assert parent_entries(parent, scale_entries(parent, PATHS), "apps/v1", PATHS) == parent


def test_entries_at_unknown_versions_are_dropped() -> None:
    assert parent_entries([raw("a", version="apps/v0")], [], "apps/v1", PATHS) == []
