"""What pods may say depending on the operating system they are for, and Windows' own options.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateOS, validateLinux, validateWindows,
validateWindowsSecurityContextOptions, validateWindowsHostProcessPod, validateHostUsers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required

Object = dict[str, Any]

_CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_SYSTEMS = ("linux", "windows")
_MAX_CREDENTIAL_SPEC_KIB = 64
_MAX_DOMAIN_LENGTH = 256
_MAX_USER_LENGTH = 104
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NETBIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DNS_DOMAIN = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*")
_BAD_USER_CHARACTERS = re.compile(r'["/\\:;|=,+*?<>@\[\]]')
_DOTS_AND_SPACES = re.compile(r"[. ]+")
_NOT_ON_WINDOWS = "cannot be set for a windows pod"
_POD_FIELDS_BEFORE = ("appArmorProfile", "seLinuxOptions")
_POD_FIELDS_AFTER = ("seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls")
_POD_FIELDS_LAST = (
    "runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy",
)  # fmt: skip
_CONTAINER_FIELDS = (
    "appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged",
    "allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup",
)  # fmt: skip


def containers_with_path(spec: Object, path: Path) -> Iterator[tuple[Object, Path]]:
    """All containers of a pod in upstream's order: init containers, containers, ephemeral containers."""
    for kind in _CONTAINER_LISTS:
        for position, container in enumerate(spec.get(kind) or ()):
            yield container, path.child(kind).index(position)


def _containers(spec: Object) -> Iterator[Object]:
    for kind in _CONTAINER_LISTS:
        yield from spec.get(kind) or ()


def validate_os(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in `spec.os` and in fields that the named system doesn't have."""
    name = (spec.get("os") or {}).get("name", "")
    if not name:
        return [required(path.child("os", "name"), "cannot be empty")]
    if name not in _SYSTEMS:
        return [not_supported(path.child("os"), name, _SYSTEMS)]
    return _validate_linux(spec, path) if name == "linux" else _validate_windows(spec, path)


def _validate_linux(spec: Object, path: Path) -> list[FieldError]:
    detail = "windows options cannot be set for a linux pod"
    holders = [(spec, path), *containers_with_path(spec, path)]
    return [
        forbidden(at.child("securityContext", "windowsOptions"), detail)
        for holder, at in holders
        if (holder.get("securityContext") or {}).get("windowsOptions") is not None
    ]


def _validate_windows(spec: Object, path: Path) -> list[FieldError]:
    context = spec.get("securityContext") or {}
    at = path.child("securityContext")
    fields = [at.child(field) for field in _POD_FIELDS_BEFORE if _is_set(context, field)]
    if spec.get("hostUsers") is not None:
        fields.append(path.child("hostUsers"))
    fields += [path.child(field) for field in ("hostPID", "hostIPC") if spec.get(field)]
    fields += [at.child(field) for field in _POD_FIELDS_AFTER if _is_set(context, field)]
    if spec.get("shareProcessNamespace") is not None:
        fields.append(path.child("shareProcessNamespace"))
    fields += [at.child(field) for field in _POD_FIELDS_LAST if _is_set(context, field)]
    for container, where in containers_with_path(spec, path):
        own = container.get("securityContext") or {}
        fields += [where.child("securityContext", field) for field in _CONTAINER_FIELDS if _is_set(own, field)]
    return [forbidden(field, _NOT_ON_WINDOWS) for field in fields]


def _is_set(context: Object, field: str) -> bool:
    value = context.get(field)
    return value is not None and (field != "sysctls" or bool(value))


def validate_host_users(spec: Object, path: Path) -> list[FieldError]:
    """A pod with users of its own may not share the host's other namespaces."""
    if spec.get("hostUsers") is not False:
        return []
    names_of_fields = {"hostNetwork": "hostNetwork", "hostPID": "HostPID", "hostIPC": "HostIPC"}
    detail = "when `pod.Spec.HostUsers` is false"
    return [forbidden(path.child(name), detail) for field, name in names_of_fields.items() if spec.get(field)]


def validate_host_process(spec: Object, path: Path) -> list[FieldError]:
    """Host-process containers cannot be mixed with others and need the host's network."""
    errors: list[FieldError] = []
    of_pod = _host_process(spec)
    if of_pod is None and not any(container.get("securityContext") for container in _containers(spec)):
        return errors
    on_host: list[bool] = []
    for container, at in containers_with_path(spec, path):
        own = _host_process(container)
        if of_pod is not None and own is not None and of_pod != own:
            was = "true" if of_pod else "false"
            detail = f"pod hostProcess value must be identical if both are specified, was {was}"
            errors.append(invalid(at.child("securityContext", "windowsOptions", "hostProcess"), own, detail))
        on_host.append(bool(of_pod if own is None else own))
    if not any(on_host):
        return errors
    if not all(on_host):
        detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
        errors.append(invalid(path, "", detail))
    if not spec.get("hostNetwork"):
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        errors.append(invalid(path.child("hostNetwork"), False, detail))
    return errors


def _host_process(holder: Object) -> bool | None:
    options = (holder.get("securityContext") or {}).get("windowsOptions")
    value: bool | None = options.get("hostProcess") if options else None
    return value


def validate_windows_options(options: Object | None, path: Path) -> list[FieldError]:
    """Mistakes in WindowsSecurityContextOptions."""
    if options is None:
        return []
    errors: list[FieldError] = []
    if (name := options.get("gmsaCredentialSpecName")) is not None:
        at = path.child("gmsaCredentialSpecName")
        errors += [invalid(at, name, complaint) for complaint in names.is_dns1123_subdomain(name)]
    if (credential := options.get("gmsaCredentialSpec")) is not None:
        at = path.child("gmsaCredentialSpec")
        if not credential:
            errors.append(invalid(at, credential, "gmsaCredentialSpec cannot be an empty string"))
        elif len(credential.encode()) > _MAX_CREDENTIAL_SPEC_KIB * 1024:
            detail = f"gmsaCredentialSpec size must be under {_MAX_CREDENTIAL_SPEC_KIB} KiB"
            errors.append(invalid(at, credential, detail))
    if (user := options.get("runAsUserName")) is not None:
        errors += [invalid(path.child("runAsUserName"), user, complaint) for complaint in _user_name_complaints(user)]
    return errors


def _user_name_complaints(name: str) -> Iterator[str]:
    if not name:
        yield "runAsUserName cannot be an empty string"
        return
    if _CONTROL.search(name):
        yield "runAsUserName cannot contain control characters"
        return
    parts = name.split("\\")
    if len(parts) > 2:
        yield "runAsUserName cannot contain more than one backslash"
        return
    user = parts[-1]
    domain = parts[0] if len(parts) == 2 else None
    if domain is not None:
        if len(domain) >= _MAX_DOMAIN_LENGTH:
            yield f"runAsUserName's Domain length must be under {_MAX_DOMAIN_LENGTH} characters"
        if not _NETBIOS.fullmatch(domain) and not _DNS_DOMAIN.fullmatch(domain):
            yield "runAsUserName's Domain doesn't match the NetBios nor the DNS format"
    if not user:
        yield "runAsUserName's User cannot be empty"
    elif len(user) > _MAX_USER_LENGTH:
        yield f"runAsUserName's User length must not be longer than {_MAX_USER_LENGTH} characters"
    if _DOTS_AND_SPACES.fullmatch(user):
        yield "runAsUserName's User cannot contain only periods or spaces"
    if _BAD_USER_CHARACTERS.search(user):
        yield "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"
