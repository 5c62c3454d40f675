"""The answer to a PodCertificateRequest: it is issued, denied or failed, once, and a certificate fits what was asked.

Follows kubernetes `pkg/apis/certificates/validation/validation.go` (ValidatePodCertificateRequestStatusUpdate).
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kubepy.api.conditions import validate_conditions
from kubepy.api.field import OMIT, FieldError, Path, invalid, not_supported, required, too_long
from kubepy.api.timestamps import parse_time
from kubepy.apiserver.registry.certificates.pem import CERTIFICATE, parse_certificate, pem_blocks

Object = dict[str, Any]

_STATUS: Final = Path("status")
_CONDITIONS: Final = _STATUS.child("conditions")
_CHAIN: Final = _STATUS.child("certificateChain")
_TYPES: Final = ("Denied", "Failed", "Issued")
_LISTED_TYPES: Final = ("Issued", "Denied", "Failed")
_MAX_CHAIN_BYTES: Final = 100 * 1024
_MIN_LIFETIME: Final = timedelta(hours=1)
_REFRESH_MARGIN: Final = timedelta(minutes=10)
_CLOCK_SKEW: Final = timedelta(minutes=5)
_NEEDED_TIMES: Final = {
    "notBefore": "must be present and consistent with the issued certificate",
    "notAfter": "must be present and consistent with the issued certificate",
    "beginRefreshAt": "must be present and in the range [notbefore+10min, notafter-10min]",
}


def validate_answer(spec: Object, status: Object, old: Object, now: datetime) -> list[FieldError]:
    """Complaints about a status that replaces `old` at the time `now`."""
    conditions = status.get("conditions") or []
    errors = _validate_condition_types(conditions) + validate_conditions(conditions, _CONDITIONS)
    if errors:
        return errors
    if _answers(old) and status != old:
        return [invalid(_STATUS, OMIT, "immutable after PodCertificateRequest is issued, denied, or failed")]
    if _answers(old):
        return []
    answer = _answers(status)
    if answer & {"Denied", "Failed"}:
        if not set(status) <= {"conditions"}:
            message = "non-condition status fields must be empty when denying or failing the PodCertificateRequest"
            return [invalid(_STATUS, OMIT, message)]
        return []
    if answer:
        return _validate_issued(spec, status, now)
    if status != old:
        message = 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"'
        return [invalid(_STATUS, OMIT, message)]
    return []


def _answers(status: Object) -> set[str]:
    return {
        condition["type"]
        for condition in status.get("conditions") or ()
        if condition.get("type") in _TYPES and condition.get("status") == "True"
    }


def _validate_condition_types(conditions: list[Object]) -> list[FieldError]:
    errors = []
    known = 0
    for position, condition in enumerate(conditions):
        # The dot before the index is upstream's.
        path = _CONDITIONS.child(f"[{position}]")
        kind, status = condition.get("type", ""), condition.get("status", "")
        if kind not in _TYPES:
            errors.append(not_supported(path.child("type"), kind, _LISTED_TYPES))
            continue
        known += 1
        if known > 1:
            message = 'There may be at most one condition with type "Issued", "Denied", or "Failed"'
            errors.append(invalid(path.child("type"), kind, message))
        if status != "True":
            errors.append(not_supported(path.child("status"), status, ("True",)))
    return errors


def _validate_issued(spec: Object, status: Object, now: datetime) -> list[FieldError]:
    """Complaints about a certificate; the first kind of mistake hides those that follow from it."""
    chain = status.get("certificateChain", "")
    data = chain.encode()
    if len(data) > _MAX_CHAIN_BYTES:
        return [too_long(_CHAIN, _MAX_CHAIN_BYTES)]
    blocks = list(pem_blocks(data))
    if not blocks:
        return [invalid(_CHAIN, chain, "issued certificate chain must contain at least one certificate")]
    if blocks[0].type != CERTIFICATE:
        message = "issued certificate chain must consist entirely of CERTIFICATE PEM blocks"
        return [invalid(_CHAIN, chain, message)]
    try:
        leaf = parse_certificate(blocks[0].der)
    except ValueError:
        return [invalid(_CHAIN, chain, "leaf certificate does not parse as valid X.509")]
    errors = _validate_leaf_names(leaf)
    if not _is_for_requested_key(leaf, spec):
        message = "leaf certificate was not issued to the requested public key"
        return [*errors, invalid(_CHAIN, chain, message)]
    errors += [required(_STATUS.child(name), detail) for name, detail in _NEEDED_TIMES.items() if not status.get(name)]
    errors = errors or _validate_times(spec, status, leaf, now)
    return errors or _validate_intermediates(chain, [(block.type, block.der) for block in blocks[1:]])


def _public_key(holder: x509.Certificate | x509.CertificateSigningRequest) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_for_requested_key(leaf: x509.Certificate, spec: Object) -> bool:
    request = x509.load_der_x509_csr(base64.b64decode(spec.get("stubPKCS10Request", "")))
    try:
        return _public_key(leaf) == _public_key(request)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _validate_leaf_names(leaf: x509.Certificate) -> list[FieldError]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    errors = []
    for name in names.get_values_for_type(x509.DNSName):
        if not name:
            errors.append(invalid(_CHAIN, name, "leaf certificate should not contain empty DNSName"))
        if ".." in name:
            errors.append(invalid(_CHAIN, name, "leaf certificate's DNSName should not contain '..'"))
        if name.startswith(".") or name.endswith("."):
            message = "leaf certificate's DNSName should not start or end with '.'"
            errors.append(invalid(_CHAIN, name, message))
    errors += [
        invalid(_CHAIN, address, "leaf certificate should not contain invalid EmailAddress")
        for address in names.get_values_for_type(x509.RFC822Name)
        if not all(address.partition("@"))
    ]
    return errors


def _validate_times(spec: Object, status: Object, leaf: x509.Certificate, now: datetime) -> list[FieldError]:
    """The first thing that is wrong with when the certificate begins, ends and is to be renewed."""
    begin, end, refresh = (parse_time(status[name]) for name in ("notBefore", "notAfter", "beginRefreshAt"))
    lifetime = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    most = spec.get("maxExpirationSeconds", 0)
    before, after, at_refresh = (_STATUS.child(name) for name in ("notBefore", "notAfter", "beginRefreshAt"))
    nanoseconds = int(lifetime.total_seconds()) * 10**9
    checks: tuple[tuple[bool, Path, Any, str], ...] = (
        (
            begin == leaf.not_valid_before_utc,
            before,
            status["notBefore"],
            "must be set to the NotBefore time encoded in the leaf certificate",
        ),
        (
            abs(begin - now) < _CLOCK_SKEW,
            before,
            status["notBefore"],
            "must be set to within 5 minutes of kube-apiserver's current time",
        ),
        (
            end == leaf.not_valid_after_utc,
            after,
            status["notAfter"],
            "must be set to the NotAfter time encoded in the leaf certificate",
        ),
        (lifetime >= _MIN_LIFETIME, _CHAIN, nanoseconds, "leaf certificate lifetime must be >= 1 hour"),
        (
            lifetime <= timedelta(seconds=most),
            _CHAIN,
            nanoseconds,
            f"leaf certificate lifetime must be <= spec.maxExpirationSeconds ({most})",
        ),
        (
            refresh >= begin + _REFRESH_MARGIN,
            at_refresh,
            status["beginRefreshAt"],
            "must be at least 10 minutes after status.notBefore",
        ),
        (
            refresh <= end - _REFRESH_MARGIN,
            at_refresh,
            status["beginRefreshAt"],
            "must be at least 10 minutes before status.notAfter",
        ),
    )
    return next(([invalid(path, value, message)] for good, path, value, message in checks if not good), [])


def _validate_intermediates(chain: str, blocks: list[tuple[str, bytes]]) -> list[FieldError]:
    for kind, der in blocks:
        if kind != CERTIFICATE:
            message = "issued certificate chain must consist entirely of CERTFICATE PEM blocks"
            return [invalid(_CHAIN, chain, message)]
        try:
            parse_certificate(der)
        except ValueError:
            return [invalid(_CHAIN, chain, "intermediate certificate does not parse as valid X.509")]
    return []
