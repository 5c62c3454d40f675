"""The strategies of scheduling.k8s.io."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.scheduling.priority_class import PriorityClassStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType({"priorityclasses": PriorityClassStrategy()})
