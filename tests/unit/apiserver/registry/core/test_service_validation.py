"""Services, by pkg/apis/core/{v1/defaults.go,validation/validation.go} and pkg/registry/core/service/strategy.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.core import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["services"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))


def service(annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A stored Service: defaulted, and with an address unless it says otherwise."""
    kind = spec.get("type", "ClusterIP")
    fields: dict[str, Any] = {"ports": [{"port": 80}]}
    if kind != "ExternalName":
        fields |= {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"]}
        fields |= {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
    obj = {"metadata": {"name": "web", "namespace": "default"}, "spec": copy.deepcopy(fields | spec)}
    obj["spec"] = {name: value for name, value in obj["spec"].items() if value is not None}
    if annotations:
        obj["metadata"]["annotations"] = annotations
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def headless(**spec: Any) -> dict[str, Any]:
    return service(clusterIP="None", clusterIPs=["None"], **spec)


def test_defaults_of_a_minimal_service():
    """SetDefaults_Service; a port's target is the port itself."""
    obj = {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80, "nodePort": 0}], "clusterIP": ""}}
    STRATEGY.default(obj)
    assert obj["spec"] == {
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
        "sessionAffinity": "None",
        "type": "ClusterIP",
        "internalTrafficPolicy": "Cluster",
    }


def test_defaults_of_a_load_balancer():
    """Load balancers get node ports, an external policy, and addresses of mode VIP."""
    obj = {
        "spec": {"type": "LoadBalancer", "sessionAffinity": "ClientIP"},
        "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}, {"hostname": "a.b"}]}},
    }
    STRATEGY.default(obj)
    assert obj["spec"] == {
        "type": "LoadBalancer",
        "sessionAffinity": "ClientIP",
        "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}},
        "externalTrafficPolicy": "Cluster",
        "internalTrafficPolicy": "Cluster",
        "allocateLoadBalancerNodePorts": True,
    }
    assert obj["status"]["loadBalancer"]["ingress"] == [{"ip": "1.2.3.4", "ipMode": "VIP"}, {"hostname": "a.b"}]


def test_external_ips_make_a_cluster_ip_service_externally_accessible():
    """pkg/api/service/util.go ExternallyAccessible."""
    assert service(externalIPs=["192.0.2.1"])["spec"]["externalTrafficPolicy"] == "Cluster"
    assert "externalTrafficPolicy" not in service()["spec"]


def test_defaulting_is_idempotent():
    """Stored objects are defaulted again when they are written."""
    obj = service(type="LoadBalancer", sessionAffinity="ClientIP")
    again = copy.deepcopy(obj)
    STRATEGY.default(again)
    assert again == obj


VALID = [
    service(),
    headless(ports=None),
    service(type="ExternalName", externalName="a.example.com.", ports=None),
    service(ports=[{"name": "a", "port": 53}, {"name": "b", "port": 53, "protocol": "UDP"}]),
    service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8"], loadBalancerClass="acme.io/lb"),
    service(type="NodePort", ports=[{"port": 80, "nodePort": 30080, "targetPort": "http"}]),
    service(trafficDistribution="PreferSameNode", externalIPs=["192.0.2.1"]),
    service(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 86400}}),
    service(clusterIPs=["10.0.0.1", "fd00::1"], ipFamilies=["IPv4", "IPv6"], ipFamilyPolicy="RequireDualStack"),
]


@pytest.mark.parametrize("obj", VALID)
def test_good_services_have_no_mistakes(obj: dict[str, Any]):
    """ValidateServiceCreate and ValidateServiceUpdate of an unchanged object."""
    assert messages(STRATEGY.validate(obj)) == []
    assert messages(STRATEGY.validate_update(obj, copy.deepcopy(obj))) == []


