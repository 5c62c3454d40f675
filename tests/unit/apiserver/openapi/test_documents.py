"""OpenAPI v2 and v3 documents, against the form upstream publishes in api/openapi-spec."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.errors import APIError
from kubepy.api.schema import Schema
from kubepy.api.scheme import Resource, Scheme, Subresource
from kubepy.apiserver.openapi import OpenAPI

LEASES = "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"


@pytest.fixture(scope="module")
def openapi() -> OpenAPI:
    return OpenAPI(builtin_scheme(), "v1.37.0")


def _read(openapi: OpenAPI, path: str) -> Any:
    document = openapi.document(path)
    assert document is not None
    return json.loads(document.body)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for part in tree.values():
            yield from _nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)


def _operations(tree: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in tree["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def _widget(version: str) -> Resource:
    size = Schema(type="integer", format="int32", description="How big.")
    spec = Schema(type="object", properties={"size": size}, required=("size",))
    schema = Schema(type="object", properties={"spec": spec}, description="A widget.")
    resource = Resource("example.com", version, "Widget", "widgets", "widget", True, schema, "WidgetList")
    status = Subresource("status", resource.gvk, ("get", "patch", "update"))
    return dataclasses.replace(resource, subresources={"status": status})


def test_the_index_names_each_document_by_its_content(openapi: OpenAPI) -> None:
    """kube-openapi handler3: keys without a leading slash, URLs that carry the hash."""
    paths = _read(openapi, "/openapi/v3")["paths"]
    assert {"api", "api/v1", "apis", "apis/apps", "apis/apps/v1", "apis/autoscaling/v2", "version"} <= set(paths)
    url = paths["apis/apps/v1"]["serverRelativeURL"]
    match = re.fullmatch(r"/openapi/v3/apis/apps/v1\?hash=([0-9A-F]{128})", url)
    assert match is not None
    document = openapi.document("/openapi/v3/apis/apps/v1", "application/json", match[1])
    assert document is not None
    assert document.etag == f'"{match[1]}"'
    assert document.headers == {"Cache-Control": "public, immutable", "Vary": "Accept"}
    assert document.cache_for_a_year


def test_a_stale_hash_is_sent_to_the_current_one(openapi: OpenAPI) -> None:
    """A document asked for by another hash is a redirect, never the wrong content cached for a year."""
    document = openapi.document("/openapi/v3/apis/apps/v1", "", "OLD")
    assert document is not None
    assert document.body == b""
    assert document.location == _read(openapi, "/openapi/v3")["paths"]["apis/apps/v1"]["serverRelativeURL"]


@pytest.mark.parametrize("path", ["/openapi/v3/apis/nope/v1", "/openapi/v3/apis/apps/v2", "/openapi", "/openapi/v4"])
def test_unknown_documents_do_not_exist(openapi: OpenAPI, path: str) -> None:
    """Nothing is invented."""
    assert openapi.document(path) is None


def test_a_type_nobody_offers_is_not_acceptable(openapi: OpenAPI) -> None:
    """406, as kube-openapi answers."""
    with pytest.raises(APIError) as caught:
        openapi.document("/openapi/v3/api/v1", "application/xml")
    assert caught.value.code == 406


def test_operations_are_named_and_marked_as_upstreams(openapi: OpenAPI) -> None:
    """Operation ids, actions and kinds of api/openapi-spec/v3/apis__coordination.k8s.io__v1_openapi.json."""
    tree = _read(openapi, "/openapi/v3/apis/coordination.k8s.io/v1")
    found = {(path, method): one["operationId"] for path, method, one in _operations(tree)}
    prefix = "/apis/coordination.k8s.io/v1"
    assert found == {
        (f"{prefix}/", "get"): "getCoordinationV1APIResources",
        (f"{prefix}/leases", "get"): "listCoordinationV1LeaseForAllNamespaces",
        (LEASES, "get"): "listCoordinationV1NamespacedLease",
        (LEASES, "post"): "createCoordinationV1NamespacedLease",
        (LEASES, "delete"): "deleteCoordinationV1CollectionNamespacedLease",
        (f"{LEASES}/{{name}}", "get"): "readCoordinationV1NamespacedLease",
        (f"{LEASES}/{{name}}", "put"): "replaceCoordinationV1NamespacedLease",
        (f"{LEASES}/{{name}}", "patch"): "patchCoordinationV1NamespacedLease",
        (f"{LEASES}/{{name}}", "delete"): "deleteCoordinationV1NamespacedLease",
        (f"{prefix}/watch/leases", "get"): "watchCoordinationV1LeaseListForAllNamespaces",
        (f"{prefix}/watch/namespaces/{{namespace}}/leases", "get"): "watchCoordinationV1NamespacedLeaseList",
        (f"{prefix}/watch/namespaces/{{namespace}}/leases/{{name}}", "get"): "watchCoordinationV1NamespacedLease",
    }
    patch = tree["paths"][f"{LEASES}/{{name}}"]["patch"]
    assert patch["tags"] == ["coordination_v1"]
    assert patch["x-kubernetes-action"] == "patch"
    assert patch["x-kubernetes-group-version-kind"] == {
        "group": "coordination.k8s.io",
        "version": "v1",
        "kind": "Lease",
    }
    assert {one["name"] for one in patch["parameters"]} == {"dryRun", "fieldManager", "fieldValidation", "force"}
    assert sorted(patch["requestBody"]["content"]) == [
        "application/apply-patch+yaml",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
    ]


@pytest.mark.parametrize(
    ("document", "path", "method", "operation_id", "kind"),
    [
        ("api/v1", "pods/{name}/exec", "post", "connectCoreV1PostNamespacedPodExec", "PodExecOptions"),
        (
            "api/v1",
            "pods/{name}/proxy/{path}",
            "head",
            "connectCoreV1HeadNamespacedPodProxyWithPath",
            "PodProxyOptions",
        ),
        ("api/v1", "pods/{name}/eviction", "post", "createCoreV1NamespacedPodEviction", "Eviction"),
        ("api/v1", "pods/{name}/log", "get", "readCoreV1NamespacedPodLog", "Pod"),
        ("api/v1", "serviceaccounts/{name}/token", "post", "createCoreV1NamespacedServiceAccountToken", "TokenRequest"),
        ("apis/apps/v1", "deployments/{name}/scale", "put", "replaceAppsV1NamespacedDeploymentScale", "Scale"),
        ("apis/rbac.authorization.k8s.io/v1", "roles", "get", "listRbacAuthorizationV1NamespacedRole", "Role"),
        (
            "apis/authorization.k8s.io/v1",
            "localsubjectaccessreviews",
            "post",
            "createAuthorizationV1NamespacedLocalSubjectAccessReview",
            "LocalSubjectAccessReview",
        ),
    ],
)
def test_subresources_are_named_after_their_resource(
    openapi: OpenAPI, document: str, path: str, method: str, operation_id: str, kind: str
) -> None:
    """Operation ids of the published documents; the kind is that of the subresource's own object."""
    tree = _read(openapi, f"/openapi/v3/{document}")
    operation = tree["paths"][f"/{document}/namespaces/{{namespace}}/{path}"][method]
    assert operation["operationId"] == operation_id
    assert operation["x-kubernetes-group-version-kind"]["kind"] == kind


