"""webhook_configuration."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class MutatingWebhookConfigurationStrategy(Strategy):
    """How MutatingWebhookConfigurations are written."""

    tracks_generation = True


class ValidatingWebhookConfigurationStrategy(Strategy):
    """How ValidatingWebhookConfigurations are written."""

    tracks_generation = True
