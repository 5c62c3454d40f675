"""The table of built-in resources: everything Kubernetes v1.37 serves by default.

One row a resource: names, scope, verbs, subresources and selectable fields, as upstream's
`api/discovery/*.json` (names and verbs) and the field label conversions in `pkg/apis/*/v1/conversion.go`
(selectable fields) have them. Schemas are found by group, version and kind in the shipped definitions.
Alpha and beta versions are left out, since upstream doesn't serve them unless asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kubepy.api.schema import builtin_catalog, definitions
from kubepy.api.scheme import READ_WRITE_VERBS, GroupVersionKind, Resource, Scheme, Subresource

_CREATE: Final = ("create",)
_GET: Final = ("get",)
_STATUS_VERBS: Final = ("get", "patch", "update")
_PROXY_VERBS: Final = ("create", "delete", "get", "patch", "update")
_STREAM_VERBS: Final = ("create", "get")
_NO_COLLECTION_DELETE: Final = tuple(verb for verb in READ_WRITE_VERBS if verb != "deletecollection")

_SCALE: Final = GroupVersionKind("autoscaling", "v1", "Scale")
_OTHER_KINDS: Final[Mapping[str, tuple[GroupVersionKind, tuple[str, ...]]]] = {
    "scale": (_SCALE, _STATUS_VERBS),
    "pods/attach": (GroupVersionKind("", "v1", "PodAttachOptions"), _STREAM_VERBS),
    "pods/binding": (GroupVersionKind("", "v1", "Binding"), _CREATE),
    "pods/eviction": (GroupVersionKind("policy", "v1", "Eviction"), _CREATE),
    "pods/exec": (GroupVersionKind("", "v1", "PodExecOptions"), _STREAM_VERBS),
    "pods/portforward": (GroupVersionKind("", "v1", "PodPortForwardOptions"), _STREAM_VERBS),
    "pods/proxy": (GroupVersionKind("", "v1", "PodProxyOptions"), _PROXY_VERBS),
    "nodes/proxy": (GroupVersionKind("", "v1", "NodeProxyOptions"), _PROXY_VERBS),
    "services/proxy": (GroupVersionKind("", "v1", "ServiceProxyOptions"), _PROXY_VERBS),
    "serviceaccounts/token": (GroupVersionKind("authentication.k8s.io", "v1", "TokenRequest"), _CREATE),
}
"""Subresources whose objects are of another kind than their resource's; of any resource, or of one."""

_OTHER_VERBS: Final[Mapping[str, tuple[str, ...]]] = {"pods/log": _GET, "namespaces/finalize": ("update",)}
"""Subresources of the resource's own kind that aren't read and written as `status` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One resource of the table. Words in `short`, `categories`, `subresources` are split at blanks."""

    kind: str
    plural: str
    cluster: bool = False
    short: str = ""
    categories: str = ""
    verbs: tuple[str, ...] = READ_WRITE_VERBS
    subresources: str = ""
    fields: Mapping[str, str] | str = ""
    """Selectable fields that are their own path, or a map from selector key to stored path."""
    stored_in: str | None = None
    """The group whose resource of that name holds the objects, if it isn't its own."""
    stored_as: str = ""
    """The version objects are kept in, if it isn't this one."""
    virtual: bool = False
    """Nothing is stored: a request is answered and forgotten, or the answer is computed."""


def _namespaced(kind: str, plural: str, **more: object) -> _Row:
    return _Row(kind=kind, plural=plural, **more)  # type: ignore[arg-type]


def _cluster(kind: str, plural: str, **more: object) -> _Row:
    return _Row(kind=kind, plural=plural, cluster=True, **more)  # type: ignore[arg-type]


_POD_FIELDS: Final = {
    "spec.nodeName": "spec.nodeName",
    "spec.host": "spec.nodeName",
    "spec.restartPolicy": "spec.restartPolicy",
    "spec.schedulerName": "spec.schedulerName",
    "spec.serviceAccountName": "spec.serviceAccountName",
    "spec.hostNetwork": "spec.hostNetwork",
    "status.phase": "status.phase",
    "status.podIP": "status.podIP",
    "status.nominatedNodeName": "status.nominatedNodeName",
}
_REFERENCE_FIELDS: Final = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_CORE_EVENT_FIELDS: Final = {
    **{f"involvedObject.{name}": f"involvedObject.{name}" for name in _REFERENCE_FIELDS},
    "reason": "reason",
    "reportingComponent": "reportingComponent",
    "source": "source.component",
    "type": "type",
}
_EVENT_FIELDS: Final = {
    **{f"regarding.{name}": f"involvedObject.{name}" for name in _REFERENCE_FIELDS},
    "reason": "reason",
    "reportingController": "reportingComponent",
    "type": "type",
}

