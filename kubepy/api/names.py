"""Which strings may be names, label keys, ports and the like, and upstream's complaints about the others.

Every `is_...(value)` returns the list of complaints, empty if the value is fine; those that take a `Path` return
field errors. Follows apimachinery `pkg/util/validation/validation.go`, `pkg/api/validate/content` and
`pkg/api/validation/generic.go`. Lengths count UTF-8 bytes.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

from kubepy.api.addresses import is_valid_cidr as is_valid_cidr
from kubepy.api.addresses import is_valid_ip as is_valid_ip
from kubepy.api.field import FieldError, Path, invalid, required

EMPTY_ERROR: Final = "must be non-empty"

DNS1123_LABEL_MAX_LENGTH: Final = 63
DNS1123_SUBDOMAIN_MAX_LENGTH: Final = 253
DNS1035_LABEL_MAX_LENGTH: Final = 63
LABEL_VALUE_MAX_LENGTH: Final = 63

_DNS1123_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS1123_SUBDOMAIN: Final = rf"{_DNS1123_LABEL}(\.{_DNS1123_LABEL})*"
_DNS1123_LABEL_UNDERSCORE: Final = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_DNS1123_SUBDOMAIN_UNDERSCORE: Final = rf"{_DNS1123_LABEL_UNDERSCORE}(\.{_DNS1123_LABEL_UNDERSCORE})*"
_DNS1035_LABEL: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_WILDCARD_SUBDOMAIN: Final = rf"\*\.{_DNS1123_SUBDOMAIN}"
_LABEL_KEY: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE: Final = f"({_LABEL_KEY})?"
_CONFIG_MAP_KEY: Final = "[-._a-zA-Z0-9]+"
_ENV_VAR_NAME: Final = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_HTTP_HEADER_NAME: Final = "[-A-Za-z0-9]+"
_HTTP_PATH: Final = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_PERCENT: Final = "[0-9]+%"
_C_IDENTIFIER: Final = "[A-Za-z_][A-Za-z0-9_]*"

_match_dns1123_label = re.compile(_DNS1123_LABEL).fullmatch
_match_dns1123_subdomain = re.compile(_DNS1123_SUBDOMAIN).fullmatch
_match_dns1123_subdomain_underscore = re.compile(_DNS1123_SUBDOMAIN_UNDERSCORE).fullmatch
_match_dns1123_subdomain_caseless = re.compile(_DNS1123_SUBDOMAIN, re.IGNORECASE | re.ASCII).fullmatch
_match_dns1035_label = re.compile(_DNS1035_LABEL).fullmatch
_match_wildcard_subdomain = re.compile(_WILDCARD_SUBDOMAIN).fullmatch
_match_label_key = re.compile(_LABEL_KEY).fullmatch
_match_label_value = re.compile(_LABEL_VALUE).fullmatch
_match_config_map_key = re.compile(_CONFIG_MAP_KEY).fullmatch
_match_env_var_name = re.compile(_ENV_VAR_NAME).fullmatch
_match_relaxed_env_var_name = re.compile("[ -<>-~]*").fullmatch
_match_http_header_name = re.compile(_HTTP_HEADER_NAME).fullmatch
_match_http_path = re.compile(_HTTP_PATH).fullmatch
_match_percent = re.compile(_PERCENT).fullmatch
_match_c_identifier = re.compile(_C_IDENTIFIER).fullmatch
_match_port_name_characters = re.compile("[-a-z0-9]+").fullmatch
_match_decimal_integer = re.compile("0|-?[1-9][0-9]*").fullmatch
_search_letter = re.compile("[a-z]").search

_ALNUM_ENDS: Final = "and must start and end with an alphanumeric character"
_DNS1123_LABEL_MESSAGE: Final = (
    f"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', {_ALNUM_ENDS}"
)
_DNS1123_SUBDOMAIN_MESSAGE: Final = (
    f"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', {_ALNUM_ENDS}"
)
_DNS1123_SUBDOMAIN_UNDERSCORE_MESSAGE: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', " + _ALNUM_ENDS
)
_DNS1123_SUBDOMAIN_CASELESS_MESSAGE: Final = (
    f"an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', {_ALNUM_ENDS}"
)
_DNS1035_LABEL_MESSAGE: Final = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character"
)
_WILDCARD_SUBDOMAIN_MESSAGE: Final = (
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
)
_LABEL_KEY_MESSAGE: Final = f"must consist of alphanumeric characters, '-', '_' or '.', {_ALNUM_ENDS}"
_LABEL_VALUE_MESSAGE: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " + _ALNUM_ENDS
)
_ENV_VAR_NAME_MESSAGE: Final = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', "
    "and must not start with a digit"
)
_RELAXED_ENV_VAR_NAME_MESSAGE: Final = (
    "a valid environment variable name must consist only of printable ASCII characters other than '='"
)
_C_IDENTIFIER_MESSAGE: Final = (
    "a valid C identifier must start with alphabetic character or '_', "
    "followed by a string of alphanumeric characters or '_'"
)


class NameValidator(Protocol):
    """Complaints about an object's name; with `prefix`, about a generateName that something will be added to."""

    def __call__(self, name: str, prefix: bool = ..., /) -> list[str]: ...


