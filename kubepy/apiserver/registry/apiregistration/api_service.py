"""api_service."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class APIServiceStrategy(Strategy):
    """How APIServices are written."""

    has_status = True
    tracks_generation = True
