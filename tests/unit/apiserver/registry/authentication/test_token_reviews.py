"""TokenReviews and TokenRequests, by pkg/apis/authentication and pkg/registry/authentication/tokenreview."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.errors import APIError
from kubepy.apiserver.registry.authentication import (
    default_token_request,
    validate_token_request,
    validate_token_review,
)


def test_a_review_needs_a_token():
    """REST.Create answers 400."""
    with pytest.raises(APIError) as raised:
        validate_token_review({"spec": {}})
    assert (raised.value.code, raised.value.message) == (400, "token is required for TokenReview in authentication")
    validate_token_review({"spec": {"token": "t"}})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"expirationSeconds": 600}, []),
        (
            {"expirationSeconds": 599},
            ["spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes"],
        ),
        (
            {"expirationSeconds": 2**32 + 1},
            ["spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds"],
        ),
    ],
)
def test_a_token_lasts_an_hour_and_at_least_ten_minutes(spec: dict[str, Any], expected: list[str]):
    """SetDefaults_TokenRequestSpec, ValidateTokenRequest."""
    request = {"spec": spec}
    default_token_request(request)
    assert [str(error) for error in validate_token_request(request)] == expected
