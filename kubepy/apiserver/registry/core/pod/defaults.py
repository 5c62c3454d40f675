"""The values that pods and pod templates get where a request left them out.

`default_pod_spec` and `default_pod_template` serve every kind that embeds pods; `default_pod` adds what only real pods
get. All work in place and are idempotent. They also settle what upstream settles by converting to its internal types
and back: the alias `serviceAccount`, canonical quantities, and absence of empty values of fields that have no "unset".

Follows kubernetes `pkg/apis/core/v1/defaults.go`, `zz_generated.defaults.go` and `conversion.go`.
"""

from __future__ import annotations

from typing import Any

from kubepy.apiserver.registry.core.images import default_pull_policy
from kubepy.apiserver.registry.core.quantities import (
    aggregate,
    is_huge_page,
    is_overcommit_allowed,
    is_pod_level,
    stored_form,
)
from kubepy.apiserver.registry.core.volumes import default_volumes

Object = dict[str, Any]

_CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_LEGACY_INIT_ANNOTATIONS = frozenset(
    f"pod.{stage}.kubernetes.io/init-container{suffix}" for stage in ("alpha", "beta") for suffix in ("s", "-statuses")
)
_SPEC_OMITS_EMPTY = frozenset(
    {
        "ephemeralContainers", "hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname",
        "imagePullSecrets", "initContainers", "nodeName", "nodeSelector", "overhead", "priorityClassName",
        "readinessGates", "resourceClaims", "schedulingGates", "serviceAccount", "serviceAccountName", "subdomain",
        "tolerations", "topologySpreadConstraints", "volumes",
    }
)  # fmt: skip
_CONTAINER_OMITS_EMPTY = frozenset(
    {
        "args", "command", "env", "envFrom", "image", "ports", "resizePolicy", "restartPolicyRules", "stdin",
        "stdinOnce", "targetContainerName", "tty", "volumeDevices", "volumeMounts", "workingDir",
    }
)  # fmt: skip


def default_pod(pod: Object) -> None:
    """Fill in what a Pod object left out, in place."""
    spec = pod.setdefault("spec", {})
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or ():
            _default_requests_from_limits(container)
    default_pod_spec(spec)
    if spec["terminationGracePeriodSeconds"] < 0:
        spec["terminationGracePeriodSeconds"] = 1
    if spec.get("resources") is not None:
        _default_pod_level_resources(spec)
    if spec.get("enableServiceLinks") is None:
        spec["enableServiceLinks"] = True
    if spec.get("hostNetwork"):
        _default_host_ports(spec)
    _drop_legacy_annotations(pod.get("metadata"))


def default_pod_template(template: Object) -> None:
    """Fill in what a PodTemplateSpec left out, in place."""
    _drop_legacy_annotations(template.setdefault("metadata", {}))
    default_pod_spec(template.setdefault("spec", {}))


def default_pod_spec(spec: Object) -> None:
    """Fill in what a PodSpec left out, in place, as far as it is the same in pods and in templates."""
    _omit_empty(spec, _SPEC_OMITS_EMPTY)
    if not spec.get("dnsPolicy"):
        spec["dnsPolicy"] = "ClusterFirst"
    if not spec.get("restartPolicy"):
        spec["restartPolicy"] = "Always"
    if spec.get("securityContext") is None:
        spec["securityContext"] = {}
    if spec.get("terminationGracePeriodSeconds") is None:
        spec["terminationGracePeriodSeconds"] = 30
    if not spec.get("schedulerName"):
        spec["schedulerName"] = "default-scheduler"
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for kind in _CONTAINER_LISTS:
        for container in spec.get(kind) or ():
            _default_container(container)
    volumes = spec.get("volumes")
    if volumes:
        default_volumes(volumes)
    if spec.get("overhead"):
        _store_quantities(spec["overhead"])
    if spec.get("resources"):
        _default_resources(spec["resources"])


def _omit_empty(obj: Object, names: frozenset[str]) -> None:
    for name in [name for name, value in obj.items() if not value and name in names]:
        del obj[name]


def _drop_legacy_annotations(metadata: Object | None) -> None:
    annotations = (metadata or {}).get("annotations")
    if annotations:
        for name in _LEGACY_INIT_ANNOTATIONS & annotations.keys():
            del annotations[name]


