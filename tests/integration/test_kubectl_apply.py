"""kubectl apply in all its forms: client side, server side, diff, prune, kustomize, dry run, validation."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from running_cluster import Kubectl, as_yaml, config_map, deployment

SHOP = (
    "configmap/shop-config",
    "secret/shop-secret",
    "serviceaccount/shop",
    "role.rbac.authorization.k8s.io/shop",
    "rolebinding.rbac.authorization.k8s.io/shop",
    "service/shop",
    "deployment.apps/shop",
    "ingress.networking.k8s.io/shop",
    "statefulset.apps/shop-db",
    "cronjob.batch/shop-report",
)
NEVER_UNCHANGED = {"secret/shop-secret", "statefulset.apps/shop-db"}
"""kubectl sends a patch for these each time: stringData is write-only, claim templates an atomic list with defaults."""


def test_a_file_of_many_documents_is_created_then_unchanged_then_configured(kubectl: Kubectl, manifests: Path) -> None:
    file = manifests / "shop.yaml"
    assert kubectl("apply", "-f", file).splitlines() == [f"{name} created" for name in SHOP]
    assert kubectl("apply", "-f", file).splitlines() == [
        f"{name} {'configured' if name in NEVER_UNCHANGED else 'unchanged'}" for name in SHOP
    ]
    assert kubectl.get("statefulset/shop-db", path="{.metadata.generation}") == "1"
    changed = file.read_text().replace("replicas: 3", "replicas: 5")
    lines = kubectl("apply", "-f", "-", stdin=changed).splitlines()
    assert {line.split()[0] for line in lines if line.endswith("configured")} == {
        "deployment.apps/shop"
    } | NEVER_UNCHANGED
    assert kubectl.get("deployment/shop", path="{.spec.replicas} {.metadata.generation}") == "5 2"
    assert kubectl("delete", "-f", file).count("deleted") == len(SHOP)
    assert kubectl("get", "all,cm,secret,ing,role,rolebinding,sa", "-l", "app=shop") == ""


def test_a_field_taken_out_of_the_file_is_taken_out_of_the_object(kubectl: Kubectl) -> None:
    """The three-way merge with kubectl.kubernetes.io/last-applied-configuration."""
    kubectl.apply(config_map("letters", a="1", b="2"))
    kubectl("patch", "configmap/letters", "--type=merge", "-p", '{"data":{"c":"3"}}')
    assert kubectl.apply(config_map("letters", a="1")) == "configmap/letters configured\n"
    assert kubectl.json("get", "configmap/letters")["data"] == {"a": "1", "c": "3"}


def test_apply_merges_containers_by_name(kubectl: Kubectl) -> None:
    """Strategic merge of a list with a merge key: what another has added to it stays."""
    kubectl.apply(deployment("web"))
    sidecar = '[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"side","image":"busybox"}}]'
    kubectl("patch", "deployment/web", "--type=json", "-p", sidecar)
    wanted = deployment("web")
    wanted["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.30"
    assert kubectl.apply(wanted) == "deployment.apps/web configured\n"
    images = kubectl.get("deployment/web", path="{.spec.template.spec.containers[*].image}")
    assert images == "nginx:1.30 busybox"


def test_diff_exits_1_and_shows_the_difference_and_0_where_there_is_none(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web", 2))
    same = kubectl.run("diff", "-f", "-", stdin=as_yaml(deployment("web", 2)))
    assert (same.status, same.stdout) == (0, "")
    other = kubectl.run("diff", "-f", "-", stdin=as_yaml(deployment("web", 7)))
    assert other.status == 1, other.stderr
    assert "-  generation: 1\n+  generation: 2" in other.stdout
    assert "-  replicas: 2\n+  replicas: 7" in other.stdout
    serverside = kubectl.run(
        "diff", "--server-side", "--force-conflicts", "-f", "-", stdin=as_yaml(deployment("web", 7))
    )
    assert serverside.status == 1
    assert "+  replicas: 7" in serverside.stdout
    assert kubectl.get("deployment/web", path="{.spec.replicas}") == "2"


def test_server_side_apply_names_the_conflicting_manager_and_field(kubectl: Kubectl) -> None:
    one, two = as_yaml(config_map("shared", key="one")), as_yaml(config_map("shared", key="two"))
    assert kubectl("apply", "--server-side", "-f", "-", stdin=one) == "configmap/shared serverside-applied\n"
    error = kubectl.fails("apply", "--server-side", "--field-manager=second", "-f", "-", stdin=two)
    assert error.startswith(
        'error: Apply failed with 1 conflict: conflict with "kubectl": .data.key\n'
        "Please review the fields above--they currently have other managers. Here"
    )
    assert kubectl.get("configmap/shared", path="{.data.key}") == "one"
    forced = kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=second", "-f", "-", stdin=two)
    assert forced == "configmap/shared serverside-applied\n"
    shown = kubectl.json("get", "configmap/shared", "--show-managed-fields")
    managers = {entry["manager"]: entry for entry in shown["metadata"]["managedFields"]}
    assert managers["second"]["operation"] == "Apply"
    assert managers["second"]["fieldsV1"] == {"f:data": {"f:key": {}}}
    assert "f:key" not in json.dumps(managers.get("kubectl", {}))


def test_a_conflict_with_an_updater_names_its_api_version_and_operation(kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=as_yaml(deployment("web", 2)))
    kubectl("scale", "deployment/web", "--replicas=4")
    error = kubectl.fails("apply", "--server-side", "-f", "-", stdin=as_yaml(deployment("web", 3)))
    assert 'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale"' in error
    assert ".spec.replicas" in error


def test_server_side_apply_removes_what_its_manager_no_longer_wants(kubectl: Kubectl) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=as_yaml(config_map("letters", a="1", b="2")))
    kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=as_yaml(config_map("letters", c="3")))
    kubectl("apply", "--server-side", "-f", "-", stdin=as_yaml(config_map("letters", a="1")))
    assert kubectl.json("get", "configmap/letters")["data"] == {"a": "1", "c": "3"}


def test_going_from_client_side_to_server_side_apply_takes_over_its_fields(kubectl: Kubectl) -> None:
    """kubectl's migration of managedFields, and its removal of nothing: no conflict, and fields can be dropped."""
    kubectl.apply(config_map("letters", a="1", b="2"))
    kubectl("apply", "--server-side", "-f", "-", stdin=as_yaml(config_map("letters", a="2")))
    assert kubectl.json("get", "configmap/letters")["data"] == {"a": "2"}


