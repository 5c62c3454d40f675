"""Services: how they are defaulted, prepared and validated.

Follows kubernetes `pkg/registry/core/service/strategy.go` and `pkg/api/service/warnings.go`. Between
`prepare_for_create` (or `prepare_for_update`) and validation the server allocates cluster IPs and node ports as
`service_allocation` plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kubepy.api import names
from kubepy.api.addresses import warnings_for_cidr, warnings_for_ip
from kubepy.api.field import FieldError, Path
from kubepy.apiserver.registry.core.service_defaults import set_defaults
from kubepy.apiserver.registry.core.service_fields import (
    CLUSTER_IP,
    EXTERNAL_NAME,
    HEADLESS,
    cluster_ips,
    spec_of,
)
from kubepy.apiserver.registry.core.service_normalization import (
    drop_type_dependent_fields,
    normalize_cluster_ips,
    patch_allocated_values,
)
from kubepy.apiserver.registry.core.service_validation import (
    TOPOLOGY_HINTS_ANNOTATION,
    TOPOLOGY_MODE_ANNOTATION,
    validate_service,
    validate_service_status,
    validate_service_update,
)
from kubepy.apiserver.registry.strategy import StatusStrategy, Strategy, WriteContext

Object = dict[str, Any]


class ServiceStrategy(Strategy):
    """Services. Since v1.36 a name may start with a digit."""

    has_status: ClassVar[bool] = True
    allow_create_on_update: ClassVar[bool] = True
    returns_deleted_object: ClassVar[bool] = True
    validate_name = staticmethod(names.dns_label_name)
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {"status": ServiceStatusStrategy()}

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["status"] = {"loadBalancer": {}}
        normalize_cluster_ips(obj, None)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        patch_allocated_values(obj, old)
        normalize_cluster_ips(obj, old)
        drop_type_dependent_fields(obj, old)

    def validate(self, obj: Object) -> list[FieldError]:
        return validate_service(obj, None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_service_update(obj, old)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        spec = spec_of(obj)
        annotations = (obj.get("metadata") or {}).get("annotations") or {}
        found: list[str] = []
        if TOPOLOGY_HINTS_ANNOTATION in annotations:
            found.append(
                f"annotation {TOPOLOGY_HINTS_ANNOTATION} is deprecated, please use {TOPOLOGY_MODE_ANNOTATION} instead"
            )
        found += _address_warnings(spec)
        return found + _ignored_field_warnings(spec)


def _address_warnings(spec: Object) -> list[str]:
    path = Path("spec")
    found: list[str] = []
    if spec.get("clusterIP") not in (None, "", HEADLESS):
        for position, address in enumerate(cluster_ips(spec)):
            found += warnings_for_ip(path.child("clusterIPs").index(position), address)
    for position, address in enumerate(spec.get("externalIPs") or ()):
        found += warnings_for_ip(path.child("externalIPs").index(position), address)
    if spec.get("loadBalancerIP"):
        found += warnings_for_ip(path.child("loadBalancerIP"), spec["loadBalancerIP"])
    for position, cidr in enumerate(spec.get("loadBalancerSourceRanges") or ()):
        found += warnings_for_cidr(path.child("loadBalancerSourceRanges").index(position), cidr)
    return found


def _ignored_field_warnings(spec: Object) -> list[str]:
    found: list[str] = []
    kind = spec.get("type")
    if kind == CLUSTER_IP and spec.get("clusterIP") == HEADLESS:
        if spec.get("loadBalancerIP"):
            found.append("spec.loadBalancerIP is ignored for headless services")
        if spec.get("externalIPs"):
            found.append("spec.externalIPs is ignored for headless services")
        if spec.get("sessionAffinity") != "None":
            found.append("spec.SessionAffinity is ignored for headless services")
    elif spec.get("externalIPs") and kind != EXTERNAL_NAME:
        found.append("spec.externalIPs is deprecated and may no longer be implemented in some clusters")
    if kind == EXTERNAL_NAME and spec.get("externalIPs"):
        found.append('spec.externalIPs is ignored when spec.type is "ExternalName"')
    if kind != EXTERNAL_NAME and spec.get("externalName"):
        found.append('spec.externalName is ignored when spec.type is not "ExternalName"')
    if spec.get("trafficDistribution") == "PreferClose":
        found.append('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
    return found


class ServiceStatusStrategy(StatusStrategy):
    """`/status` of Services: the load balancer's state."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_service_status(obj, old)
