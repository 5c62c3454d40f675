"""One table of objects and the cells they get, by kind."""

from datetime import UTC, datetime, timedelta

import pytest

from kubepy.api.scheme import GroupVersionKind
from kubepy.apiserver.table import table_for_kind

NOW = datetime(2026, 1, 2, tzinfo=UTC)
AGE = "5m"
SELECTOR = {"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": [{"key": "aa", "operator": "Exists"}]}
TEMPLATE = {"spec": {"containers": [{"name": "c1", "image": "i1"}, {"name": "c2", "image": "i2"}]}}
NET, RBAC, STORAGE = "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io"
ADMISSION, FLOW, CERTS = "admissionregistration.k8s.io", "flowcontrol.apiserver.k8s.io", "certificates.k8s.io"
DRA, SCHED, LIFE = "resource.k8s.io", "scheduling.k8s.io", "lifecycle.k8s.io"


def _ago(**delta):
    return (NOW - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _meta(**metadata):
    return {"metadata": {"name": "n", "creationTimestamp": _ago(minutes=5), **metadata}}


def _service(status=None, **spec):
    return _meta() | {"spec": spec, "status": status or {}}


def _job(conditions=(), status=None, spec=None, **metadata):
    listed = [{"type": kind, "status": "True"} for kind in conditions]
    return _meta(**metadata) | {
        "spec": {"template": TEMPLATE} | (spec or {}),
        "status": {"conditions": listed} | (status or {}),
    }


def _conditions(*kinds, status="True", reason="Why"):
    return {"conditions": [{"type": kind, "status": status, "reason": reason} for kind in kinds]}


LB = {
    "loadBalancer": {
        "ingress": [{"ip": "3.4.5.6"}, {"ip": "2.3.4.5"}, {"hostname": "lb.example.com"}, {"ip": "2.3.4.5"}]
    }
}
LB_TEXT = "2.3.4.5,3.4.5.6,lb.example.com"
SELECTOR_MESSAGE = (
    "&LabelSelector{MatchLabels:map[string]string{a: 1,},MatchExpressions:[]LabelSelectorRequirement{"
    "LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}"
)
FOUR = [{"ip": f"1.1.1.{host}"} for host in range(4)]

CASES = [
    # core
    (
        "",
        "PodTemplate",
        _meta() | {"template": TEMPLATE | {"metadata": {"labels": {"b": "2", "a": "1"}}}},
        ["n", "c1,c2", "i1,i2", "a=1,b=2"],
    ),
    ("", "PodTemplate", _meta() | {"template": {}}, ["n", "", "", "<none>"]),
    (
        "",
        "Service",
        _service(
            type="ClusterIP",
            clusterIPs=["10.0.0.1", "fd00::1"],
            ports=[{"port": 80, "protocol": "TCP"}],
            selector={"a": "b"},
        ),
        ["n", "ClusterIP", "10.0.0.1", "<none>", "80/TCP", AGE, "a=b"],
    ),
    (
        "",
        "Service",
        _service(
            type="NodePort",
            clusterIP="10.0.0.1",
            externalIPs=["1.1.1.1", "2.2.2.2"],
            ports=[{"port": 80, "nodePort": 30080, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
        ),
        ["n", "NodePort", "10.0.0.1", "1.1.1.1,2.2.2.2", "80:30080/TCP,53/UDP", AGE, "<none>"],
    ),
    (
        "",
        "Service",
        _service(type="LoadBalancer", clusterIPs=["None"]),
        ["n", "LoadBalancer", "None", "<pending>", "<none>", AGE, "<none>"],
    ),
    (
        "",
        "Service",
        _service(LB, type="LoadBalancer", externalIPs=["9.9.9.9"]),
        ["n", "LoadBalancer", "<none>", f"{LB_TEXT},9.9.9.9", "<none>", AGE, "<none>"],
    ),
    (
        "",
        "Service",
        _service(type="ExternalName", externalName="a.example.com"),
        ["n", "ExternalName", "<none>", "a.example.com", "<none>", AGE, "<none>"],
    ),
    ("", "Service", _service(), ["n", "", "<none>", "<unknown>", "<none>", AGE, "<none>"]),
    ("", "Endpoints", _meta(), ["n", "<none>", AGE]),
    ("", "Endpoints", _meta() | {"subsets": [{"addresses": FOUR[:2]}]}, ["n", "1.1.1.0,1.1.1.1", AGE]),
    (
        "",
        "Endpoints",
        _meta() | {"subsets": [{"addresses": [*FOUR[:3], {"ip": "fd00::1"}], "ports": [{"port": 80}]}]},
        ["n", "1.1.1.0:80,1.1.1.1:80,1.1.1.2:80 + 1 more...", AGE],
    ),
    (
        "",
        "Endpoints",
        _meta() | {"subsets": [{"addresses": [{"ip": "fd00::1"}], "ports": [{"port": 80}]}]},
        ["n", "[fd00::1]:80", AGE],
    ),
    ("", "Endpoints", _meta() | {"subsets": [{"notReadyAddresses": FOUR, "ports": [{"port": 80}]}]}, ["n", "", AGE]),
    (
        "discovery.k8s.io",
        "EndpointSlice",
        _meta()
        | {
            "addressType": "IPv4",
            "ports": [{"port": 80}, {"port": None, "name": "web"}, {}, {"port": 4}],
            "endpoints": [
                {"addresses": ["1.1.1.1"]},
                {"addresses": ["1.1.1.2", "1.1.1.3"]},
                {"addresses": ["1.1.1.4"]},
            ],
        },
        ["n", "IPv4", "80,web,* + 1 more...", "1.1.1.1,1.1.1.2,1.1.1.3 + 1 more...", AGE],
    ),
    (
        "discovery.k8s.io",
        "EndpointSlice",
        _meta() | {"addressType": "IPv6", "ports": [], "endpoints": []},
        ["n", "IPv6", "<unset>", "<unset>", AGE],
    ),
    (
        "",
        "Node",
        _meta(
            labels={"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/": "x", "kubernetes.io/role": "db"}
        )
        | {
            "spec": {"unschedulable": True},
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "True"}],
                "addresses": [
                    {"type": "Hostname", "address": "h"},
                    {"type": "InternalIP", "address": "10.0.0.2"},
                    {"type": "InternalIP", "address": "10.0.0.3"},
                ],
                "nodeInfo": {
                    "kubeletVersion": "v1.37.0",
                    "osImage": "Debian",
                    "kernelVersion": "6.1",
                    "architecture": "amd64",
                    "containerRuntimeVersion": "podman://5",
                },
            },
        },
        [
            "n",
            "Ready,SchedulingDisabled",
            "db,worker",
            AGE,
            "v1.37.0",
            "10.0.0.2",
            "<none>",
            "Debian",
            "6.1 (amd64)",
            "podman://5",
        ],
    ),
    (
        "",
        "Node",
        _meta()
        | {
            "status": {
                "conditions": [{"type": "Ready", "status": "Unknown"}],
                "addresses": [{"type": "ExternalIP", "address": "1.1.1.1"}],
            }
        },
        ["n", "NotReady", "<none>", AGE, "", "<none>", "1.1.1.1", "<unknown>", "<unknown>", "<unknown>"],
    ),
    (
        "",
        "Node",
        _meta(),
        ["n", "Unknown", "<none>", AGE, "", "<none>", "<none>", "<unknown>", "<unknown>", "<unknown>"],
    ),
    ("", "Namespace", _meta() | {"status": {"phase": "Terminating"}}, ["n", "Terminating", AGE]),
    ("", "Secret", _meta() | {"type": "Opaque", "data": {"a": "eA==", "b": "eA=="}}, ["n", "Opaque", 2, AGE]),
    ("", "ServiceAccount", _meta() | {"secrets": [{"name": "s"}]}, ["n", AGE]),
    ("", "ConfigMap", _meta() | {"data": {"a": "x"}, "binaryData": {"b": "eA=="}}, ["n", 2, AGE]),
    (
        "",
        "ResourceQuota",
        _meta()
        | {
            "status": {
                "hard": {"requests.cpu": "1000m", "limits.memory": "2048Mi", "pods": "5"},
                "used": {"pods": "2", "requests.cpu": "100m"},
            }
        },
        ["n", "pods: 2/5, requests.cpu: 100m/1", "limits.memory: 0/2Gi", AGE],
    ),
    ("", "LimitRange", _meta() | {"spec": {"limits": []}}, ["n", _ago(minutes=5)]),
    (
        "",
        "ComponentStatus",
        _meta()
        | {
            "conditions": [
                {"type": "Other", "status": "True"},
                {"type": "Healthy", "status": "False", "message": "m", "error": "e"},
            ]
        },
        ["n", "Unhealthy", "m", "e"],
    ),
    ("", "ComponentStatus", _meta(), ["n", "Unknown", "", ""]),
    (
        "",
        "PersistentVolume",
        _meta()
        | {
            "spec": {
                "capacity": {"storage": "1024Mi"},
                "accessModes": ["ReadOnlyMany", "ReadWriteOnce", "ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"namespace": "d", "name": "c"},
                "storageClassName": "fast",
                "volumeAttributesClassName": "gold",
                "volumeMode": "Block",
            },
            "status": {"phase": "Bound", "reason": "r"},
        },
        ["n", "1Gi", "RWO,ROX", "Retain", "Bound", "d/c", "fast", "gold", "r", AGE, "Block"],
    ),
    (
        "",
        "PersistentVolume",
        _meta(deletionTimestamp=_ago(seconds=1), annotations={"volume.beta.kubernetes.io/storage-class": "old"})
        | {"spec": {"storageClassName": "fast"}},
        ["n", "0", "", "", "Terminating", "", "old", "<unset>", "", AGE, "<unset>"],
    ),
    (
        "",
        "PersistentVolumeClaim",
        _meta()
        | {
            "spec": {"volumeName": "v", "storageClassName": "fast", "volumeMode": "Filesystem"},
            "status": {
                "phase": "Bound",
                "capacity": {"storage": "8Gi"},
                "accessModes": ["ReadWriteOncePod", "ReadWriteMany"],
            },
        },
        ["n", "Bound", "v", "8Gi", "RWX,RWOP", "fast", "<unset>", AGE, "Filesystem"],
    ),
    (
        "",
        "PersistentVolumeClaim",
        _meta()
        | {
            "spec": {"resources": {"requests": {"storage": "1Gi"}}},
            "status": {"phase": "Pending", "accessModes": ["ReadWriteMany"]},
        },
        ["n", "Pending", "", "", "", "", "<unset>", AGE, "<unset>"],
    ),
    ("", "Status", {"status": "Failure", "reason": "NotFound", "message": "m"}, ["Failure", "NotFound", "m"]),
    # events
    (
        "",
        "Event",
        _meta()
        | {
            "firstTimestamp": _ago(hours=3),
            "lastTimestamp": _ago(minutes=4),
            "count": 6,
            "type": "Warning",
            "reason": "R",
            "message": " m\n",
            "involvedObject": {"kind": "Deployment", "name": "d", "fieldPath": "spec.containers{c}"},
            "source": {"component": "kubelet", "host": "n1"},
        },
        ["4m", "Warning", "R", "deployment/d", "spec.containers{c}", "kubelet, n1", "m", "3h", 6, "n"],
    ),
    (
        "",
        "Event",
        _meta()
        | {
            "eventTime": f"{_ago(minutes=15)[:-1]}.000000Z",
            "involvedObject": {"kind": "Pod"},
            "reportingComponent": "ctl",
            "reportingInstance": "x-1",
        },
        ["15m", "", "", "pod", "", "ctl, x-1", "", "15m", 1, "n"],
    ),
    (
        "",
        "Event",
        _meta()
        | {
            "eventTime": f"{_ago(minutes=15)[:-1]}.000000Z",
            "series": {"count": 7, "lastObservedTime": f"{_ago(seconds=6)[:-1]}.000000Z"},
            "involvedObject": {"kind": "Pod", "name": "p"},
        },
        ["6s", "", "", "pod/p", "", "", "", "15m", 7, "n"],
    ),
    (
        "events.k8s.io",
        "Event",
        _meta()
        | {
            "deprecatedFirstTimestamp": _ago(hours=3),
            "deprecatedLastTimestamp": _ago(minutes=4),
            "deprecatedCount": 2,
            "type": "Normal",
            "reason": "R",
            "note": "m",
            "regarding": {"kind": "Pod", "name": "p"},
            "reportingController": "ctl",
        },
        ["4m", "Normal", "R", "pod/p", "", "ctl", "m", "3h", 2, "n"],
    ),
    # workloads
    (
        "",
        "ReplicationController",
        _meta()
        | {
            "spec": {"replicas": 3, "selector": {"a": "b"}, "template": TEMPLATE},
            "status": {"replicas": 2, "readyReplicas": 1},
        },
        ["n", 3, 2, 1, AGE, "c1,c2", "i1,i2", "a=b"],
    ),
    (
        "apps",
        "ReplicaSet",
        _meta() | {"spec": {"replicas": 3, "selector": SELECTOR, "template": TEMPLATE}},
        ["n", 3, 0, 0, AGE, "c1,c2", "i1,i2", "a=1,aa,b=2"],
    ),
    ("apps", "ReplicaSet", _meta() | {"spec": {"selector": {}}}, ["n", 0, 0, 0, AGE, "", "", "<none>"]),
    (
        "apps",
        "ReplicaSet",
        _meta() | {"spec": {"selector": {"matchExpressions": [{"key": "k", "operator": "Like"}]}}},
        ["n", 0, 0, 0, AGE, "", "", "<error>"],
    ),
    (
        "apps",
        "Deployment",
        _meta()
        | {
            "spec": {
                "replicas": 5,
                "selector": {
                    "matchExpressions": [
                        {"key": "k", "operator": "NotIn", "values": ["z", "y"]},
                        {"key": "j", "operator": "DoesNotExist"},
                    ]
                },
                "template": TEMPLATE,
            },
            "status": {"readyReplicas": 4, "updatedReplicas": 2, "availableReplicas": 1},
        },
        ["n", "4/5", 2, 1, AGE, "c1,c2", "i1,i2", "!j,k notin (y,z)"],
    ),
    (
        "apps",
        "Deployment",
        _meta() | {"spec": {"selector": {"matchExpressions": [{"key": "k", "operator": "In"}]}}},
        ["n", "0/0", 0, 0, AGE, "", "", "<invalid>"],
    ),
    (
        "apps",
        "DaemonSet",
        _meta()
        | {
            "spec": {"selector": SELECTOR, "template": {"spec": TEMPLATE["spec"] | {"nodeSelector": {"os": "linux"}}}},
            "status": {
                "desiredNumberScheduled": 5,
                "currentNumberScheduled": 4,
                "numberReady": 3,
                "updatedNumberScheduled": 2,
                "numberAvailable": 1,
            },
        },
        ["n", 5, 4, 3, 2, 1, "os=linux", AGE, "c1,c2", "i1,i2", "a=1,aa,b=2"],
    ),
    (
        "apps",
        "StatefulSet",
        _meta() | {"spec": {"replicas": 5, "template": TEMPLATE}, "status": {"readyReplicas": 2}},
        ["n", "2/5", AGE, "c1,c2", "i1,i2"],
    ),
    (
        "apps",
        "ControllerRevision",
        _meta(
            ownerReferences=[
                {"apiVersion": "v1", "kind": "Pod", "name": "x"},
                {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "controller": True},
            ]
        )
        | {"revision": 7},
        ["n", "daemonset.apps/d", 7, AGE],
    ),
    (
        "apps",
        "ControllerRevision",
        _meta(ownerReferences=[{"apiVersion": "v1", "kind": "Pod", "name": "x"}]) | {"revision": 1},
        ["n", "<none>", 1, AGE],
    ),
    ("autoscaling", "Scale", _meta() | {"spec": {"replicas": 3}, "status": {"replicas": 1}}, ["n", 3, 1, AGE]),
    (
        "batch",
        "Job",
        _job(spec={"completions": 3, "selector": SELECTOR}, status={"succeeded": 1}),
        ["n", "Running", "1/3", "", AGE, "c1,c2", "i1,i2", "a=1,aa,b=2"],
    ),
    (
        "batch",
        "Job",
        _job(["Complete"], {"startTime": _ago(minutes=90), "completionTime": _ago(minutes=60)}, {"parallelism": 3}),
        ["n", "Complete", "0/1 of 3", "30m", AGE, "c1,c2", "i1,i2", "<none>"],
    ),
    (
        "batch",
        "Job",
        _job(["Suspended"], {"startTime": _ago(minutes=20)}, {"parallelism": 1}),
        ["n", "Suspended", "0/1", "20m", AGE, "c1,c2", "i1,i2", "<none>"],
    ),
    (
        "batch",
        "CronJob",
        _meta()
        | {
            "spec": {
                "schedule": "0 * * * *",
                "timeZone": "Europe/Rome",
                "suspend": False,
                "jobTemplate": {"spec": {"template": TEMPLATE}},
            },
            "status": {"active": [{}, {}], "lastScheduleTime": _ago(hours=10)},
        },
        ["n", "0 * * * *", "Europe/Rome", "False", 2, "10h", AGE, "c1,c2", "i1,i2", "<none>"],
    ),
    (
        "batch",
        "CronJob",
        _meta() | {"spec": {"schedule": "@daily"}},
        ["n", "@daily", "<none>", "<unset>", 0, "<none>", AGE, "", "", "<none>"],
    ),
    # policy, lifecycle
    (
        "policy",
        "PodDisruptionBudget",
        _meta() | {"spec": {"minAvailable": "50%"}, "status": {"disruptionsAllowed": 2}},
        ["n", "50%", "N/A", 2, AGE],
    ),
    ("policy", "PodDisruptionBudget", _meta() | {"spec": {"maxUnavailable": 0}}, ["n", "N/A", "0", 0, AGE]),
    (
        LIFE,
        "EvictionRequest",
        _meta()
        | {
            "spec": {"target": {"pod": {"name": "p"}}, "requester": "r.example.com", "intent": "Eviction"},
            "status": {"observedGeneration": 1},
        },
        ["n", "p", "Pod", "Progressing", "r.example.com", "Eviction", AGE],
    ),
    (
        LIFE,
        "EvictionRequest",
        _meta() | {"spec": {}, "status": _conditions("Failed", "TargetEvicted")},
        ["n", "<unset>", "<unset>", "TargetEvicted (Why)", "", "", AGE],
    ),
    (
        LIFE,
        "Eviction",
        _meta() | {"spec": {"target": {"pod": {"name": "p"}}}},
        ["n", "p", "Pod", "Pending", "<unset> (0/0)", "<unset>", "<unknown>", "<none>", AGE, "<unset>", "<unset>"],
    ),
    (
        LIFE,
        "Eviction",
        _meta()
        | {
            "spec": {"target": {"pod": {"name": "p"}}},
            "status": {
                "targetResponders": [
                    {"name": "a", "state": "Completed"},
                    {"name": "b", "state": "Active"},
                    {"name": "c", "state": "Inactive"},
                ],
                "responders": [
                    {
                        "name": "b",
                        "startTime": _ago(minutes=10),
                        "expectedCompletionTime": _ago(minutes=-10),
                        "heartbeatTime": _ago(seconds=5),
                        "message": " m ",
                    }
                ],
                "requesters": [
                    {"name": "y", "intent": "Eviction"},
                    {"name": "x", "intent": "Eviction"},
                    {"name": "a", "intent": "Withdrawn"},
                ],
            },
        },
        ["n", "p", "Pod", "Pending", "b (2/3)", "Started (10m ago)", "in 10m", "x + 1 more...", AGE, "5s ago", "m"],
    ),
    (
        LIFE,
        "Eviction",
        _meta()
        | {
            "status": {
                "targetResponders": [{"name": "a", "state": "Completed"}],
                "responders": [{"name": "a", "completionTime": _ago(minutes=10)}],
                "requesters": [{"name": "a", "intent": "Withdrawn"}],
            }
        },
        [
            "n",
            "<unset>",
            "<unset>",
            "Pending",
            "a (1/1)",
            "Completed (10m ago)",
            "-",
            "<withdrawn>",
            AGE,
            "<unset>",
            "<unset>",
        ],
    ),
    # networking
    (
        NET,
        "Ingress",
        _meta()
        | {
            "spec": {
                "ingressClassName": "nginx",
                "rules": [{"host": "a"}, {}, {"host": "b"}, {"host": "c"}, {}],
                "tls": [{}],
            },
            "status": LB,
        },
        ["n", "nginx", "a,b,c + 2 more...", LB_TEXT, "80, 443", AGE],
    ),
    (NET, "Ingress", _meta() | {"spec": {"defaultBackend": {}}}, ["n", "<none>", "*", "", "80", AGE]),
    (
        NET,
        "IngressClass",
        _meta(annotations={"ingressclass.kubernetes.io/is-default-class": "true"})
        | {"spec": {"controller": "example.com/c", "parameters": {"kind": "K", "apiGroup": "g.io", "name": "x"}}},
        ["n (default)", "example.com/c", "K.g.io/x", AGE],
    ),
    (
        NET,
        "IngressClass",
        _meta() | {"spec": {"parameters": {"kind": "ConfigMap", "name": "x"}}},
        ["n", "", "ConfigMap/x", AGE],
    ),
    (NET, "NetworkPolicy", _meta() | {"spec": {"podSelector": {}}}, ["n", "<none>", AGE]),
    (NET, "NetworkPolicy", _meta() | {"spec": {"podSelector": SELECTOR}}, ["n", "a=1,aa,b=2", AGE]),
    (
        NET,
        "ServiceCIDR",
        _meta() | {"spec": {"cidrs": ["10.0.0.0/16", "fd00::/64"]}},
        ["n", "10.0.0.0/16,fd00::/64", AGE],
    ),
    (
        NET,
        "IPAddress",
        _meta() | {"spec": {"parentRef": {"group": "", "resource": "services", "namespace": "d", "name": "s"}}},
        ["n", "services/d/s", AGE],
    ),
    (
        NET,
        "IPAddress",
        _meta() | {"spec": {"parentRef": {"group": "G.io", "resource": "xs", "name": "s"}}},
        ["n", "xs.g.io/s", AGE],
    ),
    # rbac, certificates
    (
        RBAC,
        "RoleBinding",
        _meta()
        | {
            "roleRef": {"kind": "Role", "name": "r"},
            "subjects": [
                {"kind": "User", "name": "u1"},
                {"kind": "Group", "name": "g"},
                {"kind": "User", "name": "u2"},
                {"kind": "ServiceAccount", "namespace": "d", "name": "s"},
            ],
        },
        ["n", "Role/r", AGE, "u1, u2", "g", "d/s"],
    ),
    (
        RBAC,
        "ClusterRoleBinding",
        _meta() | {"roleRef": {"kind": "ClusterRole", "name": "r"}},
        ["n", "ClusterRole/r", AGE, "", "", ""],
    ),
    (
        CERTS,
        "CertificateSigningRequest",
        _meta()
        | {
            "spec": {"signerName": "example.com/s", "username": "u", "expirationSeconds": 7200},
            "status": _conditions("Approved", "Failed") | {"certificate": "eA=="},
        },
        ["n", AGE, "example.com/s", "u", "120m", "Approved,Failed,Issued"],
    ),
    (
        CERTS,
        "CertificateSigningRequest",
        _meta() | {"status": _conditions("Approved", "Denied")},
        ["n", AGE, "<none>", "", "<none>", "Denied"],
    ),
    (CERTS, "CertificateSigningRequest", _meta(), ["n", AGE, "<none>", "", "<none>", "Pending"]),
    (CERTS, "ClusterTrustBundle", _meta() | {"spec": {}}, ["n", "<none>"]),
    (
        CERTS,
        "PodCertificateRequest",
        _meta()
        | {
            "spec": {
                "podName": "p",
                "serviceAccountName": "s",
                "nodeName": "w",
                "signerName": "e.io/s",
                "unverifiedUserAnnotations": {"b": "2", "a": "1"},
            },
            "status": _conditions("Issued"),
        },
        ["n", "p", "s", "w", "e.io/s", "Issued", "a=1,b=2"],
    ),
    # storage
    (
        STORAGE,
        "StorageClass",
        _meta(annotations={"storageclass.beta.kubernetes.io/is-default-class": "true"}) | {"provisioner": "p"},
        ["n (default)", "p", "Delete", "Immediate", False, AGE],
    ),
    (
        STORAGE,
        "StorageClass",
        _meta(annotations={"storageclass.kubernetes.io/is-default-class": "false"})
        | {
            "provisioner": "p",
            "reclaimPolicy": "Retain",
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        },
        ["n", "p", "Retain", "WaitForFirstConsumer", True, AGE],
    ),
    (STORAGE, "VolumeAttributesClass", _meta() | {"driverName": "d"}, ["n", "d", AGE]),
    (
        STORAGE,
        "VolumeAttachment",
        _meta()
        | {
            "spec": {"attacher": "a", "nodeName": "w", "source": {"persistentVolumeName": "v"}},
            "status": {"attached": True},
        },
        ["n", "a", "v", "w", True, AGE],
    ),
    (STORAGE, "CSINode", _meta() | {"spec": {"drivers": [{}, {}]}}, ["n", 2, AGE]),
    (
        STORAGE,
        "CSIDriver",
        _meta()
        | {
            "spec": {
                "attachRequired": False,
                "podInfoOnMount": True,
                "storageCapacity": True,
                "tokenRequests": [{"audience": "a"}, {"audience": ""}],
                "requiresRepublish": True,
                "volumeLifecycleModes": ["Persistent", "Ephemeral"],
            }
        },
        ["n", False, True, True, "a,", True, "Persistent,Ephemeral", AGE],
    ),
    (STORAGE, "CSIDriver", _meta() | {"spec": {}}, ["n", True, False, False, "<unset>", False, "<none>", AGE]),
    (STORAGE, "CSIStorageCapacity", _meta() | {"capacity": "1Gi"}, ["n", _ago(minutes=5)]),
    (
        "internal.apiserver.k8s.io",
        "StorageVersion",
        _meta()
        | {
            "status": {
                "commonEncodingVersion": "v1",
                "storageVersions": [{"apiServerID": f"s{index}", "encodingVersion": "v1"} for index in range(4)],
            }
        },
        ["n", "v1", "s0=v1,s1=v1,s2=v1 + 1 more...", AGE],
    ),
    (
        "storagemigration.k8s.io",
        "StorageVersionMigration",
        _meta()
        | {
            "spec": {"resource": {"group": "apps", "resource": "deployments"}},
            "status": _conditions("Running", "Succeeded"),
        },
        ["n", "deployments.apps", "Succeeded"],
    ),
    (
        "storagemigration.k8s.io",
        "StorageVersionMigration",
        _meta() | {"spec": {"resource": {"resource": "pods"}}, "status": _conditions("Running", status="False")},
        ["n", "pods", "Unknown"],
    ),
    # scheduling, runtime classes, leases
    (
        SCHED,
        "PriorityClass",
        _meta() | {"value": 10, "globalDefault": True, "preemptionPolicy": "Never"},
        ["n", 10, True, AGE, "Never"],
    ),
    (SCHED, "Workload", _meta(), ["n", AGE]),
    (
        SCHED,
        "PodGroup",
        _meta()
        | {
            "spec": {"schedulingPolicy": {"gang": {"minCount": 2}}, "workloadRef": {"workloadName": "w"}},
            "status": _conditions("PodGroupInitiallyScheduled"),
        },
        ["n", "Gang", "w", "Scheduled", AGE],
    ),
    (
        SCHED,
        "PodGroup",
        _meta()
        | {
            "spec": {"schedulingPolicy": {"basic": {}}},
            "status": _conditions("PodGroupInitiallyScheduled", status="False"),
        },
        ["n", "Basic", "<none>", "Unschedulable", AGE],
    ),
    (
        SCHED,
        "PodGroup",
        _meta() | {"status": _conditions("DisruptionTarget", "PodGroupInitiallyScheduled")},
        ["n", "Basic", "<none>", "Why", AGE],
    ),
    (SCHED, "CompositePodGroup", _meta() | {"spec": {"workloadRef": {"workloadName": "w"}}}, ["n", "Basic", "w", AGE]),
    ("node.k8s.io", "RuntimeClass", _meta() | {"handler": "h"}, ["n", "h", AGE]),
    ("coordination.k8s.io", "Lease", _meta() | {"spec": {"holderIdentity": "me"}}, ["n", "me", AGE]),
    (
        "coordination.k8s.io",
        "LeaseCandidate",
        _meta() | {"spec": {"leaseName": "l", "binaryVersion": "1.37.0", "emulationVersion": "1.36.0"}},
        ["n", "l", "1.37.0", "1.36.0", AGE],
    ),
    # flow control, admission
    (
        FLOW,
        "FlowSchema",
        _meta()
        | {
            "spec": {
                "priorityLevelConfiguration": {"name": "pl"},
                "matchingPrecedence": 100,
                "distinguisherMethod": {"type": "ByUser"},
            },
            "status": _conditions("Other", "Dangling"),
        },
        ["n", "pl", 100, "ByUser", AGE, "True"],
    ),
    (FLOW, "FlowSchema", _meta() | {"spec": {}}, ["n", "", 0, "<none>", AGE, "?"]),
    (
        FLOW,
        "PriorityLevelConfiguration",
        _meta() | {"spec": {"type": "Exempt"}},
        ["n", "Exempt", "<none>", "<none>", "<none>", "<none>", AGE],
    ),
    (
        FLOW,
        "PriorityLevelConfiguration",
        _meta()
        | {
            "spec": {
                "type": "Limited",
                "limited": {
                    "nominalConcurrencyShares": 47,
                    "limitResponse": {"type": "Queue", "queuing": {"queues": 8, "handSize": 3, "queueLengthLimit": 4}},
                },
            }
        },
        ["n", "Limited", 47, 8, 3, 4, AGE],
    ),
    (
        FLOW,
        "PriorityLevelConfiguration",
        _meta()
        | {
            "spec": {
                "type": "Limited",
                "limited": {"nominalConcurrencyShares": 47, "limitResponse": {"type": "Reject"}},
            }
        },
        ["n", "Limited", 47, "<none>", "<none>", "<none>", AGE],
    ),
    (ADMISSION, "MutatingWebhookConfiguration", _meta() | {"webhooks": [{}, {}]}, ["n", 2, AGE]),
    (
        ADMISSION,
        "ValidatingAdmissionPolicy",
        _meta() | {"spec": {"validations": [{}], "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}},
        ["n", 1, "v1/ConfigMap", AGE],
    ),
    (ADMISSION, "MutatingAdmissionPolicy", _meta() | {"spec": {"mutations": [{}, {}]}}, ["n", 2, "<unset>", AGE]),
    (
        ADMISSION,
        "ValidatingAdmissionPolicyBinding",
        _meta() | {"spec": {"policyName": "p", "paramRef": {"name": "x"}}},
        ["n", "p", "*/x", AGE],
    ),
    (
        ADMISSION,
        "MutatingAdmissionPolicyBinding",
        _meta() | {"spec": {"policyName": "p", "paramRef": {"name": "x", "namespace": "d"}}},
        ["n", "p", "d/x", AGE],
    ),
    (
        ADMISSION,
        "MutatingAdmissionPolicyBinding",
        _meta()
        | {
            "spec": {
                "policyName": "p",
                "paramRef": {
                    "selector": {
                        "matchLabels": {"a": "1"},
                        "matchExpressions": [{"key": "k", "operator": "In", "values": ["x", "y"]}],
                    }
                },
            }
        },
        [
            "n",
            "p",
            SELECTOR_MESSAGE,
            AGE,
        ],
    ),
    # dynamic resource allocation
    (DRA, "DeviceClass", _meta(), ["n", AGE]),
    (DRA, "ResourceClaim", _meta(), ["n", "pending", AGE]),
    (
        DRA,
        "ResourceClaim",
        _meta() | {"status": {"allocation": {}, "reservedFor": [{}]}},
        ["n", "allocated,reserved", AGE],
    ),
    (DRA, "ResourceClaim", _meta(deletionTimestamp=_ago(seconds=1)), ["n", "deleted", AGE]),
    (
        DRA,
        "ResourceSlice",
        _meta() | {"spec": {"nodeName": "w", "driver": "d", "pool": {"name": "p"}}},
        ["n", "w", "d", "p", AGE],
    ),
    (
        DRA,
        "DeviceTaintRule",
        _meta() | {"spec": {"taint": {"key": "k", "value": "v", "effect": "NoExecute", "timeAdded": _ago(minutes=4)}}},
        ["n", "k", "v", "NoExecute", "4m", AGE],
    ),
    (
        DRA,
        "ResourcePoolStatusRequest",
        _meta() | {"spec": {"driver": "d"}},
        ["n", "d", "-", "-", "-", "-", "-", 0, "Pending", "<none>"],
    ),
    (
        DRA,
        "ResourcePoolStatusRequest",
        _meta()
        | {
            "spec": {"driver": "d"},
            "status": {
                "poolCount": 3,
                "pools": [
                    {"totalDevices": 4, "allocatedDevices": 1, "availableDevices": 3},
                    {"totalDevices": 2, "validationError": "x"},
                ],
                "conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": _ago(minutes=2)}],
            },
        },
        ["n", "d", "6", "3", "1", "0", "1", 3, "Complete (2/3 pools)", "2m"],
    ),
    (
        DRA,
        "ResourcePoolStatusRequest",
        _meta() | {"spec": {"driver": "d"}, "status": _conditions("Failed")},
        ["n", "d", "-", "-", "-", "-", "-", 0, "Failed", "<none>"],
    ),
    # extensions
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        _meta()
        | {
            "spec": {
                "group": "e.io",
                "scope": "Namespaced",
                "names": {"kind": "Foo", "shortNames": ["f", "fo"]},
                "versions": [
                    {"name": "v1beta1", "served": True},
                    {"name": "v1", "served": True, "storage": True},
                    {"name": "v0", "served": False},
                ],
            },
            "status": _conditions("Established"),
        },
        ["n", "Namespaced", "v1(storage),v1beta1", _ago(minutes=5), "e.io", "Foo", "f,fo", True],
    ),
    (
        "apiregistration.k8s.io",
        "APIService",
        _meta() | {"spec": {}, "status": _conditions("Available")},
        ["n", "Local", "True", AGE],
    ),
    (
        "apiregistration.k8s.io",
        "APIService",
        _meta()
        | {"spec": {"service": {"namespace": "d", "name": "s"}}, "status": _conditions("Available", status="False")},
        ["n", "d/s", "False (Why)", AGE],
    ),
    ("apiregistration.k8s.io", "APIService", _meta() | {"spec": {}}, ["n", "Local", "Unknown", AGE]),
]


