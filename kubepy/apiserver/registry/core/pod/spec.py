"""Validation of pod specifications and pod templates.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePodSpec, ValidatePodTemplateSpec,
validatePodMetadataAndSpec).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.api.labels import validate_labels
from kubepy.api.object_meta import validate_annotations
from kubepy.apiserver.registry.core.pod.affinity import validate_affinity, validate_topology_spread
from kubepy.apiserver.registry.core.pod.annotations import validate_pod_annotations, validate_profiles_match
from kubepy.apiserver.registry.core.pod.containers import (
    Surroundings,
    validate_containers,
    validate_containers_of_pod,
    validate_ephemeral_containers,
    validate_init_containers,
)
from kubepy.apiserver.registry.core.pod.network import (
    validate_dns,
    validate_dns_config,
    validate_host_aliases,
    validate_host_names,
    validate_host_network,
)
from kubepy.apiserver.registry.core.pod.resources import (
    validate_overhead,
    validate_pod_resources,
    validate_resource_claims,
)
from kubepy.apiserver.registry.core.pod.security import validate_pod_security_context
from kubepy.apiserver.registry.core.pod.tolerations import validate_tolerations
from kubepy.apiserver.registry.core.pod.windows import validate_host_process, validate_host_users, validate_os
from kubepy.apiserver.registry.core.volumes import validate_volumes

Object = dict[str, Any]

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_PREEMPTION_POLICIES = ("PreemptLowerPriority", "Never")
_MAX_INT32 = 2**31 - 1
_NAMES_OF_OTHERS = ("serviceAccountName", "nodeName")
_CLASS_NAMES = ("priorityClassName", "runtimeClassName")


def validate_pod_template(template: Object, path: Path) -> list[FieldError]:
    """Mistakes in a PodTemplateSpec, wherever it is embedded."""
    metadata = template.get("metadata") or {}
    spec = template.get("spec") or {}
    errors: list[FieldError] = []
    if labels := metadata.get("labels"):
        errors += validate_labels(labels, path.child("labels"))
    if annotations := metadata.get("annotations"):
        errors += validate_annotations(annotations, path.child("annotations"))
        errors += validate_pod_annotations(annotations, spec, path.child("annotations"))
    errors += validate_pod_spec(spec, path.child("spec"), None)
    errors += validate_profiles_match(metadata, spec, path.child("spec"), ("seccomp",))
    if spec.get("ephemeralContainers"):
        detail = "ephemeral containers not allowed in pod template"
        errors.append(forbidden(path.child("spec", "ephemeralContainers"), detail))
    return errors


def validate_pod(pod: Object) -> list[FieldError]:
    """Mistakes in the specification of a pod and in the annotations that belong to it, at creation or later."""
    metadata, spec = pod["metadata"], pod["spec"]
    errors: list[FieldError] = []
    if annotations := metadata.get("annotations"):
        errors += validate_pod_annotations(annotations, spec, Path("metadata").child("annotations"))
    path = Path("spec")
    errors += validate_pod_spec(spec, path, metadata, is_pod=True)
    if not spec.get("serviceAccountName"):
        errors += _validate_no_account_tokens(spec.get("volumes") or (), path.child("volumes"))
    return errors + validate_containers_of_pod(spec, path)


def _validate_no_account_tokens(volumes: Sequence[Object], path: Path) -> list[FieldError]:
    detail = "must not be specified when serviceAccountName is not set"
    return [
        forbidden(path.index(i).child("projected", "sources").index(j).child("serviceAccountToken"), detail)
        for i, volume in enumerate(volumes)
        for j, source in enumerate((volume.get("projected") or {}).get("sources") or ())
        if source.get("serviceAccountToken") is not None
    ]


def validate_pod_spec(spec: Object, path: Path, metadata: Object | None, *, is_pod: bool = False) -> list[FieldError]:
    """Mistakes in a PodSpec; `is_pod` says that it is not a template, and `metadata` is then the pod's."""
    errors: list[FieldError] = []
    if spec.get("terminationGracePeriodSeconds") is None:
        errors.append(required(path.child("terminationGracePeriodSeconds")))
    pod_name = (metadata or {}).get("name", "")
    around, volume_errors = _surroundings(spec, path, pod_name=pod_name, is_pod=is_pod)
    errors += volume_errors
    if claims := spec.get("resourceClaims"):
        errors += validate_resource_claims(claims, path.child("resourceClaims"))
    containers = spec.get("containers") or ()
    errors += validate_containers(containers, around, path.child("containers"))
    if init := spec.get("initContainers"):
        errors += validate_init_containers(init, containers, around, path.child("initContainers"))
    if spec.get("ephemeralContainers"):
        errors += validate_ephemeral_containers(spec, around, path.child("ephemeralContainers"))
    if spec.get("resources") is not None:
        errors += validate_pod_resources(spec, path.child("resources"))
    if spec.get("hostNetwork"):
        errors += validate_host_network(spec, path, is_pod=is_pod)
    if spec.get("restartPolicy") not in _RESTART_POLICIES:
        errors.append(_bad_restart_policy(spec, path.child("restartPolicy")))
    errors += validate_dns(spec, path)
    if selector := spec.get("nodeSelector"):
        errors += validate_labels(selector, path.child("nodeSelector"))
    if spec.get("securityContext") or spec.get("shareProcessNamespace"):
        errors += validate_pod_security_context(spec, path.child("securityContext"))
    errors += _validate_scheduling(spec, path)
    errors += validate_host_process(spec, path)
    errors += validate_host_users(spec, path)
    errors += _validate_references(spec, path)
    return errors