def test_apply_prune_deletes_what_the_files_no_longer_hold(kubectl: Kubectl) -> None:
    objects = [config_map(name, key="value") for name in ("kept", "dropped")]
    for obj in objects:
        obj["metadata"]["labels"] = {"set": "one"}
    kubectl.apply(*objects)
    pruned = kubectl(
        "apply", "-f", "-", "-l", "set=one", "--prune", "--prune-allowlist=core/v1/ConfigMap", stdin=as_yaml(objects[0])
    )
    assert pruned.splitlines() == ["configmap/kept unchanged", "configmap/dropped pruned"]
    assert kubectl("get", "configmaps", "-l", "set=one", "-o", "name") == "configmap/kept\n"


def test_kustomizations_are_applied_and_deleted(kubectl: Kubectl, manifests: Path) -> None:
    created = kubectl("apply", "-k", manifests / "kustomize").splitlines()
    assert created == ["configmap/staging-settings created", "service/staging-web created"]
    assert kubectl("get", "svc", "-l", "env=staging", "-o", "name") == "service/staging-web\n"
    assert kubectl("delete", "-k", manifests / "kustomize").count("deleted") == 2


def test_a_server_side_dry_run_answers_as_if_and_stores_nothing(kubectl: Kubectl) -> None:
    text = as_yaml(deployment("web"))
    assert (
        kubectl("apply", "--dry-run=server", "-f", "-", stdin=text) == "deployment.apps/web created (server dry run)\n"
    )
    assert "NotFound" in kubectl.fails("get", "deployment/web")
    kubectl("apply", "-f", "-", stdin=text)
    changed = as_yaml(deployment("web", 9))
    shown = yaml.safe_load(kubectl("apply", "--dry-run=server", "-f", "-", "-o", "yaml", stdin=changed))
    assert shown["spec"]["replicas"] == 9
    assert shown["metadata"]["generation"] == 2
    assert kubectl.get("deployment/web", path="{.spec.replicas} {.metadata.generation}") == "2 1"
    assert kubectl("delete", "deployment/web", "--dry-run=server") == (
        f'deployment.apps "web" deleted from {kubectl.namespace} namespace (server dry run)\n'
    )
    assert kubectl("get", "deployment/web", "-o", "name") == "deployment.apps/web\n"


