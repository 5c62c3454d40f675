"""Which requests a webhook or policy is about: operations, groups, versions and resources, and selectors.

Follows kubernetes `pkg/apis/admissionregistration/v1/defaults.go` (Rule, MatchResources) and
`pkg/apis/admissionregistration/validation/validation.go` (validateRuleWithOperations, validateMatchResources).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.api.labels import validate_label_selector
from kubepy.api.names import path_segment_name

Object = dict[str, Any]

MATCH_POLICIES: Final = ("Equivalent", "Exact")
FAILURE_POLICIES: Final = ("Fail", "Ignore")
OPERATIONS: Final = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
MUTATING_OPERATIONS: Final = ("*", "CONNECT", "CREATE", "UPDATE")
"""What can still be changed: not a deletion."""
_SCOPES: Final = ("*", "Cluster", "Namespaced")


def default_rules(rules: Iterable[Object] | None) -> None:
    """A rule without a scope is about all scopes."""
    for rule in rules or ():
        rule.setdefault("scope", "*")


def default_match_resources(match: Object | None) -> None:
    """A match that leaves its policy or selectors out is the widest one."""
    if match is None:
        return
    match.setdefault("matchPolicy", "Equivalent")
    match.setdefault("namespaceSelector", {})
    match.setdefault("objectSelector", {})
    default_rules(match.get("resourceRules"))
    default_rules(match.get("excludeResourceRules"))


def validate_failure_policy(policy: str | None, path: Path) -> list[FieldError]:
    """A policy must say what happens when it can't be evaluated."""
    if policy is None:
        return [required(path)]
    return [] if policy in FAILURE_POLICIES else [not_supported(path, policy, FAILURE_POLICIES)]


def validate_match_constraints(match: Object | None, path: Path) -> list[FieldError]:
    """What a policy is about: it must say so, with at least one rule."""
    if match is None:
        return [required(path)]
    errors = validate_match_resources(match, path)
    return errors if match.get("resourceRules") else [*errors, required(path.child("resourceRules"))]


def validate_match_resources(match: Object | None, path: Path) -> list[FieldError]:
    """A complete choice of requests, or none."""
    if match is None:
        return []
    errors = []
    policy = match.get("matchPolicy")
    if policy is None:
        errors.append(required(path.child("matchPolicy")))
    elif policy not in MATCH_POLICIES:
        errors.append(not_supported(path.child("matchPolicy"), policy, MATCH_POLICIES))
    for field in ("namespaceSelector", "objectSelector"):
        if match.get(field) is None:
            errors.append(required(path.child(field)))
        else:
            errors += validate_label_selector(match[field], path.child(field))
    for field in ("resourceRules", "excludeResourceRules"):
        for position, rule in enumerate(match.get(field) or ()):
            errors += _validate_named_rule(rule, path.child(field).index(position))
    return errors


def validate_mutable_operations(match: Object | None, path: Path) -> list[FieldError]:
    """The operations of a policy that changes objects."""
    where = path.child("resourceRules", "operations")
    return [
        not_supported(where, operation, MUTATING_OPERATIONS)
        for rule in (match or {}).get("resourceRules") or ()
        for operation in rule.get("operations") or ()
        if operation not in MUTATING_OPERATIONS
    ]


def _validate_named_rule(rule: Object, path: Path) -> list[FieldError]:
    errors = []
    seen: set[str] = set()
    for position, name in enumerate(rule.get("resourceNames") or ()):
        where = path.child("resourceNames").index(position)
        errors += [invalid(where, name, complaint) for complaint in path_segment_name(name)]
        if name in seen:
            errors.append(duplicate(where, name))
        seen.add(name)
    return errors + validate_rule(rule, path)


def validate_rule(rule: Object, path: Path) -> list[FieldError]:
    """Operations on resources; a `*` stands alone."""
    operations = rule.get("operations") or []
    where = path.child("operations")
    errors = _validate_wildcard_list(operations, where, "operations")
    errors += [
        not_supported(where.index(position), operation, OPERATIONS)
        for position, operation in enumerate(operations)
        if operation not in OPERATIONS
    ]
    errors += _validate_wildcard_list(rule.get("apiGroups") or [], path.child("apiGroups"), "API groups")
    versions = rule.get("apiVersions") or []
    where = path.child("apiVersions")
    errors += _validate_wildcard_list(versions, where, "API versions")
    errors += [required(where.index(position)) for position, version in enumerate(versions) if not version]
    errors += _validate_resources(rule.get("resources") or [], path.child("resources"))
    scope = rule.get("scope")
    if scope is not None and scope not in _SCOPES:
        errors.append(not_supported(path.child("scope"), scope, _SCOPES))
    return errors


def _validate_wildcard_list(values: Sequence[str], path: Path, noun: str) -> list[FieldError]:
    if not values:
        return [required(path)]
    if len(values) > 1 and "*" in values:
        return [invalid(path, values, f"if '*' is present, must not specify other {noun}")]
    return []


def _validate_resources(resources: Sequence[str], path: Path) -> list[FieldError]:
    if not resources:
        return [required(path)]
    errors = []
    with_all_subresources: set[str] = set()
    of_all_resources: set[str] = set()
    last_plain = ""
    for position, text in enumerate(resources):
        where = path.index(position)
        if not text:
            errors.append(required(where))
            continue
        resource, slash, subresource = text.partition("/")
        if not slash:
            last_plain = text
            continue
        if resource in with_all_subresources:
            errors.append(invalid(where, text, f"if '{resource}/*' is present, must not specify {text}"))
        if subresource in of_all_resources:
            errors.append(invalid(where, text, f"if '*/{subresource}' is present, must not specify {text}"))
        if subresource == "*":
            with_all_subresources.add(resource)
        if resource == "*":
            of_all_resources.add(subresource)
    if len(resources) > 1 and "*/*" in resources:
        errors.append(invalid(path, resources, "if '*/*' is present, must not specify other resources"))
    # Only the last resource without a subresource counts here, as it does upstream.
    if "*" in resources and last_plain not in ("", "*"):
        message = "if '*' is present, must not specify other resources without subresources"
        errors.append(invalid(path, resources, message))
    return errors
