"""Volumes of pods, by pkg/apis/core/validation/validation.go (ValidateVolumes) and pkg/apis/core/v1/defaults.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.field import Path
from kubepy.apiserver.registry.core.volumes import default_volumes, validate_volumes

PATH = Path("spec").child("volumes")


def problems(*volumes: dict[str, Any], **options: Any) -> list[str]:
    return [str(error) for error in validate_volumes(list(volumes), PATH, **options)[1]]


def named(**source: Any) -> dict[str, Any]:
    return {"name": "v", **source}


@pytest.mark.parametrize(
    ("volume", "filled"),
    [
        ({"name": "v"}, {"emptyDir": {}}),
        (named(emptyDir={"sizeLimit": "1024Mi", "mode": 0o700}), {"emptyDir": {"sizeLimit": "1Gi"}}),
        (named(hostPath={"path": "/x"}), {"hostPath": {"path": "/x", "type": ""}}),
        (named(secret={"secretName": "s"}), {"secret": {"secretName": "s", "defaultMode": 420}}),
        (named(configMap={"name": "c", "defaultMode": 0}), {"configMap": {"name": "c", "defaultMode": 0}}),
        (named(iscsi={"iqn": "i"}), {"iscsi": {"iqn": "i", "iscsiInterface": "default"}}),
        (
            named(rbd={"image": "i", "user": "u"}),
            {"rbd": {"image": "i", "user": "u", "pool": "rbd", "keyring": "/etc/ceph/keyring"}},
        ),
        (
            named(azureDisk={"diskName": "d"}),
            {
                "azureDisk": {
                    "diskName": "d",
                    "cachingMode": "ReadWrite",
                    "fsType": "ext4",
                    "kind": "Shared",
                    "readOnly": False,
                }
            },
        ),
        (named(scaleIO={}), {"scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"}}),
        (named(image={"reference": "a/b:latest"}), {"image": {"reference": "a/b:latest", "pullPolicy": "Always"}}),
        (named(image={"reference": "a/b:1"}), {"image": {"reference": "a/b:1", "pullPolicy": "IfNotPresent"}}),
        (
            named(ephemeral={"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "0.5Gi"}}}}}),
            {
                "ephemeral": {
                    "volumeClaimTemplate": {
                        "spec": {"resources": {"requests": {"storage": "512Mi"}}, "volumeMode": "Filesystem"}
                    }
                }
            },
        ),
    ],
)
def test_sources_are_filled_in(volume: dict[str, Any], filled: dict[str, Any]):
    """SetDefaults_Volume, the defaults of each source, and twice the same result."""
    for _ in range(2):
        default_volumes([volume])
        assert volume == {"name": "v", **filled}


def test_projections_are_filled_in():
    """Token and certificate lifetimes, API versions of fields, divisors; users of files are behind a gate."""
    sources = [
        {"serviceAccountToken": {"path": "token", "user": 5}},
        {"podCertificate": {"signerName": "example.com/a"}},
        {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
        {"downwardAPI": {"items": [{"path": "c", "resourceFieldRef": {"resource": "limits.cpu"}}]}},
        {"secret": {"name": "s", "items": [{"key": "k", "path": "p", "user": 5}]}},
    ]
    volume = named(projected={"sources": sources, "defaultUser": 5})
    default_volumes([volume])
    assert volume["projected"] == {
        "defaultMode": 420,
        "sources": [
            {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}},
            {"podCertificate": {"signerName": "example.com/a", "maxExpirationSeconds": 86400}},
            {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name", "apiVersion": "v1"}}]}},
            {"downwardAPI": {"items": [{"path": "c", "resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}]}},
            {"secret": {"name": "s", "items": [{"key": "k", "path": "p"}]}},
        ],
    }


@pytest.mark.parametrize(
    "volume",
    [
        named(emptyDir={"medium": "Memory", "sizeLimit": "1Gi"}),
        named(hostPath={"path": "/var/log", "type": "DirectoryOrCreate"}),
        named(gitRepo={"repository": "https://example.com/r", "directory": "a/..b"}),
        named(gcePersistentDisk={"pdName": "d", "partition": 255}),
        named(awsElasticBlockStore={"volumeID": "vol-1"}),
        named(secret={"secretName": "s", "items": [{"key": "k", "path": "a/b", "mode": 0o777}]}),
        named(nfs={"server": "h", "path": "/x"}),
        named(iscsi={"targetPortal": "p", "iqn": "iqn.2015-02.example.com:test", "lun": 255}),
        named(iscsi={"targetPortal": "p", "iqn": "eui.0123456789ABCDEF", "initiatorName": "naa." + "0" * 32}),
        named(glusterfs={"endpoints": "e", "path": "/x"}),
        named(flocker={"datasetUUID": "u"}),
        named(persistentVolumeClaim={"claimName": "c"}),
        named(rbd={"monitors": ["m"], "image": "i"}),
        named(cinder={"volumeID": "1"}),
        named(cephfs={"monitors": ["m"]}),
        named(quobyte={"registry": "a:1,[::1]:2", "volume": "v"}),
        named(fc={"wwids": ["w"]}),
        named(fc={"targetWWNs": ["w"], "lun": 0}),
        named(flexVolume={"driver": "d", "options": {"a/b": "c"}}),
        named(azureFile={"secretName": "s", "shareName": "n"}),
        named(azureDisk={"diskName": "d", "diskURI": "/subscriptions/1", "kind": "Managed"}),
        named(storageos={"volumeName": "n"}),
        named(csi={"driver": "Example.com"}),
        named(projected={"sources": []}),
        named(image={"reference": "r", "pullPolicy": "Always"}),
    ],
)
def test_sound_sources_are_accepted(volume: dict[str, Any]):
    """One valid volume of each kind."""
    accepted, errors = validate_volumes([volume], PATH, is_pod=True)
    assert errors == []
    assert accepted == {"v": volume}


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({"name": "v"}, ["spec.volumes[0]: Required value: must specify a volume type"]),
        ({"emptyDir": {}}, ["spec.volumes[0].name: Required value"]),
        (
            named(emptyDir={"sizeLimit": "-1"}),
            ["spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity"],
        ),
        (
            named(downwardAPI={}, emptyDir={}, cephfs={}),
            [
                "spec.volumes[0].cephFS: Forbidden: may not specify more than 1 volume type",
                "spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type",
            ],
        ),
        (
            named(hostPath={"path": "/a/../b", "type": "Nope"}),
            [
                "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
                'spec.volumes[0].hostPath.type: Unsupported value: "Nope": supported values: "", "BlockDevice", '
                '"CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
            ],
        ),
        (
            named(gcePersistentDisk={"partition": 256}),
            [
                "spec.volumes[0].persistentDisk.pdName: Required value",
                "spec.volumes[0].persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive",
            ],
        ),
        (
            named(secret={"secretName": "s", "defaultMode": 512, "items": [{"key": "k", "path": "../x"}]}),
            [
                "spec.volumes[0].secret.defaultMode: Invalid value: 512: "
                "must be a number between 0 and 0777 (octal), both inclusive",
                "spec.volumes[0].secret.items[0].path: Invalid value: \"../x\": must not contain '..'",
            ],
        ),
        (
            named(configMap={"items": [{"key": "k", "path": "..x"}, {"path": "/x"}]}),
            [
                "spec.volumes[0].configMap.name: Required value",
                "spec.volumes[0].configMap.items[0].path: Invalid value: \"..x\": must not start with '..'",
                "spec.volumes[0].configMap.items[1].key: Required value",
                'spec.volumes[0].configMap.items[1].path: Invalid value: "/x": must be a relative path',
            ],
        ),
        (
            named(nfs={"server": "h", "path": "x"}),
            ['spec.volumes[0].nfs.path: Invalid value: "x": must be an absolute path'],
        ),
        (
            named(iscsi={"targetPortal": "p" * 63, "iqn": "foo", "initiatorName": "iqn.x", "chapAuthSession": True}),
            [
                'spec.volumes[0].iscsi.iqn: Invalid value: "foo": must be valid format starting with iqn, eui, or naa',
                "spec.volumes[0].iscsi.secretRef: Required value",
                'spec.volumes[0].iscsi.initiatorname: Invalid value: "iqn.x": must be valid format',
                'spec.volumes[0].name: Invalid value: "v": Total length of <volume name>:<iscsi.targetPortal> must be '
                "under 64 characters if iscsi.initiatorName is specified.",
            ],
        ),
        (
            named(flocker={"datasetName": "a/b", "datasetUUID": "u"}),
            [
                'spec.volumes[0].flocker: Invalid value: "resource": '
                "datasetName and datasetUUID can not be specified simultaneously",
                "spec.volumes[0].flocker.datasetName: Invalid value: \"a/b\": must not contain '/'",
            ],
        ),
        (
            named(quobyte={"registry": "a:1,b", "volume": "v"}),
            [
                'spec.volumes[0].quobyte.registry: Invalid value: "a:1,b": '
                "must be a host:port pair or multiple pairs separated by commas"
            ],
        ),
        (
            named(fc={"targetWWNs": ["w"], "lun": 256}),
            ["spec.volumes[0].fc.lun: Invalid value: 256: must be between 0 and 255, inclusive"],
        ),
        (
            named(flexVolume={"driver": "d", "options": {"x.K8S.io/a": "b"}}),
            [
                'spec.volumes[0].flexVolume.options[x.K8S.io/a]: Invalid value: "x.K8S.io/a": '
                "kubernetes.io and k8s.io namespaces are reserved"
            ],
        ),
        (
            named(azureDisk={"diskName": "d", "diskURI": "x", "kind": "Dedicated", "cachingMode": "Off"}),
            [
                'spec.volumes[0].azureDisk.cachingMode: Unsupported value: "Off": '
                'supported values: "None", "ReadOnly", "ReadWrite"',
                'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: '
                '"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"',
            ],
        ),
        (
            named(csi={"driver": "d" * 64, "nodePublishSecretRef": {}}),
            [
                "spec.volumes[0].csi.driver: Too long: may not be more than 63 bytes",
                "spec.volumes[0].csi.nodePublishSecretRef.name: Required value",
            ],
        ),
        (
            named(downwardAPI={"items": [{"path": "a"}, {"path": "b", "fieldRef": {}, "resourceFieldRef": {}}]}),
            [
                "spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required",
                "spec.volumes[0].downwardAPI.fieldRef.apiVersion: Required value",
                'spec.volumes[0].downwardAPI: Invalid value: "resource": '
                "fieldRef and resourceFieldRef can not be specified simultaneously",
            ],
        ),
        (
            named(ephemeral={"volumeClaimTemplate": {"metadata": {"name": "n", "uid": "u"}, "spec": {}}}),
            [
                "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set",
                "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.uID: Forbidden: cannot be set",
                "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: "
                "at least 1 access mode is required",
                "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value",
            ],
        ),
        (
            named(image={"pullPolicy": "Sometimes"}),
            [
                "spec.volumes[0].image.reference: Required value",
                'spec.volumes[0].image.pullPolicy: Unsupported value: "Sometimes": '
                'supported values: "Always", "IfNotPresent", "Never"',
            ],
        ),
    ],
)
def test_unsound_sources_are_refused(volume: dict[str, Any], expected: list[str]):
    """The messages and field paths of each kind of source, misspelt paths included."""
    assert problems(volume, is_pod=True) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"serviceAccountToken": {"path": "t", "expirationSeconds": 600}}, []),
        (
            {"serviceAccountToken": {"expirationSeconds": 599}},
            [
                "[0].serviceAccountToken.expirationSeconds: Invalid value: 599: "
                "may not specify a duration less than 10 minutes",
                "spec.volumes[0].projected.path: Required value",
            ],
        ),
        (
            {"serviceAccountToken": {"path": "t", "expirationSeconds": 2**32 + 1}},
            [
                "[0].serviceAccountToken.expirationSeconds: Invalid value: 4294967297: "
                "may not specify a duration larger than 2^32 seconds"
            ],
        ),
        ({"clusterTrustBundle": {"name": "example.com:s:b", "path": "p"}}, []),
        ({"clusterTrustBundle": {"signerName": "example.com/s", "labelSelector": {}, "path": "p"}}, []),
        (
            {"clusterTrustBundle": {"path": "p"}},
            ["[0].clusterTrustBundle: Required value: either name or signerName must be specified"],
        ),
        (
            {"clusterTrustBundle": {"name": "a", "labelSelector": {}, "path": "p"}},
            [
                "[0].clusterTrustBundle.labelSelector: Invalid value: {}: "
                "labelSelector must be unset if name is specified"
            ],
        ),
        (
            {"clusterTrustBundle": {"signerName": "example.com", "path": "p"}},
            [
                '[0].clusterTrustBundle.signerName: Invalid value: "example.com": '
                "must be a fully qualified domain and path of the form 'example.com/signer-name'"
            ],
        ),
        ({"podCertificate": {"signerName": "example.com/s", "keyType": "ED25519", "keyPath": "k"}}, []),
        (
            {"podCertificate": {"signerName": "example.com/s", "keyType": "RSA1", "maxExpirationSeconds": 3599}},
            [
                '[0].podCertificate.keyType: Unsupported value: "RSA1": supported values: "RSA3072", "RSA4096", '
                '"ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"',
                "[0].podCertificate.maxExpirationSeconds: Invalid value: 3599: "
                "if provided, maxExpirationSeconds must be >= 3600",
                "[0].podCertificate: Required value: "
                "specify at least one of credentialBundlePath, keyPath, and certificateChainPath",
            ],
        ),
        (
            {
                "podCertificate": {
                    "signerName": "example.com/s",
                    "keyType": "ED25519",
                    "keyPath": "k",
                    "certificateChainPath": "k",
                    "maxExpirationSeconds": 7862401,
                }
            },
            [
                "[0].podCertificate.maxExpirationSeconds: Invalid value: 7862401: "
                "if provided, maxExpirationSeconds must be <= 7862400",
                'spec.volumes[0].projected: Invalid value: "k": conflicting duplicate paths',
            ],
        ),
        (
            {"secret": {"name": "s"}, "configMap": {"name": "c"}},
            ["[0]: Forbidden: may not specify more than 1 volume type per source"],
        ),
    ],
)
def test_projections_are_checked(source: dict[str, Any], expected: list[str]):
    """validateProjectionSources."""
    prefix = "spec.volumes[0].projected.sources"
    wanted = [text if text.startswith("spec.") else prefix + text for text in expected]
    assert problems(named(projected={"sources": [source]})) == wanted


def test_two_projections_may_not_write_one_file():
    """Secrets and config maps show their name, everything else the path."""
    sources = [
        {"secret": {"name": "s", "items": [{"key": "a", "path": "x"}]}},
        {"configMap": {"name": "c", "items": [{"key": "a", "path": "x"}]}},
        {"downwardAPI": {"items": [{"path": "x", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}]}},
    ]
    assert problems(named(projected={"sources": sources})) == [
        'spec.volumes[0].projected: Invalid value: "c": conflicting duplicate paths',
        'spec.volumes[0].projected: Invalid value: "x": conflicting duplicate paths',
    ]


def test_names_are_unique_labels():
    """A volume with a mistake is not among those that containers can mount."""
    accepted, errors = validate_volumes([named(emptyDir={}), named(emptyDir={}), {"name": "A.b", "emptyDir": {}}], PATH)
    assert list(accepted) == ["v"]
    assert [str(error).split(" (e.g.")[0] for error in errors] == [
        'spec.volumes[1].name: Duplicate value: "v"',
        'spec.volumes[2].name: Invalid value: "A.b": a lowercase RFC 1123 label must consist of lower case '
        "alphanumeric characters or '-', and must start and end with an alphanumeric character",
    ]


def test_claims_of_ephemeral_volumes_are_named_after_the_pod():
    """No other volume may refer to one, and the name must fit."""
    template = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1"}}}}
    ephemeral = {"name": "e", "ephemeral": {"volumeClaimTemplate": template}}
    claim = {"name": "c", "persistentVolumeClaim": {"claimName": "pod-e"}}
    assert problems(ephemeral, claim, pod_name="pod") == [
        'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "pod-e": '
        "must not reference a PVC that gets created for an ephemeral volume"
    ]
    assert problems(ephemeral, claim) == []
    assert problems(ephemeral, pod_name="p" * 252) == [
        f'spec.volumes[0].name: Invalid value: "e": PVC name "{"p" * 252}-e": must be no more than 253 characters'
    ]


def test_an_image_may_be_missing_in_templates_only():
    """opts.ResourceIsPod."""
    assert problems(named(image={"pullPolicy": "Always"})) == []