_TABLE: Final[Mapping[tuple[str, str], tuple[_Row, ...]]] = {
    ("", "v1"): (
        _namespaced("Binding", "bindings", verbs=_CREATE, virtual=True),
        _cluster("ComponentStatus", "componentstatuses", short="cs", verbs=("get", "list"), virtual=True),
        _namespaced("ConfigMap", "configmaps", short="cm"),
        _namespaced("Endpoints", "endpoints", short="ep"),
        _namespaced("Event", "events", short="ev", fields=_CORE_EVENT_FIELDS),
        _namespaced("LimitRange", "limitranges", short="limits"),
        _cluster(
            "Namespace",
            "namespaces",
            short="ns",
            verbs=_NO_COLLECTION_DELETE,
            subresources="finalize status",
            fields="status.phase",
        ),
        _cluster("Node", "nodes", short="no", subresources="proxy status", fields="spec.unschedulable"),
        _namespaced("PersistentVolumeClaim", "persistentvolumeclaims", short="pvc", subresources="status"),
        _cluster("PersistentVolume", "persistentvolumes", short="pv", subresources="status"),
        _namespaced(
            "Pod",
            "pods",
            short="po",
            categories="all",
            subresources="attach binding ephemeralcontainers eviction exec log portforward proxy resize status",
            fields=_POD_FIELDS,
        ),
        _namespaced("PodTemplate", "podtemplates"),
        _namespaced(
            "ReplicationController",
            "replicationcontrollers",
            short="rc",
            categories="all",
            subresources="scale status",
            fields="status.replicas",
        ),
        _namespaced("ResourceQuota", "resourcequotas", short="quota", subresources="status"),
        _namespaced("Secret", "secrets", fields="type"),
        _namespaced("ServiceAccount", "serviceaccounts", short="sa", subresources="token"),
        _namespaced(
            "Service",
            "services",
            short="svc",
            categories="all",
            subresources="proxy status",
            fields="spec.clusterIP spec.type",
        ),
    ),
    ("admissionregistration.k8s.io", "v1"): (
        _cluster("MutatingAdmissionPolicy", "mutatingadmissionpolicies", categories="api-extensions"),
        _cluster("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", categories="api-extensions"),
        _cluster("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", categories="api-extensions"),
        _cluster(
            "ValidatingAdmissionPolicy",
            "validatingadmissionpolicies",
            categories="api-extensions",
            subresources="status",
        ),
        _cluster("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", categories="api-extensions"),
        _cluster("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", categories="api-extensions"),
    ),
    ("apiextensions.k8s.io", "v1"): (
        _cluster(
            "CustomResourceDefinition",
            "customresourcedefinitions",
            short="crd crds",
            categories="api-extensions",
            subresources="status",
        ),
    ),
    ("apiregistration.k8s.io", "v1"): (
        _cluster("APIService", "apiservices", categories="api-extensions", subresources="status"),
    ),
    ("apps", "v1"): (
        _namespaced("ControllerRevision", "controllerrevisions"),
        _namespaced("DaemonSet", "daemonsets", short="ds", categories="all", subresources="status"),
        _namespaced("Deployment", "deployments", short="deploy", categories="all", subresources="scale status"),
        _namespaced("ReplicaSet", "replicasets", short="rs", categories="all", subresources="scale status"),
        _namespaced("StatefulSet", "statefulsets", short="sts", categories="all", subresources="scale status"),
    ),
    ("authentication.k8s.io", "v1"): (
        _cluster("SelfSubjectReview", "selfsubjectreviews", verbs=_CREATE, virtual=True),
        _cluster("TokenReview", "tokenreviews", verbs=_CREATE, virtual=True),
    ),
    ("authorization.k8s.io", "v1"): (
        _namespaced("LocalSubjectAccessReview", "localsubjectaccessreviews", verbs=_CREATE, virtual=True),
        _cluster("SelfSubjectAccessReview", "selfsubjectaccessreviews", verbs=_CREATE, virtual=True),
        _cluster("SelfSubjectRulesReview", "selfsubjectrulesreviews", verbs=_CREATE, virtual=True),
        _cluster("SubjectAccessReview", "subjectaccessreviews", verbs=_CREATE, virtual=True),
    ),
    ("autoscaling", "v1"): (
        _namespaced(
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            short="hpa",
            categories="all",
            subresources="status",
            stored_as="v2",
        ),
    ),
    ("autoscaling", "v2"): (
        _namespaced(
            "HorizontalPodAutoscaler", "horizontalpodautoscalers", short="hpa", categories="all", subresources="status"
        ),
    ),
    ("batch", "v1"): (
        _namespaced("CronJob", "cronjobs", short="cj", categories="all", subresources="status"),
        _namespaced(
            "Job", "jobs", categories="all", subresources="status", fields={"status.successful": "status.succeeded"}
        ),
    ),
    ("certificates.k8s.io", "v1"): (
        _cluster(
            "CertificateSigningRequest",
            "certificatesigningrequests",
            short="csr",
            subresources="approval status",
            fields="spec.signerName",
        ),
        _cluster("ClusterTrustBundle", "clustertrustbundles", fields="spec.signerName"),
        _namespaced(
            "PodCertificateRequest",
            "podcertificaterequests",
            subresources="status",
            fields="spec.signerName spec.podName spec.nodeName",
        ),
    ),
    ("coordination.k8s.io", "v1"): (_namespaced("Lease", "leases"),),
    ("discovery.k8s.io", "v1"): (_namespaced("EndpointSlice", "endpointslices"),),
    ("events.k8s.io", "v1"): (
        _namespaced("Event", "events", short="ev", fields=_EVENT_FIELDS, stored_in="", stored_as="v1"),
    ),
    ("flowcontrol.apiserver.k8s.io", "v1"): (
        _cluster("FlowSchema", "flowschemas", subresources="status"),
        _cluster("PriorityLevelConfiguration", "prioritylevelconfigurations", subresources="status"),
    ),
    ("networking.k8s.io", "v1"): (
        _cluster("IngressClass", "ingressclasses"),
        _namespaced("Ingress", "ingresses", short="ing", subresources="status"),
        _cluster("IPAddress", "ipaddresses", short="ip"),
        _namespaced("NetworkPolicy", "networkpolicies", short="netpol"),
        _cluster("ServiceCIDR", "servicecidrs", subresources="status"),
    ),
    ("node.k8s.io", "v1"): (_cluster("RuntimeClass", "runtimeclasses"),),
    ("policy", "v1"): (_namespaced("PodDisruptionBudget", "poddisruptionbudgets", short="pdb", subresources="status"),),
    ("rbac.authorization.k8s.io", "v1"): (
        _cluster("ClusterRoleBinding", "clusterrolebindings"),
        _cluster("ClusterRole", "clusterroles"),
        _namespaced("RoleBinding", "rolebindings"),
        _namespaced("Role", "roles"),
    ),
    ("resource.k8s.io", "v1"): (
        _cluster("DeviceClass", "deviceclasses"),
        _cluster("DeviceTaintRule", "devicetaintrules", subresources="status"),
        _namespaced("ResourceClaim", "resourceclaims", subresources="status"),
        _namespaced("ResourceClaimTemplate", "resourceclaimtemplates"),
        _cluster("ResourceSlice", "resourceslices", fields="spec.nodeName spec.driver"),
    ),
    ("scheduling.k8s.io", "v1"): (_cluster("PriorityClass", "priorityclasses", short="pc"),),
    ("storage.k8s.io", "v1"): (
        _cluster("CSIDriver", "csidrivers"),
        _cluster("CSINode", "csinodes"),
        _namespaced("CSIStorageCapacity", "csistoragecapacities"),
        _cluster("StorageClass", "storageclasses", short="sc"),
        _cluster("VolumeAttachment", "volumeattachments", subresources="status"),
        _cluster("VolumeAttributesClass", "volumeattributesclasses", short="vac"),
    ),
    ("storagemigration.k8s.io", "v1"): (
        _cluster("StorageVersionMigration", "storageversionmigrations", subresources="status"),
    ),
}


