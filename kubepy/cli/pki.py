"""The cluster's certificates: a CA made on first start, the server's certificate and the admin's.

Everything is in one directory; keys are readable by their owner only. The server's certificate is renewed
when it is about to expire or when the names it must be good for change.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_LIFETIME: Final = timedelta(days=3650)
LEAF_LIFETIME: Final = timedelta(days=365)
RENEW_BEFORE: Final = timedelta(days=60)
ADMIN_NAME: Final = "kubernetes-admin"
ADMIN_GROUP: Final = "system:masters"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, as files."""

    certificate_file: Path
    key_file: Path


@dataclass(frozen=True, slots=True)
class ClusterCertificates:
    """What `ensure_certificates` has made sure of."""

    ca: KeyPair
    server: KeyPair
    admin: KeyPair


def server_names(service_ip: str, extra: Iterable[str] = ()) -> list[str]:
    """The names and addresses a cluster's API server is known by."""
    names = [
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
        socket.gethostname(),
        "127.0.0.1",
        "::1",
        service_ip,
    ]
    return list(dict.fromkeys([*names, *extra]))


def ensure_certificates(directory: Path, names: Sequence[str]) -> ClusterCertificates:
    """Make whatever is missing or no longer good. `names` are what the server's certificate must cover."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca = KeyPair(directory / "ca.crt", directory / "ca.key")
    server = KeyPair(directory / "apiserver.crt", directory / "apiserver.key")
    admin = KeyPair(directory / "admin.crt", directory / "admin.key")
    if not ca.certificate_file.exists() or not ca.key_file.exists():
        _make_ca(ca)
        for pair in (server, admin):
            pair.certificate_file.unlink(missing_ok=True)
    if not _is_good(server, names):
        _make_leaf(server, ca, _name(["kube-apiserver"]), ExtendedKeyUsageOID.SERVER_AUTH, names)
    if not _is_good(admin, ()):
        subject = _name([ADMIN_NAME], [ADMIN_GROUP])
        _make_leaf(admin, ca, subject, ExtendedKeyUsageOID.CLIENT_AUTH, ())
    return ClusterCertificates(ca, server, admin)


def _name(common: Sequence[str], organizations: Sequence[str] = ()) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, value) for value in organizations]
        + [x509.NameAttribute(NameOID.COMMON_NAME, value) for value in common]
    )


def _is_good(pair: KeyPair, names: Sequence[str]) -> bool:
    if not pair.certificate_file.exists() or not pair.key_file.exists():
        return False
    certificate = x509.load_pem_x509_certificate(pair.certificate_file.read_bytes())
    if certificate.not_valid_after_utc - datetime.now(UTC) < RENEW_BEFORE:
        return False
    return not names or set(names) <= _names_of(certificate)


def _names_of(certificate: x509.Certificate) -> set[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return set()
    return {
        str(value) for kind in (x509.DNSName, x509.IPAddress) for value in extension.value.get_values_for_type(kind)
    }


def _make_ca(pair: KeyPair) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(["kubernetes"])
    builder = _builder(name, name, key.public_key(), CA_LIFETIME)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(ca=True), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    _write(pair, builder.sign(key, hashes.SHA256()), key)


def _make_leaf(
    pair: KeyPair, ca: KeyPair, subject: x509.Name, usage: x509.ObjectIdentifier, names: Sequence[str]
) -> None:
    ca_certificate = x509.load_pem_x509_certificate(ca.certificate_file.read_bytes())
    ca_key = serialization.load_pem_private_key(ca.key_file.read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(subject, ca_certificate.subject, key.public_key(), LEAF_LIFETIME)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(ca=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = builder.add_extension(issuer_key, critical=False)
    if names:
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    _write(pair, builder.sign(ca_key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + lifetime)
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(pair: KeyPair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(pair.key_file, pem)
    pair.certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, replacing an old one in one step."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    partial.replace(path)
