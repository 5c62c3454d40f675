"""The volumes of a pod: one source each, under names of their own.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateVolumes, validateVolumeSource).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.apiserver.registry.core.volumes import network, projected
from kubepy.apiserver.registry.core.volumes.claims import parse_quantity, validate_persistent_volume_claim_template

Object = dict[str, Any]
Validator = Callable[[Object, Path], list[FieldError]]

_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_ISCSI_NAME_DETAIL = (
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
    "if iscsi.initiatorName is specified."
)


def validate_volumes(
    volumes: Sequence[Object], path: Path, *, pod_name: str = "", is_pod: bool = False
) -> tuple[dict[str, Object], list[FieldError]]:
    """The volumes that are in order, by name, and the mistakes in the others.

    `pod_name` is the name of the pod if it is known (claims of ephemeral volumes are named after it); `is_pod` says
    that this is a pod and not the template of one, in which images may still be missing.
    """
    errors: list[FieldError] = []
    accepted: dict[str, Object] = {}
    created = {f"{pod_name}-{v.get('name', '')}" for v in volumes if "ephemeral" in v} if pod_name else ()
    for position, volume in enumerate(volumes):
        at = path.index(position)
        name = volume.get("name", "")
        mistakes = _validate_source(volume, name, at, pod_name=pod_name, is_pod=is_pod)
        if not name:
            mistakes.append(required(at.child("name")))
        else:
            mistakes += [invalid(at.child("name"), name, complaint) for complaint in names.is_dns1123_label(name)]
        if name in accepted:
            mistakes.append(duplicate(at.child("name"), name))
        if mistakes:
            errors += mistakes
        else:
            accepted[name] = volume
        if created and (claim := (volume.get("persistentVolumeClaim") or {}).get("claimName", "")) in created:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            errors.append(invalid(at.child("persistentVolumeClaim", "claimName"), claim, detail))
    return accepted, errors


def _validate_source(volume: Object, name: str, path: Path, *, pod_name: str, is_pod: bool) -> list[FieldError]:
    kinds = [kind for kind in volume if kind in _SOURCES]
    if not kinds:
        return [required(path, "must specify a volume type")]
    if len(kinds) > 1:
        kinds.sort(key=_ORDER.__getitem__)
    first = kinds[0]
    errors = _SOURCES[first](volume[first], path.child(_VALIDATED_AS.get(first, first)))
    if first == "ephemeral":
        errors += _validate_claim_name(name, pod_name, path)
    elif first == "image" and is_pod and not volume[first].get("reference"):
        errors.insert(0, required(path.child("image", "reference")))
    for kind in kinds[1:]:
        errors.append(forbidden(path.child(_FORBIDDEN_AS.get(kind, kind)), "may not specify more than 1 volume type"))
    if (iscsi := volume.get("iscsi")) is not None and "initiatorName" in iscsi:
        portal = iscsi.get("targetPortal", "")
        if len(f"{name}:{portal}".encode()) > 64:
            errors.append(invalid(path.child("name"), name, _ISCSI_NAME_DETAIL))
    return errors


def _validate_claim_name(name: str, pod_name: str, path: Path) -> list[FieldError]:
    if not pod_name or not name:
        return []
    claim = f"{pod_name}-{name}"
    complaints = names.dns_subdomain_name(claim)
    return [invalid(path.child("name"), name, f'PVC name "{claim}": {complaint}') for complaint in complaints]


def _validate_empty_dir(source: Object, path: Path) -> list[FieldError]:
    if (limit := source.get("sizeLimit")) is None:
        return []
    errors: list[FieldError] = []
    amount = parse_quantity(limit, path.child("sizeLimit"), errors)
    if amount is not None and amount.sign() < 0:
        errors.append(forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity"))
    return errors


def _validate_claim(source: Object, path: Path) -> list[FieldError]:
    return [] if source.get("claimName") else [required(path.child("claimName"))]


def _validate_ephemeral(source: Object, path: Path) -> list[FieldError]:
    template = source.get("volumeClaimTemplate")
    at = path.child("volumeClaimTemplate")
    return [required(at)] if template is None else validate_persistent_volume_claim_template(template, at)


def _validate_image(source: Object, path: Path) -> list[FieldError]:
    policy = source.get("pullPolicy")
    if not policy:
        return [required(path.child("pullPolicy"))]
    if policy not in _PULL_POLICIES:
        return [not_supported(path.child("pullPolicy"), policy, _PULL_POLICIES)]
    return []


_SOURCES: dict[str, Validator] = {
    "emptyDir": _validate_empty_dir,
    "hostPath": network.validate_host_path,
    "gitRepo": network.validate_git_repo,
    "gcePersistentDisk": network.validate_gce_persistent_disk,
    "awsElasticBlockStore": network.validate_aws_elastic_block_store,
    "secret": projected.validate_secret,
    "nfs": network.validate_nfs,
    "iscsi": network.validate_iscsi,
    "glusterfs": network.validate_glusterfs,
    "flocker": network.validate_flocker,
    "persistentVolumeClaim": _validate_claim,
    "rbd": network.validate_rbd,
    "cinder": network.validate_cinder,
    "cephfs": network.validate_cephfs,
    "quobyte": network.validate_quobyte,
    "downwardAPI": projected.validate_downward_api,
    "fc": network.validate_fc,
    "flexVolume": network.validate_flex_volume,
    "configMap": projected.validate_config_map,
    "azureFile": network.validate_azure_file,
    "vsphereVolume": network.validate_vsphere_volume,
    "photonPersistentDisk": network.validate_photon_persistent_disk,
    "portworxVolume": network.validate_portworx_volume,
    "azureDisk": network.validate_azure_disk,
    "storageos": network.validate_storageos,
    "projected": projected.validate_projected,
    "scaleIO": network.validate_scale_io,
    "csi": network.validate_csi,
    "ephemeral": _validate_ephemeral,
    "image": _validate_image,
}
"""What checks each kind of source, in upstream's order: of several, the first counts and the rest are forbidden."""
_ORDER = {kind: position for position, kind in enumerate(_SOURCES)}
_VALIDATED_AS = {"gcePersistentDisk": "persistentDisk"}
_FORBIDDEN_AS = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}
