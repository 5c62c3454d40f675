"""The strategies of the API group `apps`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.apps.controller_revision import ControllerRevisionStrategy
from kubepy.apiserver.registry.apps.daemon_set import DaemonSetStrategy
from kubepy.apiserver.registry.apps.deployment import DeploymentStrategy
from kubepy.apiserver.registry.apps.replica_set import ReplicaSetStrategy
from kubepy.apiserver.registry.apps.stateful_set import StatefulSetStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "controllerrevisions": ControllerRevisionStrategy(),
        "daemonsets": DaemonSetStrategy(),
        "deployments": DeploymentStrategy(),
        "replicasets": ReplicaSetStrategy(),
        "statefulsets": StatefulSetStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
