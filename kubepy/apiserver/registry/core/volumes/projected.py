"""Volumes made of files: secrets, config maps, the downward API, and projections of several of these.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateSecretVolumeSource, validateProjectionSources and
what they call).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.labels import validate_label_selector
from kubepy.api.object_meta import validate_annotations
from kubepy.apiserver.registry.core.field_references import validate_field_selector, validate_resource_field_selector
from kubepy.apiserver.registry.core.signer_names import (
    signer_of_trust_bundle,
    trust_bundle_name_complaints,
    validate_signer_name,
)
from kubepy.apiserver.registry.core.volumes.paths import validate_local_path, validate_mode

Object = dict[str, Any]

_DOWNWARD_API_FIELDS = (
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
)  # fmt: skip
_KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
_CERTIFICATE_PATHS = ("credentialBundlePath", "keyPath", "certificateChainPath")
_MIN_CERTIFICATE_SECONDS = 3600
_MAX_CERTIFICATE_SECONDS = 91 * 24 * 3600
_MAX_KUBERNETES_CERTIFICATE_SECONDS = 24 * 3600
_MIN_TOKEN_SECONDS = 600
_MAX_TOKEN_SECONDS = 1 << 32


def validate_secret(source: Object, path: Path) -> list[FieldError]:
    """A volume with the entries of a Secret."""
    errors = [] if source.get("secretName") else [required(path.child("secretName"))]
    errors += validate_mode(source, "defaultMode", path)
    return errors + _validate_items(source.get("items") or (), path.child("items"))


def validate_config_map(source: Object, path: Path) -> list[FieldError]:
    """A volume with the entries of a ConfigMap."""
    errors = [] if source.get("name") else [required(path.child("name"))]
    errors += validate_mode(source, "defaultMode", path)
    return errors + _validate_items(source.get("items") or (), path.child("items"))


def _validate_items(items: Sequence[Object], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, item in enumerate(items):
        errors += _validate_key_to_path(item, path.index(position))
    return errors


def _validate_key_to_path(item: Object, path: Path) -> list[FieldError]:
    errors = [required(path.child(field)) for field in ("key", "path") if not item.get(field)]
    errors += validate_local_path(item.get("path", ""), path.child("path"))
    return errors + validate_mode(item, "mode", path)


def validate_downward_api(source: Object, path: Path) -> list[FieldError]:
    """A volume with fields of the pod; mistakes in its items carry the volume's path, as upstream's do."""
    errors = validate_mode(source, "defaultMode", path)
    for item in source.get("items") or ():
        errors += _validate_downward_api_file(item, path)
    return errors


def _validate_downward_api_file(item: Object, path: Path) -> list[FieldError]:
    file = item.get("path", "")
    errors = [] if file else [required(path.child("path"))]
    errors += validate_local_path(file, path.child("path"))
    field, resource = item.get("fieldRef"), item.get("resourceFieldRef")
    if field is not None:
        errors += validate_field_selector(field, _DOWNWARD_API_FIELDS, path.child("fieldRef"))
        if resource is not None:
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            errors.append(invalid(path, "resource", detail))
    elif resource is not None:
        errors += validate_resource_field_selector(resource, path.child("resourceFieldRef"), in_volume=True)
    else:
        errors.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    return errors + validate_mode(item, "mode", path)


class _Projection:
    """One projected volume being checked: where it is, and which files its sources have claimed so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: set[str] = set()

    def claim(self, file: str, shown: str | None = None) -> list[FieldError]:
        """Complain if another source writes the same file; `shown` is what is shown instead of the file's path."""
        if file in self._files:
            return [invalid(self.path, file if shown is None else shown, "conflicting duplicate paths")]
        self._files.add(file)
        return []


def validate_projected(source: Object, path: Path) -> list[FieldError]:
    """A volume with files from several sources, no two of which may write the same file."""
    errors = validate_mode(source, "defaultMode", path)
    projection = _Projection(path)
    sources = path.child("sources")
    for position, part in enumerate(source.get("sources") or ()):
        at = sources.index(position)
        found = 0
        for kind, validate in _PROJECTIONS.items():
            if (content := part.get(kind)) is not None:
                found += 1
                errors += validate(content, at.child(kind), projection)
        if found > 1:
            errors.append(forbidden(at, "may not specify more than 1 volume type per source"))
    return errors


def _project_entries(source: Object, path: Path, projection: _Projection) -> list[FieldError]:
    name = source.get("name", "")
    errors = [] if name else [required(path.child("name"))]
    for position, item in enumerate(source.get("items") or ()):
        errors += _validate_key_to_path(item, path.child("items").index(position))
        if file := item.get("path"):
            errors += projection.claim(file, name)
    return errors


