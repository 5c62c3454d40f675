"""The wire format as a client sees it: representations, options, status codes, headers."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import yaml
from running_cluster import Cluster, config_map, deployment, pod

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.fixture
async def http(cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client with the admin's certificate."""
    async with cluster.session() as session:
        yield session


@pytest.fixture
def maps(namespace: str) -> str:
    """The URL of the test's ConfigMaps."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


async def send(
    http: aiohttp.ClientSession, method: str, url: str, expect: int, body: Any = None, **options: Any
) -> Any:
    """The JSON answer to a request; its status must be as expected, and an error must be a Status."""
    async with http.request(method, url, json=body, **options) as response:
        text = await response.text()
        assert response.status == expect, f"{method} {url}: {response.status} {text}"
        value = json.loads(text) if text else None
        if expect >= 400:
            assert (value["kind"], value["status"], value["code"]) == ("Status", "Failure", expect)
        return value


async def test_yaml_goes_in_and_comes_out(http: aiohttp.ClientSession, maps: str) -> None:
    headers = {"Content-Type": "application/yaml", "Accept": "application/yaml"}
    async with http.post(maps, data=yaml.safe_dump(config_map("it", a="1")), headers=headers) as response:
        assert (response.status, response.content_type) == (201, "application/yaml")
        assert yaml.safe_load(await response.text())["data"] == {"a": "1"}
    async with http.get(maps, headers={"Accept": "application/yaml"}) as response:
        assert yaml.safe_load(await response.text())["items"][0]["metadata"]["name"] == "it"


ACCEPT = [
    ("", 200, "application/json"),
    ("*/*", 200, "application/json"),
    ("application/vnd.kubernetes.protobuf,application/json", 200, "application/json"),
    ("application/cbor, application/json;q=0.5", 200, "application/json"),
    ("application/yaml;q=0.9, application/json;q=0.1", 200, "application/yaml"),
    (f"{TABLE},application/json", 200, "application/json"),
    ("application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json", 200, "application/json"),
    ("application/vnd.kubernetes.protobuf", 406, "application/json"),
    ("text/html", 406, "application/json"),
    ("application/json;as=Nonsense;v=v1;g=meta.k8s.io", 406, "application/json"),
]


@pytest.mark.parametrize(("accept", "status", "content_type"), ACCEPT)
async def test_the_answers_form_is_negotiated(
    http: aiohttp.ClientSession, maps: str, accept: str, status: int, content_type: str
) -> None:
    async with http.get(maps, headers={"Accept": accept}) as response:
        assert (response.status, response.content_type) == (status, content_type)
        if status == 406:
            body = await response.json()
            assert body["reason"] == "NotAcceptable"
            assert body["message"].startswith(
                "only the following media types are accepted: application/json, application/yaml"
            )


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/cbor", "multipart/form-data"])
async def test_a_body_of_an_unknown_type_is_415(http: aiohttp.ClientSession, maps: str, content_type: str) -> None:
    async with http.post(maps, data=b"{}", headers={"Content-Type": content_type}) as response:
        assert response.status == 415
        assert (await response.json())["reason"] == "UnsupportedMediaType"


async def test_a_patch_of_an_unknown_type_is_415(http: aiohttp.ClientSession, maps: str) -> None:
    await send(http, "POST", maps, 201, config_map("it"))
    async with http.patch(f"{maps}/it", data=b"{}", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 415
        assert "application/apply-patch+yaml" in (await response.json())["message"]


async def test_pretty_is_for_people(http: aiohttp.ClientSession, maps: str) -> None:
    await send(http, "POST", maps, 201, config_map("it"))
    for headers, query, pretty in (
        ({}, "", False), ({}, "?pretty=true", True), ({"User-Agent": "curl/8"}, "", True),
        ({"User-Agent": "curl/8"}, "?pretty=false", False),
    ):  # fmt: skip
        async with http.get(f"{maps}/it{query}", headers=headers) as response:
            text = await response.text()
            assert text.startswith('{\n  "kind"') is pretty, (headers, query)


async def test_head_is_get_without_the_body(http: aiohttp.ClientSession, maps: str) -> None:
    await send(http, "POST", maps, 201, config_map("it"))
    async with http.head(f"{maps}/it") as response:
        assert (response.status, await response.read()) == (200, b"")
    async with http.head(f"{maps}/none") as response:
        assert response.status == 404
    async with http.head("/healthz") as response:
        assert response.status == 200


async def test_a_method_that_is_not_served_is_405(http: aiohttp.ClientSession, maps: str) -> None:
    for method, url in (
        ("PUT", maps),
        ("PATCH", maps),
        ("POST", f"{maps}/it"),
        ("POST", "/version"),
        ("DELETE", "/api"),
    ):
        async with http.request(method, url, json={}) as response:
            assert response.status == 405, (method, url)
            assert (await response.json())["reason"] == "MethodNotAllowed"


async def test_what_is_not_served_is_404(http: aiohttp.ClientSession, maps: str) -> None:
    for url in (
        "/nonsense",
        "/api/v1/nonsense",
        "/api/v2/pods",
        "/apis/none.example.com/v1/x",
        f"{maps}/it/nonsense",
        f"{maps}/none",
    ):
        await send(http, "GET", url, 404)


async def test_bodies_of_more_than_3_mib_are_refused_and_smaller_ones_are_not(
    http: aiohttp.ClientSession, maps: str
) -> None:
    big = io.BytesIO(json.dumps(config_map("it", a="x" * (3 * 2**20))).encode())
    async with http.post(maps, data=big, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 413
        assert (await response.json())["reason"] == "RequestEntityTooLarge"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b" " * 2**19

    async with http.post(maps, data=endless(), headers={"Content-Type": "application/json"}) as response:
        assert response.status == 413
    large = config_map("large", a="x" * 900_000)
    await send(http, "POST", maps, 201, large)
    body = io.BytesIO(json.dumps(config_map("too-large", a="x" * 1_100_000)).encode())
    async with http.post(maps, data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 422
        too_large = await response.json()
    assert too_large["message"].endswith("Too long: may not be more than 1048576 bytes")


async def test_large_answers_are_not_compressed_for_this_machine(
    http: aiohttp.ClientSession, maps: str, cluster: Cluster
) -> None:
    """Upstream compresses from 128 KiB; here a client at the loopback address is spared it."""
    await send(http, "POST", maps, 201, config_map("large", a="x" * 300_000))
    async with (
        cluster.session(auto_decompress=False) as raw,
        raw.get(f"{maps}/large", headers={"Accept-Encoding": "gzip"}) as response,
    ):
        body = await response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert len(json.loads(body)["data"]["a"]) == 300_000


async def test_field_validation_in_three_modes(http: aiohttp.ClientSession, maps: str) -> None:
    body = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"it"},"data":{"a":"1"},"data":{"b":"2"},"extra":1}'
    headers = {"Content-Type": "application/json"}
    async with http.post(f"{maps}?fieldValidation=Strict", data=body, headers=headers) as response:
        assert response.status == 400
        message = (await response.json())["message"]
        assert message == (
            'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error:'
            ' duplicate field "data", unknown field "extra"'
        )
    async with http.post(f"{maps}?fieldValidation=Ignore&dryRun=All", data=body, headers=headers) as response:
        assert (response.status, response.headers.getall("Warning", [])) == (201, [])
    for mode in ("", "fieldValidation=Warn&"):
        async with http.post(f"{maps}?{mode}dryRun=All", data=body, headers=headers) as response:
            assert response.status == 201
            assert response.headers.getall("Warning") == [
                '299 - "duplicate field \\"data\\""', '299 - "unknown field \\"extra\\""',
            ]  # fmt: skip
    wrong = await send(http, "POST", f"{maps}?fieldValidation=Sometimes", 422, config_map("it"))
    assert "fieldValidation" in wrong["message"]


async def test_deprecated_settings_are_warned_of(http: aiohttp.ClientSession, namespace: str) -> None:
    obj = pod("it")
    obj["spec"]["nodeSelector"] = {"beta.kubernetes.io/os": "linux"}
    async with http.post(f"/api/v1/namespaces/{namespace}/pods", json=obj) as response:
        assert response.status == 201
        assert "deprecated since v1.14" in response.headers["Warning"]


async def test_dry_run_stores_nothing_whatever_the_verb(http: aiohttp.ClientSession, maps: str) -> None:
    made = await send(http, "POST", maps, 201, config_map("it", a="1"))
    dry = "?dryRun=All"
    await send(http, "POST", f"{maps}{dry}", 201, config_map("other"))
    await send(http, "POST", f"{maps}{dry}", 409, config_map("it"))
    replaced = await send(http, "PUT", f"{maps}/it{dry}", 200, config_map("it", a="2"))
    assert replaced["data"] == {"a": "2"}
    merge = {"Content-Type": "application/merge-patch+json"}
    patched = await send(http, "PATCH", f"{maps}/it{dry}", 200, {"data": {"a": "3"}}, headers=merge)
    assert patched["data"] == {"a": "3"}
    apply = {"Content-Type": "application/apply-patch+yaml"}
    await send(http, "PATCH", f"{maps}/new{dry}&fieldManager=me", 201, config_map("new"), headers=apply)
    await send(http, "DELETE", f"{maps}/it{dry}", 200)
    await send(http, "DELETE", f"{maps}{dry}", 200)
    listed = await send(http, "GET", maps, 200)
    assert [item["metadata"] | {"managedFields": None} for item in listed["items"]] == [
        made["metadata"] | {"managedFields": None}
    ]
    refused = await send(http, "POST", f"{maps}?dryRun=Some", 422, config_map("x"))
    assert "dryRun" in refused["message"]


async def test_deletes_check_their_preconditions(http: aiohttp.ClientSession, maps: str) -> None:
    made = (await send(http, "POST", maps, 201, config_map("it")))["metadata"]
    for preconditions, complaint in (
        ({"uid": "other"}, f"the UID in the precondition (other) does not match the UID in record ({made['uid']})."),
        ({"resourceVersion": "1"}, "the ResourceVersion in the precondition (1) does not match the ResourceVersion in"),
    ):
        refused = await send(http, "DELETE", f"{maps}/it", 409, {"preconditions": preconditions})
        assert refused["message"].startswith(f'Operation cannot be fulfilled on configmaps "it": {complaint}')
    right = {"uid": made["uid"], "resourceVersion": made["resourceVersion"]}
    gone = await send(http, "DELETE", f"{maps}/it", 200, {"preconditions": right})
    assert gone == {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": "it", "kind": "configmaps", "uid": made["uid"]},
    }  # fmt: skip


async def test_finalizers_keep_an_object_until_the_last_is_removed(http: aiohttp.ClientSession, maps: str) -> None:
    obj = config_map("it")
    obj["metadata"]["finalizers"] = ["example.com/a", "example.com/b"]
    await send(http, "POST", maps, 201, obj)
    deleting = await send(http, "DELETE", f"{maps}/it", 200)
    assert deleting["metadata"]["deletionTimestamp"]
    assert deleting["metadata"]["deletionGracePeriodSeconds"] == 0
    again = await send(http, "DELETE", f"{maps}/it", 200)
    assert again["metadata"]["resourceVersion"] == deleting["metadata"]["resourceVersion"]
    merge = {"Content-Type": "application/merge-patch+json"}
    more = {"metadata": {"finalizers": ["example.com/a", "example.com/c"]}}
    assert "finalizers" in (await send(http, "PATCH", f"{maps}/it", 422, more, headers=merge))["message"]
    await send(http, "PATCH", f"{maps}/it", 200, {"metadata": {"finalizers": ["example.com/b"]}}, headers=merge)
    await send(http, "PATCH", f"{maps}/it", 200, {"metadata": {"finalizers": None}}, headers=merge)
    await send(http, "GET", f"{maps}/it", 404)


async def test_pods_on_a_node_are_deleted_gracefully(http: aiohttp.ClientSession, namespace: str) -> None:
    url = f"/api/v1/namespaces/{namespace}/pods"
    obj = pod("it")
    obj["spec"]["nodeName"] = "node-1"
    await send(http, "POST", url, 201, obj)
    first = (await send(http, "DELETE", f"{url}/it", 200))["metadata"]
    assert first["deletionGracePeriodSeconds"] == 30
    shorter = (await send(http, "DELETE", f"{url}/it", 200, {"gracePeriodSeconds": 5}))["metadata"]
    assert shorter["deletionGracePeriodSeconds"] == 5
    assert shorter["deletionTimestamp"] < first["deletionTimestamp"]
    longer = (await send(http, "DELETE", f"{url}/it?gracePeriodSeconds=60", 200))["metadata"]
    assert longer["deletionGracePeriodSeconds"] == 5
    await send(http, "DELETE", f"{url}/it?gracePeriodSeconds=0", 200)
    await send(http, "GET", f"{url}/it", 404)


async def test_propagation_policies_are_finalizers_for_the_collector(
    http: aiohttp.ClientSession, namespace: str
) -> None:
    url = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    for policy, finalizers in (("Orphan", ["orphan"]), ("Foreground", ["foregroundDeletion"])):
        await send(http, "POST", url, 201, deployment(policy.lower()))
        left = await send(http, "DELETE", f"{url}/{policy.lower()}", 200, {"propagationPolicy": policy})
        assert left["metadata"]["finalizers"] == finalizers
    await send(http, "POST", url, 201, deployment("background"))
    await send(http, "DELETE", f"{url}/background", 200, {"propagationPolicy": "Background"})
    await send(http, "GET", f"{url}/background", 404)
    both = {"propagationPolicy": "Orphan", "orphanDependents": True}
    await send(http, "DELETE", f"{url}/orphan", 422, both)
    await send(http, "DELETE", f"{url}/orphan", 422, {"propagationPolicy": "Sideways"})


async def test_deletecollection_takes_a_selector(http: aiohttp.ClientSession, maps: str) -> None:
    for name, tier in (("a", "web"), ("b", "db"), ("c", "web")):
        obj = config_map(name)
        obj["metadata"]["labels"] = {"tier": tier}
        await send(http, "POST", maps, 201, obj)
    deleted = await send(http, "DELETE", f"{maps}?labelSelector=tier%3Dweb", 200)
    assert deleted["kind"] == "ConfigMapList"
    assert [item["metadata"]["name"] for item in deleted["items"]] == ["a", "c"]
    left = await send(http, "GET", maps, 200)
    assert [item["metadata"]["name"] for item in left["items"]] == ["b"]


async def test_names_are_generated(http: aiohttp.ClientSession, maps: str) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "made-"}}
    made = await asyncio.gather(*[send(http, "POST", maps, 201, body) for _ in range(50)])
    names = {obj["metadata"]["name"] for obj in made}
    assert len(names) == 50
    assert all(len(name) == len("made-") + 5 for name in names)
    assert made[0]["metadata"]["generateName"] == "made-"
    nameless = await send(http, "POST", maps, 422, {"metadata": {}})
    assert nameless["message"] == (
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'
    )


async def test_only_one_of_many_that_replace_the_same_state_wins(http: aiohttp.ClientSession, maps: str) -> None:
    made = await send(http, "POST", maps, 201, config_map("it"))

    async def replace(number: int) -> int:
        async with http.put(f"{maps}/it", json={**made, "data": {"winner": str(number)}}) as response:
            return response.status

    statuses = await asyncio.gather(*[replace(number) for number in range(20)])
    assert sorted(statuses) == [200] + [409] * 19
    patches = await asyncio.gather(
        *[
            send(
                http,
                "PATCH",
                f"{maps}/it",
                200,
                {"data": {f"k{n}": "v"}},
                headers={"Content-Type": "application/merge-patch+json"},
            )
            for n in range(20)
        ]
    )
    assert len(patches) == 20
    assert len((await send(http, "GET", f"{maps}/it", 200))["data"]) == 21


async def test_metadata_of_the_system_cannot_be_forged(http: aiohttp.ClientSession, maps: str) -> None:
    obj = config_map("it")
    obj["metadata"] |= {"uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z", "generation": 9, "selfLink": "/x"}
    made = (await send(http, "POST", maps, 201, obj))["metadata"]
    assert made["uid"] != "mine"
    assert made["creationTimestamp"] > "2020"
    assert "generation" not in made
    assert "selfLink" not in made
    stale = await send(http, "PUT", f"{maps}/it", 409, {**config_map("it"), "metadata": {"name": "it", "uid": "other"}})
    assert "Precondition failed: UID in precondition: other" in stale["message"]
    await send(http, "POST", maps, 400, {"metadata": {"name": "x", "resourceVersion": "7"}})
    mismatch = await send(http, "PUT", f"{maps}/it", 400, config_map("other"))
    assert mismatch["message"] == "the name of the object (other) does not match the name on the URL (it)"


async def test_subresources_that_are_only_data(http: aiohttp.ClientSession, namespace: str) -> None:
    url = f"/api/v1/namespaces/{namespace}/pods"
    await send(http, "POST", url, 201, pod("it"))
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": "it"},
        "target": {"kind": "Node", "name": "n"},
    }
    bound = await send(http, "POST", f"{url}/it/binding", 201, binding)
    assert (bound["kind"], bound["status"]) == ("Status", "Success")
    read = await send(http, "GET", f"{url}/it", 200)
    assert read["spec"]["nodeName"] == "n"
    assert {"type": "PodScheduled", "status": "True"}.items() <= read["status"]["conditions"][0].items()
    again = await send(http, "POST", f"{url}/it/binding", 409, binding)
    assert again["message"].endswith('pod it is already assigned to node "n"')
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    await send(http, "POST", account, 201, {"metadata": {"name": "robot"}})
    await send(
        http, "POST", f"{account}/robot/token", 501, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
    )
    ephemeral = {"spec": {"ephemeralContainers": [{"name": "debug", "image": "busybox"}]}}
    strategic = {"Content-Type": "application/strategic-merge-patch+json"}
    debugged = await send(http, "PATCH", f"{url}/it/ephemeralcontainers", 200, ephemeral, headers=strategic)
    assert debugged["spec"]["ephemeralContainers"][0]["terminationMessagePath"] == "/dev/termination-log"
    await send(http, "PATCH", f"{url}/it", 422, ephemeral | {"spec": {"hostNetwork": True}}, headers=strategic)
    resized = {"spec": {"containers": [{"name": "main", "resources": {"requests": {"cpu": "100m"}}}]}}
    await send(http, "PATCH", f"{url}/it/resize", 422, resized, headers=strategic)


async def test_a_namespace_is_finalized(http: aiohttp.ClientSession, namespace: str) -> None:
    url = f"/api/v1/namespaces/{namespace}"
    deleting = await send(http, "DELETE", url, 200)
    assert deleting["status"]["phase"] == "Terminating"
    deleting["spec"]["finalizers"] = []
    await send(http, "PUT", f"{url}/finalize", 200, deleting)
    await send(http, "GET", url, 404)


async def test_budgets_decide_on_evictions(http: aiohttp.ClientSession, namespace: str) -> None:
    url = f"/api/v1/namespaces/{namespace}/pods"
    merge = {"Content-Type": "application/merge-patch+json"}
    for name in ("a", "b"):
        await send(http, "POST", url, 201, pod(name, labels={"app": "it"}))
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
        await send(http, "PATCH", f"{url}/{name}/status", 200, {"status": status}, headers=merge)
    budgets = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    await send(
        http,
        "POST",
        budgets,
        201,
        {"metadata": {"name": "pdb"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "it"}}}},
    )
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "a"}}
    unseen = await send(http, "POST", f"{url}/a/eviction", 429, eviction)
    assert unseen["details"]["causes"][0]["reason"] == "DisruptionBudget"
    assert unseen["details"]["retryAfterSeconds"] == 10
    allowed = {
        "observedGeneration": 1,
        "disruptionsAllowed": 1,
        "currentHealthy": 2,
        "desiredHealthy": 1,
        "expectedPods": 2,
    }
    await send(http, "PATCH", f"{budgets}/pdb/status", 200, {"status": allowed}, headers=merge)
    await send(http, "POST", f"{url}/a/eviction?dryRun=All", 201, eviction)
    await send(http, "POST", f"{url}/a/eviction", 201, eviction)
    await send(http, "GET", f"{url}/a", 404)
    refused = await send(http, "POST", f"{url}/b/eviction", 429, {**eviction, "metadata": {"name": "b"}})
    assert refused["message"] == "Cannot evict pod as it would violate the pod's disruption budget."
    status = (await send(http, "GET", f"{budgets}/pdb", 200))["status"]
    assert (status["disruptionsAllowed"], list(status["disruptedPods"])) == (0, ["a"])


def service(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": [{"port": 80}], **spec},
    }


async def test_fifty_services_at_once_get_fifty_addresses_and_ports(
    http: aiohttp.ClientSession, namespace: str
) -> None:
    url = f"/api/v1/namespaces/{namespace}/services"
    made = await asyncio.gather(*[send(http, "POST", url, 201, service(f"s{n}", type="NodePort")) for n in range(50)])
    ips = {obj["spec"]["clusterIP"] for obj in made}
    ports = {obj["spec"]["ports"][0]["nodePort"] for obj in made}
    assert (len(ips), len(ports)) == (50, 50)
    assert all(30000 <= port <= 32767 for port in ports)
    addresses = await send(http, "GET", "/apis/networking.k8s.io/v1/ipaddresses", 200)
    assert ips <= {item["metadata"]["name"] for item in addresses["items"]}
    await asyncio.gather(*[send(http, "DELETE", f"{url}/s{n}", 200) for n in range(50)])
    addresses = await send(http, "GET", "/apis/networking.k8s.io/v1/ipaddresses", 200)
    assert not ips & {item["metadata"]["name"] for item in addresses["items"]}


async def test_a_taken_address_or_port_is_refused_and_free_again_after_delete(
    http: aiohttp.ClientSession, namespace: str
) -> None:
    url = f"/api/v1/namespaces/{namespace}/services"
    spec = (await send(http, "POST", url, 201, service("first", type="NodePort")))["spec"]
    ip, port = spec["clusterIP"], spec["ports"][0]["nodePort"]
    taken = await send(http, "POST", url, 422, service("second", clusterIP=ip))
    assert taken["message"].endswith(
        f'spec.clusterIPs: Invalid value: ["{ip}"]: failed to allocate IP {ip}: provided IP is already allocated'
    )
    ports = [{"port": 80, "nodePort": port}]
    taken = await send(http, "POST", url, 422, service("second", type="NodePort", ports=ports))
    assert taken["message"].endswith(
        f"spec.ports[0].nodePort: Invalid value: {port}: provided port is already allocated"
    )
    outside = await send(http, "POST", url, 422, service("second", clusterIP="192.168.1.1"))
    assert "192.168.1.1" in outside["message"]
    outside = await send(
        http, "POST", url, 422, service("second", type="NodePort", ports=[{"port": 80, "nodePort": 80}])
    )
    assert "provided port is not in the valid range. The range of valid ports is 30000-32767" in outside["message"]
    await send(http, "DELETE", f"{url}/first", 200)
    again = await send(http, "POST", url, 201, service("second", type="NodePort", clusterIP=ip, ports=ports))
    assert (again["spec"]["clusterIP"], again["spec"]["ports"][0]["nodePort"]) == (ip, port)


async def test_an_unconditional_put_of_a_service_keeps_its_addresses(
    http: aiohttp.ClientSession, namespace: str
) -> None:
    url = f"/api/v1/namespaces/{namespace}/services"
    made = await send(http, "POST", url, 201, service("it", type="NodePort"))
    put = await send(http, "PUT", f"{url}/it", 200, service("it", type="NodePort"))
    assert put["spec"] == made["spec"]
    external = await send(
        http, "PUT", f"{url}/it", 200, service("it", type="ExternalName", externalName="a.example.com")
    )
    assert "clusterIP" not in external["spec"]


async def test_anonymous_sees_health_and_version_only(cluster: Cluster) -> None:
    async with cluster.session(anonymous=True) as nobody:
        for url in ("/healthz", "/livez", "/readyz", "/version"):
            async with nobody.get(url) as response:
                assert response.status == 200, url
        for url in ("/api", "/apis", "/api/v1/pods", "/openapi/v3", "/metrics", "/nonsense"):
            body = await send(nobody, "GET", url, 401)
            assert (body["reason"], body["message"]) == ("Unauthorized", "Unauthorized")


async def test_static_bearer_tokens_are_users(cluster: Cluster) -> None:
    async with cluster.session(anonymous=True) as http:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        url = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        alice = await send(http, "POST", url, 201, review, headers={"Authorization": "Bearer secret-token-1"})
        assert alice["status"]["userInfo"] == {
            "username": "alice", "uid": "1001", "groups": ["developers", "system:masters", "system:authenticated"],
        }  # fmt: skip
        for wrong in ("Bearer nonsense", "Bearer secret-token-1x"):
            await send(http, "GET", "/api", 401, headers={"Authorization": wrong})


async def test_health_and_metrics(http: aiohttp.ClientSession) -> None:
    async with http.get("/readyz?verbose") as response:
        text = await response.text()
    assert text.startswith("[+]ping ok\n")
    assert text.endswith("readyz check passed\n")
    async with http.get("/livez/ping") as response:
        assert await response.text() == "ok"
    await send(http, "GET", "/livez/nonsense", 404)
    await send(http, "GET", "/api/v1/nodes", 200)
    async with http.get("/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        metrics = await response.text()
    assert "# TYPE apiserver_request_total counter" in metrics
    assert "# TYPE apiserver_request_duration_seconds histogram" in metrics
    assert "process_resident_memory_bytes" in metrics


async def test_discovery_has_an_etag(http: aiohttp.ClientSession) -> None:
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    async with http.get("/apis", headers={"Accept": accept}) as response:
        assert (await response.json())["kind"] == "APIGroupDiscoveryList"
        etag = response.headers["ETag"]
    async with http.get("/apis", headers={"Accept": accept, "If-None-Match": etag}) as response:
        assert (response.status, await response.read()) == (304, b"")
    async with http.get("/openapi/v3") as response:
        paths = (await response.json())["paths"]
    async with http.get(paths["apis/apps/v1"]["serverRelativeURL"]) as response:
        assert (await response.json())["openapi"].startswith("3.")
        assert "immutable" in response.headers["Cache-Control"]
