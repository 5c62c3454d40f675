"""Metadata that a `/status` endpoint leaves alone, for kinds whose status writers have no business with it.

Follows apimachinery `pkg/apis/meta/v1/meta.go` (ResetObjectMetaForStatus).
"""

from __future__ import annotations

from typing import Final

from kubepy.apiserver.registry.strategy import Object, carry_over

_KEPT: Final = (
    "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink", "labels", "annotations", "finalizers",
    "ownerReferences",
)  # fmt: skip


def keep_metadata(obj: Object, old: Object) -> None:
    """Make all metadata but the identity and managedFields what it is in `old`, in place."""
    for field in _KEPT:
        carry_over(obj["metadata"], old["metadata"], field)
