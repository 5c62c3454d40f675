"""Which requests a FlowSchema matches: those of some subjects for some resources or other URLs.

Follows kubernetes `pkg/apis/flowcontrol/validation/validation.go` (ValidateFlowSchemaPolicyRulesWithSubjects).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.names import dns_label_name, dns_subdomain_name

Object = dict[str, Any]

_VERBS: Final = ("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")
_SUBJECT_FIELDS: Final = {"Group": "group", "ServiceAccount": "serviceAccount", "User": "user"}
_FORBIDDEN_ORDER: Final = {
    "Group": ("ServiceAccount", "User"),
    "ServiceAccount": ("User", "Group"),
    "User": ("ServiceAccount", "Group"),
}
_BAD_NAMESPACE: Final = "each member of this list must be '*' or a DNS-1123 label; "


def validate_rules(rules: Sequence[Object], path: Path) -> list[FieldError]:
    """Complaints about the rules of a FlowSchema."""
    errors = []
    for position, rule in enumerate(rules):
        errors += _validate_rule(rule, path.index(position))
    return errors


def _validate_rule(rule: Object, path: Path) -> list[FieldError]:
    subjects = rule.get("subjects") or []
    resources, others = rule.get("resourceRules") or [], rule.get("nonResourceRules") or []
    errors = []
    if not subjects:
        errors.append(required(path.child("subjects"), "subjects must contain at least one value"))
    for position, subject in enumerate(subjects):
        errors += _validate_subject(subject, path.child("subjects").index(position))
    if not resources and not others:
        message = "at least one of resourceRules and nonResourceRules has to be non-empty"
        errors.append(required(path, message))
    for position, resource_rule in enumerate(resources):
        errors += _validate_resource_rule(resource_rule, path.child("resourceRules").index(position))
    for position, other in enumerate(others):
        errors += _validate_non_resource_rule(other, path.child("nonResourceRules").index(position))
    return errors


def _validate_subject(subject: Object, path: Path) -> list[FieldError]:
    kind = subject.get("kind", "")
    if kind not in _SUBJECT_FIELDS:
        return [not_supported(path.child("kind"), kind, tuple(_SUBJECT_FIELDS))]
    field = _SUBJECT_FIELDS[kind]
    who = subject.get(field)
    if who is None:
        errors = [required(path.child(field), f"{field} is required when subject kind is '{kind}'")]
    elif kind == "ServiceAccount":
        errors = _validate_service_account(who, path.child(field))
    else:
        errors = [] if who.get("name") else [required(path.child(field, "name"))]
    for other in _FORBIDDEN_ORDER[kind]:
        name = _SUBJECT_FIELDS[other]
        if subject.get(name) is not None:
            errors.append(forbidden(path.child(name), f"{name} is forbidden when subject kind is not '{other}'"))
    return errors


def _validate_service_account(account: Object, path: Path) -> list[FieldError]:
    name, namespace = account.get("name", ""), account.get("namespace", "")
    errors = []
    if not name:
        errors.append(required(path.child("name")))
    elif name != "*":
        errors += [invalid(path.child("name"), name, complaint) for complaint in dns_subdomain_name(name)]
    if not namespace:
        errors.append(required(path.child("namespace"), "must specify namespace for service account"))
    else:
        errors += [invalid(path.child("namespace"), namespace, complaint) for complaint in dns_label_name(namespace)]
    return errors


def _validate_verbs(verbs: Sequence[str], path: Path) -> list[FieldError]:
    if not verbs:
        return [required(path, "verbs must contain at least one value")]
    if "*" in verbs:
        return [invalid(path, verbs, "if '*' is present, must not specify other verbs")] if len(verbs) > 1 else []
    return [] if set(verbs) <= set(_VERBS) else [not_supported(path, verbs, _VERBS)]


def _validate_list(values: Sequence[str], path: Path, needed: str, noun: str) -> list[FieldError]:
    if not values:
        return [required(path, needed)]
    if len(values) > 1 and "*" in values:
        return [invalid(path, values, f"if '*' is present, must not specify other {noun}")]
    return []


def _validate_resource_rule(rule: Object, path: Path) -> list[FieldError]:
    errors = _validate_verbs(rule.get("verbs") or [], path.child("verbs"))
    groups, resources = rule.get("apiGroups") or [], rule.get("resources") or []
    needed = "resource rules must supply at least one api group"
    errors += _validate_list(groups, path.child("apiGroups"), needed, "api groups")
    needed = "resource rules must supply at least one resource"
    errors += _validate_list(resources, path.child("resources"), needed, "resources")
    namespaces, where = rule.get("namespaces") or [], path.child("namespaces")
    if not namespaces and not rule.get("clusterScope"):
        message = "resource rules that are not cluster scoped must supply at least one namespace"
        errors.append(required(where, message))
    elif "*" in namespaces:
        if len(namespaces) > 1:
            errors.append(invalid(where, namespaces, "if '*' is present, must not specify other namespaces"))
    else:
        for position, namespace in enumerate(namespaces):
            complaints = dns_label_name(namespace)
            errors += [invalid(where.index(position), namespace, _BAD_NAMESPACE + text) for text in complaints]
    return errors


def _validate_non_resource_rule(rule: Object, path: Path) -> list[FieldError]:
    errors = _validate_verbs(rule.get("verbs") or [], path.child("verbs"))
    urls, where = rule.get("nonResourceURLs") or [], path.child("nonResourceURLs")
    if not urls:
        errors.append(required(where, "nonResourceURLs must contain at least one value"))
    elif "*" in urls:
        if len(urls) > 1:
            errors.append(invalid(where, urls, "if '*' is present, must not specify other non-resource URLs"))
    else:
        for position, url in enumerate(urls):
            if complaint := _url_complaint(url):
                errors.append(invalid(where.index(position), url, complaint))
    return errors


def _url_complaint(url: str) -> str:
    """The first thing that is wrong with a path that may end in `/*`."""
    if not url:
        return "must not be empty"
    if not url.startswith("/"):
        return "must start with slash"
    if " " in url:
        return "must not contain white-space"
    if "//" in url:
        return "must not contain double slash"
    stars = url.count("*")
    if stars > 1 or (stars == 1 and not url.endswith("/*")):
        return "wildcard can only do suffix matching"
    return ""


def shown_rules(rules: Sequence[Object] | None) -> list[Object] | None:
    """Rules as upstream shows them in messages: by their internal field names."""
    return [_shown_rule(rule) for rule in rules] if rules else None


def _shown_rule(rule: Object) -> Object:
    resources = [
        {
            "Verbs": item.get("verbs") or None,
            "APIGroups": item.get("apiGroups") or None,
            "Resources": item.get("resources") or None,
            "ClusterScope": item.get("clusterScope", False),
            "Namespaces": item.get("namespaces") or None,
        }
        for item in rule.get("resourceRules") or ()
    ]
    others = [
        {"Verbs": item.get("verbs") or None, "NonResourceURLs": item.get("nonResourceURLs") or None}
        for item in rule.get("nonResourceRules") or ()
    ]
    subjects = [_shown_subject(subject) for subject in rule.get("subjects") or ()]
    return {"Subjects": subjects or None, "ResourceRules": resources or None, "NonResourceRules": others or None}


def _shown_subject(subject: Object) -> Object:
    user, group, account = (subject.get(field) for field in ("user", "group", "serviceAccount"))
    return {
        "Kind": subject.get("kind", ""),
        "User": None if user is None else {"Name": user.get("name", "")},
        "Group": None if group is None else {"Name": group.get("name", "")},
        "ServiceAccount": None
        if account is None
        else {"Namespace": account.get("namespace", ""), "Name": account.get("name", "")},
    }
