"""The strategies of networking.k8s.io."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.networking.ingress import IngressStrategy
from kubepy.apiserver.registry.networking.ingress_class import IngressClassStrategy
from kubepy.apiserver.registry.networking.ip_address import IPAddressStrategy
from kubepy.apiserver.registry.networking.network_policy import NetworkPolicyStrategy
from kubepy.apiserver.registry.networking.service_cidr import ServiceCIDRStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "ingressclasses": IngressClassStrategy(),
        "ingresses": IngressStrategy(),
        "ipaddresses": IPAddressStrategy(),
        "networkpolicies": NetworkPolicyStrategy(),
        "servicecidrs": ServiceCIDRStrategy(),
    }
)
