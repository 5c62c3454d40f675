"""PodCertificateRequests, by pkg/apis/certificates/validation and certificates/v1 types."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from certificate_authority import KEY, certificate, encoded, pem, request
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from kubepy.api.timestamps import format_time
from kubepy.apiserver.registry.certificates import STRATEGIES
from kubepy.apiserver.registry.certificates.issued_certificate import validate_answer

STRATEGY = STRATEGIES["podcertificaterequests"]
STATUS = STRATEGY.subresources["status"]
NOW = datetime(2026, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def stub(key: Any = KEY) -> str:
    return encoded(request(key).public_bytes(Encoding.DER))


STUB = stub()


def pod_request(**spec: Any) -> dict[str, Any]:
    fields = {
        "signerName": "example.com/s",
        "podName": "p",
        "podUID": "1",
        "serviceAccountName": "sa",
        "serviceAccountUID": "2",
        "nodeName": "n",
        "nodeUID": "3",
        "stubPKCS10Request": STUB,
        **spec,
    }
    obj = {"metadata": {"name": "r", "namespace": "default"}, "spec": fields}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_a_certificate_lasts_a_day_unless_said_otherwise():
    """+default=86400."""
    assert pod_request()["spec"]["maxExpirationSeconds"] == 86400


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"maxExpirationSeconds": 91 * 86400}, []),
        (
            {"maxExpirationSeconds": 91 * 86400 + 1},
            ["spec.maxExpirationSeconds: Invalid value: 7862401: must be in the range [3600, 7862400]"],
        ),
        (
            {"signerName": "kubernetes.io/s", "maxExpirationSeconds": 86401},
            ["spec.maxExpirationSeconds: Invalid value: 86401: must be in the range [3600, 86400]"],
        ),
        (
            {"podUID": "", "nodeUID": "x" * 129},
            [
                'spec.podUID: Invalid value: "": must not be empty',
                "spec.nodeUID: Too long: may not be more than 128 bytes",
            ],
        ),
        ({"stubPKCS10Request": ""}, ["spec.stubPKCS10Request: Required value"]),
        (
            {"stubPKCS10Request": "AAAA"},
            ['spec.stubPKCS10Request: Invalid value: "AAAA": must be a valid PKCS#10 CSR'],
        ),
        (
            {"unverifiedUserAnnotations": {"plain": "x"}},
            [
                'spec.unverifiedUserAnnotations: Invalid value: "plain": '
                'must be a domain-prefixed key (such as "acme.io/foo")'
            ],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """ValidatePodCertificateRequestCreate."""
    assert messages(STRATEGY.validate(pod_request(**spec))) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (ed25519.Ed25519PrivateKey.generate(), []),
        (ec.generate_private_key(ec.SECP521R1()), []),
        (
            rsa.generate_private_key(65537, 2048),
            ['spec.stubPKCS10Request: Invalid value: "2048-bit modulus": RSA keys must have modulus size 3072 or 4096'],
        ),
        (
            ec.generate_private_key(ec.SECP256K1()),
            [
                'spec.stubPKCS10Request: Invalid value: "curve secp256k1": '
                "elliptic public keys must use curve P256 or P384"
            ],
        ),
    ],
)
def test_keys_are_of_known_kinds(key: Any, expected: list[str]):
    """The key types that v1 lists."""
    assert messages(STRATEGY.validate(pod_request(stubPKCS10Request=stub(key)))) == expected


def test_the_spec_never_changes():
    """ValidatePodCertificateRequestUpdate."""
    (error,) = STRATEGY.validate_update(pod_request(podName="q"), pod_request())
    assert (error.field, error.detail) == ("spec", "field is immutable")
    assert STRATEGY.validate_update(pod_request(), pod_request()) == []


def condition(kind: str, status: str = "True") -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": "R", "lastTransitionTime": "2026-01-02T00:00:00Z"}


def issued(lifetime: timedelta = DAY, begin: datetime = NOW, **changes: Any) -> dict[str, Any]:
    key, dns_name = changes.pop("key", KEY), changes.pop("dns_name", "")
    status = {
        "conditions": [condition("Issued")],
        "certificateChain": pem(certificate(begin, lifetime, key=key, dns_name=dns_name)),
        "notBefore": format_time(begin),
        "notAfter": format_time(begin + lifetime),
        "beginRefreshAt": format_time(begin + lifetime / 2),
        **changes,
    }
    return {name: value for name, value in status.items() if value is not None}


@pytest.mark.parametrize(
    ("status", "field", "detail"),
    [
        (issued(), "", ""),
        (issued(dns_name="a.example"), "", ""),
        (
            issued(certificateChain="x"),
            "status.certificateChain",
            "issued certificate chain must contain at least one certificate",
        ),
        (
            issued(key=ec.generate_private_key(ec.SECP256R1())),
            "status.certificateChain",
            "leaf certificate was not issued to the requested public key",
        ),
        (
            issued(dns_name="a..b"),
            "status.certificateChain",
            "leaf certificate's DNSName should not contain '..'",
        ),
        (
            issued(notAfter=None),
            "status.notAfter",
            "must be present and consistent with the issued certificate",
        ),
        (
            issued(notBefore=format_time(NOW - DAY)),
            "status.notBefore",
            "must be set to the NotBefore time encoded in the leaf certificate",
        ),
        (
            issued(begin=NOW - timedelta(minutes=6)),
            "status.notBefore",
            "must be set to within 5 minutes of kube-apiserver's current time",
        ),
        (
            issued(timedelta(minutes=59)),
            "status.certificateChain",
            "leaf certificate lifetime must be >= 1 hour",
        ),
        (
            issued(2 * DAY),
            "status.certificateChain",
            "leaf certificate lifetime must be <= spec.maxExpirationSeconds (86400)",
        ),
        (
            issued(beginRefreshAt=format_time(NOW)),
            "status.beginRefreshAt",
            "must be at least 10 minutes after status.notBefore",
        ),
        (
            issued(beginRefreshAt=format_time(NOW + DAY)),
            "status.beginRefreshAt",
            "must be at least 10 minutes before status.notAfter",
        ),
    ],
)
def test_a_certificate_fits_the_request(status: dict[str, Any], field: str, detail: str):
    """ValidatePodCertificateRequestStatusUpdate, of a request that becomes issued."""
    errors = validate_answer(pod_request()["spec"], status, {}, NOW)
    assert [(error.field, error.detail) for error in errors] == ([(field, detail)] if field else [])


def test_intermediate_certificates_must_parse():
    """The rest of the chain."""
    status = issued()
    status["certificateChain"] += "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n"
    (error,) = validate_answer(pod_request()["spec"], status, {}, NOW)
    assert error.detail == "intermediate certificate does not parse as valid X.509"


@pytest.mark.parametrize(
    ("status", "old", "expected"),
    [
        ({"conditions": [condition("Denied")]}, {}, []),
        (
            {"conditions": [condition("Failed")], "certificateChain": "x"},
            {},
            [
                "status: Invalid value: non-condition status fields must be empty when denying or failing the "
                "PodCertificateRequest"
            ],
        ),
        (
            {"notBefore": "2026-01-02T00:00:00Z"},
            {},
            ['status: Invalid value: status is immutable unless transitioning to "Issued", "Denied", or "Failed"'],
        ),
        (
            {"conditions": [condition("Failed")]},
            {"conditions": [condition("Denied")]},
            ["status: Invalid value: immutable after PodCertificateRequest is issued, denied, or failed"],
        ),
        (
            {"conditions": [condition("Denied"), condition("Failed", "False"), condition("Ready")]},
            {},
            [
                'status.conditions.[1].type: Invalid value: "Failed": There may be at most one condition with type '
                '"Issued", "Denied", or "Failed"',
                'status.conditions.[1].status: Unsupported value: "False": supported values: "True"',
                'status.conditions.[2].type: Unsupported value: "Ready": '
                'supported values: "Issued", "Denied", "Failed"',
            ],
        ),
    ],
)
def test_a_request_is_answered_once(status: dict[str, Any], old: dict[str, Any], expected: list[str]):
    """ValidatePodCertificateRequestStatusUpdate."""
    new, before = {**pod_request(), "status": status}, {**pod_request(), "status": copy.deepcopy(old)}
    assert messages(STATUS.validate_update(new, before)) == expected
