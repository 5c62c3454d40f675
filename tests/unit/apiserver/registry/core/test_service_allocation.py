"""What Services allocate and release, by pkg/registry/core/service/storage/alloc.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.core import service_allocation as allocation
from kubepy.apiserver.registry.core.service_allocation import AllocationPlan, ClusterIPRequest, NodePortRequest


def service(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "web"}, "spec": {"type": "ClusterIP", **spec}}


def stored(**spec: Any) -> dict[str, Any]:
    single = {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ipFamilies": ["IPv4"]}
    return service(**(single | {"ipFamilyPolicy": "SingleStack"} | spec))


DUAL = {"clusterIPs": ["10.0.0.1", "fd00::1"], "ipFamilies": ["IPv4", "IPv6"]}
NONE = {"clusterIP": "None", "clusterIPs": ["None"]}
EXTERNAL = service(type="ExternalName", externalName="a.b")


@pytest.mark.parametrize(
    ("cluster", "spec", "policy", "families"),
    [
        (["IPv4"], {}, "SingleStack", ["IPv4"]),
        (["IPv6", "IPv4"], {}, "SingleStack", ["IPv6"]),
        (["IPv4"], {"ipFamilyPolicy": "PreferDualStack"}, "PreferDualStack", ["IPv4"]),
        (["IPv4", "IPv6"], {"ipFamilyPolicy": "PreferDualStack"}, "PreferDualStack", ["IPv4", "IPv6"]),
        (
            ["IPv4", "IPv6"],
            {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6"]},
            "RequireDualStack",
            ["IPv6", "IPv4"],
        ),
        (["IPv4", "IPv6"], {"clusterIP": "fd00::1", "clusterIPs": ["fd00::1"]}, "SingleStack", ["IPv6"]),
        (["IPv4"], NONE, "RequireDualStack", ["IPv4", "IPv6"]),
        (["IPv4"], NONE | {"selector": {"a": "b"}}, "SingleStack", ["IPv4"]),
        (["IPv4"], {"type": "ExternalName"}, None, None),
    ],
)
def test_families_of_new_services(cluster: list[str], spec: dict[str, Any], policy: str | None, families: Any):
    """initIPFamilyFields: single-stack unless asked for more, but any family for headless ones without selector."""
    obj = service(**spec)
    assert allocation.default_ip_families(obj, None, cluster) == []
    assert (obj["spec"].get("ipFamilyPolicy"), obj["spec"].get("ipFamilies")) == (policy, families)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            {"ipFamilyPolicy": "RequireDualStack"},
            'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": '
            "this cluster is not configured for dual-stack services",
        ),
        ({"ipFamilies": ["IPv6"]}, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'),
        (
            {"clusterIP": "fd00::1", "clusterIPs": ["fd00::1"]},
            'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster',
        ),
        (
            {"clusterIP": "10.0.0.1", "ipFamilyPolicy": "SingleStack", **DUAL},
            'spec.ipFamilyPolicy: Invalid value: "SingleStack": '
            "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
        ),
        ({"clusterIPs": ["10.0.0.1"]}, "must be empty when `clusterIP` is not specified"),
    ],
)
def test_what_a_single_stack_cluster_cannot_do(spec: dict[str, Any], expected: str):
    """initIPFamilyFields on a cluster with IPv4 only."""
    errors = allocation.default_ip_families(service(**spec), None, ["IPv4"])
    assert expected in str(errors[0])


def test_changing_to_single_stack_releases_the_second_family():
    """initIPFamilyFields: the policy alone is clear intent."""
    old = stored(ipFamilyPolicy="PreferDualStack", **DUAL)
    obj = stored(ipFamilyPolicy="SingleStack", **DUAL)
    assert allocation.default_ip_families(obj, old, ["IPv4", "IPv6"]) == []
    assert (obj["spec"]["clusterIPs"], obj["spec"]["ipFamilies"]) == (["10.0.0.1"], ["IPv4"])
    assert allocation.plan_allocation(obj, old) == AllocationPlan(release_cluster_ips=("fd00::1",))


def test_releasing_the_second_family_needs_the_policy():
    """initIPFamilyFields, and policies are kept when the client doesn't send them."""
    old = stored(ipFamilyPolicy="RequireDualStack", **DUAL)
    obj = stored()
    del obj["spec"]["ipFamilyPolicy"]
    assert [str(error) for error in allocation.default_ip_families(obj, old, ["IPv4", "IPv6"])] == [
        "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be 'SingleStack' to release the secondary "
        "cluster IP",
        "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be 'SingleStack' to release the secondary "
        "IP family",
    ]


