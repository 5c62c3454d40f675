"""flow_schema."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class FlowSchemaStrategy(Strategy):
    """How FlowSchemas are written."""

    has_status = True
    tracks_generation = True
