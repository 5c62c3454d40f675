"""Keys, requests and certificates for the tests of this group."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
KEY = ec.generate_private_key(ec.SECP256R1())


def request(key=KEY, digest: HashAlgorithm | None = None) -> x509.CertificateSigningRequest:
    algorithm = None if hasattr(key, "private_bytes_raw") else digest or SHA256()
    return x509.CertificateSigningRequestBuilder().subject_name(NAME).sign(key, algorithm)


def certificate(
    begin: datetime, lifetime: timedelta, *, key=KEY, is_ca: bool | None = None, dns_name: str = ""
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + lifetime)
    )
    if is_ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    if dns_name:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(dns_name)]), critical=False)
    return builder.sign(KEY, SHA256())


def pem(thing: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return thing.public_bytes(Encoding.PEM).decode()


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
