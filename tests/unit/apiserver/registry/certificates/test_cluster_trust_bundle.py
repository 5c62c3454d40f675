"""ClusterTrustBundles, by pkg/apis/certificates/validation (ValidateClusterTrustBundle) and its test table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from certificate_authority import certificate, pem, request

from kubepy.apiserver.registry.certificates import STRATEGIES

STRATEGY = STRATEGIES["clustertrustbundles"]
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ROOT = pem(certificate(NOW, timedelta(days=1), is_ca=True))
OTHER_ROOT = pem(certificate(NOW, timedelta(days=2), is_ca=True))
LEAF = pem(certificate(NOW, timedelta(days=1), is_ca=False))
PLAIN = pem(certificate(NOW, timedelta(days=1)))
WITH_HEADERS = ROOT.replace("CERTIFICATE-----\n", "CERTIFICATE-----\nKey: value\n\n", 1)
GARBAGE = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n"


def bundle(text: str, name: str = "foo", signer: str = "") -> dict[str, Any]:
    spec = {"trustBundle": text, **({"signerName": signer} if signer else {})}
    return {"metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROOT, []),
        (f"comment\n{ROOT}{OTHER_ROOT}", []),
        ("", ["at least one trust anchor must be provided"]),
        (ROOT + OTHER_ROOT + ROOT, ["duplicate trust anchor (indices [0 2])"]),
        (pem(request()), ["entry 0 has bad block type: CERTIFICATE REQUEST"]),
        (ROOT + WITH_HEADERS, ["entry 1 has PEM block headers"]),
        (GARBAGE, ["entry 0 does not parse as X.509"]),
        (LEAF + PLAIN, ["entry 0 does not have the CA bit set", "entry 1 does not have the CA bit set"]),
    ],
)
def test_bundles_hold_distinct_roots(text: str, expected: list[str]):
    """validateTrustBundle; a bundle that doesn't change isn't looked at."""
    errors = [str(error) for error in STRATEGY.validate(bundle(text))]
    assert errors == [f'spec.trustBundle: Invalid value: "<value omitted>": {complaint}' for complaint in expected]
    assert STRATEGY.validate_update(bundle(text), bundle(text)) == []
    assert bool(STRATEGY.validate_update(bundle(text), bundle("old"))) is bool(expected)


def test_a_bundle_has_a_limit():
    """MaxTrustBundleSize."""
    assert [str(error) for error in STRATEGY.validate(bundle("x" * (1 << 20) + "x"))] == [
        "spec.trustBundle: Too long: may not be more than 1048576 bytes"
    ]


@pytest.mark.parametrize(
    ("name", "signer", "expected"),
    [
        ("example.com:s:foo", "example.com/s", ""),
        ("a:b", "", 'ClusterTrustBundle without signer name must not have ":" in its name'),
        (
            "foo",
            "example.com/s",
            "ClusterTrustBundle for signerName example.com/s must be named with prefix example.com:s:",
        ),
    ],
)
def test_names_start_with_the_signer(name: str, signer: str, expected: str):
    """ValidateClusterTrustBundleName."""
    errors = [str(error) for error in STRATEGY.validate(bundle(ROOT, name, signer))]
    assert errors == ([f'metadata.name: Invalid value: "{name}": {expected}'] if expected else [])


def test_the_signer_is_fixed():
    """ValidateClusterTrustBundleUpdate."""
    old, new = bundle(ROOT, "example.com:s:foo", "example.com/s"), bundle(ROOT, "example.com:s:foo", "example.com/t")
    assert str(STRATEGY.validate_update(new, old)[-1]) == (
        'spec.signerName: Invalid value: "example.com/t": field is immutable'
    )
