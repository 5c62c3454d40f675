"""Names: apimachinery `pkg/util/validation/validation_test.go`, `pkg/api/validate/content`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubepy.api import names
from kubepy.api.field import Path

LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"
P = Path("x")

GOOD = [
    (names.is_dns1123_label, ["a", "ab", "a-1--b", "0", "01a", "a" * 63]),
    (names.is_dns1123_subdomain, ["a", "0.a.b-1", "a." * 126 + "b"]),
    (names.is_dns1123_subdomain_with_underscore, ["_a.b", "a_b"]),
    (names.is_dns1123_subdomain_caseless, ["A.b", "Example.com"]),
    (names.is_dns1035_label, ["a", "a-1", "a" * 63]),
    (names.is_wildcard_dns1123_subdomain, ["*.example.com", "*.bar.com"]),
    (
        names.is_qualified_name,
        ["simple", "1.2.3.4/5678", "example.com/Uppercase_Is_OK_123", "a" * 253 + "/" + "b" * 63],
    ),
    (names.is_prefixed_label_key, ["simple/simple"]),
    (names.is_valid_label_value, ["", "a", "1234", "a" * 63]),
    (names.is_config_map_key, ["a", "good", "GOOD_good-1.x", ".a", "a" * 253]),
    (names.is_env_var_name, ["my-var", "my.env", "_A", ".a"]),
    (names.is_relaxed_env_var_name, ["1 ~", "a:b;c", "x"]),
    (names.is_http_header_name, ["Accept-Encoding", "If-None-Match"]),
    (names.is_c_identifier, ["a", "_1", "A_b"]),
    (names.is_decimal_integer, ["0", "-1", "120"]),
    (names.is_valid_port_name, ["telnet", "re-mail-ck", "a-1", "1a"]),
    (names.is_valid_percent, ["0%", "99999%"]),
    (names.dns_label_name, ["ns-1"]),
    (names.path_segment_name, ["system:node", "a.b", ""]),
]
BAD = [
    (names.is_dns1123_label, ["", "A", "a-", "-a", "a_b", "a.b", "a" * 64, "a\n", "é"]),
    (names.is_dns1123_subdomain, ["", "a.", "a..b", "a_b", "A", "a" * 254, "a\n"]),
    (names.is_dns1123_subdomain_with_underscore, ["a_", "__a"]),
    (names.is_dns1123_subdomain_caseless, ["a_b", "\u212a"]),
    (names.is_dns1035_label, ["1", "0a", "a.b", "A", ""]),
    (names.is_wildcard_dns1123_subdomain, ["*.*.bar.com", "*bar.com", "*", "f*.bar.com"]),
    (names.is_qualified_name, ["", "a/b/c", "/simple", "example.com/", "Example.com/a", "a" * 64, "-a", "a\n"]),
    (names.is_prefixed_label_key, ["simple"]),
    (names.is_valid_label_value, ["a b", "-a", "a-", "a" * 64, "ā"]),
    (names.is_config_map_key, ["", ".", "..", "..a", "a/b", "a b", "a" * 254]),
    (names.is_env_var_name, ["", "1a", "..", "a b", ".", "..a"]),
    (names.is_relaxed_env_var_name, ["", "a=b", "é", "\t"]),
    (names.is_http_header_name, ["", "Accept:", "a_b"]),
    (names.is_c_identifier, ["", "1", "a-b"]),
    (names.is_decimal_integer, ["", "-", "-0", "00", "+1", "1\n"]),
    (names.is_valid_port_name, ["", "-a", "a-", "1", "a--b", "A", "toolongtoolongtoo"]),
    (names.is_valid_percent, ["", "%", "1", "1%%", "-1%"]),
    (names.path_segment_name, [".", "..", "a/b", "a%b"]),
]


@pytest.mark.parametrize(("check", "value"), [(check, value) for check, values in GOOD for value in values])
def test_a_good_value_has_no_complaints(check: Callable[[str], list[str]], value: str) -> None:
    assert check(value) == []


@pytest.mark.parametrize(("check", "value"), [(check, value) for check, values in BAD for value in values])
def test_a_bad_value_has_complaints(check: Callable[[str], list[str]], value: str) -> None:
    assert check(value)


def test_complaints_have_upstreams_words() -> None:
    """kubectl prints these, so users search for them."""
    assert names.is_dns1123_label("a.b") == ["must not contain dots"]
    assert names.is_dns1123_label("A") == [
        f"{LABEL}, and must start and end with an alphanumeric character "
        "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    ]
    assert names.is_dns1123_label("a" * 64) == ["must be no more than 63 characters"]
    assert names.is_dns1123_subdomain("x_")[0].endswith(
        "(e.g. 'example.com', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    )
    assert names.is_qualified_name("/x") == ["prefix part must be non-empty"]
    assert names.is_qualified_name("a/")[0] == "name part must be non-empty"
    assert names.is_config_map_key("..a") == ["must not start with '..'"]
    assert names.is_config_map_key(".") == ["must not be '.'"]
    assert names.is_valid_port_num(0) == ["must be between 1 and 65535, inclusive"]
    assert names.is_valid_user_id(2**31) == ["must be between 0 and 2147483647, inclusive"]
    assert names.regex_error("m", "f") == "m (regex used for validation is 'f')"
    assert names.path_segment_name("a/%") == ["may not contain '/'", "may not contain '%'"]


def test_lengths_count_bytes() -> None:
    """Go's `len` of a string is its length in UTF-8."""
    assert names.max_len_error(63) in names.is_valid_label_value("é" * 32)


def test_a_generate_name_may_end_in_a_dash() -> None:
    """`maskTrailingDash`: what is generated never ends there."""
    assert names.dns_label_name("web-", True) == []
    assert names.dns_label_name("web-", False) != []
    assert names.dns_subdomain_name("a.b-", True) == []
    assert names.dns1035_label_name("web-", True) == []
    assert names.path_segment_name(".", True) == []


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("a.b.c", None),
        ("", ""),
        ("a.b", "should be a domain with at least three segments separated by dots"),
    ],
)
def test_a_fully_qualified_name_has_three_segments(value: str, detail: str | None) -> None:
    assert [error.detail for error in names.is_fully_qualified_name(P, value)] == ([] if detail is None else [detail])


def test_domain_prefixed_values() -> None:
    assert names.is_fully_qualified_domain_name(P, "a.b.") == []
    assert names.is_fully_qualified_domain_name(P, "a") != []
    assert names.is_domain_prefixed_path(P, "acme.io/foo/bar") == []
    assert str(names.is_domain_prefixed_path(P, "acme.io")[0]) == (
        'x: Invalid value: "acme.io": must be a domain-prefixed path (such as "acme.io/foo")'
    )
    assert names.is_domain_prefixed_path(P, "acme.io/ä") != []
    assert names.is_domain_prefixed_key(P, "acme.io/foo") == []
    assert names.is_domain_prefixed_key(P, "foo") != []
