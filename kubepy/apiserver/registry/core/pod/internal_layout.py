"""How Kubernetes' Go code lays out pods internally, as far as people get to see it in error messages.

Errors show the JSON of bad values, and a rejected pod update the difference of two specifications, both of the
internal types. These have no JSON names: fields appear with their Go names, in the order of the declaration, unset
ones included. Types not listed here are shown with the fields that are set only. Follows kubernetes
`pkg/apis/core/types.go`.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

_ZEROS: dict[str, Any] = {"s": "", "i": 0, "b": False, "n": None}
"""What an unset field of a kind looks like: string, number, boolean; all others are null."""

_LAYOUTS = {
    "PodSpec": (
        "Volumes:Volume InitContainers:Container Containers:Container EphemeralContainers:EphemeralContainer "
        "RestartPolicy:s TerminationGracePeriodSeconds:n ActiveDeadlineSeconds:n DNSPolicy:s NodeSelector:n "
        "ServiceAccountName:s AutomountServiceAccountToken:n NodeName:s SecurityContext:PodSecurityContext "
        "ImagePullSecrets:n Hostname:s Subdomain:s SetHostnameAsFQDN:n Affinity:n SchedulerName:s "
        "Tolerations:Toleration HostAliases:n PriorityClassName:s Priority:n PreemptionPolicy:n DNSConfig:n "
        "ReadinessGates:n RuntimeClassName:n Overhead:n EnableServiceLinks:n TopologySpreadConstraints:n OS:n "
        "SchedulingGates:n ResourceClaims:n Resources:ResourceRequirements HostnameOverride:n SchedulingGroup:n "
        "EvictionResponders:n"
    ),
    "PodSecurityContext": (
        "HostNetwork:b HostPID:b HostIPC:b ShareProcessNamespace:n HostUsers:n SELinuxOptions:n WindowsOptions:n "
        "RunAsUser:n RunAsGroup:n RunAsNonRoot:n SupplementalGroups:n SupplementalGroupsPolicy:n FSGroup:n "
        "FSGroupChangePolicy:n Sysctls:n SeccompProfile:SeccompProfile AppArmorProfile:AppArmorProfile "
        "SELinuxChangePolicy:n"
    ),
    "Container": (
        "Name:s Image:s Command:n Args:n WorkingDir:s Ports:ContainerPort EnvFrom:n Env:EnvVar "
        "Resources:ResourceRequirements ResizePolicy:n RestartPolicy:n RestartPolicyRules:n VolumeMounts:VolumeMount "
        "VolumeDevices:n LivenessProbe:Probe ReadinessProbe:Probe StartupProbe:Probe Lifecycle:n "
        "TerminationMessagePath:s TerminationMessagePolicy:s ImagePullPolicy:s SecurityContext:SecurityContext "
        "Stdin:b StdinOnce:b TTY:b"
    ),
    "ContainerPort": "Name:s HostPort:i ContainerPort:i Protocol:s HostIP:s",
    "EnvVar": "Name:s Value:s ValueFrom:n",
    "ResourceRequirements": "Limits:n Requests:n Claims:n",
    "VolumeMount": (
        "Name:s ReadOnly:b RecursiveReadOnly:n MountPath:s SubPath:s MountPropagation:n SubPathExpr:s "
        "BindMountOptions:n"
    ),
    "Probe": (
        "Exec:n HTTPGet:HTTPGetAction TCPSocket:n GRPC:n InitialDelaySeconds:i TimeoutSeconds:i PeriodSeconds:i "
        "SuccessThreshold:i FailureThreshold:i TerminationGracePeriodSeconds:n"
    ),
    "HTTPGetAction": "Path:s Port:i Host:s Scheme:s HTTPHeaders:n",
    "SecurityContext": (
        "Capabilities:Capabilities Privileged:n SELinuxOptions:n WindowsOptions:n RunAsUser:n RunAsGroup:n "
        "RunAsNonRoot:n ReadOnlyRootFilesystem:n AllowPrivilegeEscalation:n ProcMount:n "
        "SeccompProfile:SeccompProfile AppArmorProfile:AppArmorProfile"
    ),
    "AppArmorProfile": "Type:s LocalhostProfile:n",
    "Capabilities": "Add:n Drop:n",
    "HostIP": "IP:s",
    "NodeSelectorRequirement": "Key:s Operator:s Values:n",
    "NodeSelectorTerm": "MatchExpressions:NodeSelectorRequirement MatchFields:NodeSelectorRequirement",
    "PodIP": "IP:s",
    "PodResourceClaim": "Name:s ResourceClaimName:n ResourceClaimTemplateName:n",
    "SeccompProfile": "Type:s LocalhostProfile:n",
    "Toleration": "Key:s Operator:s Value:s Effect:s TolerationSeconds:n",
    "Volume": (
        "Name:s HostPath:n EmptyDir:n GCEPersistentDisk:n AWSElasticBlockStore:n GitRepo:n Secret:n NFS:n ISCSI:n "
        "Glusterfs:n PersistentVolumeClaim:n RBD:n Quobyte:n FlexVolume:n Cinder:n CephFS:n Flocker:n DownwardAPI:n "
        "FC:n AzureFile:n ConfigMap:n VsphereVolume:n AzureDisk:n PhotonPersistentDisk:n Projected:n "
        "PortworxVolume:n ScaleIO:n StorageOS:n CSI:n Ephemeral:n Image:n"
    ),
}
_LAYOUTS["EphemeralContainer"] = _LAYOUTS["Container"] + " TargetContainerName:s"

_JSON_NAMES = {
    "AWSElasticBlockStore": "awsElasticBlockStore", "CSI": "csi", "CephFS": "cephfs", "DNSConfig": "dnsConfig",
    "DNSPolicy": "dnsPolicy", "FC": "fc", "FSGroup": "fsGroup", "FSGroupChangePolicy": "fsGroupChangePolicy",
    "GCEPersistentDisk": "gcePersistentDisk", "GRPC": "grpc", "HTTPGet": "httpGet", "HTTPHeaders": "httpHeaders",
    "IP": "ip", "ISCSI": "iscsi", "NFS": "nfs", "OS": "os", "RBD": "rbd", "SELinuxChangePolicy": "seLinuxChangePolicy",
    "SELinuxOptions": "seLinuxOptions", "StorageOS": "storageos", "TCPSocket": "tcpSocket", "TTY": "tty",
}  # fmt: skip
_GO_NAMES = {json_name: go_name for go_name, json_name in _JSON_NAMES.items()}
_FIELDS_OF_SPEC = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers")
_MAPS = frozenset({"matchLabels"})


def _parse(layout: str) -> tuple[tuple[str, str, str], ...]:
    fields = (token.partition(":")[::2] for token in layout.split())
    return tuple((go, _JSON_NAMES.get(go, go[:1].lower() + go[1:]), kind) for go, kind in fields)


_TYPES = {name: _parse(layout) for name, layout in _LAYOUTS.items()}


def internal_spec(spec: Object) -> Object:
    """A PodSpec in the shape and order of the internal type."""
    context = dict(spec.get("securityContext") or {})
    context.update((name, spec[name]) for name in _FIELDS_OF_SPEC if name in spec)
    return _struct("PodSpec", {**spec, "securityContext": context})


def internal(type_name: str, value: Any) -> Any:
    """A value of an internal type, or a list of such values, in the type's shape and order."""
    if isinstance(value, list):
        return [_struct(type_name, item) for item in value]
    return _struct(type_name, value)


def _struct(type_name: str, value: Object) -> Object:
    shown: Object = {}
    for go, json_name, kind in _TYPES[type_name]:
        field = value.get(json_name)
        if kind in _ZEROS:
            shown[go] = _ZEROS[kind] if field is None else _other(field, json_name)
        elif isinstance(field, list):
            shown[go] = [_struct(kind, item) for item in field] or None
        else:
            shown[go] = None if field is None else _struct(kind, field)
    return shown


def _other(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_other(item, "") for item in value] or None
    if not isinstance(value, dict):
        return value
    if name in _MAPS or name in {"nodeSelector", "overhead", "limits", "requests"}:
        return dict(sorted(value.items())) or None
    return {_GO_NAMES.get(key) or key[:1].upper() + key[1:]: _other(item, key) for key, item in value.items()}
