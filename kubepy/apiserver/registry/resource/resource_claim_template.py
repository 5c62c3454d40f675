"""ResourceClaimTemplates: the claim that is made for each pod that refers to one. All of it is fixed.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (ValidateResourceClaimTemplate and its update).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kubepy.api.field import FieldError, Path
from kubepy.api.object_meta import validate_immutable
from kubepy.apiserver.registry.core.volumes.claims import validate_template_metadata
from kubepy.apiserver.registry.resource.admin_access import check_requests
from kubepy.apiserver.registry.resource.device_claim import default_device_claim, validate_device_claim
from kubepy.apiserver.registry.strategy import Object, Strategy
from kubepy.storage.records import Mutation

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

_SPEC: Final = Path("spec")


class ResourceClaimTemplateStrategy(Strategy):
    """How ResourceClaimTemplates are written."""

    returns_deleted_object = True

    def default(self, obj: Object) -> None:
        default_device_claim(obj.setdefault("spec", {}).setdefault("spec", {}).setdefault("devices", {}))

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj["spec"]
        errors = validate_template_metadata(spec.get("metadata") or {}, _SPEC.child("metadata"))
        return errors + validate_device_claim(spec["spec"]["devices"], _SPEC.child("spec", "devices"))

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_immutable(obj["spec"], old.get("spec"), _SPEC)

    async def reserve(self, obj: Object, old: Object | None, server: APIServer) -> Sequence[Mutation]:
        if old is None:
            requests = obj["spec"]["spec"]["devices"].get("requests") or []
            await check_requests(obj, "ResourceClaimTemplate", requests, server)
        return ()
