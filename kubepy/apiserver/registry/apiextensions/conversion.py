"""How objects of a custom resource change between its versions: not at all, or by a webhook.

Follows apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go` (validateCustomResourceConversion);
the field paths are those of its internal types.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.field import FieldError, Path, forbidden, not_supported, required
from kubepy.apiserver.registry.admissionregistration import review_versions
from kubepy.apiserver.registry.admissionregistration.webhook_client import validate_ca_bundle, validate_client

Object = dict[str, Any]

_STRATEGIES: Final = ("None", "Webhook")
_ONLY_WEBHOOK: Final = "should not be set when strategy is not set to Webhook"


def validate_conversion(
    conversion: Object, path: Path, *, known_review_version: bool, check_ca_bundle: bool
) -> list[FieldError]:
    """Complaints about a conversion. A stored one that no known review version fits, or with a CA bundle that
    can't be read, may stay so."""
    strategy = conversion.get("strategy", "")
    errors = []
    if not strategy:
        errors.append(required(path.child("strategy")))
    elif strategy not in _STRATEGIES:
        errors.append(not_supported(path.child("strategy"), strategy, _STRATEGIES))
    webhook = conversion.get("webhook") or {}
    client, versions = webhook.get("clientConfig"), webhook.get("conversionReviewVersions") or []
    at_client, at_versions = path.child("webhookClientConfig"), path.child("conversionReviewVersions")
    if strategy != "Webhook":
        if client is not None:
            errors.append(forbidden(at_client, _ONLY_WEBHOOK))
        return [*errors, forbidden(at_versions, _ONLY_WEBHOOK)] if versions else errors
    if client is None:
        errors.append(required(at_client, "required when strategy is set to Webhook"))
    else:
        errors += validate_client(client, at_client)
        if client.get("caBundle") and check_ca_bundle:
            errors += validate_ca_bundle(client["caBundle"], at_client.child("caBundle"))
    return errors + review_versions.validate_review_versions(versions, at_versions, known=known_review_version)


def has_known_review_version(conversion: Object | None) -> bool:
    """Whether a stored conversion is one that this server can talk to, or says nothing about it."""
    return review_versions.has_known_review_version(
        ((conversion or {}).get("webhook") or {}).get("conversionReviewVersions")
    )


def has_valid_ca_bundle(conversion: Object | None) -> bool:
    """Whether a stored conversion has no CA bundle or a good one."""
    client = ((conversion or {}).get("webhook") or {}).get("clientConfig") or {}
    bundle = client.get("caBundle")
    return not bundle or not validate_ca_bundle(bundle, Path("caBundle"))
