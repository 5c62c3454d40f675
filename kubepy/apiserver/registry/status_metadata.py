"""`/status` endpoints that leave metadata alone too, for kinds whose status writers have no business with it.

Follows apimachinery `pkg/apis/meta/v1/meta.go` (ResetObjectMetaForStatus).
"""

from __future__ import annotations

from typing import ClassVar, Final

from kubepy.apiserver.registry.strategy import Object, StatusStrategy, WriteContext, carry_over

_KEPT: Final = (
    "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink", "labels", "annotations", "finalizers",
    "ownerReferences",
)  # fmt: skip


class MetadataKeepingStatusStrategy(StatusStrategy):
    """Only status can change; of the metadata, managedFields alone."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("metadata",), ("spec",))

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        for field in _KEPT:
            carry_over(obj["metadata"], old["metadata"], field)
