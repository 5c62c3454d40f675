"""The strategies of the API group `apiextensions.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.apiextensions.custom_resource_definition import CustomResourceDefinitionStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "customresourcedefinitions": CustomResourceDefinitionStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
