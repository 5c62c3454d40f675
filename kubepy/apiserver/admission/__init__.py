"""Admission: plugins that change or refuse writes after defaulting, in upstream's order."""

from __future__ import annotations

from collections.abc import Sequence

from kubepy.apiserver.admission.attributes import Attributes, Operation, Plugin
from kubepy.apiserver.admission.namespace_lifecycle import NamespaceLifecycle

__all__ = ["AdmissionChain", "Attributes", "Operation", "Plugin", "default_plugins"]


def default_plugins() -> list[Plugin]:
    """The plugins that are on by default, in the order they are asked."""
    return [NamespaceLifecycle()]


class AdmissionChain:
    """Asks every plugin in order; the first refusal ends it."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self._plugins = plugins

    async def admit(self, attributes: Attributes) -> None:
        """Let plugins change the object. Raises APIError."""
        for plugin in self._plugins:
            await plugin.admit(attributes)

    async def validate(self, attributes: Attributes) -> None:
        """Let plugins refuse the final object. Raises APIError."""
        for plugin in self._plugins:
            await plugin.validate(attributes)
