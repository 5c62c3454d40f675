"""What is filled in for volumes that leave it out.

Follows kubernetes `pkg/apis/core/v1/defaults.go` and the `+default` marks of the volume sources in `core/v1/types.go`.
Fields behind feature gates that are off by default are dropped here, as upstream does before it stores a pod.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubepy.api.quantity import canonical
from kubepy.apiserver.registry.core.images import default_pull_policy
from kubepy.apiserver.registry.core.volumes.claims import default_persistent_volume_claim_spec

Object = dict[str, Any]

_FILE_MODE = 0o644
_TOKEN_EXPIRATION_SECONDS = 3600
_CERTIFICATE_EXPIRATION_SECONDS = 86400
_RBD = {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"}
_ISCSI = {"iscsiInterface": "default"}
_AZURE_DISK = {"cachingMode": "ReadWrite", "fsType": "ext4", "kind": "Shared"}
_SCALE_IO = {"storageMode": "ThinProvisioned", "fsType": "xfs"}


def default_volumes(volumes: list[Object]) -> None:
    """Fill in the volumes of a pod, in place; one without a source becomes an emptyDir."""
    for volume in volumes:
        if len(volume) < 2 and (not volume or "name" in volume):
            volume["emptyDir"] = {}
            continue
        default_source(volume)


def default_source(holder: Object) -> None:
    """Fill in the volume sources among the fields of a volume or of a persistent volume's spec, in place."""
    for kind, source in holder.items():
        if (fill := _DEFAULTS.get(kind)) is not None:
            fill(source)


def _fill(source: Object, defaults: Object) -> None:
    for name, value in defaults.items():
        if not source.get(name):
            source[name] = value


def _default_empty_dir(source: Object) -> None:
    source.pop("mode", None)
    if (limit := source.get("sizeLimit")) is not None:
        source["sizeLimit"] = _canonical(limit)


def _canonical(value: Any) -> Any:
    try:
        return canonical(str(value))
    except ValueError:
        return value


def _default_host_path(source: Object) -> None:
    source.setdefault("type", "")


def _default_azure_disk(source: Object) -> None:
    for name, value in _AZURE_DISK.items():
        source.setdefault(name, value)
    source.setdefault("readOnly", False)


def _default_files(source: Object) -> None:
    source.setdefault("defaultMode", _FILE_MODE)
    source.pop("defaultUser", None)
    _drop_users(source.get("items") or ())


def _drop_users(items: Iterable[Object]) -> None:
    for item in items:
        item.pop("user", None)


def _default_downward_api(source: Object) -> None:
    _default_files(source)
    _default_downward_api_items(source)


def _default_downward_api_items(source: Object) -> None:
    for item in source.get("items") or ():
        item.pop("user", None)
        if (reference := item.get("fieldRef")) is not None and not reference.get("apiVersion"):
            reference["apiVersion"] = "v1"
        if (reference := item.get("resourceFieldRef")) is not None:
            reference["divisor"] = _canonical(reference.get("divisor", "0"))


def _default_projected(source: Object) -> None:
    source.setdefault("defaultMode", _FILE_MODE)
    source.pop("defaultUser", None)
    for projection in source.get("sources") or ():
        for kind, part in projection.items():
            part.pop("user", None)
            if kind == "serviceAccountToken":
                part.setdefault("expirationSeconds", _TOKEN_EXPIRATION_SECONDS)
            elif kind == "podCertificate":
                part.setdefault("maxExpirationSeconds", _CERTIFICATE_EXPIRATION_SECONDS)
            elif kind == "downwardAPI":
                _default_downward_api_items(part)
            elif kind in ("secret", "configMap"):
                _drop_users(part.get("items") or ())


def _default_ephemeral(source: Object) -> None:
    if (template := source.get("volumeClaimTemplate")) is not None:
        spec = template.setdefault("spec", {})
        default_persistent_volume_claim_spec(spec)


def _default_image(source: Object) -> None:
    if not source.get("pullPolicy"):
        source["pullPolicy"] = default_pull_policy(source.get("reference", ""))


_DEFAULTS: dict[str, Callable[[Object], None]] = {
    "emptyDir": _default_empty_dir,
    "hostPath": _default_host_path,
    "secret": _default_files,
    "configMap": _default_files,
    "downwardAPI": _default_downward_api,
    "projected": _default_projected,
    "ephemeral": _default_ephemeral,
    "image": _default_image,
    "rbd": lambda source: _fill(source, _RBD),
    "iscsi": lambda source: _fill(source, _ISCSI),
    "azureDisk": _default_azure_disk,
    "scaleIO": lambda source: _fill(source, _SCALE_IO),
}
