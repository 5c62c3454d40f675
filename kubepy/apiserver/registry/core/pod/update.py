"""What may change in a pod that exists: next to nothing, and what may is checked here.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePodUpdate, ValidatePodEphemeralContainersUpdate).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, required
from kubepy.apiserver.registry.core.pod.annotations import MIRROR_POD, validate_pod_annotations_update
from kubepy.apiserver.registry.core.pod.differences import equivalent, unified_difference
from kubepy.apiserver.registry.core.pod.internal_layout import internal, internal_spec
from kubepy.apiserver.registry.core.pod.spec import validate_pod
from kubepy.apiserver.registry.core.pod.tolerations import validate_only_added

Object = dict[str, Any]

_MAX_INT32 = 2**31 - 1
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_UPDATABLE = ",".join(
    [
        "`spec.containers[*].image`",
        "`spec.initContainers[*].image`",
        "`spec.activeDeadlineSeconds`",
        "`spec.tolerations` (only additions to existing tolerations)",
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ]
)


def validate_pod_update(new: Object, old: Object) -> list[FieldError]:
    """Mistakes in an update of a pod."""
    spec, old_spec = new["spec"], old["spec"]
    annotations_path = Path("metadata").child("annotations")
    if spec == old_spec:
        return validate_pod_annotations_update(new, old, annotations_path)
    errors = validate_pod(new) + validate_pod_annotations_update(new, old, annotations_path)
    path = Path("spec")
    for kind in ("containers", "initContainers"):
        container_errors, stop = _validate_images(spec.get(kind) or (), old_spec.get(kind) or (), path.child(kind))
        errors += container_errors
        if stop:
            return errors
    deadline_errors, stop = _validate_deadline(spec, old_spec, path.child("activeDeadlineSeconds"))
    errors += deadline_errors
    if stop:
        return errors
    errors += validate_only_added(
        spec.get("tolerations") or (), old_spec.get("tolerations") or (), path.child("tolerations")
    )
    errors += _validate_gates(spec, old_spec, path.child("schedulingGates"))
    if equivalent(spec, old_spec):
        return errors
    return errors + _validate_rest_unchanged(spec, old_spec, path)


def _validate_images(new: Sequence[Object], old: Sequence[Object], path: Path) -> tuple[list[FieldError], bool]:
    if len(new) != len(old):
        return [forbidden(path, "pod updates may not add or remove containers")], True
    errors: list[FieldError] = []
    for position, container in enumerate(new):
        image = container.get("image", "")
        at = path.index(position).child("image")
        if not image:
            errors.append(required(at))
        if image != image.strip():
            errors.append(invalid(at, image, "must not have leading or trailing whitespace"))
    return errors, False


def _validate_deadline(spec: Object, old_spec: Object, path: Path) -> tuple[list[FieldError], bool]:
    new, old = spec.get("activeDeadlineSeconds"), old_spec.get("activeDeadlineSeconds")
    if new is None:
        if old is None:
            return [], False
        return [invalid(path, None, "must not update from a positive integer to nil value")], False
    if not 0 <= new <= _MAX_INT32:
        return [invalid(path, new, names.inclusive_range_error(0, _MAX_INT32))], True
    if old is not None and old < new:
        return [invalid(path, new, "must be less than or equal to previous value")], True
    return [], False


def _validate_gates(spec: Object, old_spec: Object, path: Path) -> list[FieldError]:
    old = {gate.get("name") for gate in old_spec.get("schedulingGates") or ()}
    return [
        forbidden(
            path.index(position).child("name"),
            f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'",
        )
        for position, gate in enumerate(spec.get("schedulingGates") or ())
        if gate.get("name") not in old
    ]


def _validate_rest_unchanged(spec: Object, old_spec: Object, path: Path) -> list[FieldError]:
    masked = dict(spec)
    for kind in ("containers", "initContainers"):
        if kind in spec:
            olds = old_spec.get(kind) or ()
            masked[kind] = [{**c, "image": o.get("image", "")} for c, o in zip(spec[kind], olds, strict=True)]
    for field in ("activeDeadlineSeconds", "schedulingGates", "tolerations"):
        _take(masked, old_spec, field)
    old_grace = old_spec.get("terminationGracePeriodSeconds")
    if old_grace is not None and old_grace < 0 and masked.get("terminationGracePeriodSeconds") == 1:
        masked["terminationGracePeriodSeconds"] = old_grace
    errors = _validate_gated(masked, old_spec, path) if old_spec.get("schedulingGates") else []
    if not equivalent(masked, old_spec):
        differences = unified_difference(internal_spec(old_spec), internal_spec(masked))
        errors.append(forbidden(path, f"pod updates may not change fields other than {_UPDATABLE}\n{differences}"))
    return errors


def _take(masked: Object, old_spec: Object, field: str) -> None:
    masked.pop(field, None)
    if field in old_spec:
        masked[field] = old_spec[field]


def _validate_gated(masked: Object, old_spec: Object, path: Path) -> list[FieldError]:
    """A pod that the scheduler may not look at yet can still be told to be choosier about its node."""
    errors: list[FieldError] = []
    new_selector, old_selector = masked.get("nodeSelector") or {}, old_spec.get("nodeSelector") or {}
    if any(new_selector.get(key) != value for key, value in old_selector.items()):
        detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        errors.append(invalid(path.child("nodeSelector"), new_selector, detail))
    _take(masked, old_spec, "nodeSelector")
    affinity, old_affinity = masked.get("affinity") or {}, old_spec.get("affinity") or {}
    node, old_node = affinity.get("nodeAffinity"), old_affinity.get("nodeAffinity")
    if not equivalent(node, old_node):
        at = path.child("affinity", "nodeAffinity")
        errors += _validate_node_affinity_change(node or {}, old_node or {}, at)
        affinity = {key: value for key, value in affinity.items() if key != "nodeAffinity"}
        if old_node is not None:
            affinity["nodeAffinity"] = old_node
        masked["affinity"] = affinity
    return errors


def _validate_node_affinity_change(new: Object, old: Object, path: Path) -> list[FieldError]:
    old_terms = (old.get(_REQUIRED) or {}).get("nodeSelectorTerms") or []
    new_terms = (new.get(_REQUIRED) or {}).get("nodeSelectorTerms") or []
    at = path.child(_REQUIRED, "nodeSelectorTerms")
    if old_terms and len(old_terms) != len(new_terms):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        return [invalid(at, internal("NodeSelectorTerm", new_terms), detail)]
    return [
        invalid(
            at.index(position),
            internal("NodeSelectorTerm", new_terms[position]),
            "only additions are allowed (no mutations or deletions)",
        )
        for position, old_term in enumerate(old_terms)
        if not _only_adds(new_terms[position], old_term)
    ]


def _only_adds(new_term: Mapping[str, Any], old_term: Mapping[str, Any]) -> bool:
    fields = ("matchExpressions", "matchFields")
    if not any(old_term.get(field) for field in fields):
        return not any(new_term.get(field) for field in fields)
    return all(
        equivalent((new_term.get(field) or [])[: len(old_term.get(field) or ())], old_term.get(field) or [])
        for field in fields
    )


def validate_ephemeral_containers_update(new: Object, old: Object) -> list[FieldError]:
    """Mistakes in a write to `/ephemeralcontainers`: those that are there stay as they are."""
    errors = validate_pod(new) + validate_pod_annotations_update(new, old, Path("metadata").child("annotations"))
    if MIRROR_POD in (old["metadata"].get("annotations") or ()):
        return [forbidden(Path(""), "static pods do not support ephemeral containers")]
    path = Path("spec").child("ephemeralContainers")
    present = {container.get("name"): container for container in new["spec"].get("ephemeralContainers") or ()}
    for container in old["spec"].get("ephemeralContainers") or ():
        name = container.get("name", "")
        if name not in present:
            errors.append(forbidden(path, f'existing ephemeral containers "{name}" may not be removed\n'))
        elif not equivalent(container, present[name]):
            differences = unified_difference(
                internal("EphemeralContainer", container), internal("EphemeralContainer", present[name])
            )
            errors.append(forbidden(path, f'existing ephemeral containers "{name}" may not be changed\n{differences}'))
    return errors
