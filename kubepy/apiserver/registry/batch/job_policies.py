"""The policies of a Job: when a failed pod fails more than itself, and when enough has succeeded.

Follows kubernetes `pkg/apis/batch/validation/validation.go` (validatePodFailurePolicy, validateSuccessPolicy,
validatePodReplacementPolicy). `spec` is a JobSpec, `path` its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kubepy.api.field import OMIT, FieldError, Path, duplicate, invalid, not_supported, required, too_long, too_many
from kubepy.api.names import is_qualified_name
from kubepy.apiserver.registry.batch.indexes import count_indexes
from kubepy.apiserver.registry.core.workload import nonnegative
from kubepy.apiserver.registry.strategy import Object

_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS: Final = ("In", "NotIn")
_STATUSES: Final = ("False", "True", "Unknown")
_REPLACEMENTS: Final = ("Failed", "TerminatingOrFailed")

_MAX_RULES: Final = 20
_MAX_EXIT_CODES: Final = 255
_MAX_CONDITION_PATTERNS: Final = 20
_MAX_INDEXES_LENGTH: Final = 64 * 1024


def default_pod_failure_policy(policy: Object) -> None:
    """Fill in the status that a pod condition pattern left out, in place."""
    for rule in policy.get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            if not pattern.get("status"):
                pattern["status"] = "True"


def validate_pod_failure_policy(spec: Object, path: Path) -> list[FieldError]:
    """Complaints about `podFailurePolicy`."""
    rules = spec["podFailurePolicy"].get("rules") or ()
    rules_path = path.child("podFailurePolicy", "rules")
    errors = [too_many(rules_path, len(rules), _MAX_RULES)] if len(rules) > _MAX_RULES else []
    pod_spec = (spec.get("template") or {}).get("spec") or {}
    containers = [*(pod_spec.get("containers") or ()), *(pod_spec.get("initContainers") or ())]
    names = {container.get("name", "") for container in containers}
    for position, rule in enumerate(rules):
        errors += _validate_failure_rule(spec, rule, rules_path.index(position), names)
    return errors


def validate_pod_replacement_policy(spec: Object, path: Path) -> list[FieldError]:
    """Complaints about `podReplacementPolicy`."""
    policy = spec.get("podReplacementPolicy")
    supported = _REPLACEMENTS[:1] if spec.get("podFailurePolicy") is not None else _REPLACEMENTS
    if policy is None or policy in supported:
        return []
    return [not_supported(path.child("podReplacementPolicy"), policy, supported)]


def validate_success_policy(spec: Object, path: Path) -> list[FieldError]:
    """Complaints about `successPolicy`."""
    policy = spec["successPolicy"]
    where = path.child("successPolicy")
    if spec.get("completionMode", "NonIndexed") != "Indexed":
        return [invalid(where, _shown_success_policy(policy), "requires indexed completion mode")]
    rules = policy.get("rules") or ()
    rules_path = where.child("rules")
    errors = []
    if not rules:
        message = "at least one rules must be specified when the successPolicy is specified"
        errors.append(required(rules_path, message))
    if len(rules) > _MAX_RULES:
        errors.append(too_many(rules_path, len(rules), _MAX_RULES))
    for position, rule in enumerate(rules):
        errors += _validate_success_rule(spec.get("completions") or 0, rule, rules_path.index(position))
    return errors


def _shown_success_policy(policy: Object) -> Object:
    rules = policy.get("rules") or ()
    shown = [
        {"SucceededIndexes": rule.get("succeededIndexes"), "SucceededCount": rule.get("succeededCount")}
        for rule in rules
    ]
    return {"Rules": shown}


def _required_choice(path: Path, choices: Sequence[str]) -> FieldError:
    quoted = " ".join(f'"{choice}"' for choice in choices)
    return required(path, f"valid values: [{quoted}]")


def _validate_choice(value: str, path: Path, choices: Sequence[str]) -> list[FieldError]:
    if not value:
        return [_required_choice(path, choices)]
    return [] if value in choices else [not_supported(path, value, choices)]


def _validate_failure_rule(spec: Object, rule: Object, path: Path, containers: set[str]) -> list[FieldError]:
    action = rule.get("action", "")
    errors = _validate_choice(action, path.child("action"), _ACTIONS)
    if action == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
        errors.append(invalid(path.child("action"), action, "requires the backoffLimitPerIndex to be set"))
    exit_codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions") or ()
    if exit_codes is not None:
        errors += _validate_exit_codes(exit_codes, path.child("onExitCodes"), containers)
    if conditions:
        errors += _validate_conditions(conditions, path.child("onPodConditions"))
    if exit_codes is not None and conditions:
        message = "specifying both OnExitCodes and OnPodConditions is not supported"
        errors.append(invalid(path, OMIT, message))
    if exit_codes is None and not conditions:
        errors.append(invalid(path, OMIT, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors


def _validate_conditions(conditions: Sequence[Object], path: Path) -> list[FieldError]:
    errors = []
    if len(conditions) > _MAX_CONDITION_PATTERNS:
        errors.append(too_many(path, len(conditions), _MAX_CONDITION_PATTERNS))
    for position, pattern in enumerate(conditions):
        where, kind = path.index(position), pattern.get("type", "")
        errors += [invalid(where.child("type"), kind, text) for text in is_qualified_name(kind)]
        errors += _validate_choice(pattern.get("status", ""), where.child("status"), _STATUSES)
    return errors


def _validate_exit_codes(exit_codes: Object, path: Path, containers: set[str]) -> list[FieldError]:
    operator, container = exit_codes.get("operator", ""), exit_codes.get("containerName")
    errors = _validate_choice(operator, path.child("operator"), _OPERATORS)
    if container is not None and container not in containers:
        message = "must be one of the container or initContainer names in the pod template"
        errors.append(invalid(path.child("containerName"), container, message))
    values_path, values = path.child("values"), exit_codes.get("values") or []
    if not values:
        errors.append(invalid(values_path, exit_codes.get("values"), "at least one value is required"))
    elif len(values) > _MAX_EXIT_CODES:
        errors.append(too_many(values_path, len(values), _MAX_EXIT_CODES))
    seen: set[int] = set()
    for position, value in enumerate(values):
        if operator == "In" and value == 0:
            errors.append(invalid(values_path.index(position), value, "must not be 0 for the In operator"))
        if value in seen:
            errors.append(duplicate(values_path.index(position), value))
        seen.add(value)
    if values != sorted(values):
        errors.append(invalid(values_path, values, "must be ordered"))
    return errors


def _validate_success_rule(completions: int, rule: Object, path: Path) -> list[FieldError]:
    indexes, count = rule.get("succeededIndexes"), rule.get("succeededCount")
    errors = []
    if indexes is None and count is None:
        errors.append(required(path, "at least one of succeededCount or succeededIndexes must be specified"))
    total = 0
    if indexes is not None:
        where = path.child("succeededIndexes")
        if len(indexes) > _MAX_INDEXES_LENGTH:
            errors.append(too_long(where, _MAX_INDEXES_LENGTH))
        try:
            total = count_indexes(indexes, completions)
        except ValueError as error:
            errors.append(invalid(where, indexes, f"error parsing succeededIndexes: {error}"))
    if count is not None:
        where = path.child("succeededCount")
        errors += nonnegative(rule, path, ("succeededCount",))
        most = "must be less than or equal to"
        if count > completions:
            errors.append(invalid(where, count, f"{most} {completions} (the number of specified completions)"))
        if indexes is not None and count > total:
            of_what = "the number of indexes in the specified succeededIndexes field"
            errors.append(invalid(where, count, f"{most} {total} ({of_what})"))
    return errors
