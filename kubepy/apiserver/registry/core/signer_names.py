"""Names of certificate signers and of the ClusterTrustBundles they publish.

Follows kubernetes `pkg/apis/core/validation/names.go` (ValidateSignerName, ValidateClusterTrustBundleName).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid, required, too_long

_MAX_DOMAIN_BYTES = names.DNS1123_SUBDOMAIN_MAX_LENGTH
_MAX_NAME_BYTES = _MAX_DOMAIN_BYTES + names.DNS1123_SUBDOMAIN_MAX_LENGTH + names.DNS1123_LABEL_MAX_LENGTH + 2


def validate_signer_name(path: Path, name: str) -> list[FieldError]:
    """`example.com/signer-name`: a domain of at least two labels and one path segment."""
    if not name:
        return [required(path)]
    segments = name.split("/")
    if len(segments) != 2:
        detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        return [invalid(path, name, detail)]
    domain, segment = segments
    errors: list[FieldError] = []
    if len(domain.encode()) > _MAX_DOMAIN_BYTES:
        errors.append(too_long(path, _MAX_DOMAIN_BYTES))
    errors += _validate_labels(domain, names.is_dns1123_label, path)
    if "." not in domain:
        errors.append(invalid(path, domain, "should be a domain with at least two segments separated by dots"))
    errors += _validate_labels(segment, names.is_dns1123_subdomain, path)
    if len(name.encode()) > _MAX_NAME_BYTES:
        errors.append(too_long(path, _MAX_NAME_BYTES))
    return errors


def _validate_labels(value: str, check: Callable[[str], list[str]], path: Path) -> list[FieldError]:
    """Complaints about the first bad label; those about the others would read the same."""
    for label in value.split("."):
        if complaints := check(label):
            return [invalid(path, value, f"validating label {json.dumps(label)}: {text}") for text in complaints]
    return []


def trust_bundle_name_complaints(name: str, signer_name: str = "") -> list[str]:
    """What is wrong with a ClusterTrustBundle's name; one for a signer starts with the signer's name."""
    if not signer_name:
        if ":" in name:
            return ['ClusterTrustBundle without signer name must not have ":" in its name']
        return names.dns_subdomain_name(name)
    prefix = signer_name.replace("/", ":") + ":"
    if not name.startswith(prefix):
        return [f"ClusterTrustBundle for signerName {signer_name} must be named with prefix {prefix}"]
    return names.dns_subdomain_name(name.removeprefix(prefix))


def signer_of_trust_bundle(name: str) -> str:
    """The signer that a ClusterTrustBundle's name says it is for, or nothing."""
    signer, colon, _ = name.rpartition(":")
    return signer.replace(":", "/") if colon else ""
