"""PEM blocks in a text that may hold other things, and what Go's x509 says of what is in them.

Follows Go's `encoding/pem` (Decode): what doesn't make a whole block is passed over.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import MD5, SHA1

CERTIFICATE: Final = "CERTIFICATE"
CERTIFICATE_REQUEST: Final = "CERTIFICATE REQUEST"

_find_blocks = re.compile(
    rb"^-----BEGIN (?P<type>[^\n]*?)-----[ \t\r]*\n(?P<body>(?:(?!-----).*\n)*?)-----END (?P=type)-----[ \t\r]*$",
    re.MULTILINE,
).finditer
_is_header = re.compile(rb"[^:\n]*:[^\n]*").fullmatch
_VERIFICATION_ERRORS: Final = (
    (rsa.RSAPublicKey, "crypto/rsa: verification error"),
    (ec.EllipticCurvePublicKey, "x509: ECDSA verification failure"),
    (ed25519.Ed25519PublicKey, "x509: Ed25519 verification failure"),
)


class PemBlock(NamedTuple):
    """One block; `der` is what its base64 text stands for."""

    type: str
    has_headers: bool
    der: bytes


def pem_blocks(data: bytes) -> Iterator[PemBlock]:
    """The blocks of a text, in order."""
    for match in _find_blocks(data):
        lines = match["body"].splitlines()
        headers = 0
        while headers < len(lines) and _is_header(lines[headers]):
            headers += 1
        try:
            der = base64.b64decode(b"".join(b"".join(lines[headers:]).split()), validate=True)
        except binascii.Error:
            continue
        yield PemBlock(match["type"].decode("utf-8", "replace"), headers > 0, der)


def parse_certificate(der: bytes) -> x509.Certificate:
    """An X.509 certificate. Raises ValueError if it isn't one."""
    certificate = x509.load_der_x509_certificate(der)
    try:
        # Extensions are only parsed when they are asked for.
        _ = certificate.extensions
    except x509.DuplicateExtension as error:
        raise ValueError("x509: certificate contains duplicate extensions") from error
    return certificate


def parse_request(der: bytes) -> x509.CertificateSigningRequest:
    """A PKCS#10 request whose signature is good. Raises ValueError with Go's words where they are known."""
    try:
        request = x509.load_der_x509_csr(der)
        key = request.public_key()
    except UnsupportedAlgorithm as error:
        raise ValueError("x509: cannot verify signature: algorithm unimplemented") from error
    except ValueError as error:
        raise ValueError("x509: malformed certificate request") from error
    if isinstance(key, dsa.DSAPublicKey | ed448.Ed448PublicKey):
        raise ValueError("x509: cannot verify signature: algorithm unimplemented")
    _check_signature(request, key)
    return request


def _check_signature(request: x509.CertificateSigningRequest, key: object) -> None:
    try:
        digest = request.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise ValueError("x509: cannot verify signature: algorithm unimplemented") from error
    if isinstance(digest, MD5 | SHA1):
        signer = "ECDSA" if isinstance(key, ec.EllipticCurvePublicKey) else "RSA"
        name = f"ECDSA-{digest.name.upper()}" if signer == "ECDSA" else f"{digest.name.upper()}-RSA"
        raise ValueError(f"x509: cannot verify signature: insecure algorithm {name}")
    try:
        valid = request.is_signature_valid
    except (UnsupportedAlgorithm, ValueError):
        valid = False
    if not valid:
        message = next((text for kind, text in _VERIFICATION_ERRORS if isinstance(key, kind)), "x509: bad signature")
        raise ValueError(message)
