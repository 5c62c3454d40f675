"""The strategies of the API group `policy`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.policy.pod_disruption_budget import PodDisruptionBudgetStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType({"poddisruptionbudgets": PodDisruptionBudgetStrategy()})
"""How objects are written, by the resource's plural name."""
