"""What kubelets and controllers may write to a pod's status.

Follows kubernetes `pkg/apis/core/validation/validation.go` (ValidatePodStatusUpdate) and `pkg/api/v1/pod/util.go`
(ContainerShouldRestart).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.addresses import is_valid_ip_for_legacy_field, parse_ip_sloppy
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.api.object_meta import validate_immutable, validate_nonnegative
from kubepy.apiserver.registry.core.pod.annotations import validate_pod_annotations_update
from kubepy.apiserver.registry.core.pod.internal_layout import internal

Object = dict[str, Any]

_SYSTEM_CONDITIONS = frozenset({"PodScheduled", "Ready", "Initialized"})
_HEALTH = ("Healthy", "Unhealthy", "Unknown")
_STATUS_LISTS = {
    "containerStatuses": "containers",
    "initContainerStatuses": "initContainers",
    "ephemeralContainerStatuses": "ephemeralContainers",
}
_CLAIM_NAME_FORMAT = (
    "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or "
    "'claim:<claimName>' if request is empty"
)


def validate_pod_status_update(new: Object, old: Object) -> list[FieldError]:
    """Mistakes in an update of a pod's status."""
    status, old_status = new.get("status") or {}, old.get("status") or {}
    spec = old["spec"]
    path = Path("status")
    errors = validate_pod_annotations_update(new, old, Path("metadata").child("annotations"))
    errors += _validate_conditions(status.get("conditions") or (), path.child("conditions"))
    if new["spec"].get("nodeName") != spec.get("nodeName"):
        errors.append(forbidden(path.child("nodeName"), "may not be changed directly"))
    errors += _validate_nominated_node(status, old_status, spec, path.child("nominatedNodeName"))
    errors += validate_nonnegative(status.get("observedGeneration") or 0, path.child("observedGeneration"))
    errors += validate_immutable(status.get("qosClass", ""), old_status.get("qosClass", ""), path.child("qosClass"))
    for field, kind in _STATUS_LISTS.items():
        statuses, old_statuses = status.get(field) or (), old_status.get(field) or ()
        errors += _validate_transitions(statuses, old_statuses, spec, kind, path.child(field))
    errors += _validate_claim_statuses(status, spec, path.child("resourceClaimStatuses"))
    errors += _validate_extended_claim(status, spec, path.child("extendedResourceClaimStatus"))
    errors += _validate_ips(status, old_status, "podIPs", path.child("podIPs"))
    if status.get("hostIPs"):
        errors += _validate_host_ip(status, path.child("hostIPs"))
        errors += _validate_ips(status, old_status, "hostIPs", path.child("hostIPs"))
    for field in _STATUS_LISTS:
        errors += _validate_users(status.get(field) or (), spec, path.child(field))
    for field, kind in _STATUS_LISTS.items():
        errors += _validate_allocated(status.get(field) or (), spec, kind, path.child(field))
    return errors


