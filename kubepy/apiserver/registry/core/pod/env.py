"""Validation of environment variables and where their values come from.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateEnv, ValidateEnvFrom, validateEnvVarValueFrom) and
`pkg/apis/core/pods/helpers.go` for the fields of the downward API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, not_found, not_supported, required
from kubepy.apiserver.registry.core.pod.quantities import quantity

Object = dict[str, Any]

ENV_FIELD_PATHS = (
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
)  # fmt: skip
_CONVERTIBLE_FIELD_PATHS = frozenset(
    {
        *ENV_FIELD_PATHS, "metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName",
        "status.phase", "spec.host",
    }
)  # fmt: skip
_RESOURCE_FIELDS = (
    "limits.cpu", "limits.ephemeral-storage", "limits.memory",
    "requests.cpu", "requests.ephemeral-storage", "requests.memory",
)  # fmt: skip
_HUGE_PAGE_PREFIXES = ("limits.hugepages-", "requests.hugepages-")
_CPU_DIVISORS = frozenset({"1m", "1"})
_BYTE_DIVISORS_TEXT = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
_BYTE_DIVISORS = frozenset(_BYTE_DIVISORS_TEXT.split(", "))
_SUBSCRIPTED = re.compile(r"(?P<path>.*?)\['(?P<key>[^']*)'\]", re.DOTALL)
_ENV_NAME = re.compile(r"[ -<>-~]+")
_MAX_FILE_KEY_LENGTH = 128


def validate_env(variables: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in the environment variables of one container."""
    errors: list[FieldError] = []
    for position, variable in enumerate(variables):
        name = variable.get("name")
        if not name:
            errors.append(required(path.index(position).child("name")))
        elif _ENV_NAME.fullmatch(name) is None:
            at = path.index(position).child("name")
            errors += [invalid(at, name, complaint) for complaint in names.is_relaxed_env_var_name(name)]
        if "valueFrom" in variable:
            errors += _validate_value_from(variable, path.index(position).child("valueFrom"))
    return errors


def _validate_value_from(variable: Object, path: Path) -> list[FieldError]:
    source = variable["valueFrom"]
    errors: list[FieldError] = []
    found = 0
    for kind, validate in _SOURCES.items():
        if (reference := source.get(kind)) is not None:
            found += 1
            errors += validate(reference, path.child(kind))
    if not found:
        detail = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        )
        errors.append(invalid(path, "", detail))
    elif variable.get("value"):
        errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif found > 1:
        errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _validate_env_field(selector: Object, path: Path) -> list[FieldError]:
    return validate_field_selector(selector, ENV_FIELD_PATHS, path)


def validate_field_selector(selector: Object, supported: Collection[str], path: Path) -> list[FieldError]:
    """Mistakes in a reference to a field of the pod itself; `supported` are the fields that may be named, sorted."""
    if not selector.get("apiVersion"):
        return [required(path.child("apiVersion"))]
    label = selector.get("fieldPath")
    if not label:
        return [required(path.child("fieldPath"))]
    at = path.child("fieldPath")
    if selector["apiVersion"] != "v1":
        return [invalid(at, label, f"error converting fieldPath: unsupported pod version: {selector['apiVersion']}")]
    subscripted = _SUBSCRIPTED.fullmatch(label)
    if subscripted:
        return _validate_subscript(label, subscripted["path"], subscripted["key"], path)
    if label not in _CONVERTIBLE_FIELD_PATHS:
        return [invalid(at, label, f"error converting fieldPath: field label not supported: {label}")]
    internal = "spec.nodeName" if label == "spec.host" else label
    return [] if internal in supported else [not_supported(at, internal, supported)]


def _validate_subscript(label: str, field: str, key: str, path: Path) -> list[FieldError]:
    if field not in {"metadata.annotations", "metadata.labels"}:
        detail = f"error converting fieldPath: field label does not support subscript: {label}"
        return [invalid(path.child("fieldPath"), label, detail)]
    name = key.lower() if field == "metadata.annotations" else key
    return [invalid(path, name, complaint) for complaint in names.is_qualified_name(name)]


def _validate_env_resource(selector: Object, path: Path) -> list[FieldError]:
    return validate_resource_field_selector(selector, path, in_volume=False)


def validate_resource_field_selector(selector: Object, path: Path, *, in_volume: bool) -> list[FieldError]:
    """Mistakes in a reference to a container's own requests or limits; a volume must name the container."""
    errors: list[FieldError] = []
    resource = selector.get("resource", "")
    if in_volume and not selector.get("containerName"):
        errors.append(required(path.child("containerName")))
    elif not resource:
        errors.append(required(path.child("resource")))
    elif resource not in _RESOURCE_FIELDS and not resource.startswith(_HUGE_PAGE_PREFIXES):
        errors.append(not_supported(path.child("resource"), resource, _RESOURCE_FIELDS))
    return errors + _validate_divisor(resource, selector.get("divisor") or "0", path.child("divisor"))