@pytest.mark.parametrize(("group", "kind", "obj", "expected"), CASES)
def test_cells(group, kind, obj, expected):
    """The print functions of upstream's printers.go, with cases of printers_test.go among others."""
    assert table_for_kind(GroupVersionKind(group, "v1", kind)).cells(obj, NOW) == expected


@pytest.mark.parametrize(
    ("conditions", "deleted", "status"),
    [
        (["Complete", "Suspended"], True, "Complete"),
        (["Failed"], True, "Failed"),
        (["Suspended"], True, "Terminating"),
        ([], True, "Terminating"),
        (["FailureTarget", "Suspended"], False, "Suspended"),
        (["SuccessCriteriaMet", "FailureTarget"], False, "FailureTarget"),
        (["SuccessCriteriaMet"], False, "SuccessCriteriaMet"),
        ([], False, "Running"),
    ],
)
def test_job_status_has_an_order(conditions, deleted, status):
    """printJob: an end goes before a deletion, that before any other condition."""
    job = _job(conditions, **({"deletionTimestamp": _ago(seconds=1)} if deleted else {}))
    assert table_for_kind(GroupVersionKind("batch", "v1", "Job")).cells(job, NOW)[1] == status


def test_flow_schemas_are_listed_as_they_match():
    """printFlowSchemaList: by precedence, then name."""
    key = table_for_kind(GroupVersionKind(FLOW, "v1", "FlowSchema")).sort_key
    schemas = [
        {"metadata": {"name": name}, "spec": {"matchingPrecedence": at}} for name, at in (("b", 2), ("a", 2), ("c", 1))
    ]
    assert [item["metadata"]["name"] for item in sorted(schemas, key=key)] == ["c", "a", "b"]
