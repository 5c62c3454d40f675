"""How pods and pod templates are written: the strategies of `pods`, its subresources, and `podtemplates`.

Follows kubernetes `pkg/registry/core/pod/strategy.go`, `pkg/registry/core/podtemplate/strategy.go` and
`pkg/api/pod/util.go` (DropDisabledPodFields).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kubepy.api.addresses import warnings_for_ip
from kubepy.api.field import FieldError, Path, forbidden
from kubepy.apiserver.registry.core.pod.annotations import APP_ARMOR_PREFIX, validate_profiles_match
from kubepy.apiserver.registry.core.pod.binding import graceful_deletion, set_condition
from kubepy.apiserver.registry.core.pod.defaults import default_pod, default_pod_template
from kubepy.apiserver.registry.core.pod.differences import equivalent
from kubepy.apiserver.registry.core.pod.qos import qos_class
from kubepy.apiserver.registry.core.pod.resize import validate_pod_resize
from kubepy.apiserver.registry.core.pod.security import validate_app_armor_profile
from kubepy.apiserver.registry.core.pod.spec import validate_pod, validate_pod_template
from kubepy.apiserver.registry.core.pod.status import validate_pod_status_update
from kubepy.apiserver.registry.core.pod.update import validate_ephemeral_containers_update, validate_pod_update
from kubepy.apiserver.registry.core.pod.warnings import app_armor_annotation_warning, pod_warnings, template_warnings
from kubepy.apiserver.registry.core.pod.windows import containers_with_path
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext, carry_over

_DISABLED_SPEC_FIELDS = ("schedulingGroup", "evictionResponders")
_DISABLED_STATUS_FIELDS = ("nodeAllocatableResourceClaimStatuses", "volumeHealth")
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_METADATA_OF_MAIN_RESOURCE = (
    "deletionTimestamp", "generation", "selfLink", "labels", "annotations", "finalizers", "ownerReferences",
)  # fmt: skip
_RESIZABLE_FIELDS = ("resources", "resizePolicy")


def drop_disabled_fields(spec: Object, old_spec: Object | None) -> None:
    """Drop, in place, fields of a PodSpec that are alpha and thus off, unless the old object has them already."""
    for name in _DISABLED_SPEC_FIELDS:
        if name in spec and not (old_spec or {}).get(name):
            del spec[name]
    if any("bindMountOptions" in mount for mount in _mounts(spec)) and not any(
        "bindMountOptions" in mount for mount in _mounts(old_spec or {})
    ):
        for mount in _mounts(spec):
            mount.pop("bindMountOptions", None)


def _mounts(spec: Object) -> Iterable[Object]:
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.get(kind) or ():
            yield from container.get("volumeMounts") or ()


class PodStrategy(Strategy):
    """Pods, which track their generation but hardly ever change, and whose status is not the creator's to set."""

    has_status = True
    tracks_generation = True
    reset_fields = (("status",),)
    returns_deleted_object = True

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        default_pod(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["metadata"]["generation"] = 1
        spec = obj["spec"]
        status: Object = {"phase": "Pending", "qosClass": qos_class(obj)}
        obj["status"] = status
        drop_disabled_fields(spec, None)
        if spec.get("schedulingGates"):
            condition = {
                "type": "PodScheduled",
                "status": "False",
                "reason": "SchedulingGated",
                "message": "Scheduling is blocked due to non-empty scheduling gates",
            }
            set_condition(status, condition, context.now)
        _merge_label_keys(obj)
        if obj["metadata"].get("annotations"):
            _apply_app_armor_annotations(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        carry_over(obj, old, "status")
        drop_disabled_fields(obj["spec"], old["spec"])
        _update_generation(obj, old)

    def validate(self, obj: Object) -> list[FieldError]:
        errors = validate_pod(obj)
        spec = obj["spec"]
        path = Path("spec")
        if spec.get("ephemeralContainers"):
            errors.append(forbidden(path.child("ephemeralContainers"), "cannot be set on create"))
        if spec.get("nodeName") and spec.get("schedulingGates"):
            detail = "cannot be set until all schedulingGates have been cleared"
            errors.append(forbidden(path.child("nodeName"), detail))
        return errors + validate_profiles_match(obj["metadata"], spec, path)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_pod_update(obj, old)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        return pod_warnings(obj) + _app_armor_warnings(obj) if old is None else []

    def grace_period_seconds(self, obj: Object, requested: int | None) -> int:
        return graceful_deletion(obj, requested)


class PodStatusStrategy(Strategy):
    """`/status` of pods, written by kubelets."""

    reset_fields = (("spec",), ("metadata", "deletionTimestamp"), ("metadata", "ownerReferences"))

    def default(self, obj: Object) -> None:
        default_pod(obj)
        status = obj.get("status") or {}
        ip, ips = status.get("podIP"), status.get("podIPs")
        if ip and (not ips or ips[0].get("ip") != ip):
            status["podIPs"] = [{"ip": ip}]
        elif ips:
            status["podIP"] = ips[0].get("ip", "")

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        carry_over(obj, old, "spec")
        for name in ("deletionTimestamp", "ownerReferences", "generation"):
            carry_over(obj["metadata"], old["metadata"], name)
        status, old_status = obj.setdefault("status", {}), old.get("status") or {}
        if not status.get("qosClass"):
            carry_over(status, old_status, "qosClass")
        _keep_observed_generations(status, old_status)
        for name in _DISABLED_STATUS_FIELDS:
            if name in status and name not in old_status:
                del status[name]

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_pod_status_update(obj, old)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        warnings: list[str] = []
        status = obj.get("status") or {}
        for name in ("podIPs", "hostIPs"):
            for position, entry in enumerate(status.get(name) or ()):
                at = Path("status").child(name).index(position).child("ip")
                warnings += warnings_for_ip(at, entry.get("ip", ""))
        return warnings


class PodEphemeralContainersStrategy(Strategy):
    """`/ephemeralcontainers` of pods: nothing else in the pod changes."""

    def default(self, obj: Object) -> None:
        default_pod(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        spec = {**old["spec"]}
        carry_over(spec, obj["spec"], "ephemeralContainers")
        obj["spec"] = spec
        _keep_everything_else(obj, old)
        _update_generation(obj, old)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_ephemeral_containers_update(obj, old)


class PodResizeStrategy(Strategy):
    """`/resize` of pods: only resources and resize policies change."""

    def default(self, obj: Object) -> None:
        default_pod(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        spec, old_spec = obj["spec"], old["spec"]
        kinds = ("containers", "initContainers")
        if all(len(spec.get(kind) or ()) == len(old_spec.get(kind) or ()) for kind in kinds):
            resized = {**old_spec}
            carry_over(resized, spec, "resources")
            for kind in kinds:
                if spec.get(kind):
                    resized[kind] = _resized(spec[kind], old_spec[kind])
            obj["spec"] = resized
            _keep_everything_else(obj, old)
        _update_generation(obj, old)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_pod_resize(obj, old)


class PodTemplateStrategy(Strategy):
    """PodTemplate objects, which nothing in Kubernetes acts on."""

    tracks_generation = True
    returns_deleted_object = True

    def default(self, obj: Object) -> None:
        default_pod_template(obj.setdefault("template", {}))

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        drop_disabled_fields(obj["template"]["spec"], None)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        drop_disabled_fields(obj["template"]["spec"], (old.get("template") or {}).get("spec"))
        super().prepare_for_update(obj, old, context)

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_pod_template(obj["template"], Path("template"))

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        if old is not None and equivalent(obj.get("template"), old.get("template")):
            return []
        return template_warnings(obj["template"], Path("template"))


def _update_generation(obj: Object, old: Object) -> None:
    generation = old["metadata"].get("generation", 0)
    changed = obj["spec"] != old["spec"] and not equivalent(obj["spec"], old["spec"])
    if generation or changed:
        obj["metadata"]["generation"] = generation + int(changed)


def _keep_everything_else(obj: Object, old: Object) -> None:
    carry_over(obj, old, "status")
    for name in _METADATA_OF_MAIN_RESOURCE:
        carry_over(obj["metadata"], old["metadata"], name)


def _resized(new: Sequence[Object], old: Sequence[Object]) -> list[Object]:
    """The old containers with what may be resized from the new ones; those as they are if they aren't the same."""
    if [container.get("name") for container in new] != [container.get("name") for container in old]:
        return list(new)
    containers = [dict(container) for container in old]
    for container, wanted in zip(containers, new, strict=True):
        for name in _RESIZABLE_FIELDS:
            carry_over(container, wanted, name)
    return containers


def _keep_observed_generations(status: Object, old_status: Object) -> None:
    """A client that knows nothing of observedGeneration doesn't clear it."""
    if not status.get("observedGeneration"):
        carry_over(status, old_status, "observedGeneration")
    known: dict[str, list[int]] = {}
    for condition in old_status.get("conditions") or ():
        known.setdefault(condition.get("type", ""), []).append(condition.get("observedGeneration", 0))
    for condition in status.get("conditions") or ():
        generations = known.get(condition.get("type", ""))
        before = generations.pop(0) if generations else 0
        if before and not condition.get("observedGeneration"):
            condition["observedGeneration"] = before


def _merge_label_keys(pod: Object) -> None:
    """Turn matchLabelKeys and mismatchLabelKeys into requirements on the values that the pod itself has."""
    labels = pod["metadata"].get("labels") or {}
    affinity = pod["spec"].get("affinity") or {}
    terms: list[Object] = list(pod["spec"].get("topologySpreadConstraints") or ())
    for field in ("podAffinity", "podAntiAffinity"):
        own = affinity.get(field) or {}
        terms += own.get(_REQUIRED) or ()
        terms += [weighted.get("podAffinityTerm") or {} for weighted in own.get(_PREFERRED) or ()]
    for term in terms:
        selector = term.get("labelSelector")
        if selector is None:
            continue
        for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
            for key in term.get(field) or ():
                if key in labels:
                    requirement = {"key": key, "operator": operator, "values": [labels[key]]}
                    selector.setdefault("matchExpressions", []).append(requirement)


def _app_armor_profile(annotation: str) -> Object | None:
    """The field that means the same as an AppArmor annotation, None if there is none."""
    if annotation.startswith("localhost/"):
        profile = {"type": "Localhost", "localhostProfile": annotation.removeprefix("localhost/")}
        return None if validate_app_armor_profile(profile, Path("")) else profile
    kind = {"runtime/default": "RuntimeDefault", "unconfined": "Unconfined"}.get(annotation)
    return {"type": kind} if kind else None


def _apply_app_armor_annotations(pod: Object) -> None:
    spec = pod["spec"]
    if (spec.get("os") or {}).get("name") == "windows":
        return
    of_pod = (spec.get("securityContext") or {}).get("appArmorProfile")
    for container, _ in containers_with_path(spec, Path("spec")):
        annotation = pod["metadata"]["annotations"].get(APP_ARMOR_PREFIX + container.get("name", ""))
        if annotation is None or (container.get("securityContext") or {}).get("appArmorProfile") is not None:
            continue
        profile = _app_armor_profile(annotation)
        if profile is not None and profile != of_pod:
            container.setdefault("securityContext", {})["appArmorProfile"] = profile


def _app_armor_warnings(pod: Object) -> list[str]:
    annotations: Mapping[str, Any] = pod["metadata"].get("annotations") or {}
    if (pod["spec"].get("os") or {}).get("name") == "windows":
        return []
    return [app_armor_annotation_warning(key) for key in annotations if key.startswith(APP_ARMOR_PREFIX)]


_SUBRESOURCES: Mapping[str, Strategy] = MappingProxyType(
    {
        "status": PodStatusStrategy(),
        "ephemeralcontainers": PodEphemeralContainersStrategy(),
        "resize": PodResizeStrategy(),
    }
)

STRATEGIES: Mapping[str, Strategy] = MappingProxyType({"pods": PodStrategy(), "podtemplates": PodTemplateStrategy()})