def _validate_divisor(resource: str, divisor: str, path: Path) -> list[FieldError]:
    try:
        amount = quantity(divisor)
    except ValueError as error:
        return [invalid(path, divisor, str(error))]
    if amount.is_zero():
        return []
    kind = resource.partition(".")[2]
    if kind == "cpu":
        allowed, text, noun = _CPU_DIVISORS, "1m and 1", "cpu resource"
    elif kind == "memory":
        allowed, text, noun = _BYTE_DIVISORS, _BYTE_DIVISORS_TEXT, "memory resource"
    elif kind == "ephemeral-storage":
        allowed, text, noun = _BYTE_DIVISORS, _BYTE_DIVISORS_TEXT, "local ephemeral storage resource"
    elif kind.startswith("hugepages-"):
        allowed, text, noun = _BYTE_DIVISORS, _BYTE_DIVISORS_TEXT, "hugepages resource"
    else:
        return []
    if str(amount) in allowed:
        return []
    return [invalid(path, resource, f"only divisor's values {text} are supported with the {noun}")]


def _validate_key_reference(reference: Object, path: Path) -> list[FieldError]:
    name = reference.get("name", "")
    errors = [invalid(path.child("name"), name, complaint) for complaint in names.dns_subdomain_name(name)]
    key = reference.get("key")
    if not key:
        errors.append(required(path.child("key")))
    else:
        errors += [invalid(path.child("key"), key, complaint) for complaint in names.is_config_map_key(key)]
    return errors


def _validate_file_key(reference: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    key = reference.get("key")
    if not key:
        errors.append(required(path.child("key")))
    else:
        complaints = names.is_relaxed_env_var_name(key)
        if len(key) > _MAX_FILE_KEY_LENGTH:
            complaints = [*complaints, names.max_len_error(_MAX_FILE_KEY_LENGTH)]
        errors += [invalid(path.child("key"), key, complaint) for complaint in complaints]
    volume = reference.get("volumeName")
    if not volume:
        errors.append(required(path.child("volumeName")))
    else:
        errors += [invalid(path.child("volumeName"), volume, complaint) for complaint in names.is_dns1123_label(volume)]
    file = reference.get("path")
    if not file:
        errors.append(required(path.child("path")))
    else:
        errors += validate_local_path(file, path.child("path"))
    return errors


def validate_file_volumes(variables: Sequence[Object], volumes: Mapping[str, Object], path: Path) -> list[FieldError]:
    """Files with values must be in a volume that the pod's containers share: an emptyDir."""
    errors: list[FieldError] = []
    for position, variable in enumerate(variables):
        reference = (variable.get("valueFrom") or {}).get("fileKeyRef")
        name = reference.get("volumeName") if reference else None
        if not name:
            continue
        at = path.index(position).child("valueFrom", "fileKeyRef", "volumeName")
        if name not in volumes:
            errors.append(not_found(at, name))
        elif volumes[name].get("emptyDir") is None:
            errors.append(invalid(at, name, "referenced volume must be of type emptyDir"))
    return errors


def validate_local_path(value: str, path: Path) -> list[FieldError]:
    """Mistakes in a path that must stay below the directory it is relative to."""
    errors: list[FieldError] = []
    if value.startswith("/"):
        errors.append(invalid(path, value, "must be a relative path"))
    if ".." in value.split("/"):
        errors.append(invalid(path, value, "must not contain '..'"))
    return errors


_SOURCES: dict[str, Callable[[Object, Path], list[FieldError]]] = {
    "fieldRef": _validate_env_field,
    "resourceFieldRef": _validate_env_resource,
    "configMapKeyRef": _validate_key_reference,
    "secretKeyRef": _validate_key_reference,
    "fileKeyRef": _validate_file_key,
}


def validate_env_from(sources: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in config maps and secrets whose entries all become variables."""
    errors: list[FieldError] = []
    for position, source in enumerate(sources):
        at = path.index(position)
        if prefix := source.get("prefix"):
            errors += [invalid(at.child("prefix"), prefix, c) for c in names.is_relaxed_env_var_name(prefix)]
        found = 0
        for kind in ("configMapRef", "secretRef"):
            if (reference := source.get(kind)) is not None:
                found += 1
                errors += _validate_whole_reference(reference, at.child(kind, "name"))
        if not found:
            errors.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif found > 1:
            errors.append(invalid(path, "", "may not have more than one field specified at a time"))
    return errors


def _validate_whole_reference(reference: Object, path: Path) -> list[FieldError]:
    name = reference.get("name")
    if not name:
        return [required(path)]
    return [invalid(path, name, complaint) for complaint in names.dns_subdomain_name(name, True)]
