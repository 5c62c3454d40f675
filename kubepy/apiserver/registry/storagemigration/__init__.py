"""The strategies of the API group `storagemigration.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.storagemigration.storage_version_migration import StorageVersionMigrationStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {"storageversionmigrations": StorageVersionMigrationStrategy()}
)
"""How objects are written, by the resource's plural name."""
