"""CertificateSigningRequests: who asks is noted by the server, and after that only subresources change.

`/approval` writes conditions, `/status` the certificate and other conditions. What older versions let in stays
acceptable in objects that have it.
Follows kubernetes `pkg/apis/certificates/validation/validation.go` and
`pkg/registry/certificates/certificates/strategy.go`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.api.timestamps import format_time
from kubepy.apiserver.registry.certificates.pem import (
    CERTIFICATE,
    CERTIFICATE_REQUEST,
    parse_certificate,
    parse_request,
    pem_blocks,
)
from kubepy.apiserver.registry.core.signer_names import validate_signer_name
from kubepy.apiserver.registry.strategy import Object, Strategy, WriteContext, carry_over

_SPEC: Final = Path("spec")
_CONDITIONS: Final = Path("status").child("conditions")
_CERTIFICATE: Final = Path("status").child("certificate")
_APPROVAL_TYPES: Final = ("Approved", "Denied")
_LASTING_TYPES: Final = ("Approved", "Denied", "Failed")
_STATUSES: Final = ("False", "True", "Unknown")
_LEGACY_SIGNER: Final = "kubernetes.io/legacy-unknown"
_MIN_EXPIRATION_SECONDS: Final = 600
_REQUESTER_FIELDS: Final = ("username", "uid", "groups", "extra")
_USAGES: Final = (
    *("any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment"),
    *("decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel"),
    *("ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime"),
    *("server auth", "signing", "timestamping"),
)


@dataclass(frozen=True, slots=True)
class _Tolerance:
    """What isn't complained about: nothing in a new object, and what a stored one already has."""

    both_approved_and_denied: bool = False
    legacy_signer: bool = False
    duplicate_condition_types: bool = False
    empty_condition_type: bool = False
    any_certificate: bool = False
    duplicate_usages: bool = False
    unknown_usages: bool = False


_STRICT: Final = _Tolerance()


class CertificateSigningRequestStrategy(Strategy):
    """How CertificateSigningRequests are written. Once created, they change through subresources only.

    `sets_approval` and `sets_certificate` say what this endpoint may write of the status.
    """

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",), ("status",))
    sets_approval: ClassVar[bool] = False
    sets_certificate: ClassVar[bool] = False

    @staticmethod
    def validate_name(_name: str, _prefix: bool = False, /) -> list[str]:
        """Any name will do."""
        return []

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        spec = obj.setdefault("spec", {})
        for field in _REQUESTER_FIELDS:
            spec.pop(field, None)
        user = context.user
        requester = {
            "username": user.name,
            "uid": user.uid,
            "groups": list(user.groups),
            "extra": {key: list(values) for key, values in user.extra.items()},
        }
        spec.update({field: value for field, value in requester.items() if value})
        obj["status"] = {}

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        carry_over(obj, old, "spec")
        carry_over(obj, old, "status")

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate(obj, _STRICT)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = _validate(obj, _tolerance_after(old, obj))
        errors += _validate_condition_changes(obj, old, sets_approval=self.sets_approval)
        return errors + _validate_certificate_change(obj, old, sets_certificate=self.sets_certificate)


class CertificateSigningRequestStatusStrategy(CertificateSigningRequestStrategy):
    """`/status`: the certificate, and conditions that don't approve or deny."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",), ("status", "conditions"))
    sets_certificate: ClassVar[bool] = True

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {}

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        carry_over(obj, old, "spec")
        conditions = _conditions(obj)
        for kind in _APPROVAL_TYPES:
            _keep_conditions(conditions, _conditions(old), kind)
        _set_condition_times(conditions, _conditions(old), format_time(context.now))


class CertificateSigningRequestApprovalStrategy(CertificateSigningRequestStrategy):
    """`/approval`: conditions, those that approve or deny among them."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",), ("status", "certificate"))
    sets_approval: ClassVar[bool] = True

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {}

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        conditions = _conditions(obj)
        _set_condition_times(conditions, _conditions(old), format_time(context.now))
        carry_over(obj, old, "spec")
        status = {**(old.get("status") or {})}
        status.pop("conditions", None)
        obj["status"] = {**status, "conditions": conditions} if conditions else status


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "status": CertificateSigningRequestStatusStrategy(),
        "approval": CertificateSigningRequestApprovalStrategy(),
    }
)


def _conditions(obj: Object) -> list[Object]:
    conditions: list[Object] = (obj.get("status") or {}).get("conditions") or []
    return conditions


def _of_type(conditions: Sequence[Object], kind: str) -> list[Object]:
    return [condition for condition in conditions if condition.get("type", "") == kind]


def _keep_conditions(conditions: list[Object], old: list[Object], kind: str) -> None:
    """Make the conditions of a type what they were, unless their number differs: that is complained about later."""
    places = [position for position, condition in enumerate(conditions) if condition.get("type") == kind]
    kept = _of_type(old, kind)
    if len(places) == len(kept):
        for position, condition in zip(places, kept, strict=True):
            conditions[position] = dict(condition)


def _set_condition_times(conditions: list[Object], old: list[Object], now: str) -> None:
    for condition in conditions:
        if not condition.get("lastUpdateTime"):
            condition["lastUpdateTime"] = now
        if not condition.get("lastTransitionTime"):
            same = (
                other["lastTransitionTime"]
                for other in _of_type(old, condition.get("type", ""))
                if other.get("status") == condition.get("status") and other.get("lastTransitionTime")
            )
            condition["lastTransitionTime"] = next(same, now)


