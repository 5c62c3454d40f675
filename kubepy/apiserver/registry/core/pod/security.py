"""Validation of the security contexts of pods and containers.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateSecurityContext, validatePodSpecSecurityContext,
validateSeccompProfileField, ValidateAppArmorProfileField, validateSysctls) and component-helpers
`node/util/sysctl/namespace.go`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required, too_long
from kubepy.apiserver.registry.core.pod.internal_layout import internal
from kubepy.apiserver.registry.core.pod.windows import validate_windows_options
from kubepy.apiserver.registry.core.volumes.paths import validate_descending_path

Object = dict[str, Any]

_PROFILE_TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
_PROC_MOUNTS = ("Default", "Unmasked")
_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL_PATTERN = rf"({_SEGMENT}[\./])*{_SEGMENT}"
_SYSCTL = re.compile(_SYSCTL_PATTERN)
_MAX_SYSCTL_LENGTH = 253
_MAX_APP_ARMOR_PROFILE_LENGTH = 4095
_IPC_SYSCTLS = frozenset({"kernel.sem"})
_IPC_SYSCTL_PREFIXES = ("kernel.shm", "kernel.msg", "fs.mqueue.")
_POD_CHOICES = {
    "fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "supplementalGroupsPolicy": ("Merge", "Strict"),
    "seLinuxChangePolicy": ("MountOption", "Recursive"),
}


def validate_security_context(context: Object, path: Path, *, host_users: bool) -> list[FieldError]:
    """Mistakes in the security context of a container."""
    errors = _validate_ids(context, path)
    proc_mount = context.get("procMount")
    if proc_mount is not None:
        at = path.child("procMount")
        if proc_mount not in _PROC_MOUNTS:
            errors.append(not_supported(at, proc_mount, _PROC_MOUNTS))
        elif host_users and proc_mount == "Unmasked":
            errors.append(invalid(at, proc_mount, "`hostUsers` must be false to use `Unmasked`"))
    errors += _validate_seccomp_profile(context, path)
    if context.get("allowPrivilegeEscalation") is False:
        cannot = "cannot set `allowPrivilegeEscalation` to false and"
        shown = internal("SecurityContext", context)
        if context.get("privileged"):
            errors.append(invalid(path, shown, f"{cannot} `privileged` to true"))
        added = (context.get("capabilities") or {}).get("add") or ()
        errors += [
            invalid(path, shown, f"{cannot} `capabilities.Add` CAP_SYS_ADMIN") for c in added if c == "CAP_SYS_ADMIN"
        ]
    errors += validate_windows_options(context.get("windowsOptions"), path.child("windowsOptions"))
    return errors + validate_app_armor_profile(context.get("appArmorProfile"), path.child("appArmorProfile"))


def validate_pod_security_context(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in the security context of a pod."""
    context = spec.get("securityContext") or {}
    errors: list[FieldError] = []
    if (group := context.get("fsGroup")) is not None:
        errors += _id_errors(names.is_valid_group_id, group, path.child("fsGroup"))
    errors += _validate_ids(context, path)
    for position, group in enumerate(context.get("supplementalGroups") or ()):
        errors += _id_errors(names.is_valid_group_id, group, path.child("supplementalGroups").index(position))
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        errors.append(invalid(path.child("shareProcessNamespace"), True, detail))
    if sysctls := context.get("sysctls"):
        errors += _validate_sysctls(sysctls, spec, path.child("sysctls"))
    errors += _validate_choice(context, "fsGroupChangePolicy", path)
    errors += _validate_seccomp_profile(context, path)
    errors += validate_windows_options(context.get("windowsOptions"), path.child("windowsOptions"))
    errors += validate_app_armor_profile(context.get("appArmorProfile"), path.child("appArmorProfile"))
    for field in ("supplementalGroupsPolicy", "seLinuxChangePolicy"):
        errors += _validate_choice(context, field, path)
    return errors


def _validate_choice(context: Object, field: str, path: Path) -> list[FieldError]:
    value = context.get(field)
    if value is None or value in _POD_CHOICES[field]:
        return []
    return [not_supported(path.child(field), value, _POD_CHOICES[field])]


