"""Discovery documents, against the wire form upstream prints."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.schema import Schema
from kubepy.api.scheme import Resource, Scheme
from kubepy.apiserver.discovery import (
    AGGREGATED_CONTENT_TYPE,
    Discovery,
    accepts_aggregated,
    storage_version_hash,
    version_order,
)

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
BETA = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"


@pytest.fixture(scope="module")
def discovery() -> Discovery:
    return Discovery(builtin_scheme(), "10.0.0.1:6443", ["/healthz", "/version"])


def _read(discovery: Discovery, path: str, accept: str = "") -> Any:
    document = discovery.document(path, accept)
    assert document is not None
    return json.loads(document.body)


def _custom(version: str, plural: str = "widgets") -> Resource:
    return Resource("example.com", version, "Widget", plural, "widget", True, Schema(), "WidgetList")


def test_groups_come_in_the_order_of_upstreams_priorities(discovery: Discovery) -> None:
    """The order of api/discovery/apis.json, from the priorities in kube-apiserver's aggregator."""
    assert [group["name"] for group in _read(discovery, "/apis")["groups"]] == [
        "apiregistration.k8s.io",
        "apps",
        "events.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "storage.k8s.io",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "scheduling.k8s.io",
        "coordination.k8s.io",
        "node.k8s.io",
        "discovery.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "resource.k8s.io",
        "storagemigration.k8s.io",
    ]


def test_the_preferred_version_is_the_first(discovery: Discovery) -> None:
    """autoscaling/v2 goes before v1 and is preferred (api/discovery/apis__autoscaling.json)."""
    assert _read(discovery, "/apis/autoscaling") == {
        "kind": "APIGroup",
        "apiVersion": "v1",
        "name": "autoscaling",
        "versions": [
            {"groupVersion": "autoscaling/v2", "version": "v2"},
            {"groupVersion": "autoscaling/v1", "version": "v1"},
        ],
        "preferredVersion": {"groupVersion": "autoscaling/v2", "version": "v2"},
    }


def test_the_core_group_tells_where_the_server_is(discovery: Discovery) -> None:
    """`/api` has no apiVersion, for clients of release 1.1 (apiserver discovery/legacy.go)."""
    assert _read(discovery, "/api/") == {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.1:6443"}],
    }


def test_resource_lists_name_subresources_after_their_resource(discovery: Discovery) -> None:
    """Entries as in api/discovery/api__v1.json and apis__apps__v1.json."""
    core = _read(discovery, "/api/v1")
    assert "apiVersion" not in core
    assert core["groupVersion"] == "v1"
    names = [one["name"] for one in core["resources"]]
    assert names == sorted(names)
    by_name = {one["name"]: one for one in core["resources"]}
    assert by_name["pods"]["storageVersionHash"] == "xPOwRZ+Yhw8="
    assert by_name["pods/eviction"] == {
        "name": "pods/eviction",
        "singularName": "",
        "namespaced": True,
        "group": "policy",
        "version": "v1",
        "kind": "Eviction",
        "verbs": ["create"],
    }
    assert "storageVersionHash" not in by_name["bindings"]
    assert _read(discovery, "/apis/apps/v1")["apiVersion"] == "v1"


@pytest.mark.parametrize(
    ("group", "version", "plural", "published"),
    [
        ("", "v1", "events", "r2yiGXH7wu8="),
        ("events.k8s.io", "v1", "events", "r2yiGXH7wu8="),
        ("", "v1", "configmaps", "qFsyl6wFWjQ="),
        ("autoscaling", "v1", "horizontalpodautoscalers", "qwQve8ut294="),
        ("autoscaling", "v2", "horizontalpodautoscalers", "qwQve8ut294="),
        ("networking.k8s.io", "v1", "ingresses", "39NQlfNR+bo="),
        ("storage.k8s.io", "v1", "csinodes", "Pe62DkZtjuo="),
        ("authorization.k8s.io", "v1", "subjectaccessreviews", ""),
    ],
)
def test_storage_version_hashes_are_upstreams(group: str, version: str, plural: str, published: str) -> None:
    """The first 8 bytes of SHA-256 of group/version/kind as stored (discovery/storageversionhash.go)."""
    resource = builtin_scheme().find(group, version, plural)
    assert resource is not None
    assert storage_version_hash(resource) == published


