"""Validation of containers, init containers and ephemeral containers.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateContainerCommon, validateContainers,
validateInitContainers, validateEphemeralContainers, validateContainerRestartPolicy).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kubepy.api import names
from kubepy.api.field import (
    FieldError,
    Path,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
    too_many,
)
from kubepy.apiserver.registry.core.pod.env import validate_env, validate_env_from, validate_file_volumes
from kubepy.apiserver.registry.core.pod.network import validate_host_ports_unique, validate_ports
from kubepy.apiserver.registry.core.pod.probes import validate_lifecycle, validate_probes
from kubepy.apiserver.registry.core.pod.resources import validate_container_resources, validate_resize_policy
from kubepy.apiserver.registry.core.pod.security import validate_security_context
from kubepy.apiserver.registry.core.quantities import is_restartable
from kubepy.apiserver.registry.core.volumes import validate_volume_devices, validate_volume_mounts

Object = dict[str, Any]

_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_RESTART_POLICIES = ("Always", "Never", "OnFailure")
_RESTART_ACTIONS = ("Restart", "RestartAllContainers")
_EXIT_CODE_OPERATORS = ("In", "NotIn")
_MAX_RESTART_RULES = 20
_MAX_EXIT_CODES = 255
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_FORBIDDEN_IN_EPHEMERAL = (
    "ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe", "readinessProbe",
    "startupProbe", "lifecycle",
)  # fmt: skip
_NOT_IN_EPHEMERAL = "cannot be set for an Ephemeral Container"
_ONLY_IN_SIDECARS = "may not be set for init containers without restartPolicy=Always"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the containers of a pod are checked against."""

    volumes: dict[str, Object]
    claims: frozenset[str]
    grace_period_seconds: int | None
    restart_policy: str
    host_users: bool
    os: str | None


