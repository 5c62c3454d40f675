"""Validation of pods and templates, after kubernetes `pkg/apis/core/validation/validation_test.go`."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.field import Path
from kubepy.apiserver.registry.core.pod import (
    STRATEGIES,
    default_pod,
    default_pod_template,
    validate_pod_spec,
    validate_pod_template,
)

Object = dict[str, Any]

LABEL = "a lowercase RFC 1123 label must consist of"
SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of"


def pod(container: Object | None = None, /, annotations: Object | None = None, **spec: Any) -> Object:
    containers = [{"name": "c", "image": "nginx:1", **(container or {})}]
    metadata: Object = {"name": "p", "namespace": "default", "annotations": annotations or {}}
    obj: Object = {"metadata": metadata, "spec": {"containers": containers, **spec}}
    default_pod(obj)
    return obj


def messages(obj: Object) -> list[str]:
    return [str(error) for error in STRATEGIES["pods"].validate(obj)]


def check(obj: Object, *expected: str) -> None:
    """Each expected text is the beginning of one message, and there are no others."""
    got = messages(obj)
    assert len(got) == len(expected), got
    for text in expected:
        assert any(message.startswith(text) for message in got), got


def probe(**fields: Any) -> Object:
    return {"exec": {"command": ["true"]}, **fields}


def at(field: str) -> str:
    return f"spec.containers[0].{field}"


def test_a_full_pod_is_valid() -> None:
    check(
        pod(
            {
                "command": ["sh"],
                "ports": [{"name": "http", "containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}],
                "env": [
                    {"name": "a b", "value": "x"},
                    {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a/b']"}}},
                    {"name": "R", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
                    {"name": "F", "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "a/b", "key": "K"}}},
                ],
                "envFrom": [{"prefix": "P_", "configMapRef": {"name": "cm"}}],
                "resources": {"requests": {"cpu": "1", "example.com/gpu": "1"}, "limits": {"example.com/gpu": "1"}},
                "livenessProbe": {"grpc": {"port": 1}},
                "readinessProbe": {"httpGet": {"port": "http"}, "successThreshold": 3},
                "lifecycle": {"preStop": {"sleep": {"seconds": 30}}, "stopSignal": "SIGUSR1"},
                "restartPolicy": "OnFailure",
                "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}],
                "securityContext": {"runAsUser": 0, "procMount": "Unmasked", "seccompProfile": {"type": "Unconfined"}},
            },
            initContainers=[{"name": "side", "image": "i", "restartPolicy": "Always", "startupProbe": probe()}],
            volumes=[{"name": "v", "emptyDir": {}}],
            hostUsers=False,
            os={"name": "linux"},
            nodeSelector={"a": "b"},
            tolerations=[{"operator": "Exists"}, {"key": "k", "effect": "NoExecute", "tolerationSeconds": 1}],
            hostAliases=[{"ip": "1.2.3.4", "hostnames": ["a.b"]}],
            dnsConfig={"nameservers": ["1.1.1.1"], "searches": ["_x.y", "."], "options": [{"name": "ndots"}]},
            hostnameOverride="a.b",
            schedulingGates=[{"name": "example.com/gate"}],
            readinessGates=[{"conditionType": "example.com/ready"}],
            overhead={"cpu": "10m"},
            resourceClaims=[{"name": "c1", "resourceClaimName": "x"}],
        )
    )


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"name": ""}, [at("name: Required value")]),
        ({"name": "A"}, [at(f'name: Invalid value: "A": {LABEL}')]),
        ({"name": "a" * 64}, [at("name: Invalid value")]),
        ({"image": ""}, [at("image: Required value")]),
        ({"image": " x"}, [at('image: Invalid value: " x": must not have leading or trailing whitespace')]),
        (
            {"imagePullPolicy": "Sometimes"},
            [at('imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent"')],
        ),
        (
            {"terminationMessagePolicy": "X"},
            [at('terminationMessagePolicy: Unsupported value: "X": supported values: "File", "FallbackToLogsOnError"')],
        ),
        ({"ports": [{}]}, [at("ports[0].containerPort: Required value")]),
        (
            {"ports": [{"containerPort": 65536}]},
            [at("ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive")],
        ),
        ({"ports": [{"containerPort": 1, "hostPort": -1}]}, [at("ports[0].hostPort: Invalid value: -1")]),
        (
            {"ports": [{"containerPort": 1, "protocol": "ICMP"}]},
            [at('ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"')],
        ),
        (
            {"ports": [{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]},
            [at('ports[1].name: Duplicate value: "a"')],
        ),
        (
            {"ports": [{"containerPort": 1, "hostPort": 5}, {"containerPort": 2, "hostPort": 5}]},
            [at('ports[1].hostPort: Duplicate value: "TCP//5"')],
        ),
        ({"env": [{"value": "x"}]}, [at("env[0].name: Required value")]),
        ({"env": [{"name": "a=b"}]}, [at('env[0].name: Invalid value: "a=b": a valid environment variable name')]),
        (
            {"env": [{"name": "A", "valueFrom": {}}]},
            [at('env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`')],
        ),
        (
            {"env": [{"name": "A", "value": "v", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]},
            [at('env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty')],
        ),
        (
            {
                "env": [
                    {
                        "name": "A",
                        "valueFrom": {
                            "secretKeyRef": {"name": "s", "key": "k"},
                            "configMapKeyRef": {"name": "s", "key": "k"},
                        },
                    }
                ]
            },
            [at('env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time')],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "status.phase"}}}]},
            [at('env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: ')],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.x"}}}]},
            [
                at('env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.x": error converting fieldPath: ')
                + "field label not supported: spec.x"
            ],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name['x']"}}}]},
            [at("env[0].valueFrom.fieldRef.fieldPath: Invalid value") + ": \"metadata.name['x']\": error converting"],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.x"}}}]},
            [at('env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.x"')],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "2"}}}]},
            [
                at('env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": ')
                + "only divisor's values 1m and 1 are supported with the cpu resource"
            ],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "S", "key": "/"}}}]},
            [
                at(f'env[0].valueFrom.secretKeyRef.name: Invalid value: "S": {SUBDOMAIN}'),
                at('env[0].valueFrom.secretKeyRef.key: Invalid value: "/"'),
            ],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fileKeyRef": {"path": "../x"}}}]},
            [
                at("env[0].valueFrom.fileKeyRef.key: Required value"),
                at("env[0].valueFrom.fileKeyRef.volumeName: Required value"),
                at("env[0].valueFrom.fileKeyRef.path: Invalid value: \"../x\": must not contain '..'"),
            ],
        ),
        ({"envFrom": [{}]}, [at('envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`')]),
        ({"envFrom": [{"secretRef": {}}]}, [at("envFrom[0].secretRef.name: Required value")]),
        (
            {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
            [at('resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1')],
        ),
        (
            {"resources": {"requests": {"memory": "-1"}}},
            [at('resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0')],
        ),
        (
            {"resources": {"requests": {"cpus": "1"}}},
            [
                at('resources.requests[cpus]: Invalid value: "cpus": must be a standard resource type or fully'),
                at('resources.requests[cpus]: Invalid value: "cpus": must be a standard resource for containers'),
            ],
        ),
        (
            {"resources": {"requests": {"example.com/gpu": "1"}}},
            [at("resources.limits: Required value: Limit must be set for non overcommitable resources")],
        ),
        (
            {"resources": {"limits": {"example.com/gpu": "500m"}}},
            [at('resources.limits[example.com/gpu]: Invalid value: "500m": must be an integer')] * 2,
        ),
        (
            {"resources": {"requests": {"example.com/gpu": "1"}, "limits": {"example.com/gpu": "2"}}},
            [at('resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2')],
        ),
        (
            {"resources": {"limits": {"hugepages-2Mi": "2Mi"}}},
            [at("resources: Forbidden: HugePages require cpu or memory")],
        ),
        (
            {"resources": {"limits": {"cpu": "1", "hugepages-2Mi": "3Mi"}}},
            [
                at('resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of'),
                at('resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of'),
            ],
        ),
        (
            {"resources": {"claims": [{"name": "x"}]}},
            [
                at('resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims ')
                + "which is empty"
            ],
        ),
        (
            {"resizePolicy": [{"resourceName": "cpu", "restartPolicy": "Maybe"}]},
            [at('resizePolicy: Unsupported value: "Maybe": supported values: "NotRequired", "RestartContainer"')],
        ),
        (
            {"livenessProbe": probe(successThreshold=2)},
            [at("livenessProbe.successThreshold: Invalid value: 2: must be 1")],
        ),
        (
            {"readinessProbe": probe(terminationGracePeriodSeconds=1)},
            [at("readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes")],
        ),
        ({"startupProbe": {}}, [at("startupProbe: Required value: must specify a handler type")]),
        (
            {"livenessProbe": probe(tcpSocket={"port": 1})},
            [at("livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type")],
        ),
        (
            {"livenessProbe": probe(periodSeconds=-1)},
            [at("livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0")],
        ),
        (
            {"livenessProbe": {"httpGet": {"port": 0, "scheme": "ftp", "httpHeaders": [{"name": "a b"}]}}},
            [
                at("livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"),
                at('livenessProbe.httpGet.scheme: Unsupported value: "ftp": supported values: "HTTP", "HTTPS"'),
                at('livenessProbe.httpGet.httpHeaders: Invalid value: "a b"'),
            ],
        ),
        ({"lifecycle": {"preStop": {"exec": {}}}}, [at("lifecycle.preStop.exec.command: Required value")]),
        (
            {"lifecycle": {"preStop": {"sleep": {"seconds": 31}}}},
            [
                at("lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than ")
                + "terminationGracePeriodSeconds (30)"
            ],
        ),
        (
            {"lifecycle": {"stopSignal": "SIGHUP"}},
            [at("lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`")],
        ),
        (
            {"restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In"}}]},
            [at("restartPolicy: Required value: must specify restartPolicy when restart rules are used")],
        ),
        (
            {"restartPolicy": "Never", "restartPolicyRules": [{"action": "Stop"}]},
            [
                at('restartPolicyRules[0].action: Unsupported value: "Stop"'),
                at("restartPolicyRules[0].exitCodes: Required value"),
            ],
        ),
        (
            {"restartPolicy": "Never", "restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "Eq"}}]},
            [at('restartPolicyRules[0].exitCodes.operator: Unsupported value: "Eq": supported values: "In", "NotIn"')],
        ),
        ({"restartPolicy": "X"}, [at('restartPolicy: Unsupported value: "X"')]),
        ({"securityContext": {"runAsUser": -1}}, [at("securityContext.runAsUser: Invalid value: -1")]),
        (
            {"securityContext": {"procMount": "Unmasked"}},
            [at('securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`')],
        ),
        (
            {"securityContext": {"allowPrivilegeEscalation": False, "privileged": True}},
            [
                at('securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,')
                + '"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,'
                + '"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,'
                + '"SeccompProfile":null,"AppArmorProfile":null}: '
                + "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            ],
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Localhost"}}},
            [at("securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is")],
        ),
        (
            {"securityContext": {"appArmorProfile": {"type": "Localhost", "localhostProfile": " x"}}},
            [at('securityContext.appArmorProfile.localhostProfile: Invalid value: " x": must not be padded')],
        ),
        (
            {"securityContext": {"windowsOptions": {"runAsUserName": "a\\b\\c"}}},
            [
                at("securityContext.windowsOptions.runAsUserName: Invalid value")
                + ': "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash'
            ],
        ),
        (
            {"volumeMounts": [{"name": "nope", "mountPath": "/x"}]},
            [at('volumeMounts[0].name: Not found: "nope"')],
        ),
    ],
)
def test_mistakes_in_containers(container: Object, expected: list[str]) -> None:
    """validateContainerCommon and what it calls."""
    obj = pod(container)
    got = messages(obj)
    if len(expected) == 2 and expected[0] == expected[1]:
        # The request is made from the limit and is wrong in the same way.
        assert {m.replace("requests", "limits").split(": ")[0] for m in got} == {expected[0].split(": ")[0]}
        return
    check(obj, *expected)


AFFINITY = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def node_affinity(**requirement: Any) -> Object:
    return {"nodeAffinity": {AFFINITY: {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}}}


NODE_TERM = f"spec.affinity.nodeAffinity.{AFFINITY}.nodeSelectorTerms[0].matchExpressions[0]"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"containers": []}, ["spec.containers: Required value"]),
        (
            {"containers": [{"name": "a", "image": "i"}, {"name": "a", "image": "i"}]},
            ['spec.containers[1].name: Duplicate value: "a"'],
        ),
        (
            {"restartPolicy": "X"},
            ['spec.restartPolicy: Unsupported value: "X": supported values: "Always", "OnFailure"'],
        ),
        (
            {"dnsPolicy": "X"},
            [
                'spec.dnsPolicy: Unsupported value: "X": supported values: '
                '"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"'
            ],
        ),
        ({"dnsPolicy": "None"}, ["spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"]),
        (
            {"dnsConfig": {"nameservers": ["1.1.1.1"] * 4}},
            ['spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","1.1.1.1","1.1.1.1","1.1.1.1"]: must not'],
        ),
        ({"dnsConfig": {"options": [{}]}}, ["spec.dnsConfig.options[0]: Required value: must not be empty"]),
        ({"nodeSelector": {"a b": "c"}}, ['spec.nodeSelector: Invalid value: "a b"']),
        ({"nodeName": "A"}, [f'spec.nodeName: Invalid value: "A": {SUBDOMAIN}']),
        ({"serviceAccountName": "A"}, ['spec.serviceAccountName: Invalid value: "A"']),
        ({"priorityClassName": "A"}, ['spec.priorityClassName: Invalid value: "A"']),
        ({"runtimeClassName": ""}, ['spec.runtimeClassName: Invalid value: ""']),
        ({"preemptionPolicy": "X"}, ['spec.preemptionPolicy: Unsupported value: "X": supported values: "PreemptLower']),
        (
            {"activeDeadlineSeconds": 0},
            ["spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"],
        ),
        ({"hostname": "a_b"}, [f'spec.hostname: Invalid value: "a_b": {LABEL}']),
        ({"subdomain": "A"}, ['spec.subdomain: Invalid value: "A"']),
        ({"hostnameOverride": "a" * 65}, ["spec.hostnameOverride: Invalid value"]),
        ({"hostnameOverride": "a", "hostNetwork": True}, ["spec.hostnameOverride: Forbidden"]),
        ({"hostAliases": [{"ip": "x"}]}, ['spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address']),
        (
            {"schedulingGates": [{"name": "a"}, {"name": "a"}]},
            ['spec.schedulingGates[1]: Duplicate value: "a"'],
        ),
        (
            {"schedulingGates": [{"name": "a"}], "nodeName": "n"},
            ["spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared"],
        ),
        (
            {"readinessGates": [{"conditionType": "a b"}]},
            ['spec.readinessGates[0].conditionType: Invalid value: "a b"'],
        ),
        (
            {"tolerations": [{"key": "", "operator": "Equal"}]},
            ['spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty'],
        ),
        (
            {"tolerations": [{"key": "a", "operator": "Lt", "value": "5"}]},
            ['spec.tolerations[0].operator: Unsupported value: "Lt": supported values: "Equal", "Exists"'],
        ),
        (
            {"tolerations": [{"key": "a", "tolerationSeconds": 5}]},
            ["spec.tolerations[0].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds`"],
        ),
        (
            {"tolerations": [{"operator": "Exists", "value": "v", "effect": "X"}]},
            [
                "spec.tolerations[0].operator: Invalid value: \"v\": value must be empty when `operator` is 'Exists'",
                'spec.tolerations[0].effect: Unsupported value: "X"',
            ],
        ),
        (
            {"overhead": {"cpus": "1"}},
            ['spec.overhead.limits[cpus]: Invalid value: "cpus"', 'spec.overhead.limits[cpus]: Invalid value: "cpus"'],
        ),
        (
            {"affinity": node_affinity(key="a", operator="In")},
            [f"{NODE_TERM}.values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
        ),
        (
            {"affinity": node_affinity(key="a", operator="Gt", values=["1", "2"])},
            [f"{NODE_TERM}.values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"],
        ),
        (
            {"affinity": node_affinity(key="a", operator="X")},
            [f'{NODE_TERM}.operator: Invalid value: "X": not a valid selector operator'],
        ),
        (
            {"affinity": {"nodeAffinity": {AFFINITY: {"nodeSelectorTerms": []}}}},
            [f"spec.affinity.nodeAffinity.{AFFINITY}.nodeSelectorTerms: Required value: must have at least one node"],
        ),
        (
            {"affinity": {"nodeAffinity": {PREFERRED: [{"weight": 0, "preference": {}}]}}},
            [f"spec.affinity.nodeAffinity.{PREFERRED}[0].weight: Invalid value: 0: must be in the range 1-100"],
        ),
        (
            {"affinity": {"podAffinity": {AFFINITY: [{"labelSelector": {}}]}}},
            [
                f"spec.affinity.podAffinity.{AFFINITY}[0].topologyKey: Required value: can not be empty",
                f'spec.affinity.podAffinity.{AFFINITY}[0].topologyKey: Invalid value: "": name part must be non-empty',
                f'spec.affinity.podAffinity.{AFFINITY}[0].topologyKey: Invalid value: "": name part must consist',
            ],
        ),
        (
            {"affinity": {"podAntiAffinity": {AFFINITY: [{"topologyKey": "t", "matchLabelKeys": ["a"]}]}}},
            [
                f"spec.affinity.podAntiAffinity.{AFFINITY}[0].matchLabelKeys: Forbidden: "
                "must not be specified when labelSelector is not set"
            ],
        ),
        (
            {"topologySpreadConstraints": [{"maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": "X"}]},
            [
                "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
                "spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty",
                'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "X"',
            ],
        ),
        (
            {
                "topologySpreadConstraints": [
                    {"maxSkew": 1, "topologyKey": "t", "whenUnsatisfiable": "ScheduleAnyway", "minDomains": 1},
                    {"maxSkew": 2, "topologyKey": "t", "whenUnsatisfiable": "ScheduleAnyway"},
                ]
            },
            [
                "spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "
                '"{t, ScheduleAnyway}"',
                "spec.topologySpreadConstraints[0].minDomains: Invalid value: 1: can only use minDomains if "
                "whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
            ],
        ),
        (
            {"securityContext": {"sysctls": [{"name": "net.a"}, {"name": "A"}]}, "hostNetwork": True},
            [
                'spec.securityContext.sysctls[0].name: Invalid value: "net.a": may not be specified when',
                'spec.securityContext.sysctls[1].name: Invalid value: "A": must have at most 253 characters and',
            ],
        ),
        (
            {"securityContext": {"fsGroupChangePolicy": "X", "supplementalGroups": [-1]}},
            [
                "spec.securityContext.supplementalGroups[0]: Invalid value: -1",
                'spec.securityContext.fsGroupChangePolicy: Unsupported value: "X": supported values: "Always", "OnRoot',
            ],
        ),
        (
            {"shareProcessNamespace": True, "hostPID": True},
            [
                "spec.securityContext.shareProcessNamespace: Invalid value: true: "
                "ShareProcessNamespace and HostPID cannot both be enabled"
            ],
        ),
        (
            {"hostUsers": False, "hostNetwork": True, "hostPID": True},
            [
                "spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false",
                "spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false",
            ],
        ),
        ({"os": {"name": "plan9"}}, ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']),
        ({"os": {"name": ""}}, ["spec.os.name: Required value: cannot be empty"]),
        (
            {"os": {"name": "windows"}, "hostPID": True, "securityContext": {"fsGroup": 1}},
            [
                "spec.hostPID: Forbidden: cannot be set for a windows pod",
                "spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod",
            ],
        ),
        (
            {"os": {"name": "linux"}, "securityContext": {"windowsOptions": {}}},
            ["spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod"],
        ),
        (
            {"securityContext": {"windowsOptions": {"hostProcess": True}}},
            ["spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess"],
        ),
        (
            {"ephemeralContainers": [{"name": "e", "image": "i"}]},
            ["spec.ephemeralContainers: Forbidden: cannot be set on create"],
        ),
        (
            {"resourceClaims": [{"name": "a"}]},
            [
                'spec.resourceClaims[0]: Invalid value: {"Name":"a","ResourceClaimName":null,'
                '"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`'
            ],
        ),
        (
            {"resources": {"limits": {"ephemeral-storage": "1"}, "claims": []}},
            [
                "spec.resources.claims: Forbidden: claims cannot be set for Resources at pod-level",
                'spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: '
                '"cpu", "hugepages-", "memory"',
            ],
        ),
        (
            {"initContainers": [{"name": "c", "image": "i", "livenessProbe": probe()}]},
            [
                'spec.initContainers[0].name: Duplicate value: "c"',
                "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without "
                "restartPolicy=Always",
            ],
        ),
    ],
)
def test_mistakes_in_specifications(spec: Object, expected: list[str]) -> None:
    """ValidatePodSpec and what it calls."""
    check(pod(None, **spec), *expected)


def test_files_with_environment_variables_are_in_empty_dirs() -> None:
    """KEP-3721: an init container writes the file into a volume that it shares with the others."""
    variables = [
        {"name": name, "valueFrom": {"fileKeyRef": {"volumeName": name, "path": "x", "key": "K"}}}
        for name in ("a", "b", "c")
    ]
    volumes = [{"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {"path": "/x"}}]
    check(
        pod({"env": variables}, volumes=volumes),
        'spec.containers[0].env[1].valueFrom.fileKeyRef.volumeName: Invalid value: "b": referenced volume must be of',
        'spec.containers[0].env[2].valueFrom.fileKeyRef.volumeName: Not found: "c"',
    )


def test_pod_level_requests_must_cover_the_containers() -> None:
    """validatePodResourceConsistency."""
    check(
        pod(
            {"resources": {"requests": {"cpu": "3"}, "limits": {"cpu": "4"}}},
            resources={"requests": {"cpu": "2"}, "limits": {"cpu": "3"}},
        ),
        'spec.resources.requests[cpu]: Invalid value: "2": must be greater than or equal to aggregate container '
        "requests of 3",
        'spec.resources.containers[0][cpu].limits: Invalid value: "4": must be less than or equal to pod limits of 3',
    )


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({"kubernetes.io/config.mirror": "x"}, "metadata.annotations[kubernetes.io/config.mirror]: Invalid value"),
        ({"controller.kubernetes.io/pod-deletion-cost": "+1"}, "metadata.annotations[controller.kubernetes.io/pod-del"),
        (
            {"container.apparmor.security.beta.kubernetes.io/x": "unconfined"},
            'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not',
        ),
        (
            {"container.apparmor.security.beta.kubernetes.io/c": "bad"},
            "metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: Invalid value: "
            '"bad": invalid AppArmor profile name: "bad"',
        ),
        (
            {"seccomp.security.alpha.kubernetes.io/pod": "bad"},
            "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "
            '"bad": must be a valid seccomp profile',
        ),
        ({"scheduler.alpha.kubernetes.io/tolerations": "{"}, "metadata.annotations: Invalid value"),
        (
            {"scheduler.alpha.kubernetes.io/tolerations": '[{"operator":"Exists","value":"v"}]'},
            "metadata.annotations.scheduler.alpha.kubernetes.io/tolerations[0].operator: Invalid value",
        ),
    ],
)
def test_mistakes_in_annotations(annotations: Object, expected: str) -> None:
    """ValidatePodSpecificAnnotations."""
    check(pod(None, annotations=annotations), expected)


def test_profiles_in_fields_and_annotations_must_agree() -> None:
    """validateSeccompAnnotationsAndFields, validateAppArmorAnnotationsAndFieldsMatchOnCreate."""
    annotations = {
        "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
        "container.seccomp.security.alpha.kubernetes.io/c": "localhost/a",
        "container.apparmor.security.beta.kubernetes.io/c": "unconfined",
    }
    context = {
        "seccompProfile": {"type": "Localhost", "localhostProfile": "b"},
        "appArmorProfile": {"type": "RuntimeDefault"},
    }
    check(
        pod(
            {"securityContext": context},
            annotations=annotations,
            securityContext={"seccompProfile": {"type": "RuntimeDefault"}},
        ),
        "spec.containers[0].securityContext.seccompProfile.localhostProfile: Forbidden: seccomp profile in annotation",
        "spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field",
    )


def test_account_tokens_need_a_service_account() -> None:
    """Only pods are held to it: templates get theirs when they become pods."""
    volume = {"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}
    message = (
        "spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: "
        "must not be specified when serviceAccountName is not set"
    )
    check(pod(None, volumes=[volume]), message)
    check(pod(None, volumes=[volume], serviceAccountName="a"))


def template(**spec: Any) -> Object:
    obj: Object = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}], **spec}}
    default_pod_template(obj)
    return obj


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"containers": [{"name": "c", "image": " "}]}, []),
        (
            {"ephemeralContainers": [{"name": "e", "image": "i"}]},
            ["template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template"],
        ),
        (
            {
                "hostNetwork": True,
                "containers": [
                    {"name": "c", "image": "i", "ports": [{"containerPort": 1}, {"containerPort": 2, "hostPort": 3}]}
                ],
            },
            [
                "template.spec.containers[0].ports[1].hostPort: Invalid value: 3: "
                "must match `containerPort` when `hostNetwork` is true"
            ],
        ),
    ],
)
def test_templates(change: Object, expected: list[str]) -> None:
    """ValidatePodTemplateSpec; blank images and host ports left out are fine until there is a pod."""
    assert [str(error) for error in validate_pod_template(template(**change), Path("template"))] == expected


def test_template_labels_and_annotations_are_checked() -> None:
    obj = template()
    obj["metadata"] = {"labels": {"a b": "c"}, "annotations": {"x y": "z"}}
    fields = [error.field for error in validate_pod_template(obj, Path("spec").child("template"))]
    assert fields == ["spec.template.labels", "spec.template.annotations"]


def test_undefaulted_specifications_miss_what_defaults_fill_in() -> None:
    """Validation doesn't rely on defaulting having happened."""
    errors = validate_pod_spec({"containers": [{"name": "c", "image": "i"}]}, Path("spec"), None)
    assert sorted(str(error) for error in errors) == [
        "spec.containers[0].imagePullPolicy: Required value",
        "spec.containers[0].terminationMessagePolicy: Required value",
        "spec.dnsPolicy: Required value",
        "spec.restartPolicy: Required value",
        "spec.terminationGracePeriodSeconds: Required value",
    ]


def ephemeral(**fields: Any) -> list[str]:
    obj = pod(None, ephemeralContainers=[{"name": "e", "image": "i", **fields}])
    return [str(e) for e in validate_pod_spec(obj["spec"], Path("spec"), None, is_pod=True)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"targetContainerName": "c"}, []),
        ({"targetContainerName": "x"}, ['spec.ephemeralContainers[0].targetContainerName: Not found: "x"']),
        ({"name": "c"}, ['spec.ephemeralContainers[0].name: Duplicate value: "c"']),
        (
            {"ports": [{"containerPort": 1}]},
            ["spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container"],
        ),
        (
            {"resources": {"limits": {"cpu": "1"}}},
            ["spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container"],
        ),
    ],
)
def test_ephemeral_containers(fields: Object, expected: list[str]) -> None:
    """validateEphemeralContainers."""
    assert ephemeral(**fields) == expected
