"""The imperative commands of kubectl: create, edit, label, scale, patch, set, rollout, run, expose, delete, wait."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from running_cluster import Kubectl, as_yaml, config_map, deployment, pod

GENERATORS = [
    ("clusterrole {ns} --verb=get,list --resource=pods", "clusterrole.rbac.authorization.k8s.io/{ns}"),
    ("clusterrolebinding {ns} --clusterrole=view --user=alice", "clusterrolebinding.rbac.authorization.k8s.io/{ns}"),
    ("configmap made --from-literal=a=b", "configmap/made"),
    ("cronjob made --image=busybox --schedule=@hourly", "cronjob.batch/made"),
    ("deployment made --image=nginx --replicas=2 --port=80", "deployment.apps/made"),
    ("ingress made --rule=foo.com/bar*=svc:8080,tls=cert", "ingress.networking.k8s.io/made"),
    ("job made --image=busybox -- date", "job.batch/made"),
    ("namespace {ns}-made", "namespace/{ns}-made"),
    ("poddisruptionbudget made --selector=a=b --min-available=1", "poddisruptionbudget.policy/made"),
    ("priorityclass {ns} --value=10", "priorityclass.scheduling.k8s.io/{ns}"),
    ("quota made --hard=pods=3,cpu=1", "resourcequota/made"),
    ("role made --verb=get --resource=pods", "role.rbac.authorization.k8s.io/made"),
    ("rolebinding made --role=made --serviceaccount={ns}:default", "rolebinding.rbac.authorization.k8s.io/made"),
    ("secret generic made --from-literal=a=b", "secret/made"),
    ("secret docker-registry made --docker-username=a --docker-password=b --docker-server=c", "secret/made"),
    ("service clusterip made --tcp=80:8080", "service/made"),
    ("service nodeport made --tcp=80", "service/made"),
    ("service loadbalancer made --tcp=80", "service/made"),
    ("service externalname made --external-name=example.com", "service/made"),
    ("serviceaccount made", "serviceaccount/made"),
]


@pytest.mark.parametrize(("command", "created"), GENERATORS, ids=[command.split(" {")[0] for command, _ in GENERATORS])
def test_create_makes_the_object_once(kubectl: Kubectl, command: str, created: str) -> None:
    """kubectl's generators use Go's typed clients, whose bodies are protobuf."""
    arguments = command.format(ns=kubectl.namespace).split()
    created = created.format(ns=kubectl.namespace)
    assert kubectl("create", *arguments) == f"{created} created\n"
    assert kubectl("get", created, "-o", "name") == f"{created}\n"
    assert "already exists" in kubectl.fails("create", *arguments)


def test_a_generated_object_is_what_the_generator_says(kubectl: Kubectl) -> None:
    """The protobuf body and the same object in JSON leave the same thing behind."""
    kubectl("create", "deployment", "made", "--image=nginx:1.29", "--replicas=2", "--port=80")
    manifest = kubectl(
        "create",
        "deployment",
        "twin",
        "--image=nginx:1.29",
        "--replicas=2",
        "--port=80",
        "--dry-run=client",
        "-o",
        "yaml",
    )
    kubectl("create", "-f", "-", stdin=manifest)
    made, twin = (kubectl.json("get", f"deployment/{name}")["spec"] for name in ("made", "twin"))
    assert json.dumps(made).replace("made", "twin") == json.dumps(twin)
    kubectl("create", "secret", "generic", "made", "--from-literal=a=b", "--type=example.com/x")
    secret = kubectl.json("get", "secret/made")
    assert (secret["data"], secret["type"]) == ({"a": "Yg=="}, "example.com/x")


def test_a_job_is_made_from_a_cron_job(kubectl: Kubectl) -> None:
    kubectl("create", "cronjob", "nightly", "--image=busybox", "--schedule=@daily", "--", "date")
    assert kubectl("create", "job", "now", "--from=cronjob/nightly") == "job.batch/now created\n"
    job = kubectl.json("get", "job/now")
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == ["date"]
    assert job["metadata"]["annotations"] == {"cronjob.kubernetes.io/instantiate": "manual"}
    assert job["metadata"]["ownerReferences"][0]["kind"] == "CronJob"


def test_a_token_is_not_to_be_had_yet(kubectl: Kubectl) -> None:
    kubectl("create", "serviceaccount", "robot")
    assert "not implemented" in kubectl.fails("create", "token", "robot")


def test_run_expose_and_autoscale(kubectl: Kubectl) -> None:
    assert kubectl("run", "web", "--image=nginx", "--port=80", "--env=A=b", "--labels=app=web") == "pod/web created\n"
    assert kubectl("expose", "pod/web", "--port=8080", "--target-port=80") == "service/web exposed\n"
    assert kubectl.get("service/web", path="{.spec.selector.app} {.spec.ports[0].port}") == "web 8080"
    kubectl.apply(deployment("web"))
    assert kubectl("expose", "deployment/web", "--name=again", "--type=NodePort") == "service/again exposed\n"
    assert kubectl("autoscale", "deployment/web", "--min=2", "--max=5", "--cpu=70%") == (
        "horizontalpodautoscaler.autoscaling/web autoscaled\n"
    )
    row = kubectl("get", "hpa", "web", "--no-headers").split()
    assert row[:6] == ["web", "Deployment/web", "cpu:", "<unknown>/70%", "2", "5"]


def test_edit_changes_what_the_editor_changed(kubectl: Kubectl) -> None:
    kubectl.apply(config_map("edited", key="before"))
    edited = kubectl("edit", "configmap/edited", EDITOR="sed -i s/before/after/")
    assert edited == "configmap/edited edited\n"
    assert kubectl.get("configmap/edited", path="{.data.key}") == "after"
    unchanged = kubectl.run("edit", "configmap/edited", EDITOR="true")
    assert "Edit cancelled, no changes made." in unchanged.stdout + unchanged.stderr


def test_label_and_annotate(kubectl: Kubectl) -> None:
    kubectl.apply(config_map("marked"))
    assert kubectl("label", "configmap/marked", "tier=web") == "configmap/marked labeled\n"
    assert "already has a value (web), and --overwrite is false" in kubectl.fails(
        "label", "configmap/marked", "tier=db"
    )
    assert kubectl("label", "configmap/marked", "tier=db", "--overwrite") == "configmap/marked labeled\n"
    assert kubectl("get", "cm", "-l", "tier=db", "-o", "name") == "configmap/marked\n"
    assert kubectl("label", "configmap/marked", "tier-") == "configmap/marked unlabeled\n"
    assert kubectl("annotate", "configmap/marked", "note=hi") == "configmap/marked annotated\n"
    assert kubectl.get("configmap/marked", path="{.metadata.annotations.note} {.metadata.labels}") == "hi "
    error = kubectl.fails("label", "configmap/marked", "a=not valid!")
    assert "invalid label value" in error


def test_scale_changes_replicas_and_generation(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web", 2))
    assert kubectl("scale", "deployment/web", "--replicas=5") == "deployment.apps/web scaled\n"
    assert kubectl.get("deployment/web", path="{.spec.replicas} {.metadata.generation}") == "5 2"
    error = kubectl.fails("scale", "deployment/web", "--current-replicas=3", "--replicas=1")
    assert "Expected replicas to be 3, was 5" in error
    assert kubectl.json("get", "deployment/web", "--subresource=scale")["spec"] == {"replicas": 5}


PATCHES: list[tuple[str, Any, str, str]] = [
    ("strategic", {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "b"}]}}}}, "{..image}", "b"),
    (
        "strategic",
        {"spec": {"template": {"spec": {"containers": [{"name": "x", "image": "b"}]}}}},
        "{..image}",
        "b nginx:1.29",
    ),
    (
        "strategic",
        {
            "spec": {
                "template": {
                    "spec": {
                        "$retainKeys": ["containers"],
                        "containers": [{"name": "web", "$patch": "delete"}, {"name": "y", "image": "c"}],
                    }
                }
            }
        },
        "{..image}",
        "c",
    ),
    ("merge", {"spec": {"replicas": 7}}, "{.spec.replicas}", "7"),
    ("merge", {"metadata": {"labels": {"app": None}}}, "{.metadata.labels}", ""),
    ("json", [{"op": "replace", "path": "/spec/replicas", "value": 8}], "{.spec.replicas}", "8"),
    (
        "json",
        [
            {"op": "test", "path": "/spec/replicas", "value": 2},
            {"op": "add", "path": "/metadata/labels/a~1b", "value": "c"},
        ],
        "{.metadata.labels.a/b}",
        "c",
    ),
]


@pytest.mark.parametrize(("kind", "patch", "path", "expected"), PATCHES)
def test_patches_of_each_type(kubectl: Kubectl, kind: str, patch: Any, path: str, expected: str) -> None:
    kubectl.apply(deployment("web"))
    kubectl("annotate", "deployment/web", "kubectl.kubernetes.io/last-applied-configuration-")
    arguments = ("patch", "deployment/web", f"--type={kind}", "-p", json.dumps(patch))
    assert kubectl(*arguments) == "deployment.apps/web patched\n"
    assert kubectl.get("deployment/web", path=path) == expected
    if kind != "json":
        assert kubectl(*arguments) == "deployment.apps/web patched (no change)\n"


def test_a_patch_that_cannot_be_applied_says_why(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web"))
    rejected = "The request is invalid: the server rejected our request due to an error in our request\n"
    for patch in ([{"op": "test", "path": "/spec/replicas", "value": 99}], [{"op": "remove", "path": "/spec/none"}]):
        assert kubectl.fails("patch", "deployment/web", "--type=json", "-p", json.dumps(patch)) == rejected
    wrong_type = '[{"op": "replace", "path": "/spec/replicas", "value": "two"}]'
    assert "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32" in (
        kubectl.fails("patch", "deployment/web", "--type=json", "-p", wrong_type)
    )


def test_a_patch_of_the_status_leaves_the_spec_alone(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web", 2))
    patch = json.dumps({"spec": {"replicas": 9}, "status": {"replicas": 2, "readyReplicas": 1, "updatedReplicas": 2}})
    kubectl("patch", "deployment/web", "--subresource=status", "--type=merge", "-p", patch)
    path = "{.spec.replicas} {.status.readyReplicas} {.metadata.generation}"
    assert kubectl.get("deployment/web", path=path) == "2 1 1"
    assert kubectl("get", "deployment/web", "--no-headers").split()[1] == "1/2"
    kubectl("patch", "deployment/web", "--type=merge", "-p", '{"status":{"readyReplicas":0}}')
    assert kubectl.get("deployment/web", path=path) == "2 1 1"


def test_set_image_env_resources_selector_and_service_account(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web"))
    assert kubectl("set", "image", "deployment/web", "web=nginx:1.30") == "deployment.apps/web image updated\n"
    assert kubectl("set", "env", "deployment/web", "A=b") == "deployment.apps/web env updated\n"
    assert kubectl("set", "resources", "deployment/web", "--limits=cpu=200m,memory=64Mi") == (
        "deployment.apps/web resource requirements updated\n"
    )
    assert kubectl("set", "serviceaccount", "deployment/web", "robot") == "deployment.apps/web serviceaccount updated\n"
    spec = kubectl.json("get", "deployment/web")["spec"]["template"]["spec"]
    container = spec["containers"][0]
    assert container["image"] == "nginx:1.30"
    assert container["env"] == [{"name": "A", "value": "b"}]
    assert container["resources"]["limits"] == {"cpu": "200m", "memory": "64Mi"}
    assert (spec["serviceAccountName"], spec["serviceAccount"]) == ("robot", "robot")
    assert "A=b" in kubectl("set", "env", "deployment/web", "--list")
    kubectl("create", "service", "clusterip", "web", "--tcp=80")
    assert kubectl("set", "selector", "service/web", "app=other") == "service/web selector updated\n"


def test_rollout_restart_pause_resume_history_and_undo(kubectl: Kubectl) -> None:
    """Without controllers the ReplicaSets are made by hand, as the deployment controller would."""
    kubectl.apply(deployment("web"))
    assert kubectl("rollout", "restart", "deployment/web") == "deployment.apps/web restarted\n"
    annotation = "{.spec.template.metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt}"
    assert re.match(r"\d{4}-", kubectl.get("deployment/web", path=annotation))
    assert kubectl("rollout", "pause", "deployment/web") == "deployment.apps/web paused\n"
    assert kubectl("rollout", "resume", "deployment/web") == "deployment.apps/web resumed\n"
    owner = kubectl.json("get", "deployment/web")["metadata"]
    for revision, image in ((1, "nginx:1.28"), (2, "nginx:1.29")):
        replica_set = deployment(f"web-{revision}", 0)
        replica_set["kind"] = "ReplicaSet"
        labels = {"app": "web", "pod-template-hash": str(revision)}
        replica_set["metadata"] |= {
            "labels": labels,
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": owner["uid"], "controller": True}
            ],
        }
        replica_set["spec"]["selector"]["matchLabels"] = labels
        replica_set["spec"]["template"]["metadata"]["labels"] = labels
        replica_set["spec"]["template"]["spec"]["containers"][0]["image"] = image
        kubectl.apply(replica_set)
    history = kubectl("rollout", "history", "deployment/web")
    assert history.split() == ["deployment.apps/web", "REVISION", "CHANGE-CAUSE", "1", "<none>", "2", "<none>"]
    assert "Image:\tnginx:1.28" in kubectl("rollout", "history", "deployment/web", "--revision=1")
    assert kubectl("rollout", "undo", "deployment/web", "--to-revision=1") == "deployment.apps/web rolled back\n"
    assert kubectl.get("deployment/web", path="{..image}").startswith("nginx:1.28")
    status = kubectl("rollout", "status", "deployment/web", "--watch=false")
    assert status == "Waiting for deployment spec update to be observed...\n"


def test_replace_needs_the_current_revision_and_force_makes_a_new_object(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", stdin=as_yaml(config_map("swapped", a="1")))
    first = kubectl.json("get", "configmap/swapped")
    assert kubectl("replace", "-f", "-", stdin=as_yaml(config_map("swapped", a="2"))) == "configmap/swapped replaced\n"
    error = kubectl.fails("replace", "-f", "-", stdin=json.dumps(first))
    assert error == (
        'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on configmaps'
        ' "swapped": the object has been modified; please apply your changes to the latest version and try again\n'
    )
    forced = kubectl("replace", "--force", "-f", "-", stdin=as_yaml(config_map("swapped", a="3")))
    assert forced.splitlines() == [
        f'configmap "swapped" deleted from {kubectl.namespace} namespace',
        "configmap/swapped replaced",
    ]
    assert kubectl.get("configmap/swapped", path="{.metadata.uid}") != first["metadata"]["uid"]


def test_delete_by_name_label_file_and_all(kubectl: Kubectl) -> None:
    for name in "abcd":
        obj = config_map(name)
        obj["metadata"]["labels"] = {"letter": name}
        kubectl.apply(obj)
    where = f"deleted from {kubectl.namespace} namespace"
    assert kubectl("delete", "configmap", "a") == f'configmap "a" {where}\n'
    assert kubectl("delete", "configmap", "-l", "letter=b") == f'configmap "b" {where}\n'
    assert kubectl("delete", "-f", "-", stdin=as_yaml(config_map("c"))) == f'configmap "c" {where}\n'
    assert kubectl("delete", "configmaps", "--all") == f'configmap "d" {where}\n'
    assert kubectl.fails("delete", "configmap", "a") == 'Error from server (NotFound): configmaps "a" not found\n'
    assert kubectl("delete", "configmap", "a", "--ignore-not-found") == ""


def test_delete_waits_until_the_finalizers_are_gone(kubectl: Kubectl) -> None:
    obj = config_map("held")
    obj["metadata"]["finalizers"] = ["example.com/hold"]
    kubectl.apply(obj)
    with kubectl.background("delete", "configmap", "held", "--wait") as waiting:
        waiting.wait_for('configmap "held" deleted')
        assert kubectl.get("configmap/held", path="{.metadata.deletionTimestamp}")
        kubectl("patch", "configmap/held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
        assert waiting.wait() == 0
    assert "NotFound" in kubectl.fails("get", "configmap/held")


def test_pods_on_no_node_go_at_once_and_others_wait_for_their_node(kubectl: Kubectl) -> None:
    bound = pod("bound")
    bound["spec"]["nodeName"] = "node-x"
    kubectl.apply(pod("pending"), bound)
    kubectl("delete", "pod/pending", "--timeout=10s")
    kubectl("delete", "pod/bound", "--wait=false")
    path = "{.metadata.deletionGracePeriodSeconds}"
    assert kubectl.get("pod/bound", path=path) == "30"
    assert kubectl("get", "pod/bound", "--no-headers").split()[2] == "Terminating"
    forced = kubectl.run("delete", "pod/bound", "--grace-period=0", "--force")
    assert forced.stdout == f'pod "bound" force deleted from {kubectl.namespace} namespace\n'
    assert "Warning: Immediate deletion does not wait for confirmation" in forced.stderr
    assert "NotFound" in kubectl.fails("get", "pod/bound")


def test_cascades_leave_their_finalizers_for_the_collector(kubectl: Kubectl) -> None:
    for policy, finalizer in (("orphan", "orphan"), ("foreground", "foregroundDeletion")):
        kubectl.apply(deployment(policy))
        kubectl("delete", f"deployment/{policy}", f"--cascade={policy}", "--wait=false")
        assert kubectl.get(f"deployment/{policy}", path="{.metadata.finalizers[0]}") == finalizer
        kubectl("patch", f"deployment/{policy}", "--type=merge", "-p", '{"metadata":{"finalizers":[]}}')
        assert "NotFound" in kubectl.fails("get", f"deployment/{policy}")


def test_wait_for_conditions_paths_creation_and_deletion(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web"))
    condition = {"type": "Available", "status": "True", "reason": "Enough", "message": ""}
    with kubectl.background("wait", "--for=condition=Available", "deployment/web", "--timeout=30s") as waiting:
        patch = json.dumps({"status": {"conditions": [condition]}})
        kubectl("patch", "deployment/web", "--subresource=status", "--type=merge", "-p", patch)
        waiting.wait_for("deployment.apps/web condition met")
        assert waiting.wait() == 0
    met = "deployment.apps/web condition met\n"
    assert kubectl("wait", "--for=jsonpath={.spec.replicas}=2", "deployment/web") == met
    error = kubectl.fails("wait", "--for=condition=Progressing", "deployment/web", "--timeout=1s")
    assert error == "error: timed out waiting for the condition on deployments/web\n"
    with kubectl.background("wait", "--for=delete", "deployment/web", "--timeout=30s") as waiting:
        kubectl("delete", "deployment/web")
        assert waiting.wait() == 0
    with kubectl.background("wait", "--for=create", "configmap/late", "--timeout=30s") as waiting:
        kubectl.apply(config_map("late"))
        assert waiting.wait() == 0


def test_who_am_i_and_what_may_i(kubectl: Kubectl) -> None:
    shown = kubectl.json("auth", "whoami")["status"]["userInfo"]
    assert "system:masters" in shown["groups"]
    assert "system:authenticated" in shown["groups"]
    assert kubectl("auth", "can-i", "create", "pods") == "yes\n"
    assert "*.*" in kubectl("auth", "can-i", "--list")
    as_bob = ("--token=secret-token-2", "--kubeconfig=/dev/null", f"--server={kubectl.cluster.server}")
    ca = f"--certificate-authority={kubectl.cluster.file('ca.crt')}"
    assert kubectl.json("auth", "whoami", *as_bob, ca)["status"]["userInfo"]["username"] == "bob"
    rejected = kubectl.fails("get", "pods", "--token=wrong", *as_bob[1:], ca)
    assert "You must be logged in to the server" in rejected


def test_auth_reconcile(kubectl: Kubectl) -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "reader", "namespace": kubectl.namespace},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    }
    assert "reader reconciled" in kubectl("auth", "reconcile", "-f", "-", stdin=as_yaml(role))
    role["rules"][0]["verbs"] = ["list"]  # type: ignore[index]
    kubectl("auth", "reconcile", "-f", "-", stdin=as_yaml(role))
    assert kubectl.json("get", "role/reader")["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]},
    ]


@pytest.fixture
def node(kubectl: Kubectl) -> str:
    """A Node made by hand."""
    name = f"node-{kubectl.namespace}"
    kubectl.apply({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
    return name


def test_cordon_uncordon_and_taint(kubectl: Kubectl, node: str) -> None:
    assert kubectl("cordon", node) == f"node/{node} cordoned\n"
    assert kubectl("cordon", node) == f"node/{node} already cordoned\n"
    assert kubectl("get", "node", node, "--no-headers").split()[1] == "Unknown,SchedulingDisabled"
    assert kubectl("uncordon", node) == f"node/{node} uncordoned\n"
    assert kubectl("taint", "node", node, "gpu=yes:NoSchedule") == f"node/{node} tainted\n"
    assert kubectl.get(f"node/{node}", path="{.spec.taints[?(@.key=='gpu')].effect}") == "NoSchedule"
    assert kubectl("taint", "node", node, "gpu-") == f"node/{node} untainted\n"


def test_drain_evicts_pods_and_respects_budgets(kubectl: Kubectl, node: str) -> None:
    for name, app in (("free", "free"), ("guarded", "guarded")):
        obj = pod(name, labels={"app": app})
        obj["spec"] |= {"nodeName": node, "terminationGracePeriodSeconds": 0}
        kubectl.apply(obj)
        running = {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}
        kubectl("patch", f"pod/{name}", "--subresource=status", "--type=merge", "-p", json.dumps(running))
    kubectl("create", "poddisruptionbudget", "guard", "--selector=app=guarded", "--min-available=1")
    budget = {
        "observedGeneration": 1,
        "currentHealthy": 1,
        "desiredHealthy": 1,
        "expectedPods": 1,
        "disruptionsAllowed": 0,
    }

    def allow(disruptions: int) -> None:
        patch = json.dumps({"status": budget | {"disruptionsAllowed": disruptions}})
        kubectl("patch", "pdb/guard", "--subresource=status", "--type=merge", "-p", patch)

    allow(0)
    with kubectl.background("drain", node, "--force", "--timeout=60s") as draining:
        draining.wait_for('error when evicting pods/"guarded"')
        assert "Cannot evict pod as it would violate the pod's disruption budget." in draining.text
        allow(1)
        draining.wait_for(f"node/{node} drained")
        assert draining.wait() == 0
    assert kubectl("get", "pods", "-o", "name") == ""
    guard = kubectl.json("get", "pdb/guard")["status"]
    assert guard["disruptionsAllowed"] == 0
    assert list(guard["disruptedPods"]) == ["guarded"]


def test_the_namespace_of_an_object_must_be_the_one_asked_for(kubectl: Kubectl) -> None:
    error = kubectl.fails("create", "-f", "-", stdin=as_yaml(config_map("x", namespace="elsewhere")))
    assert 'the namespace from the provided object "elsewhere" does not match the namespace' in error
    missing = kubectl.fails("create", "configmap", "x", "--namespace=not-there")
    assert missing == 'error: failed to create configmap: namespaces "not-there" not found\n'


def test_a_namespace_that_is_deleted_terminates(kubectl: Kubectl) -> None:
    kubectl("delete", "namespace", kubectl.namespace, "--wait=false")
    assert kubectl("get", "namespace", kubectl.namespace, "--no-headers").split()[1] == "Terminating"
    error = kubectl.fails("create", "-f", "-", stdin=as_yaml(config_map("late")))
    assert error == (
        'Error from server (Forbidden): error when creating "STDIN": configmaps "late" is forbidden: unable to create'
        f" new content in namespace {kubectl.namespace} because it is being terminated\n"
    )


def test_a_custom_editor_of_yaml_sees_no_managed_fields(kubectl: Kubectl, tmp_path: Path) -> None:
    kubectl.apply(config_map("edited", key="before"))
    copy = tmp_path / "seen.yaml"
    script = tmp_path / "editor"
    script.write_text(f'#!/bin/sh\ncp "$1" {copy}\nsed -i s/before/after/ "$1"\n')
    script.chmod(0o755)
    kubectl("edit", "configmap/edited", EDITOR=str(script))
    seen = yaml.safe_load(copy.read_text())
    assert "managedFields" not in seen["metadata"]
    assert seen["data"] == {"key": "before"}
