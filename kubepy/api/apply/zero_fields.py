"""Fields of built-in types that exist even when nothing was ever written to them. Data only.

Upstream's objects are Go structs: a struct held by value, or a list without `omitempty`, is there as soon as its
parent is. So nobody adds it, and nobody owns it as such: a Deployment's first writer owns `f:template` only by
what is inside, but a new container's `f:resources` itself. Taken from the types.go files of k8s.io/api. `metadata`
of every type, and `spec` and `status` of types with metadata, are such fields too and not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ZERO_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "APIGroup": ("preferredVersion",),
        "AllocatedDeviceStatus": ("conditions",),
        "AllocationResult": ("devices",),
        "CSINodeSpec": ("drivers",),
        "CompositePodGroupSpec": ("schedulingPolicy",),
        "CompositePodGroupTemplate": ("schedulingPolicy",),
        "Container": ("resources",),
        "ContainerResourceMetricSource": ("target",),
        "ContainerResourceMetricStatus": ("current",),
        "ContainerStatus": ("lastState", "state"),
        "CronJobSpec": ("jobTemplate",),
        "CustomResourceDefinitionSpec": ("names",),
        "CustomResourceDefinitionStatus": ("acceptedNames", "conditions"),
        "DaemonSetSpec": ("template", "updateStrategy"),
        "DeploymentSpec": ("strategy", "template"),
        "DeviceTaintRuleSpec": ("taint",),
        "Endpoint": ("addresses", "conditions"),
        "Event": ("deprecatedSource", "source"),
        "EvictionRequestSpec": ("target",),
        "EvictionSpec": ("target",),
        "ExternalMetricSource": ("metric", "target"),
        "ExternalMetricStatus": ("current", "metric"),
        "FlowSchemaSpec": ("priorityLevelConfiguration",),
        "HTTPIngressPath": ("backend",),
        "HorizontalPodAutoscalerSpec": ("scaleTargetRef",),
        "IngressStatus": ("loadBalancer",),
        "JobSpec": ("template",),
        "LimitedPriorityLevelConfiguration": ("limitResponse",),
        "MutatingWebhook": ("clientConfig",),
        "NodeDaemonEndpoints": ("kubeletEndpoint",),
        "NodeStatus": ("daemonEndpoints", "nodeInfo"),
        "NonResourcePolicyRule": ("nonResourceURLs", "verbs"),
        "ObjectMetricSource": ("describedObject", "metric", "target"),
        "ObjectMetricStatus": ("current", "describedObject", "metric"),
        "PersistentVolumeClaimSpec": ("resources",),
        "PodFailurePolicyOnExitCodesRequirement": ("values",),
        "PodGroupSpec": ("schedulingPolicy",),
        "PodGroupTemplate": ("schedulingPolicy",),
        "PodSpec": ("containers",),
        "PodTemplate": ("template",),
        "PodsMetricSource": ("metric", "target"),
        "PodsMetricStatus": ("current", "metric"),
        "ReplicaSetSpec": ("template",),
        "ResourceClaimSpec": ("devices",),
        "ResourceMetricSource": ("target",),
        "ResourceMetricStatus": ("current",),
        "ResourcePolicyRule": ("apiGroups", "namespaces", "resources", "verbs"),
        "ResourceSliceSpec": ("pool",),
        "SelfSubjectReviewStatus": ("userInfo",),
        "ServiceStatus": ("loadBalancer",),
        "StatefulSetSpec": ("template", "updateStrategy"),
        "StorageVersionMigrationSpec": ("resource",),
        "TokenReviewStatus": ("user",),
        "ValidatingWebhook": ("clientConfig",),
        "VolumeAttachmentSpec": ("source",),
        "WeightedPodAffinityTerm": ("podAffinityTerm",),
        "WorkloadSpec": ("podGroupTemplates",),
    }
)
"""Type name, without group and version, to the names of such fields."""

POINTERS: Final = frozenset({("ResourcePoolStatusRequest", "status")})
"""`spec` or `status` fields that are pointers after all."""