def _validate_conditions(conditions: Sequence[Object], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, condition in enumerate(conditions):
        at = path.index(position)
        errors += validate_nonnegative(condition.get("observedGeneration") or 0, at.child("observedGeneration"))
        kind = condition.get("type", "")
        if kind not in _SYSTEM_CONDITIONS:
            errors += [invalid(at.child("Type"), kind, complaint) for complaint in names.is_qualified_name(kind)]
    return errors


def _validate_nominated_node(status: Object, old_status: Object, spec: Object, path: Path) -> list[FieldError]:
    nominated = status.get("nominatedNodeName")
    if not nominated or nominated == old_status.get("nominatedNodeName"):
        return []
    errors = [invalid(path, nominated, complaint) for complaint in names.dns_subdomain_name(nominated)]
    if spec.get("nodeName"):
        errors.append(forbidden(path, "may not be set on pods that are already bound to a node"))
    return errors


def _validate_transitions(
    new: Sequence[Object], old: Sequence[Object], spec: Object, kind: str, path: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, before in enumerate(old):
        terminated = (before.get("state") or {}).get("terminated")
        if terminated is None:
            continue
        name = before.get("name")
        revived = any(s.get("name") == name and (s.get("state") or {}).get("terminated") is None for s in new)
        if revived and not _may_restart(name, spec, kind, terminated.get("exitCode", 0)):
            detail = "may not be transitioned to non-terminated state"
            errors.append(forbidden(path.index(position).child("state"), detail))
    return errors


def _may_restart(name: str | None, spec: Object, kind: str, exit_code: int) -> bool:
    if kind == "ephemeralContainers":
        return False
    if _restarts_everything(spec):
        return True
    containers = spec.get(kind) or ()
    container = next((candidate for candidate in containers if candidate.get("name") == name), None)
    if container is None:
        return False
    own = container.get("restartPolicy")
    if own and any(_matches(rule, exit_code) for rule in container.get("restartPolicyRules") or ()):
        return True
    policy = own or spec.get("restartPolicy") or "Always"
    return bool(policy == "Always" or (policy == "OnFailure" and exit_code != 0))


def _restarts_everything(spec: Object) -> bool:
    """Whether the exit of one container may restart all of them, whatever their own policy is."""
    return any(
        rule.get("action") == "RestartAllContainers"
        for kind in ("containers", "initContainers")
        for container in spec.get(kind) or ()
        for rule in container.get("restartPolicyRules") or ()
    )


def _matches(rule: Object, exit_code: int) -> bool:
    exit_codes = rule.get("exitCodes")
    if exit_codes is None:
        return False
    listed = exit_code in (exit_codes.get("values") or ())
    return bool(listed if exit_codes.get("operator") == "In" else not listed)


def _validate_claim_statuses(status: Object, spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    claims = {claim.get("name") for claim in spec.get("resourceClaims") or ()}
    seen: set[str] = set()
    for position, claim in enumerate(status.get("resourceClaimStatuses") or ()):
        at = path.index(position).child("name")
        name, made = claim.get("name", ""), claim.get("resourceClaimName")
        if name not in claims:
            errors.append(invalid(at, name, "must match the name of an entry in `spec.resourceClaims`"))
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        if made is not None:
            errors += [invalid(at, made, complaint) for complaint in names.dns_subdomain_name(made)]
    return errors


def _validate_extended_claim(status: Object, spec: Object, path: Path) -> list[FieldError]:
    claim = status.get("extendedResourceClaimStatus")
    if claim is None:
        return []
    errors: list[FieldError] = []
    mappings = claim.get("requestMappings") or ()
    if not mappings:
        errors.append(required(path.child("requestMappings"), "at least one request mapping is required"))
    containers = {c.get("name"): c for kind in ("initContainers", "containers") for c in spec.get(kind) or ()}
    seen: set[tuple[str, ...]] = set()
    for position, mapping in enumerate(mappings):
        at = path.child("requestMappings").index(position)
        fields = {name: mapping.get(name, "") for name in ("containerName", "resourceName", "requestName")}
        errors += _validate_mapping(fields, containers, path, at)
        key = tuple(fields.values())
        if key in seen:
            errors += [duplicate(at.child(name), value) for name, value in fields.items()]
        seen.add(key)
    name = claim.get("resourceClaimName")
    at = path.child("resourceClaimName")
    if not name:
        return [*errors, required(at)]
    return errors + [invalid(at, name, complaint) for complaint in names.dns_subdomain_name(name)]


def _validate_mapping(fields: dict[str, str], containers: dict[Any, Object], path: Path, at: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    container = containers.get(fields["containerName"])
    if container is None:
        detail = "must match the name of an entry in spec.initContainers.name or spec.containers.name"
        errors.append(invalid(at.child("containerName"), fields["containerName"], detail))
    elif fields["resourceName"] not in ((container.get("resources") or {}).get("requests") or ()):
        detail = (
            "must match the extended resource name of an entry in spec.initContainers.resources.requests "
            "or spec.containers.resources.requests"
        )
        errors.append(invalid(at.child("resourceName"), fields["resourceName"], detail))
    request = fields["requestName"]
    return errors + [invalid(path.child("requestName"), request, c) for c in names.is_dns1123_label(request)]


def _validate_host_ip(status: Object, path: Path) -> list[FieldError]:
    first = status["hostIPs"][0].get("ip", "")
    if status.get("hostIP", "") == first:
        return []
    return [invalid(path.index(0).child("ip"), first, "must be equal to `hostIP`")]


def _validate_ips(status: Object, old_status: Object, field: str, path: Path) -> list[FieldError]:
    listed = status.get(field) or []
    values = [entry.get("ip", "") for entry in listed]
    known = [entry.get("ip", "") for entry in old_status.get(field) or ()]
    errors: list[FieldError] = []
    for position, value in enumerate(values):
        errors += is_valid_ip_for_legacy_field(path.index(position), value, valid_old=known)
    if len(values) > 1 and (len(values) > 2 or _families(values) != {4, 6}):
        shown = internal("PodIP" if field == "podIPs" else "HostIP", listed)
        errors.append(invalid(path, shown, "may specify no more than one IP for each IP family"))
    return errors


def _families(values: Sequence[str]) -> set[int]:
    addresses = [parse_ip_sloppy(value) for value in values]
    return {address.version for address in addresses if address is not None}


def _validate_users(statuses: Sequence[Object], spec: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    os = (spec.get("os") or {}).get("name", "linux")
    for position, status in enumerate(statuses):
        user = (status.get("user") or {}).get("linux")
        if user is None:
            continue
        at = path.index(position).child("user", "linux")
        if os == "windows":
            errors.append(forbidden(at, "cannot be set for a windows pod"))
            continue
        for field, complain in (("uid", names.is_valid_user_id), ("gid", names.is_valid_group_id)):
            number = user.get(field, 0)
            errors += [invalid(at.child(field), number, complaint) for complaint in complain(number)]
        for index, group in enumerate(user.get("supplementalGroups") or ()):
            where = at.child("supplementalGroups").index(index)
            errors += [invalid(where, group, complaint) for complaint in names.is_valid_group_id(group)]
    return errors


def _validate_allocated(statuses: Sequence[Object], spec: Object, kind: str, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, status in enumerate(statuses):
        allocated = status.get("allocatedResourcesStatus")
        if not allocated:
            continue
        at = path.index(position).child("allocatedResourcesStatus")
        if kind == "ephemeralContainers":
            errors.append(forbidden(at, "must not be specified in container status"))
            continue
        container = next((c for c in spec.get(kind) or () if c.get("name") == status.get("name")), None)
        for index, resource in enumerate(allocated):
            if container is not None:
                errors += _validate_allocated_name(resource.get("name", ""), container, at.index(index).child("name"))
            errors += _validate_health(resource.get("resources") or (), at.index(index).child("resources"))
    return errors


def _validate_allocated_name(name: str, container: Object, path: Path) -> list[FieldError]:
    resources = container.get("resources") or {}
    if not name.startswith("claim:"):
        if name in (resources.get("requests") or ()):
            return []
        return [invalid(path, name, "must match one of the container's resource requests")]
    claims = {
        f"claim:{claim.get('name')}" + (f"/{claim['request']}" if claim.get("request") else "")
        for claim in resources.get("claims") or ()
    }
    return [] if name in claims else [invalid(path, name, _CLAIM_NAME_FORMAT)]


def _validate_health(resources: Sequence[Object], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, resource in enumerate(resources):
        at = path.index(position)
        health, identifier = resource.get("health", ""), resource.get("resourceID", "")
        if health not in _HEALTH:
            errors.append(not_supported(at.child("health"), health, _HEALTH))
        if identifier in seen:
            errors.append(duplicate(at.child("resourceID"), identifier))
        seen.add(identifier)
    return errors
