"""The strategies of the API group `storage.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.storage.csi_driver import CSIDriverStrategy
from kubepy.apiserver.registry.storage.csi_node import CSINodeStrategy
from kubepy.apiserver.registry.storage.csi_storage_capacity import CSIStorageCapacityStrategy
from kubepy.apiserver.registry.storage.storage_class import StorageClassStrategy
from kubepy.apiserver.registry.storage.volume_attachment import VolumeAttachmentStrategy
from kubepy.apiserver.registry.storage.volume_attributes_class import VolumeAttributesClassStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "csidrivers": CSIDriverStrategy(),
        "csinodes": CSINodeStrategy(),
        "csistoragecapacities": CSIStorageCapacityStrategy(),
        "storageclasses": StorageClassStrategy(),
        "volumeattachments": VolumeAttachmentStrategy(),
        "volumeattributesclasses": VolumeAttributesClassStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