def builtin_scheme() -> Scheme:
    """A new scheme with every built-in resource; its caller may add custom ones."""
    return Scheme(_resources())


def _resources() -> Iterator[Resource]:
    names = _definition_names()
    for (group, version), rows in _TABLE.items():
        for row in rows:
            yield _resource(group, version, row, names)


def _definition_names() -> dict[GroupVersionKind, str]:
    """Definition names by the one type each declares (options types belong to every group: left out)."""
    names = {}
    for name, raw in definitions().items():
        types = raw.get("x-kubernetes-group-version-kind", ())
        if len(types) == 1:
            names[GroupVersionKind(types[0]["group"], types[0]["version"], types[0]["kind"])] = name
    return names


def _resource(group: str, version: str, row: _Row, names: Mapping[GroupVersionKind, str]) -> Resource:
    own = GroupVersionKind(group, version, row.kind)
    subresources = [_subresource(own, row.plural, name) for name in row.subresources.split()]
    fields = dict.fromkeys(row.fields.split()) if isinstance(row.fields, str) else row.fields
    return Resource(
        group=group,
        version=version,
        kind=row.kind,
        plural=row.plural,
        singular=row.kind.lower(),
        namespaced=not row.cluster,
        schema=builtin_catalog().get(names[own]),
        list_kind=f"{row.kind}List" if "list" in row.verbs else "",
        short_names=tuple(row.short.split()),
        categories=tuple(row.categories.split()),
        verbs=row.verbs,
        subresources={subresource.name: subresource for subresource in subresources},
        selectable_fields={key: tuple((path or key).split(".")) for key, path in fields.items()},
        storage_version="" if row.virtual else row.stored_as or version,
        storage_group=group if row.stored_in is None else row.stored_in,
    )


def _subresource(own: GroupVersionKind, plural: str, name: str) -> Subresource:
    full_name = f"{plural}/{name}"
    other = _OTHER_KINDS.get(full_name) or _OTHER_KINDS.get(name)
    if other is not None:
        return Subresource(name, *other)
    return Subresource(name, own, _OTHER_VERBS.get(full_name, _STATUS_VERBS))
