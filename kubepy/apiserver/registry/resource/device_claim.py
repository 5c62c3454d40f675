"""What a claim asks for: requests for devices, constraints between them, and configuration.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateDeviceClaim and what it calls) and
`pkg/apis/resource/v1/defaults.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, not_supported, required, too_long
from kubepy.apiserver.registry.resource.capacity import canonical_quantity
from kubepy.apiserver.registry.resource.configuration import validate_configuration
from kubepy.apiserver.registry.resource.device_names import validate_device_name, validate_fully_qualified_name
from kubepy.apiserver.registry.resource.lists import itself, validate_list, validate_set
from kubepy.apiserver.registry.resource.taints import default_tolerations, validate_tolerations
from kubepy.apiserver.registry.strategy import Object

RequestNames = Mapping[str, frozenset[str]]
"""The names of a claim's requests, each with those of its subrequests."""

MAX_REQUESTS: Final = 32
MAX_CONFIGS: Final = 32
_MAX_CONSTRAINTS: Final = 32
_MAX_SELECTORS: Final = 32
_MAX_ALTERNATIVES: Final = 8
_MAX_EXPRESSION_BYTES: Final = 10 * 1024
_MODES: Final = ("All", "ExactCount")
_REFERENCE_DETAIL: Final = (
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
)
_NO_ATTRIBUTE: Final = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'


def default_device_claim(devices: Object) -> None:
    """Fill in what the requests of a claim leave out, in place."""
    for request in devices.get("requests") or ():
        if (exactly := request.get("exactly")) is not None:
            _default_request(exactly)
        for alternative in request.get("firstAvailable") or ():
            _default_request(alternative)


def _default_request(request: Object) -> None:
    if not request.get("allocationMode"):
        request["allocationMode"] = "ExactCount"
    if request["allocationMode"] == "ExactCount" and not request.get("count"):
        request["count"] = 1
    default_tolerations(request)
    if amounts := (request.get("capacity") or {}).get("requests"):
        for name in amounts:
            amounts[name] = canonical_quantity(amounts[name])


def request_names(devices: Object) -> RequestNames:
    """How a claim's requests and subrequests can be referred to."""
    return {
        request.get("name", ""): frozenset(sub.get("name", "") for sub in request.get("firstAvailable") or ())
        for request in devices.get("requests") or ()
    }


def validate_device_claim(devices: Object, path: Path) -> list[FieldError]:
    """Mistakes in the `devices` of a new claim."""
    known = request_names(devices)
    errors = validate_set(
        devices.get("requests") or [], MAX_REQUESTS, _validate_request, _name_of, path.child("requests")
    )
    errors += validate_list(
        devices.get("constraints") or [],
        _MAX_CONSTRAINTS,
        lambda constraint, at: _validate_constraint(constraint, at, known),
        path.child("constraints"),
    )
    return errors + validate_list(
        devices.get("config") or [],
        MAX_CONFIGS,
        lambda config, at: validate_claim_configuration(config, at, known),
        path.child("config"),
    )


def _name_of(item: Object) -> str:
    return str(item.get("name", ""))


def _validate_request(request: Object, path: Path) -> list[FieldError]:
    errors = validate_device_name(request.get("name", ""), path.child("name"))
    exactly, alternatives = request.get("exactly"), request.get("firstAvailable")
    if exactly is None and not alternatives:
        return [*errors, required(path, "exactly one of `exactly` or `firstAvailable` is required")]
    if exactly is not None and alternatives:
        detail = "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set"
        return [*errors, invalid(path, None, detail)]
    if exactly is not None:
        return errors + _validate_exact_request(exactly, path.child("exactly"))
    at = path.child("firstAvailable")
    return errors + validate_set(alternatives or [], _MAX_ALTERNATIVES, _validate_alternative, _name_of, at)


def _validate_alternative(request: Object, path: Path) -> list[FieldError]:
    return validate_device_name(request.get("name", ""), path.child("name")) + _validate_exact_request(request, path)


def _validate_exact_request(request: Object, path: Path) -> list[FieldError]:
    name = request.get("deviceClassName")
    at = path.child("deviceClassName")
    if not name:
        errors = [required(at)]
    else:
        errors = [invalid(at, name, complaint) for complaint in names.is_dns1123_subdomain(name)]
    errors += validate_selectors(request.get("selectors") or [], path.child("selectors"))
    errors += _validate_mode(request, path)
    return errors + validate_tolerations(request.get("tolerations") or (), path.child("tolerations"))


def _validate_mode(request: Object, path: Path) -> list[FieldError]:
    mode, count = request.get("allocationMode", ""), request.get("count", 0)
    if mode == "All":
        detail = "must not be specified when allocationMode is 'All'"
        return [invalid(path.child("count"), count, detail)] if count else []
    if mode == "ExactCount":
        return [] if count > 0 else [invalid(path.child("count"), count, "must be greater than zero")]
    return [not_supported(path.child("allocationMode"), mode, _MODES)]


def validate_selectors(selectors: list[Object], path: Path, *, stored: bool = False) -> list[FieldError]:
    """Mistakes in selectors of devices; expressions that are stored already are taken as they are."""

    def check(selector: Object, at: Path) -> list[FieldError]:
        cel = selector.get("cel")
        if cel is None:
            return [required(at.child("cel"))]
        if not stored and len(cel.get("expression", "").encode()) > _MAX_EXPRESSION_BYTES:
            return [too_long(at.child("cel", "expression"), _MAX_EXPRESSION_BYTES)]
        return []

    return validate_list(selectors, _MAX_SELECTORS, check, path)


def _validate_constraint(constraint: Object, path: Path, known: RequestNames) -> list[FieldError]:
    errors = _validate_references(constraint, path, known)
    for field in ("matchAttribute", "distinctAttribute"):
        if (name := constraint.get(field)) is not None:
            return errors + validate_fully_qualified_name(name, path.child(field))
    return [*errors, required(path, _NO_ATTRIBUTE)]


def validate_claim_configuration(
    config: Object, path: Path, known: RequestNames, *, stored: bool = False
) -> list[FieldError]:
    """Mistakes in a configuration for some of a claim's requests."""
    return _validate_references(config, path, known) + validate_configuration(config, path, stored=stored)


def _validate_references(holder: Object, path: Path, known: RequestNames) -> list[FieldError]:
    return validate_set(
        holder.get("requests") or [],
        MAX_REQUESTS,
        lambda name, at: validate_request_reference(name, at, known),
        itself,
        path.child("requests"),
    )


def validate_request_reference(name: str, path: Path, known: RequestNames) -> list[FieldError]:
    """Mistakes in the name of a request, or of a request and one of its subrequests."""
    segments = name.split("/")
    if len(segments) > 2:
        return [invalid(path, name, _REFERENCE_DETAIL)]
    errors = [error for segment in segments for error in validate_device_name(segment, path)]
    subrequests = known.get(segments[0])
    if subrequests is None or (len(segments) == 2 and segments[1] not in subrequests):
        errors.append(invalid(path, name, _REFERENCE_DETAIL))
    return errors
