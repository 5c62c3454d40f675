"""The strategies of rbac.authorization.k8s.io."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.rbac.role import ClusterRoleStrategy, RoleStrategy
from kubepy.apiserver.registry.rbac.role_binding import ClusterRoleBindingStrategy, RoleBindingStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "clusterrolebindings": ClusterRoleBindingStrategy(),
        "clusterroles": ClusterRoleStrategy(),
        "rolebindings": RoleBindingStrategy(),
        "roles": RoleStrategy(),
    }
)
