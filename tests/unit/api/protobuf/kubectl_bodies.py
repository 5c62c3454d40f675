"""Bodies that kubectl v1.37 sends, and the object each holds: what `--dry-run=client -o json` of the command prints."""

from __future__ import annotations

from typing import Any, Final

KUBECTL_BODIES: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "create deployment web --image=nginx:1.29 --replicas=0 --port=80": (
        "io.k8s.api.apps.v1.Deployment",
        "azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EsQBCiYKA3dlYhIAGgdkZWZhdWx0IgAqADIAOABCAFoKCgNhcHASA3dlYhKLAQgA"
        "EgwKCgoDYXBwEgN3ZWIacQocCgASABoAIgAqADIAOABCAFoKCgNhcHASA3dlYhJREjMKBW5naW54EgpuZ2lueDoxLjI5KgAyCgoA"
        "EAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4"
        "ABoAIgA=",
        {
            "kind": "Deployment",
            "apiVersion": "apps/v1",
            "metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}},
            "spec": {
                "replicas": 0,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "containers": [
                            {"name": "nginx", "image": "nginx:1.29", "ports": [{"containerPort": 80}], "resources": {}}
                        ]
                    },
                },
                "strategy": {},
            },
            "status": {},
        },
    ),
    "create quota q --hard=cpu=1,memory=1Gi": (
        "io.k8s.api.core.v1.ResourceQuota",
        "azhzAAoTCgJ2MRINUmVzb3VyY2VRdW90YRI7ChgKAXESABoHZGVmYXVsdCIAKgAyADgAQgASHQoKCgNjcHUSAwoBMQoPCgZtZW1v"
        "cnkSBQoDMUdpGgAaACIA",
        {
            "kind": "ResourceQuota",
            "apiVersion": "v1",
            "metadata": {"name": "q", "namespace": "default"},
            "spec": {"hard": {"cpu": "1", "memory": "1Gi"}},
            "status": {},
        },
    ),
    "create service clusterip svc --tcp=80:http": (
        "io.k8s.api.core.v1.Service",
        "azhzAAoNCgJ2MRIHU2VydmljZRJzCiYKA3N2YxIAGgdkZWZhdWx0IgAqADIAOABCAFoKCgNhcHASA3N2YxJFCh4KBzgwLWh0dHAS"
        "A1RDUBhQIgoIARAAGgRodHRwKAASCgoDYXBwEgNzdmMaACIJQ2x1c3RlcklQOgBCAFIAWgBgAGgAGgIKABoAIgA=",
        {
            "kind": "Service",
            "apiVersion": "v1",
            "metadata": {"name": "svc", "namespace": "default", "labels": {"app": "svc"}},
            "spec": {
                "ports": [{"name": "80-http", "protocol": "TCP", "port": 80, "targetPort": "http"}],
                "selector": {"app": "svc"},
                "type": "ClusterIP",
            },
            "status": {"loadBalancer": {}},
        },
    ),
    "create ingress i --rule=a.example.com/*=svc:80": (
        "io.k8s.api.networking.v1.Ingress",
        "azhzAAofChRuZXR3b3JraW5nLms4cy5pby92MRIHSW5ncmVzcxJRChgKAWkSABoHZGVmYXVsdCIAKgAyADgAQgASMRovCg1hLmV4"
        "YW1wbGUuY29tEh4KHAoaCgEvEg0iCwoDc3ZjEgQKABBQGgZQcmVmaXgaAgoAGgAiAA==",
        {
            "kind": "Ingress",
            "apiVersion": "networking.k8s.io/v1",
            "metadata": {"name": "i", "namespace": "default"},
            "spec": {
                "rules": [
                    {
                        "host": "a.example.com",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "svc", "port": {"number": 80}}},
                                }
                            ]
                        },
                    }
                ]
            },
            "status": {"loadBalancer": {}},
        },
    ),
    "create cronjob c --image=busybox --schedule=@daily": (
        "io.k8s.api.batch.v1.CronJob",
        "azhzAAoTCghiYXRjaC92MRIHQ3JvbkpvYhKcAQoYCgFjEgAaB2RlZmF1bHQiACoAMgA4AEIAEn4KBkBkYWlseRoAKnIKEQoBYxIA"
        "GgAiACoAMgA4AEIAEl0yWwoQCgASABoAIgAqADIAOABCABJHEiAKAWMSB2J1c3lib3gqAEIAagByAIABAIgBAJABAKIBABoJT25G"
        "YWlsdXJlMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAaABoAIgA=",
        {
            "kind": "CronJob",
            "apiVersion": "batch/v1",
            "metadata": {"name": "c", "namespace": "default"},
            "spec": {
                "schedule": "@daily",
                "jobTemplate": {
                    "metadata": {"name": "c"},
                    "spec": {
                        "template": {
                            "metadata": {},
                            "spec": {
                                "containers": [{"name": "c", "image": "busybox", "resources": {}}],
                                "restartPolicy": "OnFailure",
                            },
                        }
                    },
                },
            },
            "status": {},
        },
    ),
    "auth can-i get pods": (
        "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
        "azhzAAoyChdhdXRob3JpemF0aW9uLms4cy5pby92MRIXU2VsZlN1YmplY3RBY2Nlc3NSZXZpZXcSPAoQCgASABoAIgAqADIAOABC"
        "ABIeChwKB2RlZmF1bHQSA2dldBoAIgAqBHBvZHMyADoAGggIABIAGgAgABoAIgA=",
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "metadata": {},
            "spec": {"resourceAttributes": {"namespace": "default", "verb": "get", "resource": "pods"}},
            "status": {"allowed": False},
        },
    ),
}