def validate_containers(containers: Sequence[Object], around: Surroundings, path: Path) -> list[FieldError]:
    """Mistakes in the regular containers."""
    if not containers:
        return [required(path)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, container in enumerate(containers):
        at = path.index(position)
        errors += _validate_common(container, around, at)
        name = container.get("name", "")
        if name in seen:
            errors.append(duplicate(at.child("name"), name))
        seen.add(name)
        if "lifecycle" in container:
            errors += _validate_lifecycle(container, around, at)
        errors += validate_probes(container, at)
        if "restartPolicy" in container or "restartPolicyRules" in container:
            errors += _validate_restart_policy(container, at)
    return errors + validate_host_ports_unique(containers, path)


def validate_init_containers(
    containers: Sequence[Object], regular: Sequence[Object], around: Surroundings, path: Path
) -> list[FieldError]:
    """Mistakes in the containers that run before the regular ones, or beside them as sidecars."""
    errors: list[FieldError] = []
    seen = {container.get("name", "") for container in regular}
    for position, container in enumerate(containers):
        at = path.index(position)
        errors += _validate_common(container, around, at)
        if "restartPolicy" in container or "restartPolicyRules" in container:
            errors += _validate_restart_policy(container, at)
        name = container.get("name", "")
        if name in seen:
            errors.append(duplicate(at.child("name"), name))
        elif name:
            seen.add(name)
        errors += validate_host_ports_unique([container], path)
        if is_restartable(container):
            if "lifecycle" in container:
                errors += _validate_lifecycle(container, around, at)
            errors += validate_probes(container, at)
        else:
            for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
                if container.get(field) is not None:
                    errors.append(forbidden(at.child(field), _ONLY_IN_SIDECARS))
    return errors


def validate_ephemeral_containers(spec: Object, around: Surroundings, path: Path) -> list[FieldError]:
    """Mistakes in the containers that were added to a running pod to look at it."""
    errors: list[FieldError] = []
    targets = {c.get("name", "") for kind in ("containers", "initContainers") for c in spec.get(kind) or ()}
    seen = set(targets)
    for position, container in enumerate(spec.get("ephemeralContainers") or ()):
        at = path.index(position)
        errors += _validate_common(container, around, at)
        errors += _validate_image_padding(container, at)
        name = container.get("name", "")
        if name in seen:
            errors.append(duplicate(at.child("name"), name))
        seen.add(name)
        target = container.get("targetContainerName")
        if target and target not in targets:
            errors.append(not_found(at.child("targetContainerName"), target))
        errors += [forbidden(at.child(f), _NOT_IN_EPHEMERAL) for f in _FORBIDDEN_IN_EPHEMERAL if container.get(f)]
        for index, mount in enumerate(container.get("volumeMounts") or ()):
            for field in ("subPath", "subPathExpr"):
                if mount.get(field):
                    errors.append(forbidden(at.child("volumeMounts").index(index).child(field), _NOT_IN_EPHEMERAL))
    return errors


def validate_containers_of_pod(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes that count in pods only; templates may have a blank for an image that is to be set later."""
    errors: list[FieldError] = []
    for kind in ("containers", "initContainers"):
        for position, container in enumerate(spec.get(kind) or ()):
            errors += _validate_image_padding(container, path.child(kind).index(position))
    return errors


def _validate_image_padding(container: Object, path: Path) -> list[FieldError]:
    image: str = container.get("image", "")
    if image == image.strip():
        return []
    return [invalid(path.child("image"), image, "must not have leading or trailing whitespace")]


def _validate_lifecycle(container: Object, around: Surroundings, path: Path) -> list[FieldError]:
    return validate_lifecycle(container["lifecycle"], around.grace_period_seconds, around.os, path.child("lifecycle"))


def _validate_common(container: Object, around: Surroundings, path: Path) -> list[FieldError]:
    get = container.get
    errors: list[FieldError] = []
    name = get("name")
    if not name:
        errors.append(required(path.child("name")))
    elif _LABEL.fullmatch(name) is None:
        errors += [invalid(path.child("name"), name, complaint) for complaint in names.is_dns1123_label(name)]
    if not get("image"):
        errors.append(required(path.child("image")))
    policy = get("terminationMessagePolicy")
    if policy not in _MESSAGE_POLICIES:
        errors.append(_bad_choice(policy, _MESSAGE_POLICIES, path.child("terminationMessagePolicy")))
    if ports := get("ports"):
        errors += validate_ports(ports, path.child("ports"))
    if env := get("env"):
        errors += validate_env(env, path.child("env"))
        errors += validate_file_volumes(env, around.volumes, path.child("env"))
    if env_from := get("envFrom"):
        errors += validate_env_from(env_from, path.child("envFrom"))
    errors += _validate_mounts(container, around, path)
    policy = get("imagePullPolicy")
    if policy not in _PULL_POLICIES:
        errors.append(_bad_choice(policy, _PULL_POLICIES, path.child("imagePullPolicy")))
    if resources := get("resources"):
        errors += validate_container_resources(resources, around.claims, path.child("resources"))
    if resize := get("resizePolicy"):
        errors += validate_resize_policy(resize, around.restart_policy, path.child("resizePolicy"))
    if context := get("securityContext"):
        errors += validate_security_context(context, path.child("securityContext"), host_users=around.host_users)
    return errors


def _bad_choice(value: str | None, choices: tuple[str, ...], path: Path) -> FieldError:
    return not_supported(path, value, choices) if value else required(path)


def _validate_mounts(container: Object, around: Surroundings, path: Path) -> list[FieldError]:
    mounts, devices = container.get("volumeMounts"), container.get("volumeDevices")
    if not mounts and not devices:
        return []
    errors: list[FieldError] = []
    if mounts:
        device_paths = {device.get("devicePath", "") for device in devices or ()}
        errors += validate_volume_mounts(mounts, device_paths, around.volumes, container, path.child("volumeMounts"))
    if devices:
        mount_paths = {mount.get("mountPath", "") for mount in mounts or ()}
        mount_names = {mount.get("name", "") for mount in mounts or ()}
        errors += validate_volume_devices(
            devices, mount_paths, around.volumes, path.child("volumeDevices"), mount_names=mount_names
        )
    return errors


def _validate_restart_policy(container: Object, path: Path) -> list[FieldError]:
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules") or ()
    errors: list[FieldError] = []
    if policy is None:
        if rules:
            detail = "must specify restartPolicy when restart rules are used"
            errors.append(required(path.child("restartPolicy"), detail))
    elif policy not in _RESTART_POLICIES:
        errors.append(not_supported(path.child("restartPolicy"), policy, _RESTART_POLICIES))
    at = path.child("restartPolicyRules")
    if len(rules) > _MAX_RESTART_RULES:
        errors.append(too_many(at, len(rules), _MAX_RESTART_RULES))
    for position, rule in enumerate(rules):
        errors += _validate_restart_rule(rule, at.index(position))
    return errors


def _validate_restart_rule(rule: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    action = rule.get("action", "")
    if action not in _RESTART_ACTIONS:
        errors.append(not_supported(path.child("action"), action, _RESTART_ACTIONS))
    exit_codes = rule.get("exitCodes")
    if exit_codes is None:
        return [*errors, required(path.child("exitCodes"), "must be specified")]
    operator, values = exit_codes.get("operator", ""), exit_codes.get("values") or ()
    if operator not in _EXIT_CODE_OPERATORS:
        errors.append(not_supported(path.child("exitCodes", "operator"), operator, _EXIT_CODE_OPERATORS))
    if len(values) > _MAX_EXIT_CODES:
        errors.append(too_many(path.child("exitCodes", "values"), len(values), _MAX_EXIT_CODES))
    return errors
