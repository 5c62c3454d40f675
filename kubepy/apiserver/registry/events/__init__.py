"""The strategies of events.k8s.io, whose Events are stored as core/v1 ones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.core.event import StrictEventStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType({"events": StrictEventStrategy()})