def _tolerance_after(old: Object, obj: Object) -> _Tolerance:
    types = [condition.get("type", "") for condition in _conditions(old)]
    spec = old.get("spec") or {}
    usages = spec.get("usages") or []
    certificate = _certificate(old)
    return _Tolerance(
        both_approved_and_denied=set(_APPROVAL_TYPES) <= set(types),
        legacy_signer=spec.get("signerName") == _LEGACY_SIGNER,
        duplicate_condition_types=len(set(types)) < len(types),
        empty_condition_type="" in types,
        any_certificate=_certificate(obj) == certificate or bool(_certificate_complaint(certificate)),
        duplicate_usages=len(set(usages)) < len(usages),
        unknown_usages=not set(usages) <= set(_USAGES),
    )


def _certificate(obj: Object) -> str:
    certificate: str = (obj.get("status") or {}).get("certificate", "")
    return certificate


def _validate(obj: Object, tolerance: _Tolerance) -> list[FieldError]:
    spec = obj.get("spec") or {}
    errors = _validate_request(spec.get("request", ""))
    errors += _validate_usages(spec.get("usages") or [], tolerance)
    signer = spec.get("signerName", "")
    where = _SPEC.child("signerName")
    if signer == _LEGACY_SIGNER and not tolerance.legacy_signer:
        errors.append(invalid(where, signer, "the legacy signerName is not allowed via this API version"))
    else:
        errors += validate_signer_name(where, signer)
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < _MIN_EXPIRATION_SECONDS:
        message = "may not specify a duration less than 600 seconds (10 minutes)"
        errors.append(invalid(_SPEC.child("expirationSeconds"), seconds, message))
    errors += _validate_conditions(_conditions(obj), tolerance)
    if not tolerance.any_certificate and (complaint := _certificate_complaint(_certificate(obj))):
        errors.append(invalid(_CERTIFICATE, "<certificate data>", complaint))
    return errors


def _validate_request(encoded: str) -> list[FieldError]:
    where = _SPEC.child("request")
    block = next(pem_blocks(base64.b64decode(encoded)), None)
    if block is None or block.type != CERTIFICATE_REQUEST:
        return [invalid(where, encoded, f"PEM block type must be {CERTIFICATE_REQUEST}")]
    try:
        parse_request(block.der)
    except ValueError as error:
        return [invalid(where, encoded, str(error))]
    return []


def _validate_usages(usages: list[str], tolerance: _Tolerance) -> list[FieldError]:
    where = _SPEC.child("usages")
    if not usages:
        return [required(where)]
    errors = []
    if not tolerance.unknown_usages:
        errors += [
            not_supported(where.index(position), usage, _USAGES)
            for position, usage in enumerate(usages)
            if usage not in _USAGES
        ]
    if not tolerance.duplicate_usages:
        errors += [
            duplicate(where.index(position), usage)
            for position, usage in enumerate(usages)
            if usage in usages[:position]
        ]
    return errors


def _validate_conditions(conditions: list[Object], tolerance: _Tolerance) -> list[FieldError]:
    errors = []
    seen: set[str] = set()
    for position, condition in enumerate(conditions):
        path = _CONDITIONS.index(position)
        kind, status = condition.get("type", ""), condition.get("status", "")
        if not kind and not tolerance.empty_condition_type:
            errors.append(required(path.child("type")))
        allowed = ("True",) if kind in _LASTING_TYPES else _STATUSES
        if not status:
            errors.append(required(path.child("status")))
        elif status not in allowed:
            errors.append(not_supported(path.child("status"), status, allowed))
        contrary = {"Approved": "Denied", "Denied": "Approved"}.get(kind)
        if contrary in seen and not tolerance.both_approved_and_denied:
            errors.append(invalid(_CONDITIONS, kind, "Approved and Denied conditions are mutually exclusive"))
        if kind in seen and not tolerance.duplicate_condition_types:
            errors.append(duplicate(path.child("type"), kind))
        seen.add(kind)
    return errors


def _certificate_complaint(encoded: str) -> str:
    """What is wrong with a certificate in base64, if there is one."""
    if not encoded:
        return ""
    blocks = 0
    for block in pem_blocks(base64.b64decode(encoded)):
        if block.type != CERTIFICATE:
            return f"only CERTIFICATE PEM blocks are allowed, found {json.dumps(block.type)}"
        if block.has_headers:
            return "no PEM block headers are permitted"
        blocks += 1
        try:
            parse_certificate(block.der)
        except ValueError:
            return "x509: malformed certificate"
    return "" if blocks else "must contain at least one CERTIFICATE PEM block"


def _validate_condition_changes(obj: Object, old: Object, *, sets_approval: bool) -> list[FieldError]:
    new, before = _conditions(obj), _conditions(old)
    errors = [
        forbidden(_CONDITIONS, f'updates may not remove a condition of type "{kind}"')
        for kind in _LASTING_TYPES
        if len(_of_type(new, kind)) < len(_of_type(before, kind))
    ]
    if sets_approval:
        return errors
    for kind in _APPROVAL_TYPES:
        now, then = _of_type(new, kind), _of_type(before, kind)
        if len(now) > len(then):
            errors.append(forbidden(_CONDITIONS, f'updates may not add a condition of type "{kind}"'))
        elif len(now) == len(then) and now != then:
            errors.append(forbidden(_CONDITIONS, f'updates may not modify a condition of type "{kind}"'))
    return errors


def _validate_certificate_change(obj: Object, old: Object, *, sets_certificate: bool) -> list[FieldError]:
    before = _certificate(old)
    if _certificate(obj) == before:
        return []
    if not sets_certificate:
        return [forbidden(_CERTIFICATE, "updates may not set certificate content")]
    return [forbidden(_CERTIFICATE, "updates may not modify existing certificate content")] if before else []
