"""The strategies of the core group.

Packages of other groups import this one (pod templates, quantities, taints); it imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.core.config_map import ConfigMapStrategy
from kubepy.apiserver.registry.core.endpoints import EndpointsStrategy
from kubepy.apiserver.registry.core.event import EventStrategy
from kubepy.apiserver.registry.core.limit_range import LimitRangeStrategy
from kubepy.apiserver.registry.core.namespace import NamespaceStrategy
from kubepy.apiserver.registry.core.node import NodeStrategy
from kubepy.apiserver.registry.core.persistent_volume import PersistentVolumeStrategy
from kubepy.apiserver.registry.core.persistent_volume_claim import PersistentVolumeClaimStrategy
from kubepy.apiserver.registry.core.pod import STRATEGIES as POD_STRATEGIES
from kubepy.apiserver.registry.core.replication_controller import ReplicationControllerStrategy
from kubepy.apiserver.registry.core.resource_quota import ResourceQuotaStrategy
from kubepy.apiserver.registry.core.secret import SecretStrategy
from kubepy.apiserver.registry.core.service import ServiceStrategy
from kubepy.apiserver.registry.core.service_account import ServiceAccountStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        **POD_STRATEGIES,
        "configmaps": ConfigMapStrategy(),
        "endpoints": EndpointsStrategy(),
        "events": EventStrategy(),
        "limitranges": LimitRangeStrategy(),
        "namespaces": NamespaceStrategy(),
        "nodes": NodeStrategy(),
        "persistentvolumeclaims": PersistentVolumeClaimStrategy(),
        "persistentvolumes": PersistentVolumeStrategy(),
        "replicationcontrollers": ReplicationControllerStrategy(),
        "resourcequotas": ResourceQuotaStrategy(),
        "secrets": SecretStrategy(),
        "serviceaccounts": ServiceAccountStrategy(),
        "services": ServiceStrategy(),
    }
)
