"""Volumes: their defaults and validation, for pods, persistent volumes and claim templates.

    defaults.py      what is filled in for each kind of volume source
    volume.py        the volumes of a pod: one source each, unique names
    mounts.py        where containers mount them or see them as devices
    network.py       sources that live on other machines or need a driver, shared with persistent volumes
    projected.py     sources made of files: secrets, config maps, the downward API, tokens, certificates
    claims.py        the spec of a claim, alone, in an ephemeral volume or in a StatefulSet
    paths.py         file paths and mode bits
    difference.py    how an immutable part was changed

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateVolumes and what it calls) and
`pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

from kubepy.apiserver.registry.core.volumes.claims import (
    default_persistent_volume_claim_spec as default_persistent_volume_claim_spec,
)
from kubepy.apiserver.registry.core.volumes.claims import (
    validate_persistent_volume_claim_spec as validate_persistent_volume_claim_spec,
)
from kubepy.apiserver.registry.core.volumes.claims import (
    validate_persistent_volume_claim_template as validate_persistent_volume_claim_template,
)
from kubepy.apiserver.registry.core.volumes.defaults import default_volumes as default_volumes
from kubepy.apiserver.registry.core.volumes.mounts import validate_volume_devices as validate_volume_devices
from kubepy.apiserver.registry.core.volumes.mounts import validate_volume_mounts as validate_volume_mounts
from kubepy.apiserver.registry.core.volumes.volume import validate_volumes as validate_volumes
