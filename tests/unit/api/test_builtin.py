"""The table of built-in resources against facts taken from upstream's discovery files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.schema import definitions
from kubepy.api.scheme import READ_WRITE_VERBS, GroupVersionKind, Resource, Scheme

GOLDEN = Path(__file__).parents[2] / "golden" / "served_resources.txt"
_SHORTHAND = {
    "*": " ".join(READ_WRITE_VERBS),
    "-": " ".join(verb for verb in READ_WRITE_VERBS if verb != "deletecollection"),
}


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return builtin_scheme()


def _facts_of(resource: Resource) -> Iterator[str]:
    verbs = " ".join(resource.verbs)
    shorthand = next((short for short, full in _SHORTHAND.items() if full == verbs), verbs)
    columns = (
        resource.api_version,
        resource.plural,
        resource.kind,
        "N" if resource.namespaced else "C",
        shorthand,
        " ".join(resource.short_names),
        " ".join(resource.categories),
    )
    yield " | ".join(columns).replace("|  |", "| |").strip()
    for name in sorted(resource.subresources):
        subresource = resource.subresources[name]
        own = subresource.kind.api_version == resource.api_version
        kind = subresource.kind.kind if own else "/".join(subresource.kind)
        yield f"/{name} | {kind} | {' '.join(subresource.verbs)}"


def test_every_resource_upstream_serves_is_served_alike(scheme: Scheme) -> None:
    """Names, scope, verbs, short names, categories and subresources are those of upstream's discovery files."""
    golden = [line.strip() for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    in_order = sorted(scheme, key=lambda resource: (resource.group, resource.version, resource.plural))
    assert [fact for resource in in_order for fact in _facts_of(resource)] == golden


def test_every_type_of_a_stable_version_is_served(scheme: Scheme) -> None:
    """Each GA type among the definitions that has a list is a resource; nothing is left out."""
    missing = []
    for raw in definitions().values():
        types = raw.get("x-kubernetes-group-version-kind", ())
        if len(types) != 1 or not re.fullmatch(r"v\d+", types[0]["version"]):
            continue
        gvk = GroupVersionKind(types[0]["group"], types[0]["version"], types[0]["kind"].removesuffix("List"))
        is_list = types[0]["kind"].endswith("List") and "items" in raw.get("properties", ())
        if is_list and scheme.find_kind(gvk) is None:
            missing.append(gvk)
    assert missing == []


def test_each_resource_has_the_schema_of_its_own_kind(scheme: Scheme) -> None:
    """A schema is found by group, version and kind: two Events and two autoscalers are not mixed up."""
    for resource in scheme:
        types = definitions()[resource.schema.name]["x-kubernetes-group-version-kind"]
        assert [(one["group"], one["version"], one["kind"]) for one in types] == [tuple(resource.gvk)]


@pytest.mark.parametrize(
    ("group", "version", "plural", "key", "storage"),
    [
        ("", "v1", "events", "events", ("", "v1")),
        ("events.k8s.io", "v1", "events", "events", ("", "v1")),
        (
            "autoscaling",
            "v1",
            "horizontalpodautoscalers",
            "horizontalpodautoscalers.autoscaling",
            ("autoscaling", "v2"),
        ),
        (
            "autoscaling",
            "v2",
            "horizontalpodautoscalers",
            "horizontalpodautoscalers.autoscaling",
            ("autoscaling", "v2"),
        ),
        ("apps", "v1", "deployments", "deployments.apps", ("apps", "v1")),
        ("", "v1", "pods", "pods", ("", "v1")),
    ],
)
def test_versions_of_one_resource_share_their_storage(
    scheme: Scheme, group: str, version: str, plural: str, key: str, storage: tuple[str, str]
) -> None:
    """Autoscalers are stored as v2 and all Events as core/v1, as the storage version hashes upstream publishes say."""
    resource = scheme.find(group, version, plural)
    assert resource is not None
    assert resource.storage_key == key
    assert (resource.storage_group, resource.storage_version) == storage


def test_what_is_never_stored_has_no_storage_version(scheme: Scheme) -> None:
    """Reviews, bindings and component statuses are answered and forgotten."""
    never = {resource.plural for resource in scheme if not resource.storage_version}
    assert never == {
        "bindings",
        "componentstatuses",
        "selfsubjectreviews",
        "tokenreviews",
        "localsubjectaccessreviews",
        "selfsubjectaccessreviews",
        "selfsubjectrulesreviews",
        "subjectaccessreviews",
    }


@pytest.mark.parametrize(
    ("group", "plural", "selector", "path"),
    [
        ("", "pods", "spec.nodeName", ("spec", "nodeName")),
        ("", "pods", "spec.host", ("spec", "nodeName")),
        ("", "services", "spec.clusterIP", ("spec", "clusterIP")),
        ("", "events", "source", ("source", "component")),
        ("", "secrets", "type", ("type",)),
        ("batch", "jobs", "status.successful", ("status", "succeeded")),
        ("events.k8s.io", "events", "regarding.name", ("involvedObject", "name")),
        ("events.k8s.io", "events", "reportingController", ("reportingComponent",)),
        ("certificates.k8s.io", "podcertificaterequests", "spec.podName", ("spec", "podName")),
        ("apps", "deployments", "status.replicas", None),
    ],
)
def test_field_selectors_point_into_the_stored_form(
    scheme: Scheme, group: str, plural: str, selector: str, path: tuple[str, ...] | None
) -> None:
    """The keys of upstream's field label conversions, pointing to where the stored object has the value."""
    resource = scheme.find(group, "v1", plural)
    assert resource is not None
    assert resource.selectable_fields.get(selector) == path


def test_selectable_fields_exist_in_the_stored_schema(scheme: Scheme) -> None:
    """A path leads through known fields of the type that is stored."""
    for resource in scheme:
        stored = scheme.find_kind(GroupVersionKind(resource.storage_group, resource.storage_version, resource.kind))
        for path in resource.selectable_fields.values():
            assert stored is not None
            schema = stored.schema
            for part in path:
                assert part in schema.properties, (resource.group_resource, path)
                schema = schema.properties[part]