def test_aggregated_discovery_has_everything_in_one_document(discovery: Discovery) -> None:
    """The form of api/discovery/aggregated_v2.json, with a content type that names it and a strong ETag."""
    document = discovery.document("/apis", f"{AGGREGATED},application/json")
    assert document is not None
    assert document.content_type == AGGREGATED_CONTENT_TYPE
    assert len(document.etag) == 128
    tree = json.loads(document.body)
    assert (tree["kind"], tree["apiVersion"]) == ("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")
    apps = next(item for item in tree["items"] if item["metadata"] == {"name": "apps"})
    assert [version["version"] for version in apps["versions"]] == ["v1"]
    deployments = next(one for one in apps["versions"][0]["resources"] if one["resource"] == "deployments")
    assert deployments == {
        "resource": "deployments",
        "responseKind": {"group": "", "version": "", "kind": "Deployment"},
        "scope": "Namespaced",
        "singularResource": "deployment",
        "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
        "shortNames": ["deploy"],
        "categories": ["all"],
        "subresources": [
            {
                "subresource": "scale",
                "responseKind": {"group": "autoscaling", "version": "v1", "kind": "Scale"},
                "verbs": ["get", "patch", "update"],
            },
            {
                "subresource": "status",
                "responseKind": {"group": "", "version": "", "kind": "Deployment"},
                "verbs": ["get", "patch", "update"],
            },
        ],
    }
    core = _read(discovery, "/api", AGGREGATED)
    assert [item["metadata"] for item in core["items"]] == [{}]


@pytest.mark.parametrize(
    ("accept", "aggregated"),
    [
        (f"{AGGREGATED},application/json", True),
        (f"{AGGREGATED},{BETA},application/json", True),
        ("application/json", False),
        ("", False),
        ("*/*", False),
        (BETA, False),
        (f"{AGGREGATED};q=0.5,application/json", False),
        (f"application/json;q=0.1, {AGGREGATED}", True),
        (f"{AGGREGATED};profile=nopeer", True),
        (f"application/vnd.kubernetes.protobuf, {AGGREGATED}", True),
    ],
)
def test_aggregation_is_negotiated_by_accept(accept: str, aggregated: bool) -> None:
    """v2 only: v2beta1 is locked off since 1.35 (AggregatedDiscoveryRemoveBetaType)."""
    assert accepts_aggregated(accept) is aggregated


def test_the_root_lists_all_paths(discovery: Discovery) -> None:
    """`/` is a sorted list of what is served (apiserver server/routes/index.go)."""
    paths = _read(discovery, "/")["paths"]
    assert paths == sorted(paths)
    assert {"/api", "/api/v1", "/apis", "/apis/", "/apis/apps", "/apis/apps/v1", "/healthz", "/version"} <= set(paths)


@pytest.mark.parametrize("path", ["/apis/nope", "/apis/apps/v2", "/api/v2", "/apis/apps/v1/deployments", "/openapi"])
def test_unknown_paths_have_no_document(discovery: Discovery, path: str) -> None:
    """Nothing is invented for groups, versions and paths that aren't served."""
    assert discovery.document(path) is None


def test_a_resource_added_later_appears() -> None:
    """Documents are rebuilt when the scheme changes, also when a version of a resource is replaced."""
    scheme = Scheme([_custom("v1")])
    discovery = Discovery(scheme, "10.0.0.1:6443")
    assert _read(discovery, "/apis/example.com")["versions"] == [{"groupVersion": "example.com/v1", "version": "v1"}]
    scheme.add(_custom("v2beta1"))
    assert [one["version"] for one in _read(discovery, "/apis/example.com")["versions"]] == ["v1", "v2beta1"]
    scheme.add(dataclasses.replace(_custom("v1"), short_names=("wg",)))
    assert _read(discovery, "/apis/example.com/v1")["resources"][0]["shortNames"] == ["wg"]


def test_versions_sort_as_kubernetes_sorts_them() -> None:
    """GA over beta over alpha, then higher numbers first, then the rest (apimachinery util/version)."""
    wanted = ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1"]
    assert sorted(sorted(wanted), key=version_order) == wanted
