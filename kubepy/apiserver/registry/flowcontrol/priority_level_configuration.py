"""priority_level_configuration."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class PriorityLevelConfigurationStrategy(Strategy):
    """How PriorityLevelConfigurations are written."""

    has_status = True
    tracks_generation = True
