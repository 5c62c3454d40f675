"""StorageVersionMigrations: rewrite all objects of a resource in its storage version.

    (new) -> Running -> Succeeded      conditions; Succeeded and Failed are final and exclude each other and Running
                     -> Failed

Follows kubernetes `pkg/apis/storagemigration/validation/validation.go` and
`pkg/registry/storagemigration/storagemigration/strategy.go`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.api.conditions import validate_conditions
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR, validate_nonnegative
from kubepy.apiserver.registry.status_metadata import MetadataKeepingStatusStrategy
from kubepy.apiserver.registry.strategy import Object, Strategy

_STATUS: Final = Path("status")
_MIN_INT64: Final = -(2**63)
_MAX_INT64: Final = 2**63 - 1


class StorageVersionMigrationStrategy(Strategy):
    """How StorageVersionMigrations are written."""

    has_status = True
    allow_unconditional_update = False
    reset_fields = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return _SUBRESOURCES

    def validate(self, obj: Object) -> list[FieldError]:
        if _resource(obj).get("resource"):
            return []
        return [required(Path("spec").child("resource", "resource"), "resource is required")]

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = self.validate(obj)
        for field in ("group", "resource"):
            value = _resource(obj).get(field, "")
            if value != _resource(old).get(field, ""):
                errors.append(invalid(Path(field), value, FIELD_IMMUTABLE_ERROR))
        return errors


class StorageVersionMigrationStatusStrategy(MetadataKeepingStatusStrategy):
    """`/status` of StorageVersionMigrations: metadata cannot be changed here either."""

    allow_unconditional_update = False

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_status(obj.get("status") or {}, old.get("status") or {})


_SUBRESOURCES: Final[Mapping[str, Strategy]] = MappingProxyType({"status": StorageVersionMigrationStatusStrategy()})


def _resource(obj: Object) -> Object:
    return (obj.get("spec") or {}).get("resource") or {}


def _validate_status(status: Object, old: Object) -> list[FieldError]:
    path = _STATUS.child("resourceVersion")
    revision, before = status.get("resourceVersion", ""), old.get("resourceVersion", "")
    errors = _validate_revision(revision, path) if revision else []
    conditions = status.get("conditions") or []
    errors += validate_conditions(conditions, _STATUS.child("conditions"))
    if before and before != revision:
        errors.append(invalid(path, revision, "cannot be updated"))
    now, then = _true_conditions(status), _true_conditions(old)
    problems = {
        "Both success and failed conditions cannot be true at the same time": {"Succeeded", "Failed"} <= now,
        "Running condition cannot be true when success condition is true": {"Succeeded", "Running"} <= now,
        "Running condition cannot be true when failed condition is true": {"Failed", "Running"} <= now,
        "Success condition cannot be set to false once it is true": "Succeeded" in then - now,
        "Failed condition cannot be set to false once it is true": "Failed" in then - now,
    }
    at = _STATUS.child("conditions")
    return errors + [invalid(at, conditions, problem) for problem, found in problems.items() if found]


def _true_conditions(status: Object) -> set[str]:
    conditions = status.get("conditions") or ()
    return {condition.get("type", "") for condition in conditions if condition.get("status") == "True"}


def _validate_revision(revision: str, path: Path) -> list[FieldError]:
    digits = revision[1:] if revision[0] in "+-" else revision
    quoted = json.dumps(revision, ensure_ascii=False)
    prefix = f"failed to parse resource version {quoted}: strconv.ParseInt: parsing {quoted}"
    if not (digits.isascii() and digits.isdigit()):
        return [invalid(path, revision, f"{prefix}: invalid syntax")]
    number = int(revision)
    if not _MIN_INT64 <= number <= _MAX_INT64:
        return [invalid(path, revision, f"{prefix}: value out of range")]
    return validate_nonnegative(number, path)
