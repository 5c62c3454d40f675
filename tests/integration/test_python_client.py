"""The official Python client, unmodified, against the running server."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from running_cluster import Cluster, config_map, deployment, pod, until


@pytest.fixture
def api(cluster: Cluster) -> Iterator[client.ApiClient]:
    """The client of the cluster's admin."""
    with config.new_client_from_config(str(cluster.kubeconfig)) as api:
        yield api
        api.rest_client.pool_manager.clear()


@pytest.fixture
def core(api: client.ApiClient) -> client.CoreV1Api:
    """The core group."""
    return client.CoreV1Api(api)


@pytest.fixture
def dynamic_client(api: client.ApiClient, tmp_path: Path) -> dynamic.DynamicClient:
    """The dynamic client, with its discovery cache in a file of this test."""
    return dynamic.DynamicClient(api, cache_file=str(tmp_path / "discovery.json"))


def error_of(caught: pytest.ExceptionInfo[ApiException]) -> dict[str, Any]:
    """The Status in an error."""
    body: dict[str, Any] = json.loads(caught.value.body)
    assert (body["kind"], body["status"], body["code"]) == ("Status", "Failure", caught.value.status)
    return body


def typed(api: client.ApiClient) -> list[tuple[Any, str, dict[str, Any]]]:
    """(API, method suffix, body) of kinds in many groups."""
    core, apps, batch = client.CoreV1Api(api), client.AppsV1Api(api), client.BatchV1Api(api)
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    job_template = {"spec": {"template": {"spec": {**template["spec"], "restartPolicy": "Never"}}}}
    selector = {"matchLabels": {"a": "b"}}
    return [
        (core, "pod", {"spec": template["spec"]}),
        (core, "config_map", {"data": {"a": "b"}}),
        (core, "secret", {"stringData": {"a": "b"}}),
        (core, "service", {"spec": {"ports": [{"port": 80}]}}),
        (core, "service_account", {}),
        (core, "endpoints", {"subsets": [{"addresses": [{"ip": "10.1.2.3"}], "ports": [{"port": 80}]}]}),
        (core, "limit_range", {"spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}}),
        (core, "resource_quota", {"spec": {"hard": {"pods": "1"}}}),
        (
            core,
            "persistent_volume_claim",
            {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}},
        ),
        (core, "replication_controller", {"spec": {"selector": {"a": "b"}, "template": template}}),
        (core, "pod_template", {"template": template}),
        (apps, "deployment", {"spec": {"selector": selector, "template": template}}),
        (apps, "stateful_set", {"spec": {"selector": selector, "template": template, "serviceName": "s"}}),
        (apps, "daemon_set", {"spec": {"selector": selector, "template": template}}),
        (apps, "replica_set", {"spec": {"selector": selector, "template": template}}),
        (apps, "controller_revision", {"revision": 1, "data": {"a": "b"}}),
        (batch, "job", job_template),
        (batch, "cron_job", {"spec": {"schedule": "@daily", "jobTemplate": job_template}}),
        (
            client.AutoscalingV2Api(api),
            "horizontal_pod_autoscaler",
            {
                "spec": {
                    "maxReplicas": 2,
                    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"},
                }
            },
        ),
        (
            client.NetworkingV1Api(api),
            "ingress",
            {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}},
        ),
        (client.NetworkingV1Api(api), "network_policy", {"spec": {"podSelector": {}}}),
        (client.PolicyV1Api(api), "pod_disruption_budget", {"spec": {"selector": selector, "minAvailable": 1}}),
        (
            client.RbacAuthorizationV1Api(api),
            "role",
            {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
        ),
        (
            client.RbacAuthorizationV1Api(api),
            "role_binding",
            {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}},
        ),
        (client.CoordinationV1Api(api), "lease", {"spec": {"holderIdentity": "me", "leaseDurationSeconds": 9}}),
        (client.DiscoveryV1Api(api), "endpoint_slice", {"addressType": "IPv4", "endpoints": []}),
    ]


