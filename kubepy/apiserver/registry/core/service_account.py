"""ServiceAccounts.

Follows kubernetes `pkg/registry/core/serviceaccount/strategy.go`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from kubepy.apiserver.registry.strategy import Strategy, WriteContext

Object = dict[str, Any]

ENFORCE_MOUNTABLE_SECRETS: Final = "kubernetes.io/enforce-mountable-secrets"


class ServiceAccountStrategy(Strategy):
    """ServiceAccounts. Of the references to secrets only the names are kept: they are of the same namespace."""

    returns_deleted_object: ClassVar[bool] = True

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        _keep_secret_names(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        _keep_secret_names(obj)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        if not _enforces_mountable_secrets(obj) or (old is not None and _enforces_mountable_secrets(old)):
            return []
        return [
            f"metadata.annotations[{ENFORCE_MOUNTABLE_SECRETS}]: deprecated in v1.32+; "
            "prefer separate namespaces to isolate access to mounted secrets"
        ]


def _enforces_mountable_secrets(obj: Object) -> bool:
    return ENFORCE_MOUNTABLE_SECRETS in ((obj.get("metadata") or {}).get("annotations") or {})


def _keep_secret_names(obj: Object) -> None:
    secrets = obj.get("secrets")
    if secrets:
        obj["secrets"] = [{"name": secret["name"]} if secret.get("name") else {} for secret in secrets]
