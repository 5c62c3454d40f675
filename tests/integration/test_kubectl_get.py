"""What kubectl get, describe, explain and their like show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from running_cluster import Kubectl, as_yaml, config_map, deployment, pod


@pytest.fixture
def two_deployments(kubectl: Kubectl) -> Kubectl:
    """kubectl in a namespace with the Deployments `one` (1 replica) and `two` (2 replicas)."""
    kubectl.apply(deployment("two", 2), deployment("one", 1))
    return kubectl


OUTPUT_FORMS = [
    (("-o", "name"), "deployment.apps/one\ndeployment.apps/two\n"),
    (("--no-headers", "--sort-by=.spec.replicas", "-o", "name"), "deployment.apps/one\ndeployment.apps/two\n"),
    (("-o", "jsonpath={.items[*].spec.replicas}"), "1 2"),
    (("-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.replicas}{'\\n'}{end}"), "one=1\ntwo=2\n"),
    (
        ("-o", "custom-columns=NAME:.metadata.name,N:.spec.replicas,X:.spec.none"),
        "NAME   N     X\none    1     <none>\ntwo    2     <none>\n",
    ),
    (("-o", "go-template={{range .items}}{{.metadata.name}};{{end}}"), "one;two;"),
    (("--field-selector", "metadata.name=two", "-o", "name"), "deployment.apps/two\n"),
    (("--field-selector", "metadata.name!=two", "-o", "name"), "deployment.apps/one\n"),
    (("-l", "app=one", "-o", "name"), "deployment.apps/one\n"),
    (("-l", "app in (two,three)", "-o", "name"), "deployment.apps/two\n"),
    (("-l", "app notin (two)", "-o", "name"), "deployment.apps/one\n"),
    (("-l", "app!=one,app", "-o", "name"), "deployment.apps/two\n"),
    (("-l", "!app", "-o", "name"), ""),
    (("--chunk-size=1", "-o", "name"), "deployment.apps/one\ndeployment.apps/two\n"),
]


@pytest.mark.parametrize(("flags", "expected"), OUTPUT_FORMS, ids=[" ".join(flags) for flags, _ in OUTPUT_FORMS])
def test_get_prints_what_its_flags_ask_for(two_deployments: Kubectl, flags: tuple[str, ...], expected: str) -> None:
    assert two_deployments("get", "deployments", *flags) == expected


TABLES = [
    (
        (),
        r"NAME   READY   UP-TO-DATE   AVAILABLE   AGE\n"
        r"one    0/1     0            0           \d+s\n"
        r"two    0/2     0            0           \d+s\n",
    ),
    (
        ("-o", "wide"),
        r"NAME   READY   UP-TO-DATE   AVAILABLE   AGE\s+CONTAINERS\s+IMAGES\s+SELECTOR\n"
        r"one .* web +nginx:1.29 +app=one\n"
        r"two .*app=two\n",
    ),
    (("--show-labels",), r"NAME +READY +UP-TO-DATE +AVAILABLE +AGE +LABELS\none .*app=one\ntwo .*app=two\n"),
    (("-L", "app"), r"NAME +READY +UP-TO-DATE +AVAILABLE +AGE +APP\none .* one\ntwo .* two\n"),
    (("--sort-by=.spec.replicas",), r"NAME .*\none .*\ntwo .*\n"),
    (("--sort-by={.metadata.name}", "--no-headers"), r"one .*\ntwo .*\n"),
]


@pytest.mark.parametrize(("flags", "expected"), TABLES, ids=[" ".join(flags) or "plain" for flags, _ in TABLES])
def test_get_prints_the_servers_table(two_deployments: Kubectl, flags: tuple[str, ...], expected: str) -> None:
    assert re.fullmatch(expected, two_deployments("get", "deployments", *flags))


def test_json_and_yaml_are_the_same_object(two_deployments: Kubectl) -> None:
    shown = two_deployments.json("get", "deployment/one")
    assert yaml.safe_load(two_deployments("get", "deployment/one", "-o", "yaml")) == shown
    listed = two_deployments.json("get", "deployments")
    assert (listed["kind"], listed["apiVersion"]) == ("List", "v1")
    assert [item["kind"] for item in listed["items"]] == ["Deployment", "Deployment"]


def test_all_namespaces_get_a_column(two_deployments: Kubectl) -> None:
    shown = two_deployments("get", "deployments", "-A")
    assert re.search(rf"^{two_deployments.namespace} +one +0/1", shown, re.MULTILINE)
    assert shown.startswith("NAMESPACE ")


def test_what_is_not_there_is_said_so(kubectl: Kubectl) -> None:
    assert kubectl.run("get", "pods").stderr == f"No resources found in {kubectl.namespace} namespace.\n"
    assert kubectl.fails("get", "pod", "x") == 'Error from server (NotFound): pods "x" not found\n'
    assert kubectl.fails("get", "nonsense") == 'error: the server doesn\'t have a resource type "nonsense"\n'
    wrong = kubectl.fails("get", "pods", "--field-selector", "spec.none=1")
    assert wrong.endswith("field label not supported: spec.none\n")
    assert kubectl("get", "pod", "x", "--ignore-not-found") == ""


def test_a_watch_in_another_terminal_shows_every_change(kubectl: Kubectl) -> None:
    kubectl.apply(config_map("watched", a="1"))
    with kubectl.background("get", "configmaps", "--watch", "--output-watch-events") as terminal:
        terminal.wait_for("ADDED      watched   1")
        kubectl("patch", "configmap/watched", "--type=merge", "-p", '{"data":{"b":"2"}}')
        terminal.wait_for("MODIFIED   watched   2")
        kubectl("delete", "configmap/watched")
        terminal.wait_for("DELETED    watched   2")
        kubectl.apply(config_map("another"))
        assert terminal.wait_for("ADDED      another   0").count("ADDED") == 2


def test_a_watch_of_one_object_as_json_lines(kubectl: Kubectl) -> None:
    kubectl.apply(config_map("watched", a="1"))
    with kubectl.background("get", "configmap/watched", "--watch-only", "-o", "jsonpath={.data.a};") as terminal:
        value = iter(range(2, 1000))

        def changed() -> bool:
            """The watch may not have begun when the first change happens: change until one is seen."""
            kubectl("patch", "configmap/watched", "--type=merge", "-p", json.dumps({"data": {"a": str(next(value))}}))
            return True

        changed()
        changed()
        terminal.wait_for(";")


def test_events_are_listed_by_kubectl_events(kubectl: Kubectl) -> None:
    kubectl.apply(pod("web"))
    uid = kubectl.get("pod/web", path="{.metadata.uid}")
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "web.1"},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": "web",
            "namespace": kubectl.namespace,
            "uid": uid,
        },
        "reason": "Scheduled",
        "message": "assigned to node-1",
        "type": "Normal",
        "firstTimestamp": "2026-01-02T03:04:05Z",
        "lastTimestamp": "2026-01-02T03:04:05Z",
        "count": 1,
        "source": {"component": "scheduler"},
    }
    kubectl("create", "-f", "-", stdin=as_yaml(event))
    assert re.search(r"Normal +Scheduled +Pod/web +assigned to node-1", kubectl("events"))
    assert "assigned to node-1" in kubectl("events", "--for", "pod/web")
    assert re.search(r"Normal +Scheduled +pod/web +assigned to node-1", kubectl("get", "events"))
    assert kubectl("get", "events.events.k8s.io", "-o", "name") == "event.events.k8s.io/web.1\n"
    assert re.search(r"Normal +Scheduled +.* +scheduler +assigned to node-1", kubectl("describe", "pod/web"))


def test_explain_knows_fields_and_their_types(kubectl: Kubectl) -> None:
    shown = kubectl("explain", "deployments.spec.replicas")
    assert shown.startswith("GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: replicas <integer>\n")
    tree = kubectl("explain", "pod", "--recursive")
    assert "KIND:       Pod\nVERSION:    v1\n" in tree
    assert "    containers\t<[]Container> -required-\n" in tree
    assert "          matchExpressions\t<[]NodeSelectorRequirement>" in tree
    assert kubectl.fails("explain", "pod.spec.nonsense") == 'error: field "nonsense" does not exist\n'
    assert "VERSION:    v1\n" in kubectl("explain", "hpa", "--api-version=autoscaling/v1")


def test_api_resources_and_versions(kubectl: Kubectl) -> None:
    rows = kubectl("api-resources", "-o", "wide", "--no-headers").splitlines()
    pods = next(row for row in rows if row.startswith("pods "))
    verbs = "create,delete,deletecollection,get,list,patch,update,watch"
    assert pods.split() == ["pods", "po", "v1", "true", "Pod", verbs, "all"]
    versions = kubectl("api-versions").split()
    assert versions == sorted(versions)
    assert {"v1", "apps/v1", "autoscaling/v1", "autoscaling/v2", "batch/v1", "networking.k8s.io/v1"} <= set(versions)
    assert "deployments.apps" in kubectl("api-resources", "--api-group=apps", "-o", "name").split()
    cluster_wide = kubectl("api-resources", "--namespaced=false", "-o", "name").split()
    assert "nodes" in cluster_wide
    assert "pods" not in cluster_wide


def test_version_and_cluster_info(kubectl: Kubectl) -> None:
    shown = json.loads(kubectl("version", "-o", "json"))
    assert re.fullmatch(r"v1\.37\.\d+\+kubepy", shown["serverVersion"]["gitVersion"])
    assert "is running at" in kubectl("cluster-info")
    assert kubectl("get", "--raw", "/readyz") == "ok"


KINDS = (
    "all,configmaps,secrets,serviceaccounts,roles,rolebindings,ingresses,persistentvolumeclaims,poddisruptionbudgets,"
    "networkpolicies,resourcequotas,limitranges,horizontalpodautoscalers,endpointslices,leases,controllerrevisions,"
    "podtemplates,resourceclaims,resourceclaimtemplates"
)


def test_every_kind_can_be_described(kubectl: Kubectl, manifests: Path) -> None:
    kubectl("apply", "-f", manifests / "shop.yaml")
    kubectl("apply", "-f", manifests / "one_of_each.yaml")
    shown = kubectl("describe", KINDS)
    described = set(re.findall(r"^Name: +(\S+)$", shown, re.MULTILINE))
    stored = {name.split("/")[1] for name in kubectl("get", KINDS, "-o", "name").split()}
    assert stored <= described
    assert "error" not in shown.lower()
    web = kubectl("describe", "deployment/shop")
    assert "Replicas:               3 desired | 0 updated | 0 total | 0 available | 0 unavailable" in web
    assert "StrategyType:           RollingUpdate" in web


CLUSTER_KINDS = (
    "nodes",
    "namespaces",
    "persistentvolumes",
    "storageclasses",
    "clusterroles",
    "clusterrolebindings",
    "csidrivers",
    "csinodes",
    "priorityclasses",
    "runtimeclasses",
    "ingressclasses",
    "volumeattachments",
    "flowschemas",
    "prioritylevelconfigurations",
    "servicecidrs",
    "ipaddresses",
    "validatingwebhookconfigurations",
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "certificatesigningrequests",
    "customresourcedefinitions",
    "apiservices",
    "deviceclasses",
    "resourceslices",
)


def test_every_cluster_wide_kind_can_be_described(kubectl: Kubectl, manifests: Path) -> None:
    kubectl("apply", "-f", manifests / "cluster_wide.yaml")
    for kind in CLUSTER_KINDS:
        ran = kubectl.run("describe", kind)
        assert ran.status == 0, (kind, ran.stderr)
        names = kubectl("get", kind, "-o", "jsonpath={.items[*].metadata.name}").split()
        assert set(names) <= set(re.findall(r"^Name: +(\S+)$", ran.stdout, re.MULTILINE)), kind
