"""cluster_trust_bundle."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class ClusterTrustBundleStrategy(Strategy):
    """How ClusterTrustBundles are written."""