def test_operation_ids_are_unique(openapi: OpenAPI) -> None:
    """Client generators make a function of each."""
    ids = [operation["operationId"] for _, _, operation in _operations(_read(openapi, "/openapi/v2"))]
    assert len(ids) == len(set(ids))


def test_every_parameter_of_a_url_is_declared(openapi: OpenAPI) -> None:
    """Each `{name}` in a path has a required path parameter."""
    for path, item in _read(openapi, "/openapi/v2")["paths"].items():
        declared = {one["name"] for one in item.get("parameters", ()) if one["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path)), path


@pytest.mark.parametrize("path", ["/openapi/v3/api/v1", "/openapi/v3/apis/apiextensions.k8s.io/v1", "/openapi/v2"])
def test_references_resolve_within_the_document(openapi: OpenAPI, path: str) -> None:
    """Each document holds the transitive closure of what it names, and no reference into the package's file."""
    tree = _read(openapi, path)
    prefix = "#/definitions/" if path.endswith("v2") else "#/components/schemas/"
    known = tree["definitions"] if path.endswith("v2") else tree["components"]["schemas"]
    references = {node["$ref"] for node in _nodes(tree) if isinstance(node.get("$ref"), str)}
    assert references
    assert {reference.removeprefix(prefix) for reference in references} <= set(known)


@pytest.mark.parametrize("path", ["/openapi/v3/apis/apps/v1", "/openapi/v2"])
def test_what_the_package_added_to_the_definitions_is_undone(openapi: OpenAPI, path: str) -> None:
    """No nullable types, no pinned apiVersion and kind."""
    tree = _read(openapi, path)
    known = tree["definitions"] if path.endswith("v2") else tree["components"]["schemas"]
    assert [node for node in _nodes(known) if isinstance(node.get("type"), list)] == []
    deployment = known["io.k8s.api.apps.v1.Deployment"]["properties"]
    assert "enum" not in deployment["kind"]
    assert "enum" not in deployment["apiVersion"]


def test_references_beside_other_keywords_are_wrapped_in_v3_only(openapi: OpenAPI) -> None:
    """v3 ignores what stands beside $ref, so upstream puts it into allOf; v2 leaves it."""
    v3 = _read(openapi, "/openapi/v3/apis/apps/v1")["components"]["schemas"]["io.k8s.api.apps.v1.DaemonSetSpec"]
    v2 = _read(openapi, "/openapi/v2")["definitions"]["io.k8s.api.apps.v1.DaemonSetSpec"]
    name = "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"
    assert v3["properties"]["selector"]["allOf"] == [{"$ref": f"#/components/schemas/{name}"}]
    assert v2["properties"]["selector"]["$ref"] == f"#/definitions/{name}"
    assert v3["properties"]["selector"]["description"] == v2["properties"]["selector"]["description"]


def test_values_of_two_types_have_upstreams_form(openapi: OpenAPI) -> None:
    """IntOrString and Quantity: oneOf in v3, a string in v2."""
    v3 = _read(openapi, "/openapi/v3/apis/apps/v1")["components"]["schemas"]
    v2 = _read(openapi, "/openapi/v2")["definitions"]
    either, quantity = (
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        "io.k8s.apimachinery.pkg.api.resource.Quantity",
    )
    assert (v3[either]["format"], v3[either]["oneOf"]) == ("int-or-string", [{"type": "integer"}, {"type": "string"}])
    assert (v2[either]["format"], v2[either]["type"]) == ("int-or-string", "string")
    assert v3[quantity]["oneOf"] == [{"type": "string"}, {"type": "number"}]
    assert v2[quantity]["type"] == "string"


def test_custom_resources_are_described_while_they_exist() -> None:
    """A resource without a shipped definition gets one from its schema; others keep their document as it was."""
    scheme = Scheme([*builtin_scheme(), _widget("v1")])
    openapi = OpenAPI(scheme, "v1.37.0")
    known = _read(openapi, "/openapi/v3/apis/example.com/v1")["components"]["schemas"]
    widget = known["com.example.v1.Widget"]
    assert widget["x-kubernetes-group-version-kind"] == [{"group": "example.com", "kind": "Widget", "version": "v1"}]
    assert widget["properties"]["spec"]["properties"]["size"] == {
        "description": "How big.",
        "type": "integer",
        "format": "int32",
    }
    assert known["com.example.v1.WidgetList"]["properties"]["items"]["items"] == {
        "$ref": "#/components/schemas/com.example.v1.Widget"
    }
    apps = openapi.document("/openapi/v3/apis/apps/v1")
    scheme.add(_widget("v2"))
    assert "com.example.v2.Widget" in _read(openapi, "/openapi/v2")["definitions"]
    assert openapi.document("/openapi/v3/apis/apps/v1") == apps
