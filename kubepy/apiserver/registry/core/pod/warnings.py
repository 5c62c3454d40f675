"""What people should be told about pods and pod templates that are acceptable all the same.

Follows kubernetes `pkg/api/pod/warnings.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import Path, render_value
from kubepy.apiserver.registry.core.node_labels import deprecation, node_selector_term_warnings
from kubepy.apiserver.registry.core.pod.annotations import APP_ARMOR_PREFIX, SECCOMP_POD, SECCOMP_PREFIX
from kubepy.apiserver.registry.core.pod.windows import containers_with_path
from kubepy.apiserver.registry.core.quantities import quantity

Object = dict[str, Any]

_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
    "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
}
_VOLUMES = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
_VOLUME_NAMES = {"storageos": "storageOS"}
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_BYTES = ("memory", "ephemeral-storage")
_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead'
_APP_ARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead'
_NULL_SELECTOR = "a null labelSelector results in matching no pod"


def pod_warnings(pod: Object) -> list[str]:
    """What to tell the creator of a pod."""
    warnings: list[str] = []
    if complaints := names.is_dns1123_label(pod["metadata"].get("name", "")):
        warnings.append(
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; "
            f"a DNS label is recommended: [{' '.join(complaints)}]"
        )
    return warnings + list(_warnings(pod["spec"], pod["metadata"], Path(""), is_template=False))


def template_warnings(template: Object, path: Path) -> list[str]:
    """What to tell the author of a pod template."""
    return list(_warnings(template.get("spec") or {}, template.get("metadata") or {}, path, is_template=True))


def _warnings(spec: Object, metadata: Object, path: Path, *, is_template: bool) -> Iterator[str]:
    at = path.child("spec")
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    yield from _node_label_warnings(spec, at)
    yield from _spread_warnings(spec.get("topologySpreadConstraints") or (), at.child("topologySpreadConstraints"))
    if annotations:
        where = path.child("metadata", "annotations")
        yield from (f"{where.key(key)}: {_ANNOTATIONS[key]}" for key in _ANNOTATIONS if key in annotations)
    if volumes := spec.get("volumes"):
        yield from _volume_warnings(volumes, at.child("volumes"))
        yield from _token_path_warnings(volumes, at.child("volumes"))
    yield from _list_warnings(spec, at)
    yield from _fraction_warnings(spec.get("overhead") or {}, at.child("overhead"))
    if annotations:
        yield from _profile_warnings(spec, annotations, path, is_template=is_template)
    for container, where in containers_with_path(spec, at):
        yield from _container_warnings(container, where)
    yield from _port_warnings(spec, at)
    if (spec.get("terminationGracePeriodSeconds") or 0) < 0:
        where = at.child("terminationGracePeriodSeconds")
        yield f"{where}: must be >= 0; negative values are invalid and will be treated as 1"
    yield from _affinity_warnings(spec.get("affinity") or {}, at.child("affinity"))


def _node_label_warnings(spec: Object, path: Path) -> Iterator[str]:
    for key in spec.get("nodeSelector") or ():
        if message := deprecation(key):
            yield f"{path.child('nodeSelector').key(key)}: {message}"
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    at = path.child("affinity", "nodeAffinity")
    for position, term in enumerate((affinity.get(_REQUIRED) or {}).get("nodeSelectorTerms") or ()):
        where = at.child(_REQUIRED, "nodeSelectorTerms").index(position)
        yield from node_selector_term_warnings(term, where, check_values=False)
    for position, term in enumerate(affinity.get(_PREFERRED) or ()):
        where = at.child(_PREFERRED).index(position).child("preference")
        yield from node_selector_term_warnings(term.get("preference") or {}, where, check_values=True)


def _spread_warnings(constraints: Sequence[Object], path: Path) -> Iterator[str]:
    for position, constraint in enumerate(constraints):
        at = path.index(position)
        key = constraint.get("topologyKey", "")
        if message := deprecation(key):
            yield f"{at.child('topologyKey')}: {key} is {message}"
        if constraint.get("labelSelector") is None:
            yield f"{at.child('labelSelector')}: {_NULL_SELECTOR}"


def _volume_warnings(volumes: Sequence[Object], path: Path) -> Iterator[str]:
    for position, volume in enumerate(volumes):
        for kind, message in _VOLUMES.items():
            if volume.get(kind) is not None:
                yield f"{path.index(position).child(_VOLUME_NAMES.get(kind, kind))}: {message}"


def _token_path_warnings(volumes: Sequence[Object], path: Path) -> Iterator[str]:
    projected = [
        (position, source)
        for position, volume in enumerate(volumes)
        for source in (volume.get("projected") or {}).get("sources") or ()
    ]
    paths = {s["serviceAccountToken"].get("path", "") for _, s in projected if s.get("serviceAccountToken")}
    if not paths:
        return
    for position, source in projected:
        at = path.index(position).child("projected", "sources")
        for kind, label in (("configMap", "configMap"), ("secret", "secrets"), ("downwardAPI", "downwardAPI")):
            for index, item in enumerate((source.get(kind) or {}).get("items") or ()):
                if item.get("path") in paths:
                    yield _duplicated_path(at.child(label).index(index), item["path"])
        bundle = source.get("clusterTrustBundle") or {}
        if bundle.get("path") in paths:
            yield _duplicated_path(at.child("ClusterTrustBundle"), bundle["path"])


def _duplicated_path(where: Path, path: str) -> str:
    return f"{where}: has duplicated path with ServiceAccountToken {render_value(path)}"


def _list_warnings(spec: Object, path: Path) -> Iterator[str]:
    for field, key in (("hostAliases", "ip"), ("imagePullSecrets", "name")):
        seen: set[str] = set()
        for position, item in enumerate(spec.get(field) or ()):
            value = item.get(key, "")
            if value in seen:
                yield f"{path.child(field).index(position).child(key)}: duplicate {key} {render_value(value)}"
            seen.add(value)
    for position, item in enumerate(spec.get("imagePullSecrets") or ()):
        if not item.get("name"):
            yield f'{path.child("imagePullSecrets").index(position).child("name")}: invalid empty name ""'


def _fraction_warnings(resources: Mapping[str, Any], path: Path) -> Iterator[str]:
    for name in _BYTES:
        value = resources.get(name)
        if value is None or (isinstance(value, str) and value[-1:] == "i"):
            continue
        amount = quantity(value)
        if amount.milli_value() % 1000:
            yield f'{path.key(name)}: fractional byte value "{amount}" is invalid, must be an integer'


def _profile_warnings(spec: Object, annotations: Mapping[str, str], path: Path, *, is_template: bool) -> Iterator[str]:
    """Annotations that name a profile which no field names.

    Pods are told of AppArmor annotations only when these are turned into fields, see the strategy.
    """
    where = path.child("metadata", "annotations")
    context = spec.get("securityContext") or {}
    if context.get("seccompProfile") is None and SECCOMP_POD in annotations:
        yield f"{where.key(SECCOMP_POD)}: {_SECCOMP}"
    for container, _ in containers_with_path(spec, path):
        own = container.get("securityContext") or {}
        name = container.get("name", "")
        if own.get("seccompProfile") is None and SECCOMP_PREFIX + name in annotations:
            yield f"{where.key(SECCOMP_PREFIX + name)}: {_SECCOMP}"
        has_app_armor = own.get("appArmorProfile") is not None or context.get("appArmorProfile") is not None
        if is_template and not has_app_armor and APP_ARMOR_PREFIX + name in annotations:
            yield f"{where.key(APP_ARMOR_PREFIX + name)}: {_APP_ARMOR}"


def app_armor_annotation_warning(annotation: str) -> str:
    """What to tell about an AppArmor annotation of a pod that no field repeats."""
    return f"{Path('metadata').child('annotations').key(annotation)}: {_APP_ARMOR}"


def _container_warnings(container: Object, path: Path) -> Iterator[str]:
    resources = container.get("resources")
    if resources:
        for kind in ("limits", "requests"):
            if listed := resources.get(kind):
                yield from _fraction_warnings(listed, path.child("resources", kind))
    env = container.get("env") or ()
    seen: set[str] = set()
    for position, variable in enumerate(env):
        name, value = variable.get("name", ""), variable.get("value", "")
        if name in seen:
            reference = f"$({name})"
            if variable.get("valueFrom") is not None or value == reference or reference not in value:
                at = path.child("env").index(position)
                yield (
                    f"{at}: hides previous definition of {render_value(name)}, which may be dropped when using apply"
                )
        seen.add(name)


def _port_warnings(spec: Object, path: Path) -> Iterator[str]:
    known: dict[tuple[int, str], list[tuple[Path, Object]]] = {}
    for container, at in containers_with_path(spec, path):
        for position, port in enumerate(container.get("ports") or ()):
            where = at.child("ports").index(position)
            if port.get("hostIP") and not port.get("hostPort"):
                yield f"{where}: hostIP set without hostPort: {_render_port(port)}"
            others = known.setdefault((port.get("containerPort", 0), port.get("protocol", "")), [])
            yield from _overlaps(port, where, others)
            others.append((where, port))


def _overlaps(port: Object, where: Path, others: Sequence[tuple[Path, Object]]) -> Iterator[str]:
    ip, number = port.get("hostIP", ""), port.get("hostPort", 0)
    for place, other in others:
        other_ip, other_number = other.get("hostIP", ""), other.get("hostPort", 0)
        if (ip, number) == (other_ip, other_number):
            yield f"{where}: duplicate port definition with {place}"
        elif not number or not other_number:
            yield f"{where}: overlapping port definition with {place}"
        elif number == other_number and bool(ip) != bool(other_ip):
            yield f"{where}: dangerously ambiguous port definition with {place}"


def _render_port(port: Object) -> str:
    """A port as Go's `%+v` shows the internal struct."""
    shown = {
        "Name": port.get("name", ""),
        "HostPort": port.get("hostPort", 0),
        "ContainerPort": port.get("containerPort", 0),
        "Protocol": port.get("protocol", ""),
        "HostIP": port.get("hostIP", ""),
    }
    return "{" + " ".join(f"{name}:{value}" for name, value in shown.items()) + "}"


def _affinity_warnings(affinity: Object, path: Path) -> Iterator[str]:
    for field in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(field) or {}
        for position, term in enumerate(terms.get(_REQUIRED) or ()):
            if term.get("labelSelector") is None:
                yield f"{path.child(field, _REQUIRED).index(position).child('labelSelector')}: {_NULL_SELECTOR}"
        for position, weighted in enumerate(terms.get(_PREFERRED) or ()):
            if (weighted.get("podAffinityTerm") or {}).get("labelSelector") is None:
                at = path.child(field, _PREFERRED).index(position).child("podAffinityTerm", "labelSelector")
                yield f"{at}: {_NULL_SELECTOR}"
