"""Rules about the cluster IPs and IP families of a Service, and about how they may change.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidateServiceClusterIPsRelatedFields,
validateUpgradeDowngradeClusterIPs, validateUpgradeDowngradeIPFamilies). A Service goes from one family to two and back
by adding and removing the second address; the first address and family never change, except to and from ExternalName.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.addresses import is_valid_ip_for_legacy_field
from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.apiserver.registry.core.service_fields import (
    EXTERNAL_NAME,
    HEADLESS,
    IPV4,
    IPV6,
    SINGLE_STACK,
    cluster_ips,
    family_of,
    ip_families,
    is_headless,
    spec_of,
)

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_CLUSTER_IPS: Final = _SPEC.child("clusterIPs")
_IP_FAMILIES: Final = _SPEC.child("ipFamilies")
_IP_FAMILY_POLICY: Final = _SPEC.child("ipFamilyPolicy")
_MAX_CLUSTER_IPS: Final = 2
_FAMILIES: Final = (IPV4, IPV6)
_POLICIES: Final = ("PreferDualStack", "RequireDualStack", "SingleStack")
_UNCHANGEABLE: Final = "may not change once set"


def validate_cluster_ip_fields(service: Object, old: Object | None) -> list[FieldError]:
    """Whether `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` are good and fit together.

    Addresses that `old` has are accepted in any spelling. ExternalName Services are not looked at.
    """
    spec = spec_of(service)
    if spec.get("type") == EXTERNAL_NAME:
        return []
    addresses = cluster_ips(spec)
    errors = _validate_singular(spec.get("clusterIP") or "", addresses)
    errors += _validate_families(spec)
    address_errors = _validate_addresses(addresses, cluster_ips(spec_of(old)) if old else [])
    errors += address_errors
    if len(addresses) > _MAX_CLUSTER_IPS:
        errors.append(invalid(_CLUSTER_IPS, addresses, "may only hold up to 2 values"))
    if address_errors:
        return errors
    if len(addresses) > 1 and len({family_of(address) for address in addresses}) == 1:
        errors.append(invalid(_CLUSTER_IPS, addresses, "may specify no more than one IP for each IP family"))
    return errors + _validate_address_families(spec)


def _validate_singular(singular: str, addresses: list[str]) -> list[FieldError]:
    if singular and not addresses:
        return [required(_CLUSTER_IPS)]
    if singular and addresses[0] != singular:
        return [invalid(_CLUSTER_IPS, addresses, "first value must match `clusterIP`")]
    if not singular and addresses:
        return [invalid(_CLUSTER_IPS, addresses, "must be empty when `clusterIP` is not specified")]
    return []


def _validate_families(spec: Object) -> list[FieldError]:
    errors: list[FieldError] = []
    families = ip_families(spec)
    for position, family in enumerate(families):
        if family not in _FAMILIES:
            errors.append(not_supported(_IP_FAMILIES.index(position), family, _FAMILIES))
        if family in families[:position]:
            errors.append(duplicate(_IP_FAMILIES.index(position), family))
    policy = spec.get("ipFamilyPolicy")
    if policy is not None and policy not in _POLICIES:
        errors.append(not_supported(_IP_FAMILY_POLICY, policy, _POLICIES))
    return errors


def _validate_addresses(addresses: list[str], old_addresses: list[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, address in enumerate(addresses):
        if position == 0 and address == HEADLESS:
            if len(addresses) > 1:
                errors.append(invalid(_CLUSTER_IPS, addresses, "'None' must be the first and only value"))
            continue
        errors += is_valid_ip_for_legacy_field(_CLUSTER_IPS.index(position), address, valid_old=old_addresses)
    return errors


def _validate_address_families(spec: Object) -> list[FieldError]:
    if is_headless(spec):
        return []
    errors: list[FieldError] = []
    for position, (address, family) in enumerate(zip(cluster_ips(spec), ip_families(spec), strict=False)):
        if family in _FAMILIES and family_of(address) != family:
            detail = f"expected an {family} value as indicated by `ipFamilies[{position}]`"
            errors.append(invalid(_CLUSTER_IPS.index(position), address, detail))
    return errors


def validate_cluster_ip_update(service: Object, old: Object) -> list[FieldError]:
    """Whether the addresses and families changed in a way they may."""
    new_spec, old_spec = spec_of(service), spec_of(old)
    if EXTERNAL_NAME in (new_spec.get("type"), old_spec.get("type")):
        return []
    was_headless, now_headless = is_headless(old_spec), is_headless(new_spec)
    errors: list[FieldError] = []
    if not (was_headless and now_headless):
        errors += _validate_address_change(new_spec, cluster_ips(old_spec))
    if not was_headless and not now_headless:
        errors += _validate_family_change(new_spec, ip_families(old_spec))
    return errors


def _validate_address_change(spec: Object, before: list[str]) -> list[FieldError]:
    after = cluster_ips(spec)
    if len(before) == len(after):
        return [
            invalid(_CLUSTER_IPS.index(position), after, _UNCHANGEABLE)
            for position, address in enumerate(before)
            if address != after[position]
        ]
    errors: list[FieldError] = []
    if not after:
        errors.append(invalid(_CLUSTER_IPS.index(0), spec.get("clusterIPs"), "primary clusterIP can not be unset"))
    if before and after and after[0] != before[0]:
        errors.append(invalid(_CLUSTER_IPS.index(0), after, _UNCHANGEABLE))
    if len(before) > len(after) == 1 and spec.get("ipFamilyPolicy") != SINGLE_STACK:
        detail = "must be set to 'SingleStack' when releasing the secondary clusterIP"
        errors.append(invalid(_IP_FAMILY_POLICY, spec.get("ipFamilyPolicy"), detail))
    return errors


def _validate_family_change(spec: Object, before: list[str]) -> list[FieldError]:
    after, first = ip_families(spec), _IP_FAMILIES.index(0)
    if len(before) == len(after):
        return [invalid(first, after, _UNCHANGEABLE) for old, new in zip(before, after, strict=True) if old != new]
    errors: list[FieldError] = []
    released = len(before) > len(after)
    if released and not cluster_ips(spec):
        errors.append(invalid(first, spec.get("ipFamilies"), "primary ipFamily can not be unset"))
    if before and after and after[0] != before[0]:
        errors.append(invalid(first, spec.get("clusterIPs"), _UNCHANGEABLE))
    if released and len(after) == 1 and spec.get("ipFamilyPolicy") != SINGLE_STACK:
        detail = "must be set to 'SingleStack' when releasing the secondary ipFamily"
        errors.append(invalid(_IP_FAMILY_POLICY, spec.get("ipFamilyPolicy"), detail))
    return errors
