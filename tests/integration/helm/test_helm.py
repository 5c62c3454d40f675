"""Helm 4 installs, lists, upgrades, rolls back and removes a chart, as on any cluster.

Helm keeps each revision of a release in a Secret that it creates and replaces in the protobuf encoding, and writes a
chart's objects by server-side apply. Nothing here waits for Deployments to become ready, which is for controllers to
bring about.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import helm_python as helm
import pytest
from running_cluster import Cluster, Kubectl, until

CHART = Path(__file__).with_name("chart")
KINDS = "configmap,serviceaccount,role,rolebinding,deployment,service,ingress"
RELEASED = {
    "configmap/demo-shop",
    "deployment.apps/demo-shop",
    "ingress.networking.k8s.io/demo-shop",
    "role.rbac.authorization.k8s.io/demo-shop",
    "rolebinding.rbac.authorization.k8s.io/demo-shop",
    "secret/demo-shop",
    "service/demo-shop",
    "serviceaccount/demo-shop",
}
TIMEOUT_SECONDS = 60


@pytest.fixture
def releases(cluster: Cluster, namespace: str) -> Iterator[helm.Config]:
    """Helm, with the namespace of the test."""
    with helm.Config(kubeconfig_path=cluster.kubeconfig, namespace=namespace) as config:
        yield config


def install(releases: helm.Config, **values: object) -> helm.config.Release:
    return releases.install(CHART, "demo", dict(values), timeout=TIMEOUT_SECONDS)


def upgrade(releases: helm.Config, **values: object) -> helm.config.Release:
    return releases.upgrade(CHART, "demo", dict(values), timeout=TIMEOUT_SECONDS)


def objects_of_release(kubectl: Kubectl) -> set[str]:
    """What stands in the namespace with the release's label; hooks don't belong to a release."""
    names = kubectl("get", f"{KINDS},secret", "-l", "app.kubernetes.io/instance=demo", "-o", "name").split()
    return set(names) - {"configmap/demo-shop-before"}


def revisions(releases: helm.Config) -> list[tuple[int, str]]:
    return [(revision["revision"], revision["status"]) for revision in releases.history("demo")]


def test_an_install_creates_every_object_of_the_chart(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm install`: the objects exist, carry Helm's marks of ownership, and the release is listed as deployed."""
    release = install(releases)
    assert (release["status"], release["revision"]) == ("deployed", 1)
    assert objects_of_release(kubectl) == RELEASED
    assert kubectl.get("deployment/demo-shop", path="{.spec.replicas} {.metadata.generation}") == "2 1"
    assert kubectl.get("secret/demo-shop", path="{.data.password}") == "czNjcmV0"
    annotations = kubectl.json("get", "service/demo-shop")["metadata"]["annotations"]
    assert annotations == {
        "meta.helm.sh/release-name": "demo",
        "meta.helm.sh/release-namespace": kubectl.namespace,
    }
    assert [(found["name"], found["status"]) for found in releases.list()] == [("demo", "deployed")]