def test_typed_objects_of_many_kinds_live_and_die(api: client.ApiClient, namespace: str) -> None:
    """create, read, list, patch, replace, delete, and read again, each with the model classes of the client."""
    for group, kind, body in typed(api):
        body = {"metadata": {"name": "it"}, **body}
        made = getattr(group, f"create_namespaced_{kind}")(namespace, body)
        assert made.metadata.uid, kind
        if len(body) > 1:  # a name alone is nobody's field
            assert made.metadata.managed_fields[0].operation == "Update", kind
        read = getattr(group, f"read_namespaced_{kind}")("it", namespace)
        assert read == made, kind
        listed = getattr(group, f"list_namespaced_{kind}")(namespace)
        assert "it" in [item.metadata.name for item in listed.items], kind
        patch = {"metadata": {"labels": {"x": "y"}}}
        patched = getattr(group, f"patch_namespaced_{kind}")("it", namespace, patch)
        assert patched.metadata.labels["x"] == "y", kind
        assert int(patched.metadata.resource_version) > int(made.metadata.resource_version)
        patched.metadata.annotations = {"note": "replaced"}
        replaced = getattr(group, f"replace_namespaced_{kind}")("it", namespace, patched)
        assert replaced.metadata.annotations["note"] == "replaced", kind
        # Jobs and ReplicationControllers orphan their pods unless told otherwise, and stay until that is done.
        getattr(group, f"delete_namespaced_{kind}")("it", namespace, propagation_policy="Background")
        with pytest.raises(ApiException) as gone:
            getattr(group, f"read_namespaced_{kind}")("it", namespace)
        assert error_of(gone)["reason"] == "NotFound"


def test_errors_carry_reason_and_details(core: client.CoreV1Api, namespace: str) -> None:
    core.create_namespaced_config_map(namespace, config_map("taken"))
    with pytest.raises(ApiException) as taken:
        core.create_namespaced_config_map(namespace, config_map("taken"))
    assert taken.value.status == 409
    assert error_of(taken) == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "reason": "AlreadyExists",
        "code": 409,
        "message": 'configmaps "taken" already exists',
        "details": {"name": "taken", "kind": "configmaps"},
    }
    with pytest.raises(ApiException) as invalid:
        core.create_namespaced_pod(namespace, pod("UPPER"))
    body = error_of(invalid)
    assert (body["code"], body["reason"]) == (422, "Invalid")
    assert body["details"]["causes"][0]["field"] == "metadata.name"
    stale = core.read_namespaced_config_map("taken", namespace)
    core.patch_namespaced_config_map("taken", namespace, {"data": {"a": "b"}})
    with pytest.raises(ApiException) as conflict:
        core.replace_namespaced_config_map("taken", namespace, stale)
    assert error_of(conflict)["message"] == (
        'Operation cannot be fulfilled on configmaps "taken": the object has been modified;'
        " please apply your changes to the latest version and try again"
    )


def test_watch_replays_from_a_revision_and_goes_on(core: client.CoreV1Api, namespace: str) -> None:
    """What an informer does: list, watch from the list's revision, and after a cut watch from the last event on."""
    core.create_namespaced_config_map(namespace, config_map("one"))
    listed = core.list_namespaced_config_map(namespace)
    revision = listed.metadata.resource_version
    core.create_namespaced_config_map(namespace, config_map("two"))
    core.patch_namespaced_config_map("one", namespace, {"data": {"a": "b"}})
    core.delete_namespaced_config_map("two", namespace)
    seen = []
    stream = watch.Watch()
    for event in stream.stream(
        core.list_namespaced_config_map, namespace, resource_version=revision, timeout_seconds=20
    ):
        seen.append((event["type"], event["object"].metadata.name))
        if len(seen) == 2:
            stream.stop()
    assert seen == [("ADDED", "two"), ("MODIFIED", "one")]
    resumed = watch.Watch()
    for event in resumed.stream(
        core.list_namespaced_config_map, namespace, resource_version=stream.resource_version, timeout_seconds=20
    ):
        seen.append((event["type"], event["object"].metadata.name))
        resumed.stop()
    assert seen[2:] == [("DELETED", "two")]


def test_a_watch_ends_after_timeout_seconds(core: client.CoreV1Api, namespace: str) -> None:
    events = list(watch.Watch().stream(core.list_namespaced_config_map, namespace, timeout_seconds=1))
    assert events == []


