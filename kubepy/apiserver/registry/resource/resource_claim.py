"""ResourceClaims: a wish for devices, which is fixed, and what has been allocated to it, in the status.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (ValidateResourceClaim and its updates) and
`pkg/registry/resource/resourceclaim/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, Path, invalid
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR
from kubepy.apiserver.registry.resource.admin_access import check_requests, check_results, is_granted
from kubepy.apiserver.registry.resource.capacity import canonical_quantity
from kubepy.apiserver.registry.resource.claim_status import device_identity, validate_claim_status
from kubepy.apiserver.registry.resource.device_claim import default_device_claim, request_names, validate_device_claim
from kubepy.apiserver.registry.resource.taints import default_tolerations
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext
from kubepy.storage.records import Mutation

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

_SPEC: Final = Path("spec")


class ResourceClaimStrategy(Strategy):
    """How ResourceClaims are written."""

    returns_deleted_object = True
    has_status = True
    reset_fields = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        _default(obj)

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_device_claim(obj["spec"]["devices"], _SPEC.child("devices"))

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        if semantically_equal(obj["spec"], old.get("spec")):
            return []
        return [invalid(_SPEC, None, FIELD_IMMUTABLE_ERROR)]

    async def reserve(self, obj: Object, old: Object | None, server: APIServer) -> Sequence[Mutation]:
        if old is None:
            await check_requests(obj, "ResourceClaim", obj["spec"]["devices"].get("requests") or [], server)
        return ()


class ResourceClaimStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of ResourceClaims: what is said of devices goes when these are no longer allocated."""

    reset_fields = (("spec",),)

    def default(self, obj: Object) -> None:
        _default(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        _drop_disabled_fields(obj)
        _drop_deallocated(obj, old)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_claim_status(
            obj.get("status") or {},
            old.get("status") or {},
            request_names((obj.get("spec") or {}).get("devices") or {}),
            is_deleted="deletionTimestamp" in obj["metadata"],
        )

    async def reserve(self, obj: Object, old: Object | None, server: APIServer) -> Sequence[Mutation]:
        if not is_granted(_results(old or {})):
            await check_results(obj, "ResourceClaim", _results(obj), server)
        return ()


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": ResourceClaimStatusStrategy()})


def _default(obj: Object) -> None:
    default_device_claim(obj.setdefault("spec", {}).setdefault("devices", {}))
    for result in _results(obj):
        default_tolerations(result)
        if consumed := result.get("consumedCapacity"):
            for name in consumed:
                consumed[name] = canonical_quantity(consumed[name])


def _results(obj: Object) -> list[Object]:
    allocation = (obj.get("status") or {}).get("allocation") or {}
    return (allocation.get("devices") or {}).get("results") or []


def _drop_disabled_fields(obj: Object) -> None:
    for result in _results(obj):
        # Behind the gate DRAOptionalNodeOperations.
        result.pop("skipNodeOperations", None)


def _drop_deallocated(obj: Object, old: Object) -> None:
    gone = {device_identity(result) for result in _results(old)} - {device_identity(result) for result in _results(obj)}
    status = obj.get("status") or {}
    if not gone or "devices" not in status:
        return
    devices = [device for device in status["devices"] if device_identity(device) not in gone]
    if devices:
        status["devices"] = devices
    else:
        del status["devices"]