def test_a_prefer_dual_stack_service_does_not_follow_the_cluster():
    """isMatchingPreferDualStackClusterIPFields: it has one family, and the cluster has got a second one since."""
    old, obj = stored(ipFamilyPolicy="PreferDualStack"), stored(ipFamilyPolicy="PreferDualStack")
    assert allocation.default_ip_families(obj, old, ["IPv4", "IPv6"]) == []
    assert obj["spec"]["ipFamilies"] == ["IPv4"]
    assert allocation.plan_allocation(obj, old) == AllocationPlan()


UPGRADED = {"clusterIPs": ["10.0.0.1"], "ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}


@pytest.mark.parametrize(
    ("new", "old", "wanted", "released"),
    [
        (service(ipFamilies=["IPv4"]), None, (ClusterIPRequest("IPv4", 0),), ()),
        (stored(), None, (ClusterIPRequest("IPv4", 0, "10.0.0.1"),), ()),
        (stored(**NONE), None, (), ()),
        (EXTERNAL, None, (), ()),
        (stored(), stored(), (), ()),
        (service(ipFamilies=["IPv4"]), EXTERNAL, (ClusterIPRequest("IPv4", 0),), ()),
        (EXTERNAL, stored(), (), ("10.0.0.1",)),
        (EXTERNAL, stored(**NONE), (), ()),
        (stored(**UPGRADED), stored(), (ClusterIPRequest("IPv6", 1),), ()),
        (stored(**UPGRADED | DUAL), stored(), (ClusterIPRequest("IPv6", 1, "fd00::1"),), ()),
        (stored(), stored(**DUAL), (), ("fd00::1",)),
    ],
)
def test_cluster_ips(new: dict[str, Any], old: dict[str, Any] | None, wanted: Any, released: Any):
    """allocClusterIPs and updateClusterIPs."""
    plan = allocation.plan_allocation(new, old)
    assert (plan.cluster_ips, plan.release_cluster_ips) == (wanted, released)


def ports(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"port": port, "nodePort": node_port} if node_port else {"port": port} for port, node_port in pairs]


def node_port(*pairs: tuple[int, int], **spec: Any) -> dict[str, Any]:
    return stored(type="NodePort", ports=ports(*pairs), **spec)


def balancer(*pairs: tuple[int, int], **spec: Any) -> dict[str, Any]:
    return stored(type="LoadBalancer", ports=ports(*pairs), allocateLoadBalancerNodePorts=False, **spec)


@pytest.mark.parametrize(
    ("new", "old", "wanted", "released"),
    [
        (stored(ports=ports((80, 0))), None, [], []),
        (node_port((80, 0), (443, 30443)), None, [((0,), 0), ((1,), 30443)], []),
        # One number on TCP and UDP: one node port, chosen by whichever names one.
        (node_port((53, 0), (53, 0)), None, [((0, 1), 0)], []),
        (node_port((53, 0), (53, 30053)), None, [((0, 1), 30053)], []),
        (node_port((53, 30053), (53, 30054)), None, [((0,), 30053), ((1,), 30054)], []),
        (balancer((80, 0), (443, 30443)), None, [((1,), 30443)], []),
        (node_port((80, 30080)), node_port((80, 30080)), [], []),
        (node_port((80, 30081)), node_port((80, 30080)), [((0,), 30081)], [30080]),
        (node_port((80, 0), (81, 30080)), node_port((80, 30080)), [((0,), 0)], []),
        (node_port((53, 30053), (53, 30053)), stored(), [((0,), 30053)], []),
        (stored(ports=ports((80, 0))), node_port((53, 30053), (53, 30053)), [], [30053]),
        (balancer((80, 30080)), node_port((80, 30080)), [], []),
        (EXTERNAL, node_port((80, 30080)), [], [30080]),
    ],
)
def test_node_ports(new: dict[str, Any], old: dict[str, Any] | None, wanted: Any, released: Any):
    """initNodePorts, updateNodePorts and releaseNodePorts."""
    plan = allocation.plan_allocation(new, old)
    assert [(request.positions, request.port) for request in plan.node_ports] == wanted
    assert list(plan.release_node_ports) == released


