"""MutatingWebhookConfigurations and ValidatingWebhookConfigurations: who is asked about which requests.

What older versions let in stays acceptable in objects that have it.
Follows kubernetes `pkg/apis/admissionregistration/v1/defaults.go`,
`pkg/apis/admissionregistration/validation/validation.go` and
`pkg/registry/admissionregistration/{mutating,validating}webhookconfiguration/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from kubepy.api.field import FieldError, Path, duplicate, invalid, not_supported, required
from kubepy.api.labels import validate_label_selector
from kubepy.api.names import is_fully_qualified_name
from kubepy.apiserver.registry.admissionregistration.match_conditions import validate_match_conditions
from kubepy.apiserver.registry.admissionregistration.review_versions import (
    REVIEW_VERSIONS,
    has_known_review_version,
    validate_review_versions,
)
from kubepy.apiserver.registry.admissionregistration.rules import (
    FAILURE_POLICIES,
    MATCH_POLICIES,
    default_rules,
    validate_rule,
)
from kubepy.apiserver.registry.admissionregistration.webhook_client import default_service_port, validate_client
from kubepy.apiserver.registry.strategy import Object, Strategy

_WEBHOOKS: Final = Path("webhooks")
_SELECTORS: Final = ("namespaceSelector", "objectSelector")
_SIDE_EFFECTS: Final = ("None", "NoneOnDryRun", "Some", "Unknown")
_NO_SIDE_EFFECTS: Final = ("None", "NoneOnDryRun")
_REINVOCATION_POLICIES: Final = ("IfNeeded", "Never")
_NO_REVIEW_VERSION: Final = f"must specify one of {', '.join(REVIEW_VERSIONS)}"
_MAX_TIMEOUT_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class _Rules:
    """Which rules hold for an object: all of them for a new one."""

    match_conditions: bool = True
    side_effects: Sequence[str] = _NO_SIDE_EFFECTS
    known_review_version: bool = True
    unique_names: bool = True
    any_label_value: bool = False


_ALL_RULES: Final = _Rules()


class ValidatingWebhookConfigurationStrategy(Strategy):
    """How ValidatingWebhookConfigurations are written. An update must say which version it is of."""

    tracks_generation: ClassVar[bool] = True
    allow_unconditional_update: ClassVar[bool] = False

    def default(self, obj: Object) -> None:
        for webhook in obj.get("webhooks") or ():
            webhook.setdefault("failurePolicy", "Fail")
            webhook.setdefault("matchPolicy", "Equivalent")
            webhook.setdefault("namespaceSelector", {})
            webhook.setdefault("objectSelector", {})
            webhook.setdefault("timeoutSeconds", 10)
            default_rules(webhook.get("rules"))
            default_service_port(webhook.get("clientConfig"))

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_webhooks(obj.get("webhooks") or [], _ALL_RULES)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        new, before = obj.get("webhooks") or [], old.get("webhooks") or []
        return _validate_webhooks(new, _rules_after(before, new))


class MutatingWebhookConfigurationStrategy(ValidatingWebhookConfigurationStrategy):
    """How MutatingWebhookConfigurations are written."""

    def default(self, obj: Object) -> None:
        super().default(obj)
        for webhook in obj.get("webhooks") or ():
            webhook.setdefault("reinvocationPolicy", "Never")


def _rules_after(before: list[Object], new: list[Object]) -> _Rules:
    """What a stored object already breaks it may go on breaking."""
    names = [webhook.get("name", "") for webhook in before]
    unchanged = len(before) == len(new) and all(
        webhook.get("matchConditions") == other.get("matchConditions")
        for webhook, other in zip(before, new, strict=True)
    )
    return _Rules(
        match_conditions=not unchanged,
        side_effects=_NO_SIDE_EFFECTS
        if all(webhook.get("sideEffects") in _NO_SIDE_EFFECTS for webhook in before)
        else _SIDE_EFFECTS,
        known_review_version=all(
            has_known_review_version(webhook.get("admissionReviewVersions")) for webhook in before
        ),
        unique_names=len(set(names)) == len(names),
        any_label_value=any(
            validate_label_selector(webhook.get(field), _WEBHOOKS) for webhook in before for field in _SELECTORS
        ),
    )


def _validate_webhooks(webhooks: list[Object], rules: _Rules) -> list[FieldError]:
    errors = []
    seen: set[str] = set()
    for position, webhook in enumerate(webhooks):
        path = _WEBHOOKS.index(position)
        name = webhook.get("name", "")
        errors += _validate_webhook(webhook, rules, path)
        errors += validate_review_versions(
            webhook.get("admissionReviewVersions") or [],
            path.child("admissionReviewVersions"),
            known=rules.known_review_version,
            missing=_NO_REVIEW_VERSION,
        )
        if rules.unique_names and name in seen:
            errors.append(duplicate(path.child("name"), name))
        if name:
            seen.add(name)
    return errors


def _validate_webhook(webhook: Object, rules: _Rules, path: Path) -> list[FieldError]:
    errors = is_fully_qualified_name(path.child("name"), webhook.get("name", ""))
    for position, rule in enumerate(webhook.get("rules") or ()):
        errors += validate_rule(rule, path.child("rules").index(position))
    errors += _validate_choice(webhook, "failurePolicy", FAILURE_POLICIES, path)
    errors += _validate_choice(webhook, "matchPolicy", MATCH_POLICIES, path)
    if webhook.get("sideEffects") is None:
        errors.append(required(path.child("sideEffects"), f"must specify one of {', '.join(rules.side_effects)}"))
    errors += _validate_choice(webhook, "sideEffects", rules.side_effects, path)
    timeout = webhook.get("timeoutSeconds")
    if timeout is not None and not 1 <= timeout <= _MAX_TIMEOUT_SECONDS:
        message = "the timeout value must be between 1 and 30 seconds"
        errors.append(invalid(path.child("timeoutSeconds"), timeout, message))
    for field in _SELECTORS:
        errors += validate_label_selector(
            webhook.get(field), path.child(field), allow_invalid_label_value=rules.any_label_value
        )
    errors += _validate_choice(webhook, "reinvocationPolicy", _REINVOCATION_POLICIES, path)
    errors += validate_client(webhook.get("clientConfig") or {}, path.child("clientConfig"))
    if rules.match_conditions:
        errors += validate_match_conditions(webhook.get("matchConditions"), path.child("matchConditions"))
    return errors


def _validate_choice(webhook: Object, field: str, choices: Sequence[str], path: Path) -> list[FieldError]:
    value = webhook.get(field)
    return [] if value is None or value in choices else [not_supported(path.child(field), value, choices)]