def _validate_ids(context: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if (user := context.get("runAsUser")) is not None:
        errors += _id_errors(names.is_valid_user_id, user, path.child("runAsUser"))
    if (group := context.get("runAsGroup")) is not None:
        errors += _id_errors(names.is_valid_group_id, group, path.child("runAsGroup"))
    return errors


def _id_errors(complain: Callable[[int], list[str]], value: int, path: Path) -> list[FieldError]:
    return [invalid(path, value, complaint) for complaint in complain(value)]


def _validate_seccomp_profile(context: Object, path: Path) -> list[FieldError]:
    profile = context.get("seccompProfile")
    if profile is None:
        return []
    at = path.child("seccompProfile")
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    errors: list[FieldError] = []
    if not kind:
        errors.append(required(at.child("type"), "type is required when seccompProfile is set"))
    elif kind not in _PROFILE_TYPES:
        errors.append(not_supported(at.child("type"), kind, _PROFILE_TYPES))
    if kind == "Localhost":
        if local is None:
            errors.append(required(at.child("localhostProfile"), "must be set when seccomp type is Localhost"))
        else:
            errors += validate_descending_path(local, at.child("localhostProfile"))
    elif local is not None:
        shown = internal("SeccompProfile", profile)
        errors.append(invalid(at.child("localhostProfile"), shown, "can only be set when seccomp type is Localhost"))
    return errors


def validate_app_armor_profile(profile: Object | None, path: Path) -> list[FieldError]:
    """Mistakes in an AppArmor profile."""
    if profile is None:
        return []
    kind, local = profile.get("type", ""), profile.get("localhostProfile")
    at = path.child("localhostProfile")
    if kind == "Localhost":
        return _validate_local_app_armor_profile(local, at)
    if kind in _PROFILE_TYPES:
        return [] if local is None else [invalid(at, local, "can only be set when AppArmor type is Localhost")]
    if not kind:
        return [required(path.child("type"), "type is required when appArmorProfile is set")]
    return [not_supported(path.child("type"), kind, _PROFILE_TYPES)]


def _validate_local_app_armor_profile(name: str | None, path: Path) -> list[FieldError]:
    if name is None:
        return [required(path, "must be set when AppArmor type is Localhost")]
    errors: list[FieldError] = []
    if name.strip() != name:
        errors.append(invalid(path, name, "must not be padded with whitespace"))
    elif not name:
        errors.append(required(path, "must be set when AppArmor type is Localhost"))
    if len(name.encode()) > _MAX_APP_ARMOR_PROFILE_LENGTH:
        errors.append(too_long(path, _MAX_APP_ARMOR_PROFILE_LENGTH))
    return errors


def _validate_sysctls(sysctls: Sequence[Object], spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, sysctl in enumerate(sysctls):
        at = path.index(position).child("name")
        name = sysctl.get("name", "")
        if not name:
            errors.append(required(at))
        elif len(name) > _MAX_SYSCTL_LENGTH or _SYSCTL.fullmatch(name) is None:
            detail = f"must have at most {_MAX_SYSCTL_LENGTH} characters and match regex ^{_SYSCTL_PATTERN}$"
            errors.append(invalid(at, name, detail))
        elif name in seen:
            errors.append(duplicate(at, name))
        namespace = _sysctl_namespace(name)
        if namespace and spec.get(namespace):
            errors.append(invalid(at, name, f"may not be specified when '{namespace}' is true"))
        seen.add(name)
    return errors


def _sysctl_namespace(name: str) -> str | None:
    first_dot, first_slash = name.find("."), name.find("/")
    uses_slashes = first_slash != -1 and (first_dot == -1 or first_slash < first_dot)
    dotted = name.translate(str.maketrans("./", "/.")) if uses_slashes else name
    if dotted in _IPC_SYSCTLS or dotted.startswith(_IPC_SYSCTL_PREFIXES):
        return "hostIPC"
    return "hostNetwork" if dotted.startswith("net.") else None
