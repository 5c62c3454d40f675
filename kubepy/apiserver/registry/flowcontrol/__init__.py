"""The strategies of the API group `flowcontrol.apiserver.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.flowcontrol.flow_schema import FlowSchemaStrategy
from kubepy.apiserver.registry.flowcontrol.priority_level_configuration import PriorityLevelConfigurationStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "flowschemas": FlowSchemaStrategy(),
        "prioritylevelconfigurations": PriorityLevelConfigurationStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
