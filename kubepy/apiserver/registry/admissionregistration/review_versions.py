"""The versions of a review that a webhook says it understands.

Used by the webhook configurations here and by the conversion webhooks of CustomResourceDefinitions, whose reviews
happen to have the same versions. Follows kubernetes `pkg/apis/admissionregistration/validation/validation.go` and
apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.names import is_dns1035_label

REVIEW_VERSIONS: Final = ("v1", "v1beta1")


def validate_review_versions(
    versions: Sequence[str], path: Path, *, known: bool, missing: str = ""
) -> list[FieldError]:
    """Distinct names of versions; if `known`, one of them is a version this server speaks.

    `missing` is what is said where there are none.
    """
    if not versions:
        return [required(path, missing)]
    errors = []
    seen: set[str] = set()
    for position, version in enumerate(versions):
        if version in seen:
            errors.append(invalid(path.index(position), version, "duplicate version"))
            continue
        seen.add(version)
        errors += [invalid(path.index(position), version, complaint) for complaint in is_dns1035_label(version)]
    if known and seen.isdisjoint(REVIEW_VERSIONS):
        errors.append(invalid(path, versions, f"must include at least one of {', '.join(REVIEW_VERSIONS)}"))
    return errors


def has_known_review_version(versions: Iterable[str] | None) -> bool:
    """Whether this server speaks one of the versions, or there are none to judge."""
    return not versions or any(version in REVIEW_VERSIONS for version in versions)
