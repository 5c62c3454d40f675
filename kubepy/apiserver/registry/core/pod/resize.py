"""What a write to `/resize` may change: the CPU and memory of containers and of the pod, nothing else.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePodResize) as of v1.36.
"""

from __future__ import annotations

from typing import Any

from kubepy.api.field import FieldError, Path, forbidden, invalid
from kubepy.apiserver.registry.core.pod.annotations import MIRROR_POD
from kubepy.apiserver.registry.core.pod.differences import equivalent
from kubepy.apiserver.registry.core.pod.qos import qos_class
from kubepy.apiserver.registry.core.pod.spec import validate_pod
from kubepy.apiserver.registry.core.quantities import is_restartable

Object = dict[str, Any]

_KINDS = ("containers", "initContainers")
_RESIZABLE = ("cpu", "memory")


def validate_pod_resize(new: Object, old: Object) -> list[FieldError]:
    """Mistakes in a write to a pod's `/resize`."""
    spec, old_spec = new["spec"], old["spec"]
    path = Path("spec")
    if MIRROR_POD in (old["metadata"].get("annotations") or ()):
        return [forbidden(Path(""), "static pods cannot be resized")]
    if (old_spec.get("os") or {}).get("name") == "windows":
        return [forbidden(Path(""), "windows pods cannot be resized")]
    errors = validate_pod(new) + _validate_circumstances(new, old, path)
    masked = dict(spec)
    if _has_pod_level(spec) or _has_pod_level(old_spec):
        errors += _validate_pod_level(spec, old_spec, masked, path)
    if ordering_errors := _validate_order(spec, old_spec, path):
        return errors + ordering_errors
    for kind in reversed(_KINDS):
        for index, container in enumerate(old_spec.get(kind) or ()):
            at = path.child(kind).index(index).child("resources")
            errors += _validate_nothing_removed(spec[kind][index], container, at)
    errors += _validate_containers(spec, old_spec, masked, path)
    if errors or equivalent(masked, old_spec):
        return errors
    return [forbidden(path, "only cpu and memory resources are mutable")]


def _validate_circumstances(new: Object, old: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    status = old.get("status") or {}
    if (status.get("qosClass") or qos_class(old)) != qos_class(new):
        claimed = (new.get("status") or {}).get("qosClass", "")
        errors.append(invalid(path, claimed, "Pod QOS Class may not change as a result of resizing"))
    running = [s for s in status.get("containerStatuses") or () if (s.get("state") or {}).get("running") is not None]
    if running and running[0].get("resources") is None:
        errors.append(forbidden(path, "Pod running on node without support for resize"))
    if status.get("nodeAllocatableResourceClaimStatuses"):
        errors.append(forbidden(path, "pods with node allocatable resource claims cannot be resized"))
    return errors


def _has_pod_level(spec: Object) -> bool:
    resources = spec.get("resources") or {}
    return bool(resources.get("requests") or resources.get("limits"))


def _validate_pod_level(spec: Object, old_spec: Object, masked: Object, path: Path) -> list[FieldError]:
    new, old = spec.get("resources"), old_spec.get("resources")
    at = path.child("resources")
    if old is not None and new is None:
        return [forbidden(at, "pod-level resources cannot be removed")]
    errors = [
        forbidden(at.child(kind), f"pod-level resource {kind} cannot be removed")
        for kind in ("requests", "limits")
        if (old or {}).get(kind, {}).keys() - (new or {}).get(kind, {}).keys()
    ]
    masked["resources"] = _with_old_amounts(new or {}, old or {})
    if not equivalent(masked["resources"], old):
        errors.append(forbidden(path, "only cpu and memory resources are mutable at pod-level"))
    return errors


def _with_old_amounts(new: Object, old: Object) -> Object:
    """Resources with CPU and memory as they were."""
    masked = dict(new)
    for kind in ("requests", "limits"):
        listed, known = new.get(kind) or {}, old.get(kind) or {}
        kept = {name: amount for name, amount in listed.items() if name not in _RESIZABLE}
        masked[kind] = kept | {name: known[name] for name in _RESIZABLE if name in known}
    return masked


def _validate_order(spec: Object, old_spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for kind in _KINDS:
        new, old = spec.get(kind) or [], old_spec.get(kind) or []
        if len(new) != len(old):
            errors.append(forbidden(path.child(kind), f"{kind} may not be added or removed on resize"))
            continue
        for index, (one, other) in enumerate(zip(new, old, strict=True)):
            if one.get("name") != other.get("name"):
                at = path.child(kind).index(index).child("name")
                errors.append(forbidden(at, f"{kind} may not be renamed or reordered on resize"))
    return errors


def _validate_nothing_removed(new: Object, old: Object, path: Path) -> list[FieldError]:
    ours, theirs = new.get("resources") or {}, old.get("resources") or {}
    return [
        forbidden(path.child(kind), f"resource {kind} cannot be removed")
        for kind in ("requests", "limits")
        if (theirs.get(kind) or {}).keys() - (ours.get(kind) or {}).keys()
    ]


def _validate_containers(spec: Object, old_spec: Object, masked: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for kind in _KINDS:
        if kind not in spec:
            continue
        masked[kind] = []
        for index, (new, old) in enumerate(zip(spec[kind], old_spec.get(kind) or (), strict=True)):
            resources = _with_old_amounts(new.get("resources") or {}, old.get("resources") or {})
            restored = {**new, "resources": resources}
            masked[kind].append(restored)
            if kind == "containers":
                if not equivalent(restored, old):
                    errors.append(forbidden(path, "only cpu and memory resources are mutable"))
            else:
                errors += _validate_init_container(new, restored, old, path.child(kind).index(index))
    return errors


def _validate_init_container(new: Object, restored: Object, old: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not equivalent(restored, old):
        detail = "only cpu and memory resources for init or sidecar containers are mutable"
        errors.append(forbidden(path, detail))
    restarts = any(policy.get("restartPolicy") == "RestartContainer" for policy in new.get("resizePolicy") or ())
    if restarts and not is_restartable(new) and not equivalent(new, old):
        detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"
        errors.append(forbidden(path, detail))
    return errors
