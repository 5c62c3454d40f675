"""NamespaceLifecycle: nothing new in namespaces that don't exist or are going; some namespaces stay for ever.

Follows apiserver `pkg/admission/plugin/namespace/lifecycle/admission.go`.
"""

from __future__ import annotations

from typing import Final

from kubepy.api import errors
from kubepy.apiserver.admission.attributes import Attributes, Operation
from kubepy.storage.records import Key

IMMORTAL_NAMESPACES: Final = frozenset({"default", "kube-system", "kube-public"})
_ACCESS_REVIEWS: Final = frozenset({"localsubjectaccessreviews"})


class NamespaceLifecycle:
    """See the module."""

    name = "NamespaceLifecycle"

    async def admit(self, attributes: Attributes) -> None:
        """Refuse by the state of the namespace the operation is in."""
        resource = attributes.resource
        if resource.group_resource == "namespaces":
            if attributes.operation is Operation.DELETE and attributes.name in IMMORTAL_NAMESPACES:
                raise errors.forbidden("", "namespaces", attributes.name, "this namespace may not be deleted")
            return
        if not resource.namespaced or attributes.operation is not Operation.CREATE:
            return
        if resource.plural in _ACCESS_REVIEWS:
            return
        await self._check_namespace(attributes)

    async def validate(self, attributes: Attributes) -> None:
        """Nothing more to check."""

    async def _check_namespace(self, attributes: Attributes) -> None:
        state = attributes.server.state
        key = Key("namespaces", "", attributes.namespace)
        entry = state.cache.get(key) or await state.get(key)
        if entry is None:
            raise errors.not_found("", "namespaces", attributes.namespace)
        namespace = attributes.server.decode(entry.body)
        if namespace.get("status", {}).get("phase") != "Terminating":
            return
        deleted_at = namespace["metadata"].get("deletionTimestamp", "")
        failure = errors.forbidden(
            attributes.resource.group,
            attributes.resource.plural,
            attributes.name,
            f"unable to create new content in namespace {attributes.namespace} because it is being terminated",
        )
        failure.causes = (
            errors.Cause(
                "NamespaceTerminating",
                f"namespace {attributes.namespace} is being terminated since {deleted_at}",
                "metadata.namespace",
            ),
        )
        raise failure