def _surroundings(spec: Object, path: Path, *, pod_name: str, is_pod: bool) -> tuple[Surroundings, list[FieldError]]:
    volumes: dict[str, Object] = {}
    errors: list[FieldError] = []
    if listed := spec.get("volumes"):
        volumes, errors = validate_volumes(listed, path.child("volumes"), pod_name=pod_name, is_pod=is_pod)
    around = Surroundings(
        volumes=volumes,
        claims=frozenset(claim["name"] for claim in spec.get("resourceClaims") or () if claim.get("name")),
        grace_period_seconds=spec.get("terminationGracePeriodSeconds"),
        restart_policy=spec.get("restartPolicy", ""),
        host_users=spec.get("hostUsers") is not False,
        os=(spec.get("os") or {}).get("name") or None,
    )
    return around, errors


def _bad_restart_policy(spec: Object, path: Path) -> FieldError:
    policy = spec.get("restartPolicy")
    return not_supported(path, policy, _RESTART_POLICIES) if policy else required(path)


def _validate_scheduling(spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if affinity := spec.get("affinity"):
        errors += validate_affinity(affinity, path.child("affinity"))
    if spec.get("dnsConfig") is not None or spec.get("dnsPolicy") == "None":
        errors += validate_dns_config(spec, path.child("dnsConfig"))
    for position, gate in enumerate(spec.get("readinessGates") or ()):
        at = path.child("readinessGates").index(position).child("conditionType")
        condition = gate.get("conditionType", "")
        errors += [invalid(at, condition, complaint) for complaint in names.is_qualified_name(condition)]
    if gates := spec.get("schedulingGates"):
        errors += _validate_scheduling_gates(gates, path.child("schedulingGates"))
    if constraints := spec.get("topologySpreadConstraints"):
        errors += validate_topology_spread(constraints, path.child("topologySpreadConstraints"))
    return errors


def _validate_scheduling_gates(gates: Sequence[Object], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, gate in enumerate(gates):
        name, at = gate.get("name", ""), path.index(position)
        errors += [invalid(at, name, complaint) for complaint in names.is_qualified_name(name)]
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
    return errors


def _validate_references(spec: Object, path: Path) -> list[FieldError]:
    errors = _validate_names(spec, _NAMES_OF_OTHERS, path)
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _MAX_INT32:
        detail = names.inclusive_range_error(1, _MAX_INT32)
        errors.append(invalid(path.child("activeDeadlineSeconds"), deadline, detail))
    errors += validate_host_names(spec, path)
    if tolerations := spec.get("tolerations"):
        errors += validate_tolerations(tolerations, path.child("tolerations"))
    if aliases := spec.get("hostAliases"):
        errors += validate_host_aliases(aliases, path.child("hostAliases"))
    errors += _validate_names(spec, _CLASS_NAMES, path)
    policy = spec.get("preemptionPolicy")
    if policy is not None and policy not in _PREEMPTION_POLICIES:
        at = path.child("preemptionPolicy")
        errors.append(not_supported(at, policy, _PREEMPTION_POLICIES) if policy else required(at))
    if overhead := spec.get("overhead"):
        errors += validate_overhead(overhead, path.child("overhead"))
    if spec.get("os") is not None:
        errors += validate_os(spec, path)
    return errors


def _validate_names(spec: Object, fields: tuple[str, ...], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in fields:
        name = spec.get(field)
        if name or (name is not None and field == "runtimeClassName"):
            errors += [invalid(path.child(field), name, complaint) for complaint in names.dns_subdomain_name(name)]
    return errors