def test_unknown_and_repeated_fields_are_refused_by_name(kubectl: Kubectl) -> None:
    wrong = deployment("web")
    wrong["spec"]["replica"] = 3
    wrong["spec"]["template"]["spec"]["containers"][0]["imagePullPolice"] = "Always"
    error = kubectl.fails("create", "-f", "-", stdin=as_yaml(wrong))
    assert error == (
        'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a'
        ' Deployment: strict decoding error: unknown field "spec.replica",'
        ' unknown field "spec.template.spec.containers[0].imagePullPolice"\n'
    )
    error = kubectl.fails("apply", "--validate=strict", "-f", "-", stdin=as_yaml(wrong))
    assert 'strict decoding error: unknown field "spec.replica"' in error
    warned = kubectl.run("create", "--validate=warn", "-f", "-", stdin=as_yaml(wrong))
    assert warned.stdout == "deployment.apps/web created\n"
    assert 'Warning: unknown field "spec.replica"' in warned.stderr
    assert 'replica"' not in kubectl("get", "deployment/web", "-o", "json").replace("replicas", "")
    kubectl("delete", "deployment/web")
    quiet = kubectl.run("create", "--validate=ignore", "-f", "-", stdin=as_yaml(wrong))
    assert (quiet.stdout, quiet.stderr) == ("deployment.apps/web created\n", "")


def test_every_invalid_field_is_listed(kubectl: Kubectl) -> None:
    wrong = deployment("web")
    wrong["spec"]["replicas"] = -1
    wrong["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    wrong["spec"]["template"]["spec"]["containers"][0]["name"] = "Not_A_Name"
    error = kubectl.fails("create", "-f", "-", stdin=as_yaml(wrong))
    assert error.startswith(
        'The Deployment "web" is invalid: \n* spec.replicas: Invalid value: -1: must be greater than'
    )
    assert "\n* spec.template.metadata.labels: Invalid value: " in error
    assert '\n* spec.template.spec.containers[0].name: Invalid value: "Not_A_Name": a lowercase RFC 1123 label' in error


def test_an_immutable_field_is_refused(kubectl: Kubectl) -> None:
    kubectl.apply(deployment("web"))
    other = deployment("web")
    other["spec"]["selector"]["matchLabels"] = other["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    error = kubectl.fails("apply", "-f", "-", stdin=as_yaml(other))
    assert error.startswith('The Deployment "web" is invalid: spec.selector: Invalid value: ')
    assert error.endswith(": field is immutable\n")


def test_what_get_prints_can_be_applied_and_replaced_again(kubectl: Kubectl, manifests: Path) -> None:
    kubectl("apply", "-f", manifests / "shop.yaml")
    kinds = ("get", "deploy,svc,cm,sts,cronjob,ing", "-l", "app=shop")
    before = kubectl.json(*kinds)["items"]
    applied = kubectl("apply", "-f", "-", stdin=kubectl(*kinds, "-o", "yaml")).splitlines()
    assert {line.split()[-1] for line in applied} == {"configured"}
    replaced = kubectl("replace", "-f", "-", stdin=kubectl(*kinds, "-o", "yaml")).splitlines()
    assert [line.split()[-1] for line in replaced] == ["replaced"] * 6
    after = kubectl.json(*kinds)["items"]
    for part in ("spec", "data", "status"):
        assert [obj.get(part) for obj in after] == [obj.get(part) for obj in before]


def test_apply_view_edit_and_set_of_the_last_applied_configuration(kubectl: Kubectl) -> None:
    kubectl.apply(config_map("letters", a="1"))
    assert yaml.safe_load(kubectl("apply", "view-last-applied", "configmap/letters"))["data"] == {"a": "1"}
    wanted = as_yaml(config_map("letters", a="2"))
    assert kubectl("apply", "set-last-applied", "-f", "-", stdin=wanted) == "configmap/letters configured\n"
    assert yaml.safe_load(kubectl("apply", "view-last-applied", "configmap/letters"))["data"] == {"a": "2"}
