"""What validating and mutating admission policies share: parameters, variables and their bindings' choices.

Follows kubernetes `pkg/apis/admissionregistration/validation/validation.go` (validateParamKind, validateVariable,
validateParamRef).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.labels import validate_label_selector
from kubepy.api.names import dns_subdomain_name, is_dns1035_label, is_dns1123_subdomain, path_segment_name

Object = dict[str, Any]

_MISSING_PARAMETER_ACTIONS: Final = ("Deny", "Allow")
_BOTH: Final = "name and selector are mutually exclusive"
_is_identifier = re.compile("[_a-zA-Z][_a-zA-Z0-9]*").fullmatch
_RESERVED: Final = frozenset(
    {
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"),
        *("import", "let", "loop", "package", "namespace", "return", "var", "void", "while"),
    }
)


def validate_param_kind(kind: Object, path: Path) -> list[FieldError]:
    """The type of the objects that parameterise a policy."""
    name = kind.get("kind", "")
    errors = _validate_api_version(kind.get("apiVersion", ""), path.child("apiVersion"))
    if not name:
        return [*errors, required(path.child("kind"))]
    if complaints := is_dns1035_label(name.lower()):
        message = f"may have mixed case, but should otherwise match: {','.join(complaints)}"
        errors.append(invalid(path.child("kind"), name, message))
    return errors


def _validate_api_version(api_version: str, path: Path) -> list[FieldError]:
    if not api_version:
        return [required(path)]
    if api_version.count("/") > 1:
        return [invalid(path, api_version, f"unexpected GroupVersion string: {api_version}")]
    group, _, version = api_version.rpartition("/")
    errors = []
    if group and (complaints := is_dns1123_subdomain(group)):
        errors.append(invalid(path, group, ",".join(complaints)))
    if not version:
        errors.append(invalid(path, api_version, "version must be specified"))
    elif complaints := is_dns1035_label(version):
        errors.append(invalid(path, version, ",".join(complaints)))
    return errors


def validate_variables(variables: Sequence[Object] | None, path: Path) -> list[FieldError]:
    """Named expressions that others may use."""
    errors = []
    for position, variable in enumerate(variables or ()):
        where = path.index(position)
        name = variable.get("name", "")
        if not name.strip():
            errors.append(required(where.child("name"), "name is not specified"))
        elif not _is_identifier(name) or name in _RESERVED:
            errors.append(invalid(where.child("name"), name, "must be a valid CEL identifier"))
        if not variable.get("expression", "").strip():
            errors.append(required(where.child("expression"), "expression is not specified"))
    return errors


def validate_policy_name(name: str, path: Path) -> list[FieldError]:
    """The policy that a binding puts into effect."""
    if not name:
        return [required(path)]
    return [invalid(path, name, complaint) for complaint in dns_subdomain_name(name)]


def validate_param_ref(reference: Object | None, path: Path) -> list[FieldError]:
    """Which parameters a binding uses: one by name, or some by label."""
    if reference is None:
        return []
    name, selector = reference.get("name", ""), reference.get("selector")
    errors = []
    if name:
        errors += [invalid(path.child("name"), name, complaint) for complaint in path_segment_name(name)]
        if selector is not None:
            errors.append(forbidden(path.child("name"), _BOTH))
    if selector is not None:
        errors += validate_label_selector(selector, path.child("selector"))
        if name:
            errors.append(forbidden(path.child("selector"), _BOTH))
    if not name and selector is None:
        errors.append(required(path, "one of name or selector must be specified"))
    action = reference.get("parameterNotFoundAction")
    where = path.child("parameterNotFoundAction")
    if not action:
        errors.append(required(where))
    elif action not in _MISSING_PARAMETER_ACTIONS:
        errors.append(not_supported(where, action, _MISSING_PARAMETER_ACTIONS))
    return errors