def max_len_error(length: int) -> str:
    """The complaint about a string that is too long."""
    return f"must be no more than {length} characters"


def regex_error(message: str, pattern: str, *examples: str) -> str:
    """The complaint about a string that doesn't match a pattern, with examples of strings that do."""
    if not examples:
        return f"{message} (regex used for validation is '{pattern}')"
    listed = " or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {listed}regex used for validation is '{pattern}')"


def inclusive_range_error(lowest: int, highest: int) -> str:
    """The complaint about a number out of range."""
    return f"must be between {lowest} and {highest}, inclusive"


def _length(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))


def _too_long(value: str, limit: int) -> list[str]:
    return [max_len_error(limit)] if _length(value) > limit else []


def is_dns1123_label(value: str) -> list[str]:
    """A DNS label: lower case letters, digits and dashes, at most 63."""
    errors = _too_long(value, DNS1123_LABEL_MAX_LENGTH)
    if _match_dns1123_label(value) is None:
        if _match_dns1123_subdomain(value) is not None:
            errors.append("must not contain dots")
        else:
            errors.append(regex_error(_DNS1123_LABEL_MESSAGE, _DNS1123_LABEL, "my-name", "123-abc"))
    return errors


def is_dns1123_subdomain(value: str) -> list[str]:
    """DNS labels joined by dots, at most 253 characters."""
    errors = _too_long(value, DNS1123_SUBDOMAIN_MAX_LENGTH)
    if _match_dns1123_subdomain(value) is None:
        errors.append(regex_error(_DNS1123_SUBDOMAIN_MESSAGE, _DNS1123_SUBDOMAIN, "example.com"))
    return errors


def is_dns1123_subdomain_with_underscore(value: str) -> list[str]:
    """A DNS subdomain whose labels may also hold, and start with, underscores."""
    errors = _too_long(value, DNS1123_SUBDOMAIN_MAX_LENGTH)
    if _match_dns1123_subdomain_underscore(value) is None:
        message = _DNS1123_SUBDOMAIN_UNDERSCORE_MESSAGE
        errors.append(regex_error(message, _DNS1123_SUBDOMAIN_UNDERSCORE, "example.com"))
    return errors


def is_dns1123_subdomain_caseless(value: str) -> list[str]:
    """A DNS subdomain that may have upper case letters (names of CSI and DRA drivers)."""
    errors = _too_long(value, DNS1123_SUBDOMAIN_MAX_LENGTH)
    if _match_dns1123_subdomain_caseless(value) is None:
        errors.append(regex_error(_DNS1123_SUBDOMAIN_CASELESS_MESSAGE, _DNS1123_SUBDOMAIN, "Example.com"))
    return errors


def is_dns1035_label(value: str) -> list[str]:
    """A DNS label that starts with a letter, at most 63 characters."""
    errors = _too_long(value, DNS1035_LABEL_MAX_LENGTH)
    if _match_dns1035_label(value) is None:
        errors.append(regex_error(_DNS1035_LABEL_MESSAGE, _DNS1035_LABEL, "my-name", "abc-123"))
    return errors


def is_wildcard_dns1123_subdomain(value: str) -> list[str]:
    """`*.` and a DNS subdomain (RFC 1034 section 4.3.3)."""
    errors = _too_long(value, DNS1123_SUBDOMAIN_MAX_LENGTH)
    if _match_wildcard_subdomain(value) is None:
        errors.append(regex_error(_WILDCARD_SUBDOMAIN_MESSAGE, _WILDCARD_SUBDOMAIN, "*.example.com"))
    return errors