def _default_container(container: Object) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = default_pull_policy(container.get("image") or "")
    if not container.get("terminationMessagePath"):
        container["terminationMessagePath"] = "/dev/termination-log"
    if not container.get("terminationMessagePolicy"):
        container["terminationMessagePolicy"] = "File"
    _omit_empty(container, _CONTAINER_OMITS_EMPTY)
    for port in container.get("ports") or ():
        if not port.get("protocol"):
            port["protocol"] = "TCP"
    for variable in container.get("env") or ():
        if "valueFrom" in variable:
            _default_env_source(variable["valueFrom"])
    resources = container.setdefault("resources", {})
    if resources:
        _default_resources(resources)
    for name in _PROBES:
        if name in container:
            _default_probe(container[name])
    for handler in (container.get("lifecycle") or {}).values():
        if isinstance(handler, dict) and "httpGet" in handler:
            _default_http_get(handler["httpGet"])


def _default_env_source(source: Object) -> None:
    if "fieldRef" in source:
        if not source["fieldRef"].get("apiVersion"):
            source["fieldRef"]["apiVersion"] = "v1"
    elif "resourceFieldRef" in source:
        reference = source["resourceFieldRef"]
        reference["divisor"] = stored_form(reference.get("divisor") or "0")
    elif "fileKeyRef" in source:
        source["fileKeyRef"].setdefault("optional", False)


def _default_probe(probe: Object) -> None:
    if not probe.get("timeoutSeconds"):
        probe["timeoutSeconds"] = 1
    if not probe.get("periodSeconds"):
        probe["periodSeconds"] = 10
    if not probe.get("successThreshold"):
        probe["successThreshold"] = 1
    if not probe.get("failureThreshold"):
        probe["failureThreshold"] = 3
    if probe.get("initialDelaySeconds") == 0:
        del probe["initialDelaySeconds"]
    if "httpGet" in probe:
        _default_http_get(probe["httpGet"])
    elif "grpc" in probe:
        probe["grpc"].setdefault("service", "")


def _default_http_get(action: Object) -> None:
    if not action.get("path"):
        action["path"] = "/"
    if not action.get("scheme"):
        action["scheme"] = "HTTP"


def _default_resources(resources: Object) -> None:
    for name in ("limits", "requests"):
        if name in resources:
            _store_quantities(resources[name])


def _store_quantities(resources: Object) -> None:
    for name, value in resources.items():
        resources[name] = stored_form(value)


def _default_requests_from_limits(container: Object) -> None:
    resources = container.get("resources")
    limits = resources.get("limits") if resources else None
    if resources and limits:
        resources["requests"] = {**limits, **(resources.get("requests") or {})}


def _default_host_ports(spec: Object) -> None:
    for kind in ("containers", "initContainers"):
        for container in spec.get(kind) or ():
            for port in container.get("ports") or ():
                if not port.get("hostPort") and port.get("containerPort"):
                    port["hostPort"] = port["containerPort"]


def _default_pod_level_resources(spec: Object) -> None:
    resources = spec["resources"]
    if resources.get("limits") or resources.get("requests"):
        _default_huge_page_limits(spec, resources)
    if resources.get("limits"):
        _default_pod_requests(spec, resources)
    elif any(is_pod_level(name) for name in resources.get("requests") or ()):
        _default_pod_limits(spec, resources)


def _default_huge_page_limits(spec: Object, resources: Object) -> None:
    limits = resources.get("limits") or {}
    for name, amount in aggregate(spec, "limits").items():
        if is_huge_page(name) and name not in (resources.get("requests") or {}):
            limits.setdefault(name, str(amount))
    if limits:
        resources["limits"] = limits


def _default_pod_requests(spec: Object, resources: Object) -> None:
    requests = resources.get("requests") or {}
    for name, amount in aggregate(spec, "requests").items():
        if is_pod_level(name) and is_overcommit_allowed(name):
            requests.setdefault(name, str(amount))
    for name, value in resources["limits"].items():
        if is_pod_level(name):
            requests.setdefault(name, value)
    if requests:
        resources["requests"] = requests


def _default_pod_limits(spec: Object, resources: Object) -> None:
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    limits = {
        name: str(amount)
        for name, amount in aggregate(spec, "limits").items()
        if is_pod_level(name)
        and is_overcommit_allowed(name)
        and all(name in ((c.get("resources") or {}).get("limits") or {}) for c in containers)
    }
    if limits:
        resources["limits"] = limits
