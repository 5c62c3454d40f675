"""The strategies of the API group `certificates.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.certificates.certificate_signing_request import CertificateSigningRequestStrategy
from kubepy.apiserver.registry.certificates.cluster_trust_bundle import ClusterTrustBundleStrategy
from kubepy.apiserver.registry.certificates.pod_certificate_request import PodCertificateRequestStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "certificatesigningrequests": CertificateSigningRequestStrategy(),
        "clustertrustbundles": ClusterTrustBundleStrategy(),
        "podcertificaterequests": PodCertificateRequestStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