TWO_PORTS = [{"name": "a", "port": 80}, {"name": "b", "port": 80}]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (service(ports=None), ["spec.ports: Required value"]),
        (
            headless(type="NodePort"),
            ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"],
        ),
        (
            service(type="ExternalName", externalName="", clusterIPs=["10.0.0.1"], ipFamilies=["IPv4"]),
            [
                "spec.clusterIPs: Forbidden: may not be set for ExternalName services",
                "spec.ipFamilies: Forbidden: may not be set for ExternalName services",
                "spec.externalName: Required value",
            ],
        ),
        (service(ports=[{"port": 80}, {"name": "b", "port": 81}]), ["spec.ports[0].name: Required value"]),
        (
            service(ports=[{"name": "a", "port": 80}, {"name": "a", "port": 81}]),
            ['spec.ports[1].name: Duplicate value: "a"'],
        ),
        (
            service(ports=TWO_PORTS),
            [
                'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,'
                '"TargetPort":0,"NodePort":0}'
            ],
        ),
        (
            service(
                type="NodePort",
                ports=[{"name": "a", "port": 80, "nodePort": 30080}, {"name": "b", "port": 81, "nodePort": 30080}],
            ),
            ["spec.ports[1].nodePort: Duplicate value: 30080"],
        ),
        (
            service(ports=[{"port": 70000}]),
            [
                "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
                "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
            ],
        ),
        (
            service(ports=[{"port": 80, "protocol": "ICMP"}]),
            ['spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"'],
        ),
        (
            service(ports=[{"port": 80, "nodePort": 30080}]),
            ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
        ),
        (
            service(sessionAffinity="Random"),
            ['spec.sessionAffinity: Unsupported value: "Random": supported values: "ClientIP", "None"'],
        ),
        (
            service(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 86401}}),
            [
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: "
                "must be greater than 0 and less than 86400"
            ],
        ),
        (
            service(type="Magic"),
            [
                'spec.type: Unsupported value: "Magic": supported values: '
                '"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'
            ],
        ),
        (
            service(externalIPs=["127.0.0.1", "not-an-ip", "010.0.0.1"]),
            [
                'spec.externalIPs[0]: Invalid value: "127.0.0.1": '
                "may not be in the loopback range (127.0.0.0/8, ::1/128)",
                'spec.externalIPs[1]: Invalid value: "not-an-ip": '
                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                'spec.externalIPs[2]: Invalid value: "010.0.0.1": must not have leading 0s',
            ],
        ),
        (
            service(loadBalancerSourceRanges=["10.0.0.0/8"], allocateLoadBalancerNodePorts=True, loadBalancerClass="a"),
            [
                "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
                "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
                "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
            ],
        ),
        (
            service(type="LoadBalancer", loadBalancerSourceRanges=["10.0.0.0/8", "10.0.0.1/8"]),
            [
                'spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.1/8": '
                "must not have bits set beyond the prefix length"
            ],
        ),
        (
            service({"service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8,x"}, type="LoadBalancer"),
            [
                "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: "
                'Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
            ],
        ),
        (
            service(externalTrafficPolicy="Local"),
            ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
        ),
        (
            service(type="LoadBalancer", externalTrafficPolicy="Local"),
            ["spec.healthCheckNodePort: Required value"],
        ),
        (
            service(type="LoadBalancer", healthCheckNodePort=30000),
            [
                "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and "
                "`externalTrafficPolicy` is 'Local'"
            ],
        ),
        (
            service(internalTrafficPolicy="Remote", trafficDistribution="Nearest"),
            [
                'spec.internalTrafficPolicy: Unsupported value: "Remote": supported values: "Cluster", "Local"',
                'spec.trafficDistribution: Unsupported value: "Nearest": supported values: '
                '"PreferClose", "PreferSameNode", "PreferSameZone"',
            ],
        ),
        (
            service(
                {
                    "service.kubernetes.io/topology-mode": "Auto",
                    "service.kubernetes.io/topology-aware-hints": "disabled",
                }
            ),
            [
                'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Auto": must match '
                "annotations[service.kubernetes.io/topology-aware-hints] when both are specified"
            ],
        ),
    ],
)
def test_mistakes_are_named_in_upstreams_words(obj: dict[str, Any], expected: list[str]):
    """ValidateServiceCreate."""
    assert messages(STRATEGY.validate(obj)) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"clusterIP": "10.0.0.1", "clusterIPs": None}, ["spec.clusterIPs: Required value"]),
        (
            {"clusterIP": "10.0.0.2"},
            ['spec.clusterIPs: Invalid value: ["10.0.0.1"]: first value must match `clusterIP`'],
        ),
        (
            {"clusterIP": None},
            ['spec.clusterIPs: Invalid value: ["10.0.0.1"]: must be empty when `clusterIP` is not specified'],
        ),
        (
            {"ipFamilies": ["IPv4", "IPv4"]},
            ['spec.ipFamilies[1]: Duplicate value: "IPv4"'],
        ),
        (
            {"ipFamilies": ["IPv5"], "ipFamilyPolicy": "Some"},
            [
                'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
                'spec.ipFamilyPolicy: Unsupported value: "Some": supported values: '
                '"PreferDualStack", "RequireDualStack", "SingleStack"',
            ],
        ),
        (
            {"clusterIP": "None", "clusterIPs": ["None", "10.0.0.1"]},
            ['spec.clusterIPs: Invalid value: ["None","10.0.0.1"]: \'None\' must be the first and only value'],
        ),
        (
            {"clusterIP": "x", "clusterIPs": ["x"]},
            ['spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
        ),
        (
            {"clusterIPs": ["10.0.0.1", "10.0.0.2"], "ipFamilies": None},
            [
                'spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: '
                "may specify no more than one IP for each IP family"
            ],
        ),
        (
            {"ipFamilies": ["IPv6"]},
            ['spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`'],
        ),
    ],
)
def test_cluster_ip_fields_must_fit_together(spec: dict[str, Any], expected: list[str]):
    """ValidateServiceClusterIPsRelatedFields."""
    assert messages(STRATEGY.validate(service(**spec))) == expected


