"""certificate_signing_request."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class CertificateSigningRequestStrategy(Strategy):
    """How CertificateSigningRequests are written."""

    has_status = True
    tracks_generation = True
