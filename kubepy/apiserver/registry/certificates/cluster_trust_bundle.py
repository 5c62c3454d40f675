"""ClusterTrustBundles: root certificates for everybody, possibly those of one signer.

Follows kubernetes `pkg/apis/certificates/validation/validation.go` (ValidateClusterTrustBundle) and
`pkg/registry/certificates/clustertrustbundle/strategy.go`.
"""

from __future__ import annotations

from typing import ClassVar, Final

from cryptography import x509

from kubepy.api.field import FieldError, Path, invalid, too_long
from kubepy.api.object_meta import METADATA, validate_immutable
from kubepy.apiserver.registry.certificates.pem import CERTIFICATE, PemBlock, parse_certificate, pem_blocks
from kubepy.apiserver.registry.core.signer_names import trust_bundle_name_complaints, validate_signer_name
from kubepy.apiserver.registry.strategy import Object, Strategy

_SIGNER_NAME: Final = Path("spec").child("signerName")
_TRUST_BUNDLE: Final = Path("spec").child("trustBundle")
_MAX_BUNDLE_BYTES: Final = 1 << 20
_OMITTED: Final = "<value omitted>"


class ClusterTrustBundleStrategy(Strategy):
    """How ClusterTrustBundles are written. An update must say which version it is of."""

    allow_unconditional_update: ClassVar[bool] = False

    @staticmethod
    def validate_name(_name: str, _prefix: bool = False, /) -> list[str]:
        """Nothing: a name is judged by the signer it must fit."""
        return []

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_names(obj) + _validate_bundle(_bundle(obj))

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = _validate_names(obj)
        if _bundle(obj) != _bundle(old):
            errors += _validate_bundle(_bundle(obj))
        return errors + validate_immutable(_signer_name(obj), _signer_name(old), _SIGNER_NAME)


def _bundle(obj: Object) -> str:
    bundle: str = (obj.get("spec") or {}).get("trustBundle", "")
    return bundle


def _signer_name(obj: Object) -> str:
    name: str = (obj.get("spec") or {}).get("signerName", "")
    return name


def _validate_names(obj: Object) -> list[FieldError]:
    signer, metadata = _signer_name(obj), obj["metadata"]
    errors = []
    for field in ("generateName", "name"):
        name = metadata.get(field)
        if name:
            complaints = trust_bundle_name_complaints(name, signer)
            errors += [invalid(METADATA.child(field), name, complaint) for complaint in complaints]
    return errors + validate_signer_name(_SIGNER_NAME, signer) if signer else errors


def _validate_bundle(bundle: str) -> list[FieldError]:
    """Distinct CA certificates in plain PEM blocks, at least one."""
    data = bundle.encode()
    if len(data) > _MAX_BUNDLE_BYTES:
        return [too_long(_TRUST_BUNDLE, _MAX_BUNDLE_BYTES)]
    complaints = []
    places: dict[bytes, list[int]] = {}
    for position, block in enumerate(pem_blocks(data)):
        if complaint := _anchor_complaint(block):
            complaints.append(f"entry {position} {complaint}")
        else:
            places.setdefault(block.der, []).append(position)
    if not complaints:
        complaints = [
            f"duplicate trust anchor (indices [{' '.join(map(str, indices))}])"
            for indices in places.values()
            if len(indices) > 1
        ]
        if not places:
            complaints.append("at least one trust anchor must be provided")
    return [invalid(_TRUST_BUNDLE, _OMITTED, complaint) for complaint in complaints]


def _anchor_complaint(block: PemBlock) -> str:
    if block.type != CERTIFICATE:
        return f"has bad block type: {block.type}"
    if block.has_headers:
        return "has PEM block headers"
    try:
        extensions = parse_certificate(block.der).extensions
    except ValueError:
        return "does not parse as X.509"
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return "does not have the CA bit set"
    return "" if constraints.ca else "does not have the CA bit set"