DUAL = {"clusterIPs": ["10.0.0.1", "fd00::1"], "ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "PreferDualStack"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            service(),
            service(clusterIP="10.0.0.2", clusterIPs=["10.0.0.2"]),
            ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
        ),
        (
            service(),
            service(clusterIP=None, clusterIPs=None),
            ["spec.clusterIPs[0]: Invalid value: null: primary clusterIP can not be unset"],
        ),
        (service(), service(**DUAL), []),
        (service(**DUAL), service(), []),
        (
            service(**DUAL),
            service(ipFamilyPolicy="PreferDualStack"),
            [
                'spec.ipFamilyPolicy: Invalid value: "PreferDualStack": '
                "must be set to 'SingleStack' when releasing the secondary clusterIP",
                'spec.ipFamilyPolicy: Invalid value: "PreferDualStack": '
                "must be set to 'SingleStack' when releasing the secondary ipFamily",
            ],
        ),
        (service(type="ExternalName", externalName="a.b", ports=None), service(), []),
        (
            service(type="LoadBalancer", loadBalancerClass="a"),
            service(type="LoadBalancer", loadBalancerClass="b"),
            ['spec.loadBalancerClass: Invalid value: "b": may not change once set'],
        ),
        (
            service(type="LoadBalancer", externalTrafficPolicy="Local", healthCheckNodePort=30001),
            service(type="LoadBalancer", externalTrafficPolicy="Local", healthCheckNodePort=30002),
            ["spec.healthCheckNodePort: Forbidden: field is immutable"],
        ),
        (service(externalIPs=["010.0.0.1"]), service(externalIPs=["010.0.0.1"]), []),
    ],
)
def test_what_may_change(old: dict[str, Any], new: dict[str, Any], expected: list[str]):
    """ValidateServiceUpdate: the primary address and family, the class and the health check port stay."""
    assert messages(STRATEGY.validate_update(new, old)) == expected


def update(old: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """What becomes of a Service when a client sends just these fields."""
    obj = {"metadata": dict(old["metadata"]), "spec": copy.deepcopy(spec)}
    STRATEGY.default(obj)
    STRATEGY.prepare_for_update(obj, old, CONTEXT)
    return obj


def test_resubmitting_the_first_manifest_keeps_what_was_allocated():
    """patchAllocatedValues: addresses, and node ports by the ports' names."""
    old = service(
        type="NodePort",
        ports=[{"name": "a", "port": 80, "nodePort": 30080}, {"name": "b", "port": 81, "nodePort": 30081}],
    )
    spec = update(old, type="NodePort", ports=[{"name": "b", "port": 81}, {"name": "c", "port": 82}])["spec"]
    assert (spec["clusterIP"], spec["clusterIPs"]) == ("10.0.0.1", ["10.0.0.1"])
    assert [port.get("nodePort") for port in spec["ports"]] == [30081, None]


def test_a_node_port_moved_to_another_port_is_not_given_back():
    """patchAllocatedValues: what the client used for another port is in use."""
    old = service(type="NodePort", ports=[{"name": "a", "port": 80, "nodePort": 30080}])
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81, "nodePort": 30080}]
    assert "nodePort" not in update(old, type="NodePort", ports=ports)["spec"]["ports"][0]


@pytest.mark.parametrize(
    ("old", "spec", "plural"),
    [
        (None, {"clusterIP": "10.0.0.9"}, ["10.0.0.9"]),
        (None, {}, None),
        (service(), {"clusterIP": "10.0.0.1"}, ["10.0.0.1"]),
        (service(), {"clusterIP": "10.0.0.2", "clusterIPs": ["10.0.0.1"]}, ["10.0.0.2"]),
        (service(), {"clusterIP": "10.0.0.2", "clusterIPs": ["10.0.0.3"]}, ["10.0.0.3"]),
        (service(**DUAL), {"clusterIP": "10.0.0.1"}, ["10.0.0.1", "fd00::1"]),
    ],
)
def test_old_clients_know_only_the_singular_cluster_ip(
    old: dict[str, Any] | None, spec: dict[str, Any], plural: list[str] | None
):
    """NormalizeClusterIPs."""
    if old is not None:
        obj = update(old, ports=[{"port": 80}], **spec)
    else:
        obj = {"metadata": {"name": "web"}, "spec": dict(spec)}
        STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj["spec"].get("clusterIPs") == plural


