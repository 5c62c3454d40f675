"""The CEL conditions that narrow what a webhook or policy is about: their structure.

Follows kubernetes `pkg/apis/admissionregistration/validation/validation.go` (validateMatchConditions).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, duplicate, required, too_many
from kubepy.api.labels import validate_label_name

Object = dict[str, Any]

_MAX_CONDITIONS: Final = 64


def validate_match_conditions(conditions: Sequence[Object] | None, path: Path) -> list[FieldError]:
    """At most 64, each with an expression and a name of its own."""
    if not conditions:
        return []
    errors = []
    if len(conditions) > _MAX_CONDITIONS:
        errors.append(too_many(path, len(conditions), _MAX_CONDITIONS))
    seen: set[str] = set()
    for position, condition in enumerate(conditions):
        where = path.index(position)
        name = condition.get("name", "")
        if not condition.get("expression", "").strip():
            errors.append(required(where.child("expression")))
        if not name:
            errors.append(required(where.child("name")))
            continue
        errors += validate_label_name(name, where.child("name"))
        if name in seen:
            errors.append(duplicate(where.child("name"), name))
        seen.add(name)
    return errors
