"""What is served: every resource with its names, scope, verbs, subresources and schema.

`kubepy.api.builtin` declares the built-in ones; custom resources are the same thing with a schema that
came from the API. Everything that asks "what is at this URL" asks a `Scheme`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kubepy.api.schema import Schema

READ_WRITE_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
"""What a fully served resource can do, in discovery's order."""


class GroupVersionKind(NamedTuple):
    """The type of an object. The core group's name is empty."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Subresource:
    """One subresource, such as `status` or `scale`.

    `kind` is the type of the object it reads and writes: the resource's own for `status`, another for
    `scale` (autoscaling/v1 Scale) or `eviction` (policy/v1 Eviction).
    """

    name: str
    kind: GroupVersionKind
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource in one served version.

    Objects of all versions of a resource are stored once, under `storage_key`, in `storage_version`.
    """

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool
    schema: Schema
    list_kind: str
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = READ_WRITE_VERBS
    subresources: Mapping[str, Subresource] = field(default_factory=dict)
    selectable_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field selectors beyond metadata.name and metadata.namespace: selector key -> path of the value in
    the storage version, e.g. `spec.nodeName` -> ("spec", "nodeName")."""
    storage_version: str = ""
    storage_group: str = ""
    """Where the objects are kept if that is another group: events.k8s.io/v1 is stored as core/v1."""

    group_resource: str = field(init=False)
    """`deployments.apps`, or `pods` in the core group: the name messages and metrics use."""
    storage_key: str = field(init=False)
    """What the store calls it, in every version: `deployments.apps`, `pods`."""

    def __post_init__(self) -> None:
        qualified = f"{self.plural}.{self.group}" if self.group else self.plural
        object.__setattr__(self, "group_resource", qualified)
        object.__setattr__(self, "storage_key", qualified if self.storage_group == self.group else self.plural)

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def gvk(self) -> GroupVersionKind:
        """The type of the resource's objects."""
        return GroupVersionKind(self.group, self.version, self.kind)


class Scheme:
    """The set of served resources."""

    def __init__(self, resources: Iterable[Resource] = ()) -> None:
        self._by_name: dict[tuple[str, str, str], Resource] = {}
        self._by_kind: dict[tuple[str, str, str], Resource] = {}
        for resource in resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        """Serve one more resource (or another version of one)."""
        self._by_name[resource.group, resource.version, resource.plural] = resource
        self._by_kind[resource.gvk] = resource

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource at `/apis/<group>/<version>/<plural>` (`/api/v1/<plural>` for the core group)."""
        return self._by_name.get((group, version, plural))

    def find_kind(self, gvk: GroupVersionKind) -> Resource | None:
        """The resource whose objects have this type."""
        return self._by_kind.get(gvk)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_name.values())
