"""Tables of ingresses, ingress classes, network policies, service CIDRs and IP addresses.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, NONE, format_label_selector, group_name
from kubepy.apiserver.table.core_services import load_balancer_points
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_DEFAULT_CLASS: Final = "ingressclass.kubernetes.io/is-default-class"
_SHOWN_HOSTS: Final = 3


def _ingress(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    ingress_class = spec.get("ingressClassName")
    return [
        obj["metadata"]["name"],
        NONE if ingress_class is None else ingress_class,
        _hosts(spec.get("rules") or ()),
        ",".join(load_balancer_points((obj.get("status") or EMPTY).get("loadBalancer"))),
        "80, 443" if spec.get("tls") else "80",
        age(obj, now),
    ]


def _hosts(rules: Sequence[Mapping[str, Any]]) -> str:
    """The first hosts. Once there are enough, any further rule counts as more, with a host or without."""
    hosts: list[str] = []
    for rule in rules:
        if len(hosts) == _SHOWN_HOSTS:
            return f"{','.join(hosts)} + {len(rules) - _SHOWN_HOSTS} more..."
        if rule.get("host"):
            hosts.append(rule["host"])
    return ",".join(hosts) or "*"


def _ingress_class(obj: dict[str, Any], now: datetime) -> list[Any]:
    metadata, spec = obj["metadata"], obj.get("spec") or EMPTY
    is_default = (metadata.get("annotations") or EMPTY).get(_DEFAULT_CLASS) == "true"
    name = f"{metadata['name']} (default)" if is_default else metadata["name"]
    return [name, spec.get("controller", ""), _parameters(spec.get("parameters")), age(obj, now)]


def _parameters(parameters: Mapping[str, Any] | None) -> str:
    if parameters is None:
        return NONE
    kind, group = parameters.get("kind", ""), parameters.get("apiGroup")
    return f"{kind if group is None else f'{kind}.{group}'}/{parameters.get('name', '')}"


def _network_policy(obj: dict[str, Any], now: datetime) -> list[Any]:
    selector = (obj.get("spec") or EMPTY).get("podSelector")
    return [obj["metadata"]["name"], format_label_selector(selector), age(obj, now)]


def _service_cidr(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], ",".join((obj.get("spec") or EMPTY).get("cidrs") or ()), age(obj, now)]


def _ip_address(obj: dict[str, Any], now: datetime) -> list[Any]:
    parent = (obj.get("spec") or EMPTY).get("parentRef")
    # Upstream gives the age a cell, but no column.
    return [obj["metadata"]["name"], NONE if parent is None else _parent(parent), age(obj, now)]


def _parent(parent: Mapping[str, Any]) -> str:
    parts = [group_name(parent.get("group", ""), parent.get("resource", "")).lower()]
    if parent.get("namespace"):
        parts.append(parent["namespace"])
    return "/".join([*parts, parent.get("name", "")])


PRINTERS: Final[Printers] = {
    ("networking.k8s.io", "Ingress"): Printer(
        (
            NAME,
            Column("Class", "The name of the IngressClass resource that should be used for additional configuration"),
            Column("Hosts", "Hosts that incoming requests are matched against before the ingress rule"),
            Column("Address", "Address is a list containing ingress points for the load-balancer"),
            Column("Ports", "Ports of TLS configurations that open"),
            AGE,
        ),
        _ingress,
    ),
    ("networking.k8s.io", "IngressClass"): Printer(
        (
            NAME,
            Column("Controller", "Controller that is responsible for handling this class"),
            Column("Parameters", "A reference to a resource with additional parameters"),
            AGE,
        ),
        _ingress_class,
    ),
    ("networking.k8s.io", "NetworkPolicy"): Printer(
        (NAME, Column("Pod-Selector", doc("networking.v1.NetworkPolicySpec", "podSelector")), AGE), _network_policy
    ),
    ("networking.k8s.io", "ServiceCIDR"): Printer(
        (NAME, Column("CIDRs", doc("networking.v1.ServiceCIDRSpec", "cidrs")), AGE), _service_cidr
    ),
    ("networking.k8s.io", "IPAddress"): Printer(
        (NAME, Column("ParentRef", doc("networking.v1.IPAddressSpec", "parentRef"))), _ip_address
    ),
}
