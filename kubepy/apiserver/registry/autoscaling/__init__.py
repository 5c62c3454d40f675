"""The strategies of the API group `autoscaling`, and the rules of Scale objects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.autoscaling.horizontal_pod_autoscaler import HorizontalPodAutoscalerStrategy
from kubepy.apiserver.registry.autoscaling.scale import validate_scale as validate_scale
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {"horizontalpodautoscalers": HorizontalPodAutoscalerStrategy()}
)
"""How objects are written, by the resource's plural name."""
