"""What is special about one kind when its objects are written.

The handlers call a strategy's hooks in this order:

    create:  default -> prepare_for_create -> (mutating admission) -> validate -> (validating admission)
    update:  default -> prepare_for_update -> (mutating admission) -> validate_update -> (validating admission)

Metadata that every kind shares (names, labels, finalizers, owner references, immutability of uid and
so on) is checked by `registry.object_meta`, not by strategies. Objects are plain dicts that have passed
the schema's type check: a field that is present has the right JSON type, unknown fields are gone, and no
field of a typed object is null. They may be mutated in place by `default` and `prepare_*` only.

Follows apiserver `pkg/registry/rest/{create,update}.go` and the strategies in kubernetes `pkg/registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer
    from kubepy.storage.records import Mutation

Object = dict[str, Any]

_NOT_SPEC: Final = frozenset({"metadata", "status", "apiVersion", "kind"})


@dataclass(frozen=True, slots=True)
class User:
    """Who asks."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class WriteContext:
    """What a strategy may know of the request: who asks, and the time (UTC) it is answered at."""

    user: User
    now: datetime


class Strategy:
    """The behaviour of a kind with nothing special about it; kinds override what differs.

    `has_status` says that `/status` is a subresource: the main endpoint then ignores `status`.
    `tracks_generation` says that `metadata.generation` counts changes of everything but metadata and
    status. `validate_name` returns upstream's complaints about a name (`prefix=True` for generateName).
    `reset_fields` are the paths that writes to this endpoint cannot own in server-side apply.
    `returns_deleted_object` says that a deletion is answered with the object instead of a Status,
    `orphans_by_default` that its dependents outlive it unless the client says otherwise, `reserves` that
    `reserve` does something.
    """

    has_status: ClassVar[bool] = False
    tracks_generation: ClassVar[bool] = False
    allow_create_on_update: ClassVar[bool] = False
    allow_unconditional_update: ClassVar[bool] = True
    validate_name: ClassVar[Callable[..., list[str]]] = staticmethod(names.dns_subdomain_name)
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = ()
    returns_deleted_object: ClassVar[bool] = False
    orphans_by_default: ClassVar[bool] = False
    reserves: ClassVar[bool] = False

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        """How writes to subresources that are views of the object itself (`status`, ...) behave."""
        return {"status": StatusStrategy()} if self.has_status else {}

    def default(self, obj: Object) -> None:
        """Fill in the fields the request left out, in place. Must be idempotent."""

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        """Clear what a creator may not set and set what the server decides, in place."""
        if self.has_status:
            obj.pop("status", None)
        if self.tracks_generation:
            obj["metadata"]["generation"] = 1

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        """Carry over what an updater may not change, in place; `old` is the stored object."""
        if self.has_status:
            carry_over(obj, old, "status")
        if self.tracks_generation:
            generation = old["metadata"].get("generation", 0)
            obj["metadata"]["generation"] = generation + (1 if spec_changed(obj, old) else 0)

    def validate(self, obj: Object) -> list[FieldError]:
        """Every semantic mistake in a new object."""
        return []

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """Every semantic mistake in a changed object, changes of immutable fields among them."""
        return self.validate(obj)

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        """What the client should be told about an acceptable object (`Warning` headers)."""
        return []

    async def reserve(self, obj: Object, old: Object | None, server: APIServer) -> Sequence[Mutation]:
        """Allocate what the object needs (addresses, ports): put it into `obj`, in place, and return the
        mutations to commit together with the object. Called again if one of them was lost to somebody else.
        Raises APIError.
        """
        return ()

    async def release(self, obj: Object, server: APIServer) -> Sequence[Mutation]:
        """The mutations that give back what `reserve` took, to commit together with the deletion."""
        return ()

    def grace_period_seconds(self, obj: Object, requested: int | None) -> int:
        """How long a deleted object stays before it goes (0: at once); `requested` is the client's wish."""
        return 0

    def stays_while_deleted(self, obj: Object) -> bool:
        """Whether a deleted object must stay for a reason other than its metadata.finalizers."""
        return False

    def mark_deleted(self, obj: Object) -> None:
        """Note the beginning of a deletion in the object, in place, beyond its metadata."""


class StatusStrategy(Strategy):
    """`/status` of a kind with nothing special about it: only status (and metadata) can change."""

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {}

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        for name in (obj.keys() | old.keys()) - {"metadata", "status", "apiVersion", "kind"}:
            carry_over(obj, old, name)
        carry_over(obj["metadata"], old["metadata"], "generation")

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return []


def carry_over(obj: Object, old: Object, name: str) -> None:
    """Make one field of `obj` what it is in `old`, be that absent."""
    if name in old:
        obj[name] = old[name]
    else:
        obj.pop(name, None)


def spec_changed(obj: Object, old: Object) -> bool:
    """Whether anything but metadata and status differs in meaning (an empty list or struct is as good as none)."""
    return not semantically_equal(_spec_of(obj), _spec_of(old))


def _spec_of(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name not in _NOT_SPEC}