def test_a_release_can_be_found_from_all_namespaces(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm list -A` selects Secrets of all namespaces by label."""
    install(releases)
    found = {(release["namespace"], release["name"]) for release in releases.list(all_namespaces=True)}
    assert (kubectl.namespace, "demo") in found


def test_a_release_keeps_its_record_in_a_secret_that_is_replaced(releases: helm.Config, kubectl: Kubectl) -> None:
    """Helm replaces the Secret without naming its uid or resourceVersion: the object stays the same object."""
    install(releases)
    metadata = kubectl.json("get", "secret/sh.helm.release.v1.demo.v1")["metadata"]
    assert metadata["labels"]["status"] == "deployed"
    upgrade(releases)
    after = kubectl.json("get", "secret/sh.helm.release.v1.demo.v1")["metadata"]
    assert after["labels"]["status"] == "superseded"
    assert (after["uid"], after["creationTimestamp"]) == (metadata["uid"], metadata["creationTimestamp"])


def test_an_upgrade_changes_what_differs_and_removes_what_is_gone(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm upgrade`: values reach the objects, a template that renders nothing any more loses its object."""
    install(releases)
    cluster_ip = kubectl.get("service/demo-shop", path="{.spec.clusterIP}")
    release = upgrade(releases, replicas=3, greeting="hello", ingress={"enabled": False})
    assert (release["status"], release["revision"]) == ("deployed", 2)
    assert objects_of_release(kubectl) == RELEASED - {"ingress.networking.k8s.io/demo-shop"}
    assert kubectl.get("deployment/demo-shop", path="{.spec.replicas} {.metadata.generation}") == "3 2"
    assert kubectl.get("configmap/demo-shop", path="{.data.greeting}") == "hello"
    assert kubectl.get("service/demo-shop", path="{.spec.clusterIP}") == cluster_ip
    assert releases.get_values("demo") == {"replicas": 3, "greeting": "hello", "ingress": {"enabled": False}}


def test_an_upgrade_that_changes_nothing_writes_no_object(releases: helm.Config, kubectl: Kubectl) -> None:
    """A server-side apply of what is there already leaves resourceVersion and generation alone."""
    install(releases)
    before = kubectl.get(KINDS, path="{.items[*].metadata.resourceVersion}")
    revision_of_hook = kubectl.get("configmap/demo-shop-before", path="{.metadata.resourceVersion}")
    upgrade(releases)
    after = kubectl.get(KINDS, path="{.items[*].metadata.resourceVersion}")
    assert set(before.split()) - set(after.split()) == {revision_of_hook}


def test_a_rollback_brings_back_a_revision_as_a_new_one(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm rollback`: objects that had gone come back, and the history shows a further revision."""
    install(releases)
    upgrade(releases, replicas=3, ingress={"enabled": False})
    releases.rollback("demo", version=1, timeout=TIMEOUT_SECONDS)
    assert revisions(releases) == [(1, "superseded"), (2, "superseded"), (3, "deployed")]
    assert objects_of_release(kubectl) == RELEASED
    assert kubectl.get("deployment/demo-shop", path="{.spec.replicas}") == "2"


def test_an_uninstall_leaves_nothing_of_the_release(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm uninstall`: objects and history are gone."""
    install(releases)
    upgrade(releases, replicas=1)
    assert releases.uninstall("demo", timeout=TIMEOUT_SECONDS)["release"]["status"] == "uninstalled"
    assert objects_of_release(kubectl) == set()
    assert kubectl("get", "secret", "-o", "name") == ""
    assert releases.list(all_states=True) == []
    with pytest.raises(helm.HelmNotFoundError):
        releases.status("demo")


def test_an_uninstall_can_keep_the_history(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm uninstall --keep-history`: the objects are gone, and a rollback resurrects them."""
    install(releases)
    releases.uninstall("demo", keep_history=True, timeout=TIMEOUT_SECONDS)
    assert objects_of_release(kubectl) == set()
    assert revisions(releases) == [(1, "uninstalled")]
    releases.rollback("demo", version=1, timeout=TIMEOUT_SECONDS)
    assert objects_of_release(kubectl) == RELEASED


def test_an_install_can_make_its_namespace(cluster: Cluster, namespace: str) -> None:
    """`helm install --create-namespace`."""
    wanted = f"{namespace}-new"
    with helm.Config(kubeconfig_path=cluster.kubeconfig, namespace=wanted) as releases:
        releases.install(CHART, "demo", create_namespace=True, timeout=TIMEOUT_SECONDS)
    labels = cluster.kubectl().json("get", "namespace", wanted)["metadata"]["labels"]
    assert labels["name"] == wanted
    assert objects_of_release(cluster.kubectl(wanted)) == RELEASED


def test_an_install_leaves_alone_what_is_not_helms(releases: helm.Config, kubectl: Kubectl) -> None:
    """An object of the same name that lacks Helm's annotations stops the install before anything is written."""
    kubectl("create", "configmap", "demo-shop")
    with pytest.raises(helm.HelmReleaseError, match=r'ConfigMap "demo-shop".* exists and cannot be imported'):
        install(releases)
    assert objects_of_release(kubectl) == set()


def test_a_dry_run_on_the_server_writes_nothing(releases: helm.Config, kubectl: Kubectl) -> None:
    """`helm install --dry-run=server`."""
    release = releases.install(CHART, "demo", dry_run="server", timeout=TIMEOUT_SECONDS)
    assert "kind: Deployment" in release["manifest"]
    assert objects_of_release(kubectl) == set()


def test_a_refused_object_fails_the_release_with_the_servers_words(releases: helm.Config, kubectl: Kubectl) -> None:
    """What validation finds reaches the user, and the release is marked as failed."""
    with pytest.raises(helm.HelmReleaseError, match=r"spec\.rules\[0\]\.host: Invalid value"):
        install(releases, ingress={"enabled": True, "host": "Not_A_Host"})
    assert revisions(releases) == [(1, "failed")]


def test_an_install_waits_for_a_hook_job(releases: helm.Config, kubectl: Kubectl) -> None:
    """Helm watches a hook's Job until it is complete, and then deletes it, as its policy says."""
    with ThreadPoolExecutor(1) as pool:
        installing = pool.submit(install, releases, smokeTest=True)
        job = "job/demo-shop-smoke"
        until("the hook's Job", lambda: kubectl.run("get", job).status == 0)
        assert not installing.done()
        kubectl("patch", job, "--subresource=status", "--type=merge", "-p", SUCCEEDED)
        assert installing.result(TIMEOUT_SECONDS)["status"] == "deployed"
    assert "NotFound" in kubectl.fails("get", job)


SUCCEEDED = """{"status": {
    "startTime": "2026-01-02T03:04:05Z", "completionTime": "2026-01-02T03:04:06Z", "succeeded": 1,
    "conditions": [
        {"type": "SuccessCriteriaMet", "status": "True"},
        {"type": "Complete", "status": "True"}]}}"""
"""What the Job controller would write when the pod has succeeded."""
