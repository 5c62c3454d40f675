"""The strategies of the API group `apiregistration.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.apiregistration.api_service import APIServiceStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "apiservices": APIServiceStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