def is_qualified_name(value: str) -> list[str]:
    """A label key: a name of at most 63 characters, optionally after a DNS subdomain and a slash."""
    prefix, slash, name = value.partition("/")
    if not slash:
        name = prefix
    if "/" in name:
        pattern = regex_error(_LABEL_KEY_MESSAGE, _LABEL_KEY, "MyName", "my.name", "123-abc")
        return [
            f"a valid label key {pattern} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        ]
    errors: list[str] = []
    if slash and not prefix:
        errors.append(f"prefix part {EMPTY_ERROR}")
    elif slash:
        errors += [f"prefix part {message}" for message in is_dns1123_subdomain(prefix)]
    if not name:
        errors.append(f"name part {EMPTY_ERROR}")
    elif _length(name) > 63:
        errors.append(f"name part {max_len_error(63)}")
    if _match_label_key(name) is None:
        pattern = regex_error(_LABEL_KEY_MESSAGE, _LABEL_KEY, "MyName", "my.name", "123-abc")
        errors.append(f"name part {pattern}")
    return errors


def is_prefixed_label_key(value: str) -> list[str]:
    """A label key that has a prefix: `example.com/key`."""
    errors = is_qualified_name(value)
    if not errors and "/" not in value:
        errors.append("must include a prefix (e.g. 'example.com/key')")
    return errors


def is_valid_label_value(value: str) -> list[str]:
    """Empty, or at most 63 letters, digits, dashes, underscores and dots with alphanumeric ends."""
    errors = _too_long(value, LABEL_VALUE_MAX_LENGTH)
    if _match_label_value(value) is None:
        errors.append(regex_error(_LABEL_VALUE_MESSAGE, _LABEL_VALUE, "MyValue", "my_value", "12345"))
    return errors


def _dot_errors(value: str) -> list[str]:
    if not value.startswith("."):
        return []
    if value in (".", ".."):
        return [f"must not be '{value}'"]
    return ["must not start with '..'"] if value.startswith("..") else []


def is_config_map_key(value: str) -> list[str]:
    """A key of a ConfigMap or Secret, which may become a file's name."""
    errors = _too_long(value, DNS1123_SUBDOMAIN_MAX_LENGTH)
    if _match_config_map_key(value) is None:
        message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        errors.append(regex_error(message, _CONFIG_MAP_KEY, "key.name", "KEY_NAME", "key-name"))
    return errors + _dot_errors(value)


def is_env_var_name(value: str) -> list[str]:
    """The name of an environment variable, in the strict form."""
    errors: list[str] = []
    if _match_env_var_name(value) is None:
        examples = ("my.env-name", "MY_ENV.NAME", "MyEnvName1")
        errors.append(regex_error(_ENV_VAR_NAME_MESSAGE, _ENV_VAR_NAME, *examples))
    return errors + _dot_errors(value)


def is_relaxed_env_var_name(value: str) -> list[str]:
    """The name of an environment variable: any printable ASCII but `=`."""
    if not value:
        return [f"environment variable name {EMPTY_ERROR}"]
    return [] if _match_relaxed_env_var_name(value) is not None else [_RELAXED_ENV_VAR_NAME_MESSAGE]


def is_http_header_name(value: str) -> list[str]:
    """The name of an HTTP header."""
    if _match_http_header_name(value) is not None:
        return []
    message = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return [regex_error(message, _HTTP_HEADER_NAME, "X-Header-Name")]


def is_c_identifier(value: str) -> list[str]:
    """An identifier as in C, of any length."""
    if _match_c_identifier(value) is not None:
        return []
    return [regex_error(_C_IDENTIFIER_MESSAGE, _C_IDENTIFIER, "my_name", "MY_NAME", "MyName")]


def is_decimal_integer(value: str) -> list[str]:
    """A decimal integer without leading zeros or a plus sign."""
    if not value:
        return [EMPTY_ERROR]
    return [] if _match_decimal_integer(value) is not None else ["must be a valid decimal integer in canonical form"]


def is_valid_port_name(value: str) -> list[str]:
    """An IANA service name: at most 15 of `-a-z0-9` with a letter and single inner dashes (RFC 6335)."""
    errors = _too_long(value, 15)
    if _match_port_name_characters(value) is None:
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if _search_letter(value) is None:
        errors.append("must contain at least one letter (a-z)")
    if "--" in value:
        errors.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        errors.append("must not begin or end with a hyphen")
    return errors


def is_in_range(value: int, lowest: int, highest: int) -> list[str]:
    """A number between two bounds, both included."""
    return [] if lowest <= value <= highest else [inclusive_range_error(lowest, highest)]


def is_valid_port_num(port: int) -> list[str]:
    """A TCP, UDP or SCTP port."""
    return is_in_range(port, 1, 65535)


def is_valid_user_id(uid: int) -> list[str]:
    """A Unix user id."""
    return is_in_range(uid, 0, 2**31 - 1)


def is_valid_group_id(gid: int) -> list[str]:
    """A Unix group id."""
    return is_in_range(gid, 0, 2**31 - 1)


def is_valid_percent(value: str) -> list[str]:
    """A number and a percent sign."""
    if _match_percent(value) is not None:
        return []
    message = "a valid percent string must be a numeric string followed by an ending '%'"
    return [regex_error(message, _PERCENT, "1%", "93%")]


def is_fully_qualified_name(path: Path, value: str) -> list[FieldError]:
    """A DNS subdomain of at least three labels (names of signers, for one)."""
    if not value:
        return [required(path)]
    if errors := is_dns1123_subdomain(value):
        return [invalid(path, value, ",".join(errors))]
    if value.count(".") < 2:
        return [invalid(path, value, "should be a domain with at least three segments separated by dots")]
    return []


def is_fully_qualified_domain_name(path: Path, value: str) -> list[FieldError]:
    """A DNS subdomain of at least two labels, with or without a final dot."""
    if not value:
        return [required(path)]
    name = value.removesuffix(".")
    if errors := is_dns1123_subdomain(name):
        return [invalid(path, name, ",".join(errors))]
    if "." not in name:
        return [invalid(path, name, "should be a domain with at least two segments separated by dots")]
    for label in name.split("."):
        if errors := is_dns1123_label(label):
            return [invalid(path, label, ",".join(errors))]
    return []


def is_domain_prefixed_path(path: Path, value: str) -> list[FieldError]:
    """A DNS subdomain, a slash and an HTTP path: `acme.io/foo/bar`."""
    if not value:
        return [required(path)]
    host, _, rest = value.partition("/")
    if not host or not rest:
        return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    errors = [invalid(path, host, message) for message in is_dns1123_subdomain(host)]
    if _match_http_path(rest) is None:
        errors.append(invalid(path, rest, regex_error("Invalid path", _HTTP_PATH)))
    return errors


def is_domain_prefixed_key(path: Path, value: str) -> list[FieldError]:
    """A label key with a prefix: `acme.io/foo`."""
    if not value:
        return [required(path)]
    errors = [invalid(path, value, message) for message in is_qualified_name(value)]
    if not errors and "/" not in value:
        errors.append(invalid(path, value, 'must be a domain-prefixed key (such as "acme.io/foo")'))
    return errors


def _without_trailing_dash(name: str) -> str:
    # What will be generated never ends in the prefix's dash, so the prefix may.
    return name[:-2] + "a" if len(name) > 1 and name.endswith("-") else name


def dns_subdomain_name(name: str, prefix: bool = False, /) -> list[str]:
    """Names of most kinds."""
    return is_dns1123_subdomain(_without_trailing_dash(name) if prefix else name)


def dns_label_name(name: str, prefix: bool = False, /) -> list[str]:
    """Names of namespaces and the like."""
    return is_dns1123_label(_without_trailing_dash(name) if prefix else name)


def dns1035_label_name(name: str, prefix: bool = False, /) -> list[str]:
    """Names that become DNS labels in the older sense (no leading digit)."""
    return is_dns1035_label(_without_trailing_dash(name) if prefix else name)


def path_segment_name(name: str, prefix: bool = False, /) -> list[str]:
    """Names that need only be usable in a URL (RBAC)."""
    if not prefix and name in (".", ".."):
        return [f"may not be '{name}'"]
    return [f"may not contain '{content}'" for content in ("/", "%") if content in name]