@pytest.mark.parametrize(
    ("new", "old", "wanted", "released"),
    [
        (balancer(), None, None, ()),
        (balancer(externalTrafficPolicy="Local"), None, 0, ()),
        (balancer(externalTrafficPolicy="Local", healthCheckNodePort=30001), None, 30001, ()),
        (balancer(externalTrafficPolicy="Local"), balancer(), 0, ()),
        (
            balancer(externalTrafficPolicy="Local", healthCheckNodePort=30001),
            balancer(externalTrafficPolicy="Local", healthCheckNodePort=30001),
            None,
            (),
        ),
        (balancer(), balancer(externalTrafficPolicy="Local", healthCheckNodePort=30001), None, (30001,)),
    ],
)
def test_health_check_ports(new: dict[str, Any], old: dict[str, Any] | None, wanted: int | None, released: Any):
    """allocHealthCheckNodePort and updateHealthCheckNodePort."""
    plan = allocation.plan_allocation(new, old)
    assert (plan.health_check_node_port, plan.release_node_ports) == (wanted, released)


def test_deletion_releases_everything():
    """releaseAllocatedResources."""
    obj = balancer((80, 30080), (443, 30080), externalTrafficPolicy="Local", healthCheckNodePort=30001, **DUAL)
    assert allocation.plan_release(obj) == AllocationPlan(
        release_cluster_ips=("10.0.0.1", "fd00::1"), release_node_ports=(30080, 30001)
    )
    assert allocation.plan_release(stored(**NONE)) == AllocationPlan()


def test_allocated_values_are_put_into_their_places():
    """The setters fill what the requests were for."""
    obj = service(ipFamilies=["IPv4", "IPv6"], ports=ports((53, 0), (53, 0)))
    for request, address in (
        (ClusterIPRequest("IPv4", 0), "10.0.0.7"),
        (ClusterIPRequest("IPv6", 1), "fd00::7"),
    ):
        allocation.set_cluster_ip(obj, request, address)
    allocation.set_node_port(obj, NodePortRequest((0, 1)), 30053)
    allocation.set_health_check_node_port(obj, 30001)
    assert obj["spec"]["clusterIP"] == "10.0.0.7"
    assert obj["spec"]["clusterIPs"] == ["10.0.0.7", "fd00::7"]
    assert [port["nodePort"] for port in obj["spec"]["ports"]] == [30053, 30053]
    assert obj["spec"]["healthCheckNodePort"] == 30001


def test_failures_are_told_in_upstreams_words():
    """The messages of alloc.go, ipallocator and portallocator."""
    taken = allocation.cluster_ip_error(
        stored(), ClusterIPRequest("IPv4", 0, "10.0.0.1"), allocation.IP_ALREADY_ALLOCATED
    )
    assert str(taken) == (
        'spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: provided IP is already allocated'
    )
    request = NodePortRequest((0,), 80)
    assert str(allocation.node_port_error(request, allocation.port_not_in_range(30000, 32767))) == (
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
        "The range of valid ports is 30000-32767"
    )
    assert allocation.health_check_failure(30001, allocation.PORT_ALREADY_ALLOCATED) == (
        "failed to allocate requested HealthCheck NodePort 30001: provided port is already allocated"
    )
