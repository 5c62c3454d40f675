"""PodCertificateRequests: a kubelet's request for a pod's certificate. The spec never changes, the answer comes once.

Follows kubernetes `pkg/apis/certificates/validation/validation.go` (ValidatePodCertificateRequestCreate and
its updates) and `pkg/registry/certificates/podcertificaterequest/strategy.go`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import ClassVar, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from kubepy.api.field import FieldError, Path, invalid, required, too_long
from kubepy.api.names import dns_subdomain_name, is_domain_prefixed_key
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR, validate_annotations
from kubepy.apiserver.registry.certificates.issued_certificate import validate_answer
from kubepy.apiserver.registry.certificates.pem import parse_request
from kubepy.apiserver.registry.core.signer_names import validate_signer_name
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy

_SPEC: Final = Path("spec")
_REQUEST: Final = _SPEC.child("stubPKCS10Request")
_DEFAULT_EXPIRATION_SECONDS: Final = 86400
_MIN_EXPIRATION_SECONDS: Final = 3600
_MAX_KUBERNETES_EXPIRATION_SECONDS: Final = 86400
_MAX_EXPIRATION_SECONDS: Final = 91 * 86400
_MAX_UID_BYTES: Final = 128
_MAX_REQUEST_BYTES: Final = 10 * 1024
_RSA_BITS: Final = (3072, 4096)
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
_PARTIES: Final = (
    ("podName", "podUID"),
    ("serviceAccountName", "serviceAccountUID"),
    ("nodeName", "nodeUID"),
)


class PodCertificateRequestStrategy(Strategy):
    """How PodCertificateRequests are written. An update must say which version it is of."""

    has_status: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        obj.setdefault("spec", {}).setdefault("maxExpirationSeconds", _DEFAULT_EXPIRATION_SECONDS)

    def validate(self, obj: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        signer = spec.get("signerName", "")
        errors = validate_signer_name(_SPEC.child("signerName"), signer)
        errors += _validate_user_annotations(spec.get("unverifiedUserAnnotations"))
        for name, uid in _PARTIES:
            errors += _validate_party(spec, name, uid)
        return errors + _validate_expiration(spec, signer) + _validate_request(spec.get("stubPKCS10Request", ""))

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        spec = obj.get("spec") or {}
        return [] if spec == (old.get("spec") or {}) else [invalid(_SPEC, spec, FIELD_IMMUTABLE_ERROR)]


class PodCertificateRequestStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of PodCertificateRequests: metadata cannot be changed here either."""

    allow_unconditional_update: ClassVar[bool] = False

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return validate_answer(
            obj.get("spec") or {}, obj.get("status") or {}, old.get("status") or {}, datetime.now(UTC)
        )


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": PodCertificateRequestStatusStrategy()})


def _validate_user_annotations(annotations: Mapping[str, str] | None) -> list[FieldError]:
    if not annotations:
        return []
    path = _SPEC.child("unverifiedUserAnnotations")
    errors = validate_annotations(annotations, path)
    if not errors:
        for key in annotations:
            errors += is_domain_prefixed_key(path, key)
    return errors


def _validate_party(spec: Object, name_field: str, uid_field: str) -> list[FieldError]:
    name, uid = spec.get(name_field, ""), spec.get(uid_field, "")
    errors = [invalid(_SPEC.child(name_field), name, complaint) for complaint in dns_subdomain_name(name)]
    where = _SPEC.child(uid_field)
    if not uid:
        errors.append(invalid(where, uid, "must not be empty"))
    elif len(uid.encode()) > _MAX_UID_BYTES:
        errors.append(too_long(where, _MAX_UID_BYTES))
    return errors


def _validate_expiration(spec: Object, signer: str) -> list[FieldError]:
    where = _SPEC.child("maxExpirationSeconds")
    seconds = spec.get("maxExpirationSeconds")
    if seconds is None:
        return [required(where, "must be set")]
    host = signer.partition("/")[0]
    own = host == "kubernetes.io" or host.endswith(".kubernetes.io")
    most = _MAX_KUBERNETES_EXPIRATION_SECONDS if own else _MAX_EXPIRATION_SECONDS
    if _MIN_EXPIRATION_SECONDS <= seconds <= most:
        return []
    return [invalid(where, seconds, f"must be in the range [{_MIN_EXPIRATION_SECONDS}, {most}]")]


def _validate_request(encoded: str) -> list[FieldError]:
    if not encoded:
        return [required(_REQUEST)]
    der = base64.b64decode(encoded)
    if len(der) > _MAX_REQUEST_BYTES:
        return [too_long(_REQUEST, _MAX_REQUEST_BYTES)]
    try:
        key = parse_request(der).public_key()
    except ValueError:
        return [invalid(_REQUEST, encoded, "must be a valid PKCS#10 CSR")]
    if isinstance(key, ed25519.Ed25519PublicKey):
        return []
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name in _CURVES:
            return []
        return [invalid(_REQUEST, f"curve {key.curve.name}", "elliptic public keys must use curve P256 or P384")]
    if isinstance(key, rsa.RSAPublicKey):
        bits = (key.key_size + 7) // 8 * 8
        if bits in _RSA_BITS:
            return []
        return [invalid(_REQUEST, f"{bits}-bit modulus", "RSA keys must have modulus size 3072 or 4096")]
    message = "unknown public key type; supported types are Ed25519, ECDSA, and RSA"
    return [invalid(_REQUEST, encoded, message)]
