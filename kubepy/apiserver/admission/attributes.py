"""What admission plugins are asked about: one operation on one object."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from kubepy.api.scheme import Resource
from kubepy.apiserver.registry.strategy import User

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer


class Operation(StrEnum):
    """What is about to happen."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CONNECT = "CONNECT"


@dataclass(slots=True, eq=False)
class Attributes:
    """One operation. `obj` is None for deletions, `old` for creations. Plugins may mutate `obj` in `admit`."""

    server: APIServer
    operation: Operation
    resource: Resource
    subresource: str
    namespace: str
    name: str
    obj: dict[str, Any] | None
    old: dict[str, Any] | None
    user: User
    dry_run: bool
    options: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Plugin(Protocol):
    """One admission plugin. Both methods refuse by raising APIError."""

    name: str

    async def admit(self, attributes: Attributes) -> None:
        """Change the object, before it is validated."""

    async def validate(self, attributes: Attributes) -> None:
        """Accept or refuse what is about to be stored."""
