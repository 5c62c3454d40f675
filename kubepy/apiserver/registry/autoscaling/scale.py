"""What may be written to a `/scale` subresource.

Follows kubernetes `pkg/apis/autoscaling/validation/validation.go` (ValidateScale); the metadata of a Scale is that of
the scaled object.
"""

from __future__ import annotations

from kubepy.api.field import FieldError, Path
from kubepy.api.object_meta import validate_nonnegative
from kubepy.apiserver.registry.strategy import Object


def validate_scale(scale: Object) -> list[FieldError]:
    """Complaints about a Scale object."""
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    return validate_nonnegative(replicas, Path("spec").child("replicas"))
