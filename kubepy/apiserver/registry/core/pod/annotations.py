"""Validation of annotations that used to be, or still are, part of a pod's specification.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePodSpecificAnnotations and its update variant,
validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatchOnCreate).
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

import msgspec

from kubepy.api.field import FieldError, Path, forbidden, invalid, render_value
from kubepy.apiserver.registry.core.pod.tolerations import validate_tolerations
from kubepy.apiserver.registry.core.pod.windows import containers_with_path
from kubepy.apiserver.registry.core.volumes.paths import validate_descending_path

Object = dict[str, Any]
Annotations = Mapping[str, str]

MIRROR_POD = "kubernetes.io/config.mirror"
APP_ARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/"
_TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_WATCHED = (MIRROR_POD, APP_ARMOR_PREFIX, SECCOMP_POD, SECCOMP_PREFIX, _TOLERATIONS, _DELETION_COST)
_CANONICAL_INTEGER = re.compile(r"0|[1-9][0-9]*|-[0-9]+")


def validate_pod_annotations(annotations: Annotations, spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in the annotations that mean something to pods; `spec` is the pod's."""
    watched = [key for key in annotations if key.startswith(_WATCHED)]
    if not watched:
        return []
    errors: list[FieldError] = []
    if MIRROR_POD in annotations and not spec.get("nodeName"):
        detail = "must set spec.nodeName if mirror pod annotation is set"
        errors.append(invalid(path.key(MIRROR_POD), annotations[MIRROR_POD], detail))
    if annotations.get(_TOLERATIONS):
        errors += _validate_tolerations(annotations[_TOLERATIONS], path)
    if _DELETION_COST in annotations and not _is_int32(annotations[_DELETION_COST]):
        errors.append(invalid(path.key(_DELETION_COST), annotations[_DELETION_COST], "must be a 32bit integer"))
    for key in watched:
        if key == SECCOMP_POD or key.startswith(SECCOMP_PREFIX):
            errors += _validate_seccomp(annotations[key], path.child(key))
    for key in watched:
        if key.startswith(APP_ARMOR_PREFIX):
            errors += _validate_app_armor(key, annotations[key], spec, path.key(key))
    return errors


def validate_pod_annotations_update(new: Object, old: Object, path: Path) -> list[FieldError]:
    """Mistakes in a change of a pod's annotations; `new` and `old` are pods."""
    ours: Annotations = new["metadata"].get("annotations") or {}
    theirs: Annotations = old["metadata"].get("annotations") or {}
    errors: list[FieldError] = []
    for key, value in theirs.items():
        if ours.get(key) != value:
            errors += _change_errors(key, "remove or update", path)
    for key in ours.keys() - theirs.keys():
        errors += _change_errors(key, "add", path)
    return errors + validate_pod_annotations(ours, new["spec"], path)


def _change_errors(key: str, verb: str, path: Path) -> list[FieldError]:
    if key.startswith(APP_ARMOR_PREFIX):
        return [forbidden(path.key(key), f"may not {verb} AppArmor annotations")]
    if key == MIRROR_POD:
        return [forbidden(path.key(key), f"may not {verb} mirror pod annotation")]
    return []


def _validate_tolerations(text: str, path: Path) -> list[FieldError]:
    try:
        tolerations = msgspec.json.decode(text, type=list[dict[str, Any]] | None)
    except (msgspec.DecodeError, ValueError) as error:
        return [invalid(path, _TOLERATIONS, str(error))]
    return validate_tolerations(tolerations or [], path.child(_TOLERATIONS))


def _is_int32(text: str) -> bool:
    return _CANONICAL_INTEGER.fullmatch(text) is not None and -(2**31) <= int(text) < 2**31


def _validate_seccomp(profile: str, path: Path) -> list[FieldError]:
    if profile in {"runtime/default", "docker/default", "unconfined"}:
        return []
    if profile.startswith("localhost/"):
        return validate_descending_path(profile.removeprefix("localhost/"), path)
    return [invalid(path, profile, "must be a valid seccomp profile")]


def _validate_app_armor(key: str, profile: str, spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    name = key.removeprefix(APP_ARMOR_PREFIX)
    if all(container.get("name") != name for container, _ in containers_with_path(spec, path)):
        errors.append(invalid(path, name, "container not found"))
    if profile not in {"", "runtime/default", "unconfined"} and not profile.startswith("localhost/"):
        errors.append(invalid(path, profile, f"invalid AppArmor profile name: {render_value(profile)}"))
    return errors


def validate_profiles_match(
    metadata: Object, spec: Object, path: Path, modules: Container[str] = ("seccomp", "apparmor")
) -> list[FieldError]:
    """Where both a field and an old annotation name a profile of a security module, they must agree.

    `path` is that of the PodSpec.
    """
    annotations: Annotations = metadata.get("annotations") or {}
    if not any(key.startswith((APP_ARMOR_PREFIX, SECCOMP_POD, SECCOMP_PREFIX)) for key in annotations):
        return []
    errors: list[FieldError] = []
    if "seccomp" in modules:
        errors += _validate_seccomp_matches(annotations, spec, path)
    if "apparmor" in modules and (spec.get("os") or {}).get("name") != "windows":
        errors += _validate_app_armor_matches(annotations, spec, path)
    return errors


def _validate_seccomp_matches(annotations: Annotations, spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for holder, at in [(spec, path), *containers_with_path(spec, path)]:
        annotation = annotations.get(SECCOMP_POD if holder is spec else SECCOMP_PREFIX + holder.get("name", ""))
        if annotation == "docker/default":
            annotation = "runtime/default"
        profile = (holder.get("securityContext") or {}).get("seccompProfile")
        errors += _match(annotation, profile, "seccomp", at.child("securityContext", "seccompProfile"))
    return errors


def _validate_app_armor_matches(annotations: Annotations, spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    of_pod = (spec.get("securityContext") or {}).get("appArmorProfile")
    for container, at in containers_with_path(spec, path):
        annotation = annotations.get(APP_ARMOR_PREFIX + container.get("name", ""))
        profile = (container.get("securityContext") or {}).get("appArmorProfile") or of_pod
        errors += _match(annotation, profile, "apparmor", at.child("securityContext", "appArmorProfile"))
    return errors


def _match(annotation: str | None, profile: Object | None, module: str, path: Path) -> list[FieldError]:
    if annotation is None or profile is None:
        return []
    kind = profile.get("type")
    plain = {"Unconfined": "unconfined", "RuntimeDefault": "runtime/default"}.get(kind or "")
    mismatch = forbidden(path.child("type"), f"{module} type in annotation and field must match")
    if plain is not None:
        return [] if annotation == plain else [mismatch]
    if kind != "Localhost":
        return []
    if not annotation.startswith("localhost/"):
        return [mismatch]
    if annotation.removeprefix("localhost/") == profile.get("localhostProfile"):
        return []
    return [forbidden(path.child("localhostProfile"), f"{module} profile in annotation and field must match")]
