"""Validation of requests, limits, resource claims and resize policies.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateResourceRequirements, validatePodResources,
validatePodResourceClaims, validateResizePolicy) and `pkg/apis/core/helper/helpers.go` for the names of resources.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

from kubepy.api import names
from kubepy.api.field import ErrorType, FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.api.quantity import Quantity
from kubepy.apiserver.registry.core.pod.internal_layout import internal
from kubepy.apiserver.registry.core.quantities import (
    aggregate,
    amounts,
    is_huge_page,
    is_native,
    is_overcommit_allowed,
    is_pod_level,
    quantity,
)

Object = dict[str, Any]
Complain = Callable[[str], tuple[str, ...] | None]
"""What is wrong with the name of a resource; None when it is one that cannot be asked for here."""

_CONTAINER_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
_OBJECT_COUNTS = frozenset(
    {
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
        "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    }
)  # fmt: skip
_STANDARD_RESOURCES = (
    _CONTAINER_RESOURCES
    | _OBJECT_COUNTS
    | {f"{kind}.{name}" for kind in ("requests", "limits") for name in _CONTAINER_RESOURCES}
    | {"storage", "requests.storage"}
)
_RESIZABLE_RESOURCES = ("cpu", "memory")
_RESIZE_POLICIES = ("NotRequired", "RestartContainer")
_POD_LEVEL_RESOURCES = ("cpu", "hugepages-", "memory")
_COMMON = frozenset({"cpu", "memory"})


def validate_container_resources(resources: Object, claims: Collection[str], path: Path) -> list[FieldError]:
    """Mistakes in the resources of a container; `claims` are the names in the pod's `spec.resourceClaims`."""
    return _validate_requirements(resources, _container_resource_complaints, path) + _validate_claim_references(
        resources.get("claims") or (), claims, path.child("claims")
    )


def validate_overhead(overhead: Object, path: Path) -> list[FieldError]:
    """Mistakes in the resources that running the pod takes in addition to its containers'."""
    return _validate_requirements({"limits": overhead}, _container_resource_complaints, path)


def validate_pod_resources(spec: Object, path: Path) -> list[FieldError]:
    """Mistakes in the resources that a pod has as a whole, its containers' needs taken into account."""
    resources = spec["resources"]
    errors: list[FieldError] = []
    if "claims" in resources:
        errors.append(forbidden(path.child("claims"), "claims cannot be set for Resources at pod-level"))
    if (spec.get("os") or {}).get("name") == "windows":
        return [*errors, forbidden(path, "may not be set for a windows pod")]
    errors += _validate_requirements(resources, _pod_resource_complaints, path)
    return errors + _validate_pod_consistency(spec, resources, path)


def _validate_pod_consistency(spec: Object, resources: Object, path: Path) -> list[FieldError]:
    requests, limits = amounts(resources.get("requests")), amounts(resources.get("limits"))
    errors = [
        _below_aggregate(path.child("requests").key(name), requests[name], needed, "requests")
        for name, needed in sorted(aggregate(spec, "requests").items())
        if name in requests and needed > requests[name]
    ]
    errors += [
        _below_aggregate(path.child("limits").key(name), limits[name], needed, "limits")
        for name, needed in sorted(aggregate(spec, "limits").items())
        if is_huge_page(name) and name in limits and needed > limits[name]
    ]
    for index, container in enumerate(spec.get("containers") or ()):
        for name, limit in sorted(amounts((container.get("resources") or {}).get("limits")).items()):
            if name in limits and limit > limits[name]:
                at = path.child("containers").index(index).key(name).child("limits")
                errors.append(invalid(at, str(limit), f"must be less than or equal to pod limits of {limits[name]}"))
    return errors


def _below_aggregate(path: Path, amount: Quantity, needed: Quantity, kind: str) -> FieldError:
    return invalid(path, str(amount), f"must be greater than or equal to aggregate container {kind} of {needed}")


@lru_cache(maxsize=1024)
def resource_name_complaints(name: str) -> tuple[str, ...]:
    """What is wrong with the name of a resource of any kind."""
    complaints = tuple(names.is_qualified_name(name))
    if complaints or "/" in name:
        return complaints
    if name in _STANDARD_RESOURCES or name.startswith(("hugepages-", "requests.hugepages-")):
        return ()
    return ("must be a standard resource type or fully qualified",)


@lru_cache(maxsize=1024)
def _container_resource_complaints(name: str) -> tuple[str, ...]:
    if name in _CONTAINER_RESOURCES:
        return ()
    complaints = resource_name_complaints(name)
    if "/" not in name:
        if not is_huge_page(name):
            complaints += ("must be a standard resource for containers",)
    elif not is_native(name) and not is_extended_resource(name):
        complaints += ("doesn't follow extended resource name standard",)
    return complaints


def _pod_resource_complaints(name: str) -> tuple[str, ...] | None:
    if name in _COMMON:
        return ()
    complaints = resource_name_complaints(name)
    return complaints if complaints or is_pod_level(name) else None


@lru_cache(maxsize=1024)
def is_extended_resource(name: str) -> bool:
    """Whether a name is that of a resource which device plugins or cluster operators add."""
    return not is_native(name) and not name.startswith("requests.") and not names.is_qualified_name(f"requests.{name}")


def is_integer_resource(name: str) -> bool:
    """Whether a resource comes in whole units only."""
    return name in _OBJECT_COUNTS or (name not in _CONTAINER_RESOURCES and is_extended_resource(name))


