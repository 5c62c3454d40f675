"""Which IP families a Service gets on a cluster of one or two families.

Follows kubernetes `pkg/registry/core/service/storage/alloc.go` (initIPFamilyFields). In short: the policy is what it
was, else SingleStack; the families are those asked for or those of the addresses asked for, else the cluster's first;
and a second one is added when the policy isn't SingleStack and the cluster has two. A headless Service without
selector is about endpoints that Kubernetes doesn't know, so it may have any families.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, invalid
from kubepy.apiserver.registry.core.service_cluster_ips import validate_cluster_ip_fields
from kubepy.apiserver.registry.core.service_fields import (
    HEADLESS,
    PREFER_DUAL_STACK,
    REQUIRE_DUAL_STACK,
    SINGLE_STACK,
    cluster_ips,
    family_of,
    ip_families,
    needs_cluster_ip,
    other_family,
    spec_of,
)

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_POLICY: Final = _SPEC.child("ipFamilyPolicy")
_CLUSTER_IPS: Final = _SPEC.child("clusterIPs")
_FAMILIES: Final = _SPEC.child("ipFamilies")


def default_ip_families(service: Object, old: Object | None, cluster_families: Sequence[str]) -> list[FieldError]:
    """Set `ipFamilies` and `ipFamilyPolicy` in place, and say what the cluster can't do.

    `cluster_families` are the families the cluster has addresses of, the default one first. With errors, the object
    may be changed in part and must not be stored.
    """
    spec = spec_of(service)
    old_spec = spec_of(old) if old is not None else None
    if not needs_cluster_ip(spec) or (old_spec is not None and keeps_prefer_dual_stack(spec, old_spec)):
        return []
    if spec.get("ipFamilyPolicy") is None:
        spec["ipFamilyPolicy"] = _inferred_policy(spec, old_spec)
    if errors := validate_cluster_ip_fields(service, old):
        return errors
    errors = _release_secondary(spec, old_spec) if old_spec is not None else []
    errors += _check_policy(spec)
    errors += _infer_families(spec, cluster_families)
    if errors:
        return errors
    if _is_selectorless_headless(spec):
        _complete_families(spec, cluster_families[0], may_add=True)
        return []
    if errors := _check_cluster(spec, cluster_families):
        return errors
    _complete_families(spec, cluster_families[0], may_add=len(cluster_families) > 1)
    return []


def keeps_prefer_dual_stack(spec: Object, old_spec: Object) -> bool:
    """Whether an update leaves a PreferDualStack Service alone, so that it isn't moved to or from dual-stack.

    A cluster that has got a second family since must not change Services that nobody asked to change.
    """
    return (
        needs_cluster_ip(spec)
        and spec.get("type") == old_spec.get("type")
        and spec.get("ipFamilyPolicy") == PREFER_DUAL_STACK
        and old_spec.get("ipFamilyPolicy") in (None, PREFER_DUAL_STACK)
        and cluster_ips(spec) == cluster_ips(old_spec)
        and ip_families(spec) == ip_families(old_spec)
    )


def _is_selectorless_headless(spec: Object) -> bool:
    return spec.get("clusterIP") == HEADLESS and not spec.get("selector")


def _inferred_policy(spec: Object, old_spec: Object | None) -> str:
    old_policy: str | None = (old_spec or {}).get("ipFamilyPolicy")
    if old_policy is not None:
        return old_policy
    return REQUIRE_DUAL_STACK if _is_selectorless_headless(spec) else SINGLE_STACK


def _release_secondary(spec: Object, old_spec: Object) -> list[FieldError]:
    """A change to SingleStack alone means to give up the second address; giving it up needs that change."""
    if spec["ipFamilyPolicy"] == SINGLE_STACK:
        for name in ("clusterIPs", "ipFamilies"):
            values = spec.get(name) or []
            if len(values) > 1 and values == old_spec.get(name):
                spec[name] = values[:1]
        return []
    errors: list[FieldError] = []
    for name, what in (("clusterIPs", "cluster IP"), ("ipFamilies", "IP family")):
        if 0 < len(spec.get(name) or ()) < len(old_spec.get(name) or ()):
            detail = f"must be 'SingleStack' to release the secondary {what}"
            errors.append(invalid(_POLICY, spec["ipFamilyPolicy"], detail))
    return errors


def _check_policy(spec: Object) -> list[FieldError]:
    if spec["ipFamilyPolicy"] != SINGLE_STACK:
        return []
    errors: list[FieldError] = []
    for values, what in ((cluster_ips(spec), "cluster IPs"), (ip_families(spec), "IP families")):
        if len(values) == 2:
            detail = f"must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
            errors.append(invalid(_POLICY, spec["ipFamilyPolicy"], detail))
    return errors


def _infer_families(spec: Object, cluster_families: Sequence[str]) -> list[FieldError]:
    """Addresses say which families are meant where `ipFamilies` doesn't."""
    addresses, families = cluster_ips(spec), list(ip_families(spec))
    errors: list[FieldError] = []
    if addresses[:1] == [HEADLESS]:
        return errors
    for position, address in enumerate(addresses):
        if position < len(families):
            continue
        family = family_of(address)
        if family in cluster_families:
            families.append(family)
        else:
            detail = f"{family} is not configured on this cluster"
            errors.append(invalid(_CLUSTER_IPS.index(position), addresses, detail))
    if families:
        spec["ipFamilies"] = families
    return errors


def _check_cluster(spec: Object, cluster_families: Sequence[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec["ipFamilyPolicy"] == REQUIRE_DUAL_STACK and len(cluster_families) < 2:
        detail = "this cluster is not configured for dual-stack services"
        errors.append(invalid(_POLICY, REQUIRE_DUAL_STACK, detail))
    for position, family in enumerate(ip_families(spec)):
        if family not in cluster_families:
            errors.append(invalid(_FAMILIES.index(position), family, "not configured on this cluster"))
    return errors


def _complete_families(spec: Object, default_family: str, *, may_add: bool) -> None:
    families = ip_families(spec) or [default_family]
    if may_add and len(families) == 1 and spec["ipFamilyPolicy"] != SINGLE_STACK:
        families = [*families, other_family(families[0])]
    spec["ipFamilies"] = families
