"""pod_certificate_request."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class PodCertificateRequestStrategy(Strategy):
    """How PodCertificateRequests are written."""

    has_status = True
    tracks_generation = True