def test_an_informer_sees_what_several_writers_write(core: client.CoreV1Api, namespace: str, cluster: Cluster) -> None:
    store: dict[str, str] = {}
    listed = core.list_namespaced_config_map(namespace)
    stop = threading.Event()

    def inform() -> None:
        with config.new_client_from_config(str(cluster.kubeconfig)) as own:
            revision = listed.metadata.resource_version
            while not stop.is_set():
                for event in watch.Watch().stream(
                    client.CoreV1Api(own).list_namespaced_config_map,
                    namespace,
                    resource_version=revision,
                    timeout_seconds=1,
                ):
                    meta = event["object"].metadata
                    revision = meta.resource_version
                    if event["type"] == "DELETED":
                        del store[meta.name]
                    else:
                        store[meta.name] = revision
            own.rest_client.pool_manager.clear()

    def write(number: int) -> None:
        with config.new_client_from_config(str(cluster.kubeconfig)) as own:
            mine = client.CoreV1Api(own)
            for round_number in range(10):
                name = f"w{number}-{round_number}"
                mine.create_namespaced_config_map(namespace, config_map(name))
                mine.patch_namespaced_config_map(name, namespace, {"data": {"a": "b"}})
                if round_number % 2:
                    mine.delete_namespaced_config_map(name, namespace)
            own.rest_client.pool_manager.clear()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    informer = threading.Thread(target=inform)
    for thread in [informer, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {m.metadata.name: m.metadata.resource_version for m in core.list_namespaced_config_map(namespace).items}
    try:
        until("the informer has caught up", lambda: store == expected)
    finally:
        stop.set()
        informer.join()
    assert len(expected) == 15


def test_pages_are_of_one_snapshot_while_others_write(core: client.CoreV1Api, namespace: str) -> None:
    """limit and continue: later pages come from the table, as the first page's revision had them."""
    for number in range(12):
        core.create_namespaced_config_map(namespace, config_map(f"m{number:02}", v="old"))
    names, values, token, pages = [], set(), None, 0
    revisions = set()
    while True:
        page = core.list_namespaced_config_map(namespace, limit=5, _continue=token)
        pages += 1
        names += [item.metadata.name for item in page.items]
        values |= {item.data["v"] for item in page.items}
        revisions.add(page.metadata.resource_version)
        if pages == 1:
            assert page.metadata.remaining_item_count == 7
        token = page.metadata._continue
        if not token:
            break
        core.patch_namespaced_config_map("m11", namespace, {"data": {"v": f"new{pages}"}})
        core.create_namespaced_config_map(namespace, config_map(f"m{90 + pages}", v="new"))
        core.delete_namespaced_config_map(f"m{4 + pages:02}", namespace)
    assert names == [f"m{number:02}" for number in range(12)]
    assert (values, pages, len(revisions)) == ({"old"}, 3, 1)


@pytest.mark.parametrize("selector", ["parity=even", "parity in (even)", "parity!=odd,parity"])
def test_pages_with_a_selector_hold_what_matches(core: client.CoreV1Api, namespace: str, selector: str) -> None:
    for number in range(9):
        obj = config_map(f"m{number}")
        obj["metadata"]["labels"] = {"parity": "odd" if number % 2 else "even"}
        core.create_namespaced_config_map(namespace, obj)
    first = core.list_namespaced_config_map(namespace, limit=2, label_selector=selector)
    core.delete_namespaced_config_map("m4", namespace)
    names = [item.metadata.name for item in first.items]
    token = first.metadata._continue
    assert first.metadata.remaining_item_count is None
    while token:
        page = core.list_namespaced_config_map(namespace, limit=2, label_selector=selector, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
    assert names == ["m0", "m2", "m4", "m6", "m8"]


PATCHES: list[tuple[str, Any, dict[str, str]]] = [
    ("application/json-patch+json", [{"op": "add", "path": "/data/b", "value": "2"}], {"a": "1", "b": "2"}),
    ("application/merge-patch+json", {"data": {"a": None, "b": "2"}}, {"b": "2"}),
    ("application/strategic-merge-patch+json", {"data": {"$patch": "replace", "b": "2"}}, {"b": "2"}),
]


@pytest.mark.parametrize(("content_type", "patch", "expected"), PATCHES, ids=[case[0] for case in PATCHES])
def test_patches_by_content_type(
    core: client.CoreV1Api, namespace: str, content_type: str, patch: Any, expected: dict[str, str]
) -> None:
    core.create_namespaced_config_map(namespace, config_map("it", a="1"))
    patched = core.patch_namespaced_config_map("it", namespace, patch, _content_type=content_type)
    assert patched.data == expected


def test_the_dynamic_client_discovers_creates_and_watches(
    dynamic_client: dynamic.DynamicClient, namespace: str, tmp_path: Path
) -> None:
    deployments = dynamic_client.resources.get(api_version="apps/v1", kind="Deployment")
    assert (tmp_path / "discovery.json").exists()
    made = deployments.create(body=deployment("web"), namespace=namespace)
    assert made.spec.strategy.type == "RollingUpdate"
    with contextlib.closing(deployments.watch(namespace=namespace, timeout=10, name="web")) as events:
        event = next(events)
    assert (event["type"], event["object"].metadata.name) == ("ADDED", "web")
    assert [item.metadata.name for item in deployments.get(namespace=namespace).items] == ["web"]
    deployments.delete(name="web", namespace=namespace)
    assert deployments.get(namespace=namespace).items == []
    assert dynamic_client.resources.get(kind="HorizontalPodAutoscaler", api_version="autoscaling/v1").namespaced


def test_server_side_apply_with_the_dynamic_client(dynamic_client: dynamic.DynamicClient, namespace: str) -> None:
    maps = dynamic_client.resources.get(api_version="v1", kind="ConfigMap")
    applied = maps.server_side_apply(body=config_map("it", a="1"), namespace=namespace, field_manager="one")
    assert applied.metadata.managedFields[0].manager == "one"
    with pytest.raises(dynamic.exceptions.ConflictError) as conflict:
        maps.server_side_apply(body=config_map("it", a="2"), namespace=namespace, field_manager="two")
    body = json.loads(conflict.value.body)
    assert body["reason"] == "Conflict"
    assert body["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "one"', "field": ".data.a"}
    ]
    assert body["message"] == 'Apply failed with 1 conflict: conflict with "one": .data.a'
    forced = maps.server_side_apply(
        body=config_map("it", a="2"), namespace=namespace, field_manager="two", force_conflicts=True
    )
    assert forced.data.a == "2"


def test_status_and_scale_are_resources_of_their_own(api: client.ApiClient, namespace: str) -> None:
    apps = client.AppsV1Api(api)
    apps.create_namespaced_deployment(namespace, deployment("web", 2))
    scale = apps.read_namespaced_deployment_scale("web", namespace)
    assert (scale.spec.replicas, scale.status.selector) == (2, "app=web")
    scale.spec.replicas = 6
    assert apps.replace_namespaced_deployment_scale("web", namespace, scale).spec.replicas == 6
    assert apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 4}}).spec.replicas == 4
    status = {"spec": {"replicas": 1}, "status": {"replicas": 4, "observedGeneration": 3}}
    patched = apps.patch_namespaced_deployment_status("web", namespace, status)
    assert (patched.spec.replicas, patched.status.replicas, patched.metadata.generation) == (4, 4, 3)
    read = apps.read_namespaced_deployment_status("web", namespace)
    read.spec.replicas, read.status.ready_replicas = 9, 2
    replaced = apps.replace_namespaced_deployment_status("web", namespace, read)
    assert (replaced.spec.replicas, replaced.status.ready_replicas) == (4, 2)