def _project_downward_api(source: Object, path: Path, projection: _Projection) -> list[FieldError]:
    errors: list[FieldError] = []
    for item in source.get("items") or ():
        errors += _validate_downward_api_file(item, path)
        if file := item.get("path"):
            errors += projection.claim(file)
    return errors


def _project_token(source: Object, path: Path, projection: _Projection) -> list[FieldError]:
    errors: list[FieldError] = []
    seconds = source.get("expirationSeconds", 0)
    if seconds < _MIN_TOKEN_SECONDS:
        detail = "may not specify a duration less than 10 minutes"
        errors.append(invalid(path.child("expirationSeconds"), seconds, detail))
    if seconds > _MAX_TOKEN_SECONDS:
        detail = "may not specify a duration larger than 2^32 seconds"
        errors.append(invalid(path.child("expirationSeconds"), seconds, detail))
    # Upstream reports the token's path at the volume, not at the source.
    at = projection.path.child("path")
    file = source.get("path")
    return [*errors, required(at)] if not file else errors + validate_local_path(file, at)


def _project_trust_bundle(source: Object, path: Path, projection: _Projection) -> list[FieldError]:
    name, signer = source.get("name"), source.get("signerName")
    errors: list[FieldError] = []
    if name is not None and signer is not None:
        errors.append(invalid(path, source, "only one of name and signerName may be used"))
    elif name is not None:
        errors += _validate_bundle_name(source, name, path)
    elif signer is not None:
        if not signer:
            errors.append(required(path.child("signerName"), "must be a valid signer name"))
        errors += validate_signer_name(path.child("signerName"), signer)
        errors += validate_label_selector(source.get("labelSelector"), path.child("labelSelector"))
    else:
        errors.append(required(path, "either name or signerName must be specified"))
    file = source.get("path", "")
    if not file:
        errors.append(required(path.child("path")))
    errors += validate_local_path(file, path.child("path"))
    return errors + projection.claim(file)


def _validate_bundle_name(source: Object, name: str, path: Path) -> list[FieldError]:
    at = path.child("name")
    errors = [] if name else [required(at, "must be a valid object name")]
    complaints = trust_bundle_name_complaints(name, signer_of_trust_bundle(name))
    errors += [invalid(at, name, f"not a valid clustertrustbundlename: {complaint}") for complaint in complaints]
    if (selector := source.get("labelSelector")) is not None:
        detail = "labelSelector must be unset if name is specified"
        errors.append(invalid(path.child("labelSelector"), selector, detail))
    return errors


def _project_certificate(source: Object, path: Path, projection: _Projection) -> list[FieldError]:
    signer = source.get("signerName", "")
    errors = validate_signer_name(path.child("signerName"), signer)
    key_type = source.get("keyType", "")
    if key_type not in _KEY_TYPES:
        errors.append(not_supported(path.child("keyType"), key_type, _KEY_TYPES))
    if (seconds := source.get("maxExpirationSeconds")) is not None:
        errors += _validate_certificate_lifetime(seconds, signer, path.child("maxExpirationSeconds"))
    found = False
    for field in _CERTIFICATE_PATHS:
        if file := source.get(field):
            found = True
            errors += validate_local_path(file, path.child(field))
            errors += projection.claim(file)
    if not found:
        detail = "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"
        errors.append(required(path, detail))
    return errors + _validate_user_annotations(source.get("userAnnotations") or {}, path.child("userAnnotations"))


def _validate_certificate_lifetime(seconds: int, signer: str, path: Path) -> list[FieldError]:
    if seconds < _MIN_CERTIFICATE_SECONDS:
        detail = f"if provided, maxExpirationSeconds must be >= {_MIN_CERTIFICATE_SECONDS}"
        return [invalid(path, seconds, detail)]
    is_kubernetes = signer.startswith("kubernetes.io/")
    limit = _MAX_KUBERNETES_CERTIFICATE_SECONDS if is_kubernetes else _MAX_CERTIFICATE_SECONDS
    if seconds > limit:
        return [invalid(path, seconds, f"if provided, maxExpirationSeconds must be <= {limit}")]
    return []


def _validate_user_annotations(annotations: Object, path: Path) -> list[FieldError]:
    errors = validate_annotations(annotations, path)
    for key in annotations:
        errors += names.is_domain_prefixed_key(path.key(key), key)
    return errors


_PROJECTIONS: dict[str, Callable[[Object, Path, _Projection], list[FieldError]]] = {
    "secret": _project_entries,
    "configMap": _project_entries,
    "downwardAPI": _project_downward_api,
    "serviceAccountToken": _project_token,
    "clusterTrustBundle": _project_trust_bundle,
    "podCertificate": _project_certificate,
}
