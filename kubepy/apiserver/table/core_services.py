"""Tables of services, endpoints and endpoint slices.

Follows `printService`, `printEndpoints` and `printEndpointSlice` in upstream
`pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import UNKNOWN, age
from kubepy.apiserver.table.cell_text import EMPTY, NONE, first_of, first_of_or_unset, format_labels
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_SPEC: Final = "core.v1.ServiceSpec"


def _service(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    cluster_ips = spec.get("clusterIPs")
    return [
        obj["metadata"]["name"],
        spec.get("type", ""),
        cluster_ips[0] if cluster_ips else spec.get("clusterIP") or NONE,
        _external_ip(obj, spec),
        ",".join(map(_port, spec.get("ports") or ())) or NONE,
        age(obj, now),
        format_labels(spec.get("selector")),
    ]


def _port(port: Mapping[str, Any]) -> str:
    node_port = port.get("nodePort")
    protocol = port.get("protocol", "")
    return f"{port['port']}:{node_port}/{protocol}" if node_port else f"{port['port']}/{protocol}"


def _external_ip(obj: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    external_ips: Sequence[str] = spec.get("externalIPs") or ()
    match spec.get("type"):
        case "ClusterIP" | "NodePort":
            return ",".join(external_ips) or NONE
        case "LoadBalancer":
            points = load_balancer_points((obj.get("status") or EMPTY).get("loadBalancer"))
            return ",".join([*points, *external_ips]) or "<pending>"
        case "ExternalName":
            return str(spec.get("externalName", ""))
    return UNKNOWN


def load_balancer_points(status: Mapping[str, Any] | None) -> list[str]:
    """The IP addresses (or else host names) that a load balancer is reached at, sorted.

    Upstream clips their text to 16 characters in narrow tables only; the server never prints those.
    """
    ingress: Iterable[Mapping[str, Any]] = (status or EMPTY).get("ingress") or ()
    points = {point.get("ip") or point.get("hostname") or "" for point in ingress}
    return sorted(points - {""})


def _endpoints(obj: dict[str, Any], now: datetime) -> list[Any]:
    subsets = obj.get("subsets")
    text = first_of(_endpoint_addresses(subsets), 3) if subsets else NONE
    return [obj["metadata"]["name"], text, age(obj, now)]


def _endpoint_addresses(subsets: Iterable[Mapping[str, Any]]) -> list[str]:
    addresses = []
    for subset in subsets:
        ips = [address["ip"] for address in subset.get("addresses") or ()]
        ports = subset.get("ports")
        if not ports:
            addresses.extend(ips)
            continue
        for port in ports:
            addresses.extend([_host_port(ip, port["port"]) for ip in ips])
    return addresses


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _endpoint_slice(obj: dict[str, Any], now: datetime) -> list[Any]:
    addresses = [address for endpoint in obj.get("endpoints") or () for address in endpoint.get("addresses") or ()]
    return [
        obj["metadata"]["name"],
        obj.get("addressType", ""),
        first_of_or_unset([_slice_port(port) for port in obj.get("ports") or ()]),
        first_of_or_unset(addresses),
        age(obj, now),
    ]


def _slice_port(port: Mapping[str, Any]) -> str:
    if port.get("port") is not None:
        return str(port["port"])
    name: str | None = port.get("name")
    return "*" if name is None else name


PRINTERS: Final[Printers] = {
    ("", "Service"): Printer(
        (
            NAME,
            Column("Type", doc(_SPEC, "type")),
            Column("Cluster-IP", doc(_SPEC, "clusterIP")),
            Column("External-IP", doc(_SPEC, "externalIPs")),
            Column("Port(s)", doc(_SPEC, "ports")),
            AGE,
            Column("Selector", doc(_SPEC, "selector"), wide=True),
        ),
        _service,
    ),
    ("", "Endpoints"): Printer((NAME, Column("Endpoints", doc("core.v1.Endpoints", "subsets")), AGE), _endpoints),
    ("discovery.k8s.io", "EndpointSlice"): Printer(
        (
            NAME,
            Column("AddressType", doc("discovery.v1.EndpointSlice", "addressType")),
            Column("Ports", doc("discovery.v1.EndpointSlice", "ports")),
            Column("Endpoints", doc("discovery.v1.EndpointSlice", "endpoints")),
            AGE,
        ),
        _endpoint_slice,
    ),
}
