"""Names of drivers, pools, devices, attributes and extended resources, and ids of shares.

Follows kubernetes `pkg/apis/resource/validation/validation.go` and, for what is declared, apimachinery
`pkg/api/validate/strfmt.go`.
"""

from __future__ import annotations

import re
from typing import Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, required, too_long
from kubepy.apiserver.registry.core.volumes.network import validate_csi_driver_name as validate_driver_name
from kubepy.apiserver.registry.core.volumes.network import validate_declared_driver_name

__all__ = [
    "LONGEST_QUALIFIED_NAME", "validate_declared_driver_name", "validate_declared_pool_name", "validate_device_name",
    "validate_driver_name", "validate_extended_resource_name", "validate_fully_qualified_name", "validate_pool_name",
    "validate_qualified_name", "validate_share_id",
]  # fmt: skip

_MAX_DOMAIN: Final = 63
_MAX_IDENTIFIER: Final = 32
LONGEST_QUALIFIED_NAME: Final = _MAX_DOMAIN + 1 + _MAX_IDENTIFIER
_MAX_POOL_NAME: Final = 253
_is_uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_ONE_SLASH: Final = "must not contain more than one slash"


def validate_pool_name(name: str, path: Path) -> list[FieldError]:
    """DNS subdomains joined by slashes."""
    if not name:
        return [required(path)]
    errors = [too_long(path, _MAX_POOL_NAME)] if len(name.encode()) > _MAX_POOL_NAME else []
    for part in name.split("/"):
        errors += [invalid(path, part, complaint) for complaint in names.is_dns1123_subdomain(part)]
    return errors


def validate_declared_pool_name(name: str, path: Path) -> list[FieldError]:
    """A pool's name where the rule is declared, which says in which part a mistake is."""
    if not name:
        return [required(path)]
    errors = [too_long(path, _MAX_POOL_NAME)] if len(name.encode()) > _MAX_POOL_NAME else []
    for position, part in enumerate(name.split("/")):
        if not part:
            errors.append(invalid(path, name, f"segment {position}: must not be empty"))
            continue
        complaints = names.is_dns1123_subdomain(part)
        errors += [invalid(path, part, f"segment {position}: {complaint}") for complaint in complaints]
    return errors


def validate_device_name(name: str, path: Path) -> list[FieldError]:
    """A DNS label (names of requests are ones, too)."""
    return [invalid(path, name, complaint) for complaint in names.is_dns1123_label(name)]


def validate_qualified_name(name: str, path: Path) -> list[FieldError]:
    """A C identifier, optionally after a driver's name and a slash."""
    parts = name.split("/")
    if len(parts) == 1:
        return _validate_identifier(name, path)
    if len(parts) > 2:
        return [invalid(path, name, _ONE_SLASH)]
    domain, identifier = parts
    errors = validate_driver_name(domain, path) if domain else [invalid(path, "", "the domain must not be empty")]
    if not identifier:
        return [*errors, invalid(path, "", "the name must not be empty")]
    return errors + _validate_identifier(identifier, path)


def validate_fully_qualified_name(name: str, path: Path) -> list[FieldError]:
    """A DNS subdomain, a slash and a C identifier, by the declared rule."""
    parts = name.split("/")
    if len(parts) == 1:
        detail = "a fully qualified name must be a domain and a name separated by a slash"
        return [*_validate_identifier(name, path), invalid(path, name, detail)]
    if len(parts) > 2:
        return [invalid(path, name, _ONE_SLASH)]
    domain, identifier = parts
    errors: list[FieldError] = []
    if not domain:
        errors.append(invalid(path, "", "prefix must not be empty"))
    else:
        if len(domain.encode()) > _MAX_DOMAIN:
            errors.append(too_long(path, _MAX_DOMAIN))
        errors += [invalid(path, domain, f"prefix: {complaint}") for complaint in names.is_dns1123_subdomain(domain)]
    if not identifier:
        return [*errors, invalid(path, "", "name must not be empty")]
    return errors + _validate_identifier(identifier, path)


def _validate_identifier(value: str, path: Path) -> list[FieldError]:
    errors = [too_long(path, _MAX_IDENTIFIER)] if len(value.encode()) > _MAX_IDENTIFIER else []
    return errors + [invalid(path, value, complaint) for complaint in names.is_c_identifier(value)]


def validate_extended_resource_name(name: str, path: Path) -> list[FieldError]:
    """A name for pods' requests: with a prefix that isn't Kubernetes' own, and short enough for quotas."""
    errors: list[FieldError] = []
    if "/" not in name:
        errors.append(invalid(path, name, "a name must be a domain-prefixed path, such as 'example.com/my-prop'"))
    elif "kubernetes.io/" in name:
        errors.append(invalid(path, name, 'must not have "kubernetes.io/" domain'))
    if name.startswith("requests."):
        errors.append(invalid(path, name, 'must not have "requests." prefix'))
    return errors + [invalid(path, name, complaint) for complaint in names.is_qualified_name(f"requests.{name}")]


def validate_share_id(value: str, path: Path) -> list[FieldError]:
    """A UUID in its usual form."""
    return [] if _is_uuid(value) else [invalid(path, value, "must be a lowercase UUID in 8-4-4-4-12 format")]