def validate_resource_amount(name: str, value: Any, path: Path) -> tuple[Quantity | None, list[FieldError]]:
    """The amount of a resource, None if it is none, and the mistakes in it."""
    try:
        amount = quantity(value)
    except ValueError as error:
        return None, [invalid(path, value, str(error))]
    errors: list[FieldError] = []
    if amount.sign() < 0:
        errors.append(invalid(path, str(amount), "must be greater than or equal to 0"))
    if is_integer_resource(name) and amount.milli_value() % 1000:
        errors.append(invalid(path, str(amount), "must be an integer"))
    return amount, errors


def _validate_requirements(resources: Object, complain: Complain, path: Path) -> list[FieldError]:
    limits = resources.get("limits") or {}
    requests = resources.get("requests") or {}
    if not limits and not requests:
        return []
    errors: list[FieldError] = []
    parsed: dict[str, dict[str, Quantity]] = {"limits": {}, "requests": {}}
    for kind, listed in (("limits", limits), ("requests", requests)):
        for name, value in listed.items():
            amount = _plain_amount(name, value)
            if amount is None:
                amount, mistakes = _validate_entry(name, value, complain, path.child(kind).key(name))
                errors += mistakes
            if amount is not None:
                parsed[kind][name] = amount
                if kind == "requests":
                    errors += _validate_request_against_limit(name, amount, parsed["limits"].get(name), path)
    mentioned = limits.keys() | requests.keys()
    if not mentioned & _COMMON and any(is_huge_page(name) for name in mentioned):
        errors.append(forbidden(path, "HugePages require cpu or memory"))
    return errors


@lru_cache(maxsize=8192)
def _plain_amount(name: str, value: Any) -> Quantity | None:
    """The amount of a common resource, None where a closer look is due."""
    if name not in _COMMON:
        return None
    try:
        amount = quantity(value)
    except ValueError:
        return None
    return amount if amount.sign() >= 0 else None


def _validate_entry(name: str, value: Any, complain: Complain, path: Path) -> tuple[Quantity | None, list[FieldError]]:
    complaints = complain(name)
    if complaints is None:
        errors = [not_supported(path, name, _POD_LEVEL_RESOURCES)]
    else:
        errors = [invalid(path, name, complaint) for complaint in complaints]
    amount, mistakes = validate_resource_amount(name, value, path)
    errors += mistakes
    if amount is not None and is_huge_page(name) and not _is_whole_pages(name, amount):
        errors.append(invalid(path, str(amount), f"{amount} is not positive integer multiple of {name}"))
    return amount, errors


def _is_whole_pages(name: str, amount: Quantity) -> bool:
    try:
        page = quantity(name.removeprefix("hugepages-"))
    except ValueError:
        return False
    return page.sign() > 0 and page.milli_value() % 1000 == 0 and amount.value() % page.value() == 0


def _validate_request_against_limit(
    name: str, request: Quantity, limit: Quantity | None, path: Path
) -> list[FieldError]:
    if limit is None:
        if is_overcommit_allowed(name):
            return []
        return [required(path.child("limits"), "Limit must be set for non overcommitable resources")]
    if request != limit and not is_overcommit_allowed(name):
        return [invalid(path.child("requests"), str(request), f"must be equal to {name} limit of {limit}")]
    if request > limit:
        return [invalid(path.child("requests"), str(request), f"must be less than or equal to {name} limit of {limit}")]
    return []


def _validate_claim_references(references: Sequence[Object], claims: Collection[str], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, reference in enumerate(references):
        at = path.index(position)
        name, request = reference.get("name"), reference.get("request")
        if not name:
            errors.append(required(at))
            continue
        if name in seen:
            errors.append(duplicate(at, name))
        else:
            key = f"{name}/{request}" if request else name
            if request:
                errors += [invalid(at.child("request"), request, c) for c in names.is_dns1123_label(request)]
            if key in seen:
                errors.append(duplicate(at, key))
            elif not request:
                errors += [duplicate(at, name) for other in seen if other.partition("/")[0] == name and "/" in other]
            seen.add(key)
        if name not in claims:
            listed = f": {', '.join(sorted(claims))}" if claims else " which is empty"
            detail = f"must be one of the names in pod.spec.resourceClaims{listed}"
            errors.append(FieldError(ErrorType.NOT_FOUND, str(at), name, detail))
    return errors


def validate_resource_claims(claims: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in `spec.resourceClaims`."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, claim in enumerate(claims):
        at = path.index(position)
        name = claim.get("name")
        if not name:
            errors.append(required(at.child("name")))
        elif name in seen:
            errors.append(duplicate(at.child("name"), name))
        else:
            errors += [invalid(at.child("name"), name, complaint) for complaint in names.is_dns1123_label(name)]
            seen.add(name)
        fields = [field for field in ("resourceClaimName", "resourceClaimTemplateName") if claim.get(field) is not None]
        if len(fields) == 2:
            detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            errors.append(invalid(at, internal("PodResourceClaim", claim), detail))
        elif not fields:
            detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            errors.append(invalid(at, internal("PodResourceClaim", claim), detail))
        for field in fields:
            value = claim[field]
            errors += [invalid(at.child(field), value, complaint) for complaint in names.dns_subdomain_name(value)]
    return errors


def validate_resize_policy(policies: Sequence[Object], pod_restart_policy: str, path: Path) -> list[FieldError]:
    """Mistakes in what a change of resources does to a running container."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, policy in enumerate(policies):
        name, restart = policy.get("resourceName", ""), policy.get("restartPolicy", "")
        if name in seen:
            errors.append(duplicate(path.index(position), name))
        seen.add(name)
        for value, supported in ((name, _RESIZABLE_RESOURCES), (restart, _RESIZE_POLICIES)):
            if not value:
                errors.append(required(path))
            elif value not in supported:
                errors.append(not_supported(path, value, supported))
        if pod_restart_policy == "Never" and restart != "NotRequired":
            errors.append(invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'"))
    return errors
