"""Validation of node selectors, affinities and topology spread constraints.

Node selectors of other kinds (persistent volumes) are checked with `validate_node_selector` too.
Follows kubernetes `pkg/apis/core/validation/validation.go` (validateAffinity and what it calls,
validateTopologySpreadConstraints).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, duplicate, forbidden, invalid, not_supported, required
from kubepy.api.labels import validate_label_selector

Object = dict[str, Any]

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_SCHEDULE_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
_INCLUSION_POLICIES = ("Honor", "Ignore")
_NOT_POSITIVE = "must be greater than zero"
_IN_BOTH = "exists in both matchLabelKeys and labelSelector"


def validate_affinity(affinity: Object, path: Path) -> list[FieldError]:
    """Mistakes in where a pod wants to be."""
    errors: list[FieldError] = []
    if node := affinity.get("nodeAffinity"):
        errors += _validate_node_affinity(node, path.child("nodeAffinity"))
    for field in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(field)
        if terms:
            errors += _validate_pod_affinity(terms, path.child(field))
    return errors


def _validate_node_affinity(affinity: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if (selector := affinity.get(_REQUIRED)) is not None:
        errors += validate_node_selector(selector, path.child(_REQUIRED))
    for position, term in enumerate(affinity.get(_PREFERRED) or ()):
        at = path.child(_PREFERRED).index(position)
        errors += _validate_weight(term, at)
        preference = term.get("preference") or {}
        errors += _validate_node_selector_term(preference, at.child("preference"), check_values=False)
    return errors


def _validate_weight(term: Object, path: Path) -> list[FieldError]:
    weight = term.get("weight", 0)
    return [] if 0 < weight <= 100 else [invalid(path.child("weight"), weight, "must be in the range 1-100")]


def validate_node_selector(selector: Object, path: Path) -> list[FieldError]:
    """Mistakes in a NodeSelector."""
    terms = selector.get("nodeSelectorTerms") or ()
    at = path.child("nodeSelectorTerms")
    if not terms:
        return [required(at, "must have at least one node selector term")]
    errors: list[FieldError] = []
    for position, term in enumerate(terms):
        errors += _validate_node_selector_term(term, at.index(position), check_values=True)
    return errors


def _validate_node_selector_term(term: Object, path: Path, *, check_values: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, requirement in enumerate(term.get("matchExpressions") or ()):
        at = path.child("matchExpressions").index(position)
        errors += _validate_expression(requirement, at, check_values=check_values)
    for position, requirement in enumerate(term.get("matchFields") or ()):
        errors += _validate_field_requirement(requirement, path.child("matchFields").index(position))
    return errors


def _validate_expression(requirement: Object, path: Path, *, check_values: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    operator, key = requirement.get("operator", ""), requirement.get("key", "")
    values = requirement.get("values") or []
    if operator in {"In", "NotIn"}:
        if not values:
            errors.append(required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in {"Exists", "DoesNotExist"}:
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(path.child("values"), detail))
    elif operator in {"Gt", "Lt"}:
        if len(values) != 1:
            detail = "must be specified single value when `operator` is 'Lt' or 'Gt'"
            errors.append(required(path.child("values"), detail))
    else:
        errors.append(invalid(path.child("operator"), operator, "not a valid selector operator"))
    errors += _label_name_errors(key, path.child("key"))
    if check_values:
        for position, value in enumerate(values):
            at = path.child("values").index(position)
            errors += [invalid(at, value, complaint) for complaint in names.is_valid_label_value(value)]
    return errors


def _validate_field_requirement(requirement: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    operator, key = requirement.get("operator", ""), requirement.get("key", "")
    values = requirement.get("values") or []
    if operator not in {"In", "NotIn"}:
        errors.append(invalid(path.child("operator"), operator, "not a valid selector operator"))
    elif len(values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        errors.append(required(path.child("values"), detail))
    if key != "metadata.name":
        return [*errors, invalid(path.child("key"), key, "not a valid field selector key")]
    for position, value in enumerate(values):
        at = path.child("values").index(position)
        errors += [invalid(at, value, complaint) for complaint in names.dns_subdomain_name(value)]
    return errors


def _validate_pod_affinity(affinity: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, term in enumerate(affinity.get(_REQUIRED) or ()):
        errors += _validate_pod_affinity_term(term, path.child(_REQUIRED).index(position))
    for position, weighted in enumerate(affinity.get(_PREFERRED) or ()):
        at = path.child(_PREFERRED).index(position)
        errors += _validate_weight(weighted, at)
        errors += _validate_pod_affinity_term(weighted.get("podAffinityTerm") or {}, at.child("podAffinityTerm"))
    return errors


def _validate_pod_affinity_term(term: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("labelSelector", "namespaceSelector"):
        if (selector := term.get(field)) is not None:
            errors += validate_label_selector(selector, path.child(field))
    for name in term.get("namespaces") or ():
        errors += [invalid(path.child("namespace"), name, complaint) for complaint in names.dns_label_name(name)]
    errors += _validate_label_keys(term, path)
    topology_key = term.get("topologyKey", "")
    if not topology_key:
        errors.append(required(path.child("topologyKey"), "can not be empty"))
    return errors + _label_name_errors(topology_key, path.child("topologyKey"))


def _validate_label_keys(term: Object, path: Path) -> list[FieldError]:
    matched, mismatched = term.get("matchLabelKeys") or [], term.get("mismatchLabelKeys") or []
    if not matched and not mismatched:
        return []
    selector = term.get("labelSelector")
    errors: list[FieldError] = []
    for field, keys in (("matchLabelKeys", matched), ("mismatchLabelKeys", mismatched)):
        at = path.child(field)
        if keys and selector is None:
            errors.append(forbidden(at, "must not be specified when labelSelector is not set"))
        elif keys:
            for position, key in enumerate(keys):
                errors += _label_name_errors(key, at.index(position))
    if selector is not None:
        errors += [invalid(path.index(i), key, _IN_BOTH) for i, key in _keys_selected_twice(matched, selector)]
    errors += [
        invalid(path.child("matchLabelKeys").index(i), key, "exists in both matchLabelKeys and mismatchLabelKeys")
        for i, key in enumerate(matched)
        if key in mismatched
    ]
    return errors


def _keys_selected_twice(keys: Sequence[str], selector: Object) -> Iterable[tuple[int, str]]:
    """The keys that the selector names besides the expression that was made from the key at creation."""
    selected = set(selector.get("matchLabels") or ())
    for expression in selector.get("matchExpressions") or ():
        key = expression.get("key", "")
        if key in keys and key in selected:
            yield len(keys) - 1 - list(reversed(keys)).index(key), key
        selected.add(key)


def validate_topology_spread(constraints: Sequence[Object], path: Path) -> list[FieldError]:
    """Mistakes in how the pods of a group are spread over the cluster."""
    errors: list[FieldError] = []
    for position, constraint in enumerate(constraints):
        errors += _validate_constraint(constraint, constraints[position + 1 :], path.index(position))
    return errors


def _validate_constraint(constraint: Object, others: Sequence[Object], path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    max_skew, topology_key = constraint.get("maxSkew", 0), constraint.get("topologyKey", "")
    action = constraint.get("whenUnsatisfiable", "")
    if max_skew <= 0:
        errors.append(invalid(path.child("maxSkew"), max_skew, _NOT_POSITIVE))
    if not topology_key:
        errors.append(required(path.child("topologyKey"), "can not be empty"))
    if action not in _SCHEDULE_ACTIONS:
        errors.append(not_supported(path.child("whenUnsatisfiable"), action, _SCHEDULE_ACTIONS))
    if any(o.get("topologyKey", "") == topology_key and o.get("whenUnsatisfiable", "") == action for o in others):
        errors.append(duplicate(path.child("{topologyKey, whenUnsatisfiable}"), f"{{{topology_key}, {action}}}"))
    errors += _validate_min_domains(constraint, action, path.child("minDomains"))
    for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
        policy = constraint.get(field)
        if policy is not None and policy not in _INCLUSION_POLICIES:
            errors.append(not_supported(path.child(field), policy, _INCLUSION_POLICIES))
    errors += _validate_label_keys(constraint, path)
    if (selector := constraint.get("labelSelector")) is not None:
        errors += validate_label_selector(selector, path.child("labelSelector"))
    return errors


def _validate_min_domains(constraint: Object, action: str, path: Path) -> list[FieldError]:
    domains = constraint.get("minDomains")
    if domains is None:
        return []
    errors: list[FieldError] = []
    if domains <= 0:
        errors.append(invalid(path, domains, _NOT_POSITIVE))
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        errors.append(invalid(path, domains, detail))
    return errors


def _label_name_errors(name: str, path: Path) -> list[FieldError]:
    return [invalid(path, name, complaint) for complaint in names.is_qualified_name(name)]
