"""Nodes: what a kubelet and the node's controllers may write.

Follows kubernetes `pkg/registry/core/node/strategy.go`, `pkg/apis/core/v1/{defaults,conversion}.go` and
`pkg/apis/core/validation/validation.go` (ValidateNode, ValidateNodeUpdate).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from kubepy.api.addresses import is_valid_cidr_for_legacy_field, warnings_for_cidr
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid
from kubepy.apiserver.registry.core.pod.resources import validate_resource_amount
from kubepy.apiserver.registry.core.quantities import stored_form
from kubepy.apiserver.registry.core.service_fields import family_of
from kubepy.apiserver.registry.core.taints import validate_taints
from kubepy.apiserver.registry.strategy import StatusStrategy, Strategy, WriteContext, carry_over

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_STATUS: Final = Path("status")
_POD_CIDRS: Final = _SPEC.child("podCIDRs")
# The path is upstream's: taints once were an annotation.
_TAINTS: Final = Path("metadata").child("taints")
_RESOURCE_LISTS: Final = ("capacity", "allocatable")
_NODE_INFO_FIELDS: Final = (
    "architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "kubeletVersion",
    "machineID", "operatingSystem", "osImage", "systemUUID",
)  # fmt: skip


class NodeStrategy(Strategy):
    """Nodes. Whoever creates one may set the status too, unlike with other kinds."""

    has_status: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {"status": NodeStatusStrategy()}

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        _drop_disabled_fields(obj["spec"], {})
        obj["status"].pop("config", None)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        _drop_disabled_fields(obj["spec"], old.get("spec") or {})

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_spec(obj, {}) + _validate_resources(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj, old) + validate_change(obj, old)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        spec = obj.get("spec") or {}
        found: list[str] = []
        if spec.get("configSource"):
            found.append("spec.configSource: the feature is removed")
        if spec.get("externalID"):
            found.append("spec.externalID: this field is deprecated, and is unused by Kubernetes")
        for position, cidr in enumerate(spec.get("podCIDRs") or ()):
            found += warnings_for_cidr(_POD_CIDRS.index(position), cidr)
        return found


class NodeStatusStrategy(StatusStrategy):
    """`/status`: what a kubelet reports."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        status, old_status = obj.setdefault("status", {}), old.get("status") or {}
        if not old_status.get("config"):
            carry_over(status, old_status, "config")

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_change(obj, old)


def _drop_disabled_fields(spec: Object, old_spec: Object) -> None:
    """Fields of a feature that is gone and of one that is off by default, unless they were there before."""
    for name in ("configSource", "podPreemptionPolicy"):
        if name in spec and old_spec.get(name) is None:
            del spec[name]


def set_defaults(obj: Object) -> None:
    """The pod CIDR in both its fields, allocatable as the capacity, and the parts of the status that always show."""
    spec, status = obj.setdefault("spec", {}), obj.setdefault("status", {})
    first, cidrs = spec.get("podCIDR"), spec.get("podCIDRs") or []
    if first and cidrs[:1] != [first]:
        spec["podCIDRs"] = [first]
    elif cidrs and not first:
        spec["podCIDR"] = cidrs[0]
    for name in _RESOURCE_LISTS:
        if status.get(name):
            status[name] = {resource: stored_form(amount) for resource, amount in status[name].items()}
    if status.get("capacity") and "allocatable" not in status:
        status["allocatable"] = dict(status["capacity"])
    status.setdefault("daemonEndpoints", {}).setdefault("kubeletEndpoint", {"Port": 0})
    node_info = status.setdefault("nodeInfo", {})
    for name in _NODE_INFO_FIELDS:
        node_info.setdefault(name, "")


def _validate_spec(obj: Object, old: Object) -> list[FieldError]:
    spec = obj.get("spec") or {}
    errors = validate_taints(spec["taints"], _TAINTS) if spec.get("taints") else []
    cidrs = spec.get("podCIDRs") or []
    known = (old.get("spec") or {}).get("podCIDRs") or ()
    for position, cidr in enumerate(cidrs):
        errors += is_valid_cidr_for_legacy_field(_POD_CIDRS.index(position), cidr, valid_old=known)
    if len(cidrs) > 1:
        families = {family_of(cidr.partition("/")[0]) for cidr in cidrs}
        if len(families) < 2 or len(cidrs) > 2:
            errors.append(invalid(_POD_CIDRS, cidrs, "may specify no more than one CIDR for each IP family"))
        repeated = (position for position, cidr in enumerate(cidrs) if cidr in cidrs[:position])
        errors += [duplicate(_POD_CIDRS.index(position), cidrs[position]) for position in repeated]
    return errors


def validate_change(obj: Object, old: Object) -> list[FieldError]:
    """What may not be changed in a Node once it is set, and what its status must be."""
    spec, old_spec = obj.get("spec") or {}, old.get("spec") or {}
    errors = _validate_resources(obj) + _validate_addresses((obj.get("status") or {}).get("addresses") or ())
    if old_spec.get("podCIDRs") and old_spec["podCIDRs"] != spec.get("podCIDRs"):
        errors.append(forbidden(_POD_CIDRS, 'node updates may not change podCIDR except from "" to valid'))
    if old_spec.get("providerID") and old_spec["providerID"] != spec.get("providerID"):
        detail = 'node updates may not change providerID except from "" to valid'
        errors.append(forbidden(_SPEC.child("providerID"), detail))
    if (old_spec.get("externalID") or "") != (spec.get("externalID") or ""):
        errors.append(forbidden(_SPEC.child("externalID"), "may not be updated"))
    return errors


def _validate_resources(obj: Object) -> list[FieldError]:
    status = obj.get("status") or {}
    errors: list[FieldError] = []
    for name in _RESOURCE_LISTS:
        for resource, amount in (status.get(name) or {}).items():
            errors += validate_resource_amount(resource, amount, _STATUS.child(name, resource))[1]
    return errors


def _validate_addresses(addresses: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for position, address in enumerate(addresses):
        key = (address.get("type", ""), address.get("address", ""))
        if key in seen:
            shown = {"Type": key[0], "Address": key[1]}
            errors.append(duplicate(_STATUS.child("addresses").index(position), shown))
        seen.add(key)
    return errors