def test_fields_of_the_old_type_go_with_it():
    """dropTypeDependentFields, when a client changes just the type of what it read."""
    old = service(
        type="LoadBalancer",
        externalTrafficPolicy="Local",
        healthCheckNodePort=30001,
        loadBalancerClass="acme.io/lb",
        ports=[{"port": 80, "nodePort": 30080}],
    )
    old["status"] = {"loadBalancer": {"ingress": [{"ip": "1.2.3.4", "ipMode": "VIP"}]}}
    cluster_ip = update(old, **(old["spec"] | {"type": "ClusterIP"}))
    gone = {"externalTrafficPolicy", "healthCheckNodePort", "loadBalancerClass", "allocateLoadBalancerNodePorts"}
    assert cluster_ip["spec"].keys().isdisjoint(gone)
    assert cluster_ip["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert cluster_ip["status"] == {"loadBalancer": {}}
    assert messages(STRATEGY.validate_update(cluster_ip, old)) == []
    external = update(old, **(old["spec"] | {"type": "ExternalName", "externalName": "a.b"}))
    assert external["spec"].keys().isdisjoint(gone | {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
    assert messages(STRATEGY.validate_update(external, old)) == []
    assert old["status"]["loadBalancer"] != {}


def test_a_changed_field_of_the_old_type_stays_to_be_refused():
    """dropTypeDependentFields: what the client changed it must have meant."""
    old = service(type="NodePort", ports=[{"port": 80, "nodePort": 30080}])
    obj = update(old, type="ClusterIP", ports=[{"port": 80, "nodePort": 30099}])
    assert messages(STRATEGY.validate_update(obj, old)) == [
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"
    ]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (service(), []),
        (
            headless(loadBalancerIP="1.2.3.4", externalIPs=["192.0.2.1"], sessionAffinity="ClientIP"),
            [
                "spec.loadBalancerIP is ignored for headless services",
                "spec.externalIPs is ignored for headless services",
                "spec.SessionAffinity is ignored for headless services",
            ],
        ),
        (
            service(externalIPs=["192.0.2.1"], externalName="a.b"),
            [
                "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
                'spec.externalName is ignored when spec.type is not "ExternalName"',
            ],
        ),
        (
            service(type="ExternalName", externalName="a.b", externalIPs=["192.0.2.1"]),
            ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
        ),
        (
            service(trafficDistribution="PreferClose"),
            ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
        ),
        (
            service({"service.kubernetes.io/topology-aware-hints": "Auto"}),
            [
                "annotation service.kubernetes.io/topology-aware-hints is deprecated, "
                "please use service.kubernetes.io/topology-mode instead"
            ],
        ),
        (
            service(type="LoadBalancer", loadBalancerIP="010.0.0.1"),
            ['spec.loadBalancerIP: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"'],
        ),
    ],
)
def test_warnings(obj: dict[str, Any], expected: list[str]):
    """GetWarningsForService."""
    assert STRATEGY.warnings(obj, None) == expected


@pytest.mark.parametrize(
    ("kind", "ingress", "expected"),
    [
        ("LoadBalancer", {"ip": "1.2.3.4", "ipMode": "Proxy"}, []),
        ("LoadBalancer", {"hostname": "lb.example.com"}, []),
        (
            "ClusterIP",
            {"hostname": "lb.example.com"},
            ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
        ),
        (
            "LoadBalancer",
            {"ip": "x", "ipMode": "Direct"},
            [
                'status.loadBalancer.ingress[0].ip: Invalid value: "x": '
                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                'status.loadBalancer.ingress[0].ipMode: Unsupported value: "Direct": supported values: "Proxy", "VIP"',
            ],
        ),
        (
            "LoadBalancer",
            {"hostname": "1.2.3.4", "ipMode": "VIP"},
            [
                "status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set",
                'status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": '
                "must be a DNS name, not an IP address",
            ],
        ),
    ],
)
def test_load_balancer_status(kind: str, ingress: dict[str, Any], expected: list[str]):
    """ValidateLoadBalancerStatus."""
    obj = service(type=kind)
    obj["status"] = {"loadBalancer": {"ingress": [ingress]}}
    assert messages(STATUS.validate_update(obj, service(type=kind))) == expected


def test_status_writes_cannot_change_the_spec():
    """serviceStatusStrategy.PrepareForUpdate."""
    old, obj = service(), service(type="NodePort")
    STATUS.prepare_for_update(obj, old, CONTEXT)
    assert obj["spec"] == old["spec"]


@pytest.mark.parametrize(("name", "good"), [("web", True), ("1web", True), ("a.b", False), ("A", False)])
def test_names_are_dns_labels(name: str, good: bool):
    """RelaxedServiceNameValidation: RFC 1123 rather than RFC 1035 labels."""
    assert (STRATEGY.validate_name(name) == []) is good