def ask(api: client.ApiClient, path: str, accept: str) -> dict[str, Any]:
    """GET with an Accept header of one's own."""
    request = api.param_serialize("GET", path, header_params={"Accept": accept}, auth_settings=["BearerToken"])
    response = api.call_api(*request)
    body: dict[str, Any] = json.loads(response.read())
    return body


def test_metadata_only_and_table_lists(api: client.ApiClient, core: client.CoreV1Api, namespace: str) -> None:
    core.create_namespaced_config_map(namespace, config_map("it", a="1"))
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    partial = ask(api, path, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
    assert (partial["kind"], partial["apiVersion"]) == ("PartialObjectMetadataList", "meta.k8s.io/v1")
    assert partial["items"][0]["metadata"]["name"] == "it"
    assert "data" not in partial["items"][0]
    table = ask(api, path, "application/json;as=Table;g=meta.k8s.io;v=v1")
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert table["rows"][0]["cells"][:2] == ["it", 1]
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_leases_elect_a_leader(core: client.CoreV1Api, api: client.ApiClient, namespace: str) -> None:
    """Compare-and-swap through resourceVersion: of two that replace the same state, one wins."""
    leases = client.CoordinationV1Api(api)
    body = {"metadata": {"name": "leader"}, "spec": {"holderIdentity": "a", "leaseDurationSeconds": 15}}
    made = leases.create_namespaced_lease(namespace, body)
    made.spec.holder_identity = "b"
    leases.replace_namespaced_lease("leader", namespace, made)
    made.spec.holder_identity = "c"
    with pytest.raises(ApiException) as lost:
        leases.replace_namespaced_lease("leader", namespace, made)
    assert lost.value.status == 409
    assert leases.read_namespaced_lease("leader", namespace).spec.holder_identity == "b"


def test_version_and_reviews(api: client.ApiClient, namespace: str) -> None:
    assert client.VersionApi(api).get_code().major == "1"
    review = client.V1SelfSubjectAccessReview(
        spec=client.V1SelfSubjectAccessReviewSpec(
            resource_attributes=client.V1ResourceAttributes(namespace=namespace, verb="get", resource="pods")
        )
    )
    assert client.AuthorizationV1Api(api).create_self_subject_access_review(review).status.allowed
