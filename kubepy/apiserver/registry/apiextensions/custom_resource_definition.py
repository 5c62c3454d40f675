"""custom_resource_definition."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class CustomResourceDefinitionStrategy(Strategy):
    """How CustomResourceDefinitions are written."""

    has_status = True
    tracks_generation = True
