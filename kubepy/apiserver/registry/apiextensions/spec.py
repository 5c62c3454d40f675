"""The spec of a CustomResourceDefinition: group, scope, names, versions and conversion.

Upstream looks at a spec in an internal form, in which what all versions say alike stands once, above them; the field
paths of the complaints are those of that form (`spec.additionalPrinterColumns[0].JSONPath` if all versions have the
same columns). Whether schemas are structural isn't looked at here.

Follows apiextensions-apiserver `pkg/apis/apiextensions/v1/conversion.go` and
`pkg/apis/apiextensions/validation/validation.go` (validateCustomResourceDefinitionSpec).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.api.names import is_dns1035_label, is_dns1123_subdomain
from kubepy.apiserver.registry.apiextensions.conversion import validate_conversion
from kubepy.apiserver.registry.apiextensions.resource_names import validate_wanted_names
from kubepy.apiserver.registry.apiextensions.schemas import has_defaults
from kubepy.apiserver.registry.apiextensions.selectable_fields import validate_selectable_fields
from kubepy.apiserver.registry.apiextensions.versions import (
    validate_columns,
    validate_deprecation_warning,
    validate_subresources,
)

Object = dict[str, Any]

_SPEC: Final = Path("spec")
_VERSIONS: Final = _SPEC.child("versions")
_SCOPES: Final = ("Cluster", "Namespaced")
_SHARED: Final = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules hold for a spec: all of them for that of a new object."""

    require_schemas: bool = True
    known_review_version: bool = True
    check_ca_bundle: bool = False
    versions_with_any_number_of_selectable_fields: frozenset[str] = field(default_factory=frozenset)


def shared_parts(versions: list[Object]) -> Mapping[str, Any]:
    """What all versions say alike, of the parts that may be shared."""
    if not versions:
        return {}
    first = versions[0]
    return {
        part: first.get(part) or None
        for part in _SHARED
        if all((version.get(part) or None) == (first.get(part) or None) for version in versions)
    }


def validate_spec(spec: Object, rules: Rules) -> list[FieldError]:
    """Complaints about a spec."""
    versions = spec.get("versions") or []
    shared = shared_parts(versions)
    preserving = bool(spec.get("preserveUnknownFields"))
    errors = _validate_group(spec.get("group", "")) + _validate_scope(spec.get("scope", ""))
    errors += _validate_schemas_present(versions, rules, preserving=preserving)
    if preserving and has_defaults(spec):
        message = "must be false in order to use defaults in the schema"
        errors.append(invalid(_SPEC.child("preserveUnknownFields"), True, message))
    for position, version in enumerate(versions):
        errors += _validate_version(version, shared, rules, _VERSIONS.index(position))
    errors += _validate_version_list(versions, shared)
    errors += validate_wanted_names(spec.get("names") or {}, _SPEC.child("names"))
    errors += _validate_parts(shared, rules, "", _SPEC)
    conversion = spec.get("conversion")
    if conversion is None:
        return errors
    where = _SPEC.child("conversion")
    strategy = conversion.get("strategy", "")
    if strategy != "None" and preserving:
        message = "must be None if spec.preserveUnknownFields is true"
        errors.append(invalid(where.child("strategy"), strategy, message))
    return errors + validate_conversion(
        conversion,
        where,
        known_review_version=rules.known_review_version,
        check_ca_bundle=rules.check_ca_bundle,
    )


def _validate_group(group: str) -> list[FieldError]:
    where = _SPEC.child("group")
    if not group:
        return [required(where)]
    if complaints := is_dns1123_subdomain(group):
        return [invalid(where, group, ",".join(complaints))]
    return [] if "." in group else [invalid(where, group, "should be a domain with at least one dot")]


def _validate_scope(scope: str) -> list[FieldError]:
    where = _SPEC.child("scope")
    if not scope:
        return [required(where)]
    return [] if scope in _SCOPES else [not_supported(where, scope, _SCOPES)]


def _validate_schemas_present(versions: list[Object], rules: Rules, *, preserving: bool) -> list[FieldError]:
    """Every version has a schema; a stored object that had none needs it only where fields would be pruned."""
    if not rules.require_schemas and preserving:
        return []
    return [
        required(
            _VERSIONS.index(position).child("schema", "openAPIV3Schema"),
            "" if rules.require_schemas else "because otherwise all fields are pruned",
        )
        for position, version in enumerate(versions)
        if not has_schema(version) and (rules.require_schemas or version.get("served"))
    ]


def has_schema(version: Object) -> bool:
    """Whether a version has a schema."""
    return (version.get("schema") or {}).get("openAPIV3Schema") is not None


def _validate_version(version: Object, shared: Mapping[str, Any], rules: Rules, path: Path) -> list[FieldError]:
    name = version.get("name", "")
    errors = []
    if complaints := is_dns1035_label(name):
        errors.append(invalid(path.child("name"), name, ",".join(complaints)))
    errors += validate_deprecation_warning(version, path)
    own = {part: version.get(part) for part in _SHARED if part not in shared}
    return errors + _validate_parts(own, rules, name, path)


def _validate_parts(parts: Mapping[str, Any], rules: Rules, version: str, path: Path) -> list[FieldError]:
    """The parts that stand at one place: in a version, or (`version` is empty) above all of them."""
    errors = validate_subresources(parts.get("subresources"), path.child("subresources"))
    errors += validate_columns(parts.get("additionalPrinterColumns"), path.child("additionalPrinterColumns"))
    fields = parts.get("selectableFields")
    if not fields:
        return errors
    where = path.child("selectableFields")
    schema = (parts.get("schema") or {}).get("openAPIV3Schema")
    if schema is None:
        message = (
            "may only be set when `version.schema.openAPIV3Schema` is not included"
            if version
            else "may only be set when validations.schema is included"
        )
        return [*errors, invalid(where, "", message)]
    any_number = version in rules.versions_with_any_number_of_selectable_fields
    return errors + validate_selectable_fields(fields, schema, where, any_number=any_number)


def _validate_version_list(versions: list[Object], shared: Mapping[str, Any]) -> list[FieldError]:
    names = [version.get("name", "") for version in versions]
    errors = []
    if len(set(names)) < len(names):
        errors.append(invalid(_VERSIONS, _shown(versions, shared), "must contain unique version names"))
    if sum(bool(version.get("storage")) for version in versions) != 1:
        message = "must have exactly one version marked as storage version"
        errors.append(invalid(_VERSIONS, _shown(versions, shared), message))
    if names and names[0] and (complaints := is_dns1035_label(names[0])):
        errors.append(invalid(_SPEC.child("version"), names[0], ",".join(complaints)))
    return errors


def _shown(versions: list[Object], shared: Mapping[str, Any]) -> list[Object]:
    """Versions as upstream shows them in messages: by their internal field names, without what is shared."""
    return [
        {
            "Name": version.get("name", ""),
            "Served": version.get("served", False),
            "Storage": version.get("storage", False),
            "Deprecated": version.get("deprecated", False),
            "DeprecationWarning": version.get("deprecationWarning"),
            **{part[0].upper() + part[1:]: None if part in shared else version.get(part) for part in _SHARED},
        }
        for version in versions
    ]
