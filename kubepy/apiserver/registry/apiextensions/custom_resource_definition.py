"""CustomResourceDefinitions as data: defaults, validation and what a write may change. Serving them is not done here.

Follows apiextensions-apiserver `pkg/apis/apiextensions/v1/defaults.go`,
`pkg/apis/apiextensions/validation/validation.go` and `pkg/registry/customresourcedefinition/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, invalid
from kubepy.api.names import dns_subdomain_name
from kubepy.api.object_meta import METADATA, validate_immutable
from kubepy.apiserver.registry.admissionregistration.webhook_client import default_service_port
from kubepy.apiserver.registry.apiextensions.api_approval import validate_approval
from kubepy.apiserver.registry.apiextensions.conversion import has_known_review_version, has_valid_ca_bundle
from kubepy.apiserver.registry.apiextensions.resource_names import validate_names
from kubepy.apiserver.registry.apiextensions.schemas import schema_warnings
from kubepy.apiserver.registry.apiextensions.selectable_fields import MAX_FIELDS
from kubepy.apiserver.registry.apiextensions.spec import Rules, has_schema, shared_parts, validate_spec
from kubepy.apiserver.registry.strategy import Object, StatusStrategy, Strategy, WriteContext

_SPEC: Final = Path("spec")
_ACCEPTED_NAMES: Final = Path("status").child("acceptedNames")
_STORED_VERSIONS: Final = Path("status").child("storedVersions")
_RULES_FOR_NEW: Final = Rules()


class CustomResourceDefinitionStrategy(Strategy):
    """How CustomResourceDefinitions are written. An update must say which version it is of.

    `status.storedVersions` gets the storage version whenever an object is written; only /status takes one away.
    """

    has_status: ClassVar[bool] = True
    tracks_generation: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @staticmethod
    def validate_name(_name: str, _prefix: bool = False, /) -> list[str]:
        """Nothing: a name is judged by the spec it must fit."""
        return []

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        names = spec.setdefault("names", {})
        kind = names.get("kind", "")
        if kind and not names.get("singular"):
            names["singular"] = kind.lower()
        if kind and not names.get("listKind"):
            names["listKind"] = kind + "List"
        conversion = spec.setdefault("conversion", {"strategy": "None"})
        default_service_port((conversion.get("webhook") or {}).get("clientConfig"))

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        obj["status"] = {"conditions": [], "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": []}
        _note_storage_version(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        _note_storage_version(obj)

    def validate(self, obj: Object) -> list[FieldError]:
        errors = _validate_names_of(obj)
        errors += validate_spec(obj["spec"], _RULES_FOR_NEW)
        return errors + _validate_status(obj) + _validate_stored_versions(obj) + _validate_rest(obj, None)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        spec, before = obj["spec"], old["spec"]
        errors = validate_spec(spec, _rules_after(old, spec))
        fixed = [("group",), ("names", "plural")]
        if _is_established(old):
            fixed = [("scope",), ("names", "kind"), *fixed]
        for path in fixed:
            errors += validate_immutable(_at(spec, path), _at(before, path), _SPEC.child(*path))
        return errors + _validate_status(obj) + _validate_stored_versions(obj) + _validate_rest(obj, old)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        known = set() if old is None else set(schema_warnings(old["spec"]))
        return [warning for warning in schema_warnings(obj["spec"]) if warning not in known]


class CustomResourceDefinitionStatusStrategy(StatusStrategy):
    """`/status` of CustomResourceDefinitions."""

    allow_unconditional_update: ClassVar[bool] = False
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)

    def default(self, obj: Object) -> None:
        if not (obj.get("status") or {}).get("storedVersions"):
            _note_storage_version(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_status(obj)


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": CustomResourceDefinitionStatusStrategy()})


def _note_storage_version(obj: Object) -> None:
    for version in obj["spec"].get("versions") or ():
        if version.get("storage"):
            status = obj.setdefault("status", {})
            stored = status.get("storedVersions") or []
            if version.get("name", "") not in stored:
                # A new list: the old one belongs to the stored object.
                obj["status"] = {**status, "storedVersions": [*stored, version.get("name", "")]}
            return


def _at(spec: Object, path: tuple[str, ...]) -> str:
    value: Object = spec
    for name in path[:-1]:
        value = value.get(name) or {}
    text: str = value.get(path[-1], "")
    return text


def _is_established(obj: Object) -> bool:
    return any(
        condition.get("type") == "Established" and condition.get("status") == "True"
        for condition in (obj.get("status") or {}).get("conditions") or ()
    )


def _rules_after(old: Object, new_spec: Object) -> Rules:
    """What a stored object already breaks it may go on breaking."""
    spec = old["spec"]
    conversion = spec.get("conversion")
    return Rules(
        require_schemas=all(has_schema(version) for version in spec.get("versions") or ()),
        known_review_version=has_known_review_version(conversion),
        check_ca_bundle=_is_established(old) and has_valid_ca_bundle(conversion),
        versions_with_any_number_of_selectable_fields=frozenset(
            name
            for name, fields in _selectable_fields(spec).items()
            if len(fields) > MAX_FIELDS and _selectable_fields(new_spec).get(name) == fields
        ),
    )


def _selectable_fields(spec: Object) -> dict[str, list[Object]]:
    """The selectable fields of each version, or those of all of them under an empty name."""
    versions = spec.get("versions") or []
    shared = shared_parts(versions)
    if "selectableFields" in shared:
        return {"": shared["selectableFields"] or []}
    return {version.get("name", ""): version.get("selectableFields") or [] for version in versions}


def _validate_names_of(obj: Object) -> list[FieldError]:
    """The object's name, which is made of the names in the spec."""
    spec, metadata = obj["spec"], obj["metadata"]
    wanted = f"{(spec.get('names') or {}).get('plural', '')}.{spec.get('group', '')}"
    errors = []
    for field, prefix in (("generateName", True), ("name", False)):
        name = metadata.get(field)
        if not name:
            continue
        complaints = dns_subdomain_name(name, prefix)
        if name != wanted:
            complaints = [*complaints, 'must be spec.names.plural+"."+spec.group']
        errors += [invalid(METADATA.child(field), name, complaint) for complaint in complaints]
    return errors


def _validate_status(obj: Object) -> list[FieldError]:
    return validate_names((obj.get("status") or {}).get("acceptedNames") or {}, _ACCEPTED_NAMES)


def _validate_stored_versions(obj: Object) -> list[FieldError]:
    """The storage version is among those that objects are stored in, and all of these are still declared."""
    stored = (obj.get("status") or {}).get("storedVersions") or []
    if not stored:
        return [invalid(_STORED_VERSIONS, stored, "must have at least one stored version")]
    versions = obj["spec"].get("versions") or []
    errors = [
        invalid(_STORED_VERSIONS, stored, f"must have the storage version {version['name']}")
        for version in versions
        if version.get("storage") and version.get("name", "") not in stored
    ]
    declared = {version.get("name", "") for version in versions}
    for position, name in enumerate(stored):
        if name not in declared:
            message = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in "
                f"spec.versions until a storage migration ensures no data remains persisted in {name} and removes "
                f"{name} from status.storedVersions"
            )
            errors.append(invalid(_STORED_VERSIONS.index(position), name, message))
    return errors


def _validate_rest(obj: Object, old: Object | None) -> list[FieldError]:
    errors = validate_approval(obj, old)
    preserved_before = old is not None and old["spec"].get("preserveUnknownFields")
    if obj["spec"].get("preserveUnknownFields") and not preserved_before:
        message = (
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
        )
        errors.append(invalid(_SPEC.child("preserveUnknownFields"), True, message))
    return errors
