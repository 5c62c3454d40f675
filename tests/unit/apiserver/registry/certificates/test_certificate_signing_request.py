"""CertificateSigningRequests, by pkg/apis/certificates/validation and pkg/registry/certificates/certificates."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from certificate_authority import certificate, encoded, pem, request
from cryptography.hazmat.primitives.serialization import Encoding

from kubepy.apiserver.registry.certificates import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["certificatesigningrequests"]
STATUS = STRATEGY.subresources["status"]
APPROVAL = STRATEGY.subresources["approval"]
NOW = datetime(2026, 1, 2, tzinfo=UTC)
CONTEXT = WriteContext(User("jane", "u1", ("g1", "g2"), {"scopes": ("a", "b")}), NOW)
REQUEST = encoded(pem(request()))
CERTIFICATE = encoded(pem(certificate(NOW, timedelta(days=1))))
APPROVED = {"type": "Approved", "status": "True", "reason": "R", "lastUpdateTime": "2026-01-01T00:00:00Z"}


def csr(*conditions: dict[str, Any], status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    fields = {"request": REQUEST, "signerName": "example.com/s", "usages": ["client auth"], **spec}
    full = {**(status or {}), **({"conditions": list(conditions)} if conditions else {})}
    return copy.deepcopy({"metadata": {"name": "c"}, "spec": fields, "status": full})


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_the_server_says_who_asks():
    """csrStrategy.PrepareForCreate."""
    obj = csr(APPROVED, username="root", uid="0", groups=["system:masters"], extra={"x": ["y"]})
    STRATEGY.prepare_for_create(obj, CONTEXT)
    requester = {"username": "jane", "uid": "u1", "groups": ["g1", "g2"], "extra": {"scopes": ["a", "b"]}}
    assert {key: obj["spec"][key] for key in requester} == requester
    assert obj["status"] == {}
    STRATEGY.prepare_for_create(obj, WriteContext(User("joe"), NOW))
    assert {key for key in requester if key in obj["spec"]} == {"username"}


def test_only_subresources_change_a_request():
    """PrepareForUpdate of the three strategies, GetResetFields."""
    old = csr(username="jane")
    for strategy in (STRATEGY, STATUS, APPROVAL):
        new = csr(APPROVED, username="root", status={"certificate": CERTIFICATE})
        strategy.prepare_for_update(new, old, CONTEXT)
        assert new["spec"] == old["spec"]
        assert ("certificate" in new["status"]) is (strategy is STATUS)
        assert bool(new["status"].get("conditions")) is (strategy is not STRATEGY)
    assert STRATEGY.reset_fields == (("spec",), ("status",))
    assert STATUS.reset_fields == (("spec",), ("status", "conditions"))
    assert APPROVAL.reset_fields == (("spec",), ("status", "certificate"))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"usages": []}, ["spec.usages: Required value"]),
        (
            {"usages": ["client auth", "client auth"]},
            ['spec.usages[1]: Duplicate value: "client auth"'],
        ),
        ({"signerName": ""}, ["spec.signerName: Required value"]),
        (
            {"signerName": "kubernetes.io/legacy-unknown"},
            [
                'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": '
                "the legacy signerName is not allowed via this API version"
            ],
        ),
        (
            {"expirationSeconds": 599},
            [
                "spec.expirationSeconds: Invalid value: 599: "
                "may not specify a duration less than 600 seconds (10 minutes)"
            ],
        ),
        ({"request": ""}, ['spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST']),
        (
            {"request": CERTIFICATE},
            [f'spec.request: Invalid value: "{CERTIFICATE}": PEM block type must be CERTIFICATE REQUEST'],
        ),
    ],
)
def test_spec_rules(spec: dict[str, Any], expected: list[str]):
    """validateCertificateSigningRequest."""
    assert messages(STRATEGY.validate(csr(**spec))) == expected


def test_unknown_usages_are_listed_with_the_known_ones():
    """allValidUsages, sorted."""
    (error,) = STRATEGY.validate(csr(usages=["dance"]))
    assert error.field == "spec.usages[0]"
    known = error.detail.removeprefix("supported values: ").split(", ")
    assert known == sorted(known)
    assert len(known) == 23


def test_a_forged_request_is_refused():
    """validateCSR: CheckSignature."""
    der = bytearray(request().public_bytes(Encoding.DER))
    der[-1] ^= 1
    body = encoded(bytes(der))
    text = f"-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n"
    (error,) = STRATEGY.validate(csr(request=encoded(text)))
    assert error.field == "spec.request"
    assert error.detail == "x509: ECDSA verification failure"


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([APPROVED], []),
        (
            [{"status": "True"}, {"type": "A", "status": ""}, {"type": "Failed", "status": "False"}],
            [
                "status.conditions[0].type: Required value",
                "status.conditions[1].status: Required value",
                'status.conditions[2].status: Unsupported value: "False": supported values: "True"',
            ],
        ),
        (
            [APPROVED, {"type": "Denied", "status": "True"}],
            ['status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
        ),
        ([{"type": "A", "status": "True"}] * 2, ['status.conditions[1].type: Duplicate value: "A"']),
    ],
)
def test_condition_rules(conditions: list[dict[str, Any]], expected: list[str]):
    """validateConditions; what is stored stays acceptable."""
    obj = csr(*conditions)
    assert messages(APPROVAL.validate_update(obj, csr())) == expected
    kept = messages(APPROVAL.validate_update(obj, copy.deepcopy(obj)))
    assert kept == [text for text in expected if ".status: " in text]


def test_approval_is_given_at_its_endpoint_only_and_never_taken_back():
    """validateCertificateSigningRequestUpdate."""
    assert APPROVAL.validate_update(csr(APPROVED), csr()) == []
    assert messages(STATUS.validate_update(csr(APPROVED), csr())) == [
        'status.conditions: Forbidden: updates may not add a condition of type "Approved"'
    ]
    changed = {**APPROVED, "reason": "Other"}
    assert messages(STATUS.validate_update(csr(changed), csr(APPROVED))) == [
        'status.conditions: Forbidden: updates may not modify a condition of type "Approved"'
    ]
    for strategy in (STATUS, APPROVAL):
        assert messages(strategy.validate_update(csr(), csr(APPROVED))) == [
            'status.conditions: Forbidden: updates may not remove a condition of type "Approved"'
        ]


def test_a_certificate_is_set_once():
    """validateCertificateSigningRequestUpdate, validateCertificate."""
    issued = csr(status={"certificate": CERTIFICATE})
    assert STATUS.validate_update(issued, csr()) == []
    assert messages(APPROVAL.validate_update(issued, csr())) == [
        "status.certificate: Forbidden: updates may not set certificate content"
    ]
    other = csr(status={"certificate": encoded(pem(certificate(NOW, timedelta(days=2))))})
    assert messages(STATUS.validate_update(other, issued)) == [
        "status.certificate: Forbidden: updates may not modify existing certificate content"
    ]
    for text, complaint in (
        ("x", "must contain at least one CERTIFICATE PEM block"),
        (pem(request()), 'only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"'),
    ):
        bad = csr(status={"certificate": encoded(text)})
        assert messages(STATUS.validate_update(bad, csr())) == [
            f'status.certificate: Invalid value: "<certificate data>": {complaint}'
        ]


def test_conditions_get_their_times():
    """populateConditionTimestamps, preserveConditionInstances."""
    then = "2026-01-01T00:00:00Z"
    old = csr({**APPROVED, "lastTransitionTime": then})
    new = csr({"type": "Approved", "status": "True", "reason": "Tampered"}, {"type": "Failed", "status": "True"})
    STATUS.prepare_for_update(new, old, CONTEXT)
    approved, failed = new["status"]["conditions"]
    assert approved == {**APPROVED, "lastTransitionTime": then}
    assert failed["lastUpdateTime"] == failed["lastTransitionTime"] == "2026-01-02T00:00:00Z"
    new = csr({"type": "Approved", "status": "True"})
    APPROVAL.prepare_for_update(new, old, CONTEXT)
    (approved,) = new["status"]["conditions"]
    assert (approved["lastUpdateTime"], approved["lastTransitionTime"]) == ("2026-01-02T00:00:00Z", then)


def test_any_name_will_do():
    """ValidateCertificateRequestName."""
    assert STRATEGY.validate_name("A b/c", False) == []
