"""Validation of environment variables and where their values come from.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateEnv, ValidateEnvFrom, validateEnvVarValueFrom).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, not_found, required
from kubepy.apiserver.registry.core.field_references import validate_field_selector, validate_resource_field_selector
from kubepy.apiserver.registry.core.volumes.paths import validate_descending_path

Object = dict[str, Any]

ENV_FIELD_PATHS = (
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
)  # fmt: skip
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


def _validate_env_resource(selector: Object, path: Path) -> list[FieldError]:
    return validate_resource_field_selector(selector, path, in_volume=False)


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
        errors += validate_descending_path(file, path.child("path"))
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
