"""Which operations there are at which URLs, said once for OpenAPI v2 and v3.

Follows apiserver `pkg/endpoints/installer.go` (routes, descriptions, names) and
`pkg/endpoints/openapi/openapi.go` (operation ids and tags).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kubepy.api.scheme import GroupVersionKind, Resource, Subresource
from kubepy.apiserver.openapi.schemas import META, definition_name

STATUS: Final = META + "Status"
DELETE_OPTIONS: Final = META + "DeleteOptions"
PATCH: Final = META + "Patch"
WATCH_EVENT: Final = META + "WatchEvent"
RESOURCE_LIST: Final = META + "APIResourceList"

LIST_PARAMETERS: Final = (
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
)
_WRITE_PARAMETERS: Final = ("dryRun", "fieldManager", "fieldValidation")
_DELETE_PARAMETERS: Final = (
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
)
_COLLECTION_PARAMETERS: Final = tuple(name for name in LIST_PARAMETERS if name not in ("allowWatchBookmarks", "watch"))

_CONNECT_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "attach": ("container", "stderr", "stdin", "stdout", "tty"),
    "exec": ("command", "container", "stderr", "stdin", "stdout", "tty"),
    "portforward": ("ports",),
    "proxy": ("path",),
}
_STREAM_METHODS: Final = ("get", "post")
_PROXY_METHODS: Final = ("delete", "get", "head", "options", "patch", "post", "put")
_LOG_PARAMETERS: Final = (
    "container",
    "follow",
    "insecureSkipTLSVerifyBackend",
    "limitBytes",
    "previous",
    "sinceSeconds",
    "stream",
    "tailLines",
    "timestamps",
)

_RETURNS_DELETED_OBJECT: Final = frozenset(
    {
        "persistentvolumeclaims",
        "persistentvolumes",
        "pods",
        "podtemplates",
        "resourcequotas",
        "serviceaccounts",
        "services",
        "deviceclasses.resource.k8s.io",
        "devicetaintrules.resource.k8s.io",
        "resourceclaims.resource.k8s.io",
        "resourceclaimtemplates.resource.k8s.io",
        "resourceslices.resource.k8s.io",
        "csidrivers.storage.k8s.io",
        "csinodes.storage.k8s.io",
        "storageclasses.storage.k8s.io",
        "volumeattachments.storage.k8s.io",
        "volumeattributesclasses.storage.k8s.io",
    }
)
"""Resources whose DELETE answers with the object, where the others answer with a Status."""

_PUNCTUATION: Final = re.compile(r"[-._~:/?#\[\]@!$&'()*+,;=]+(.?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method at one URL. `body` and `responses` are definition names; no name means plain text."""

    method: str
    operation_id: str
    description: str
    tag: str
    action: str = ""
    gvk: GroupVersionKind | None = None
    parameters: tuple[str, ...] = ()
    body: str = ""
    responses: Mapping[str, str] = field(default_factory=dict)
    watchable: bool = False
    plain_text: bool = False
    any_media_type: bool = False


@dataclass(frozen=True, slots=True)
class PathItem:
    """One URL template: the parameters all of its operations share, and the operations."""

    path: str
    parameters: tuple[str, ...]
    operations: tuple[Operation, ...]
    kind: str = ""
    """The kind whose name `{name}` stands for."""


BEARER_TOKEN: Final[Mapping[str, str]] = {
    "description": "Bearer Token authentication", "in": "header", "name": "authorization", "type": "apiKey",
}  # fmt: skip
"""The security scheme of every operation."""


def definitions_used(items: Iterable[PathItem]) -> set[str]:
    """The definitions that bodies and responses of some paths are of."""
    return {
        name
        for item in items
        for operation in item.operations
        for name in (operation.body, *operation.responses.values())
        if name
    }


def group_version_root(group: str, version: str) -> str:
    """`/apis/apps/v1`, or `/api/v1`."""
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def group_version_paths(group: str, version: str, resources: Iterable[Resource]) -> Iterator[PathItem]:
    """Everything under one group version, in the order of the URLs."""
    root = group_version_root(group, version)
    namer = _Namer(group, version)
    index = Operation(
        method="get",
        operation_id=namer.id("get", "APIResources"),
        description="get available resources",
        tag=namer.tag,
        responses={"200": RESOURCE_LIST},
    )
    items = [PathItem(f"{root}/", (), (index,))]
    for resource in resources:
        items += _Routes(root, namer, resource).items()
    yield from sorted((item for item in items if item.operations), key=lambda item: item.path)


def root_path(path: str, operation_id: str, tag: str, description: str, response: str) -> PathItem:
    """A URL outside of all group versions, such as `/apis/`."""
    operation = Operation(
        method="get", operation_id=operation_id, description=description, tag=tag, responses={"200": response}
    )
    return PathItem(path, (), (operation,))


def identifier(text: str, *, capital: bool) -> str:
    """Text as part of an operation id: `rbac.authorization` -> `RbacAuthorization`."""
    if capital:
        text = text[:1].upper() + text[1:]
    return _PUNCTUATION.sub(lambda match: match[1].upper(), text)


class _Namer:
    """Makes the operation ids and the tag of one group version."""

    def __init__(self, group: str, version: str) -> None:
        short = (group or "core").removesuffix(".k8s.io")
        self._infix = identifier(short, capital=True) + identifier(version, capital=True)
        self.tag = f"{identifier(short, capital=False)}_{identifier(version, capital=False)}"

    def id(self, verb: str, rest: str) -> str:
        return f"{verb}{self._infix}{rest}"


class _Routes:
    """The URLs of one resource."""

    def __init__(self, root: str, namer: _Namer, resource: Resource) -> None:
        self._root = root
        self._namer = namer
        self._resource = resource
        self._type = definition_name(resource)
        self._scope = "Namespaced" if resource.namespaced else ""
        self._parent = f"{root}/namespaces/{{namespace}}" if resource.namespaced else root
        self._scope_parameters = ("namespace",) if resource.namespaced else ()

    def items(self) -> Iterator[PathItem]:
        resource, shared = self._resource, (*self._scope_parameters, "pretty")
        collection = f"{self._parent}/{resource.plural}"
        yield PathItem(collection, shared, tuple(self._collection()))
        yield self._item(f"{collection}/{{name}}", shared, self._single())
        if resource.namespaced and "list" in resource.verbs:
            everywhere = self._list(f"{resource.kind}ForAllNamespaces", parameters=())
            yield PathItem(f"{self._root}/{resource.plural}", ("pretty", *LIST_PARAMETERS), (everywhere,))
        if "watch" in resource.verbs:
            yield from self._watches()
        for subresource in resource.subresources.values():
            yield from self._subresource(f"{collection}/{{name}}/{subresource.name}", subresource)

    def _item(self, path: str, shared: tuple[str, ...], operations: Iterable[Operation]) -> PathItem:
        return PathItem(path, ("name", *shared), tuple(operations), self._resource.kind)

    def _operation(self, verb: str, rest: str, **more: object) -> Operation:
        more.setdefault("gvk", self._resource.gvk)
        return Operation(operation_id=self._namer.id(verb, rest), tag=self._namer.tag, **more)  # type: ignore[arg-type]

    def _collection(self) -> Iterator[Operation]:
        resource, name = self._resource, f"{self._scope}{self._resource.kind}"
        if "list" in resource.verbs:
            yield self._list(name, parameters=LIST_PARAMETERS)
        if "create" in resource.verbs:
            yield self._create(name, f"create {_article(resource.kind)}", resource.gvk, self._type)
        if "deletecollection" in resource.verbs:
            yield self._operation(
                "delete",
                f"Collection{name}",
                method="delete",
                description=f"delete collection of {resource.kind}",
                action="deletecollection",
                parameters=tuple(sorted({*_COLLECTION_PARAMETERS, *_DELETE_PARAMETERS})),
                body=DELETE_OPTIONS,
                responses={"200": STATUS},
            )

    def _list(self, name: str, parameters: tuple[str, ...]) -> Operation:
        return self._operation(
            "list",
            name,
            method="get",
            description=f"list or watch objects of kind {self._resource.kind}",
            action="list",
            parameters=parameters,
            responses={"200": f"{self._type}List"},
            watchable="watch" in self._resource.verbs,
        )

    def _create(self, name: str, description: str, gvk: GroupVersionKind, kind: str) -> Operation:
        return self._operation(
            "create",
            name,
            method="post",
            description=description,
            action="post",
            gvk=gvk,
            parameters=_WRITE_PARAMETERS,
            body=kind,
            responses={"200": kind, "201": kind, "202": kind},
        )

    def _single(self) -> Iterator[Operation]:
        resource, name = self._resource, f"{self._scope}{self._resource.kind}"
        specified = f"the specified {resource.kind}"
        yield from self._read_write(resource.verbs, name, specified, resource.gvk, self._type)
        if "delete" in resource.verbs:
            deleted = self._type if resource.group_resource in _RETURNS_DELETED_OBJECT else STATUS
            yield self._operation(
                "delete",
                name,
                method="delete",
                description=f"delete {_article(resource.kind)}",
                action="delete",
                parameters=_DELETE_PARAMETERS,
                body=DELETE_OPTIONS,
                responses={"200": deleted, "202": deleted},
            )

    def _read_write(
        self, verbs: tuple[str, ...], name: str, what: str, gvk: GroupVersionKind, kind: str
    ) -> Iterator[Operation]:
        if "get" in verbs:
            yield self._operation(
                "read", name, method="get", description=f"read {what}", action="get", gvk=gvk, responses={"200": kind}
            )
        if "update" in verbs:
            yield self._operation(
                "replace",
                name,
                method="put",
                description=f"replace {what}",
                action="put",
                gvk=gvk,
                parameters=_WRITE_PARAMETERS,
                body=kind,
                responses={"200": kind, "201": kind},
            )
        if "patch" in verbs:
            yield self._operation(
                "patch",
                name,
                method="patch",
                description=f"partially update {what}",
                action="patch",
                gvk=gvk,
                parameters=(*_WRITE_PARAMETERS, "force"),
                body=PATCH,
                responses={"200": kind, "201": kind},
            )

    def _watches(self) -> Iterator[PathItem]:
        """The URLs that did what `?watch=1` does now."""
        resource, shared = self._resource, tuple(sorted((*LIST_PARAMETERS, "pretty")))
        plural, kind = resource.plural, resource.kind
        watch_root = f"{self._root}/watch"
        if resource.namespaced:
            every = self._watch(f"{kind}ListForAllNamespaces", "watchlist", f"individual changes to a list of {kind}")
            yield PathItem(f"{watch_root}/{plural}", shared, (every,))
            watch_root += "/namespaces/{namespace}"
        listed = self._watch(f"{self._scope}{kind}List", "watchlist", f"individual changes to a list of {kind}")
        yield PathItem(f"{watch_root}/{plural}", (*self._scope_parameters, *shared), (listed,))
        single = self._watch(f"{self._scope}{kind}", "watch", f"changes to an object of kind {kind}")
        yield self._item(f"{watch_root}/{plural}/{{name}}", (*self._scope_parameters, *shared), (single,))

    def _watch(self, name: str, action: str, what: str) -> Operation:
        return self._operation(
            "watch",
            name,
            method="get",
            description=f"watch {what}. deprecated: use the 'watch' parameter with a list operation instead",
            action=action,
            responses={"200": WATCH_EVENT},
            watchable=True,
        )

    def _subresource(self, path: str, subresource: Subresource) -> Iterator[PathItem]:
        resource, kind = self._resource, subresource.kind
        title = subresource.name[:1].upper() + subresource.name[1:]
        name = f"{self._scope}{resource.kind}{title}"
        if subresource.name in _CONNECT_PARAMETERS:
            yield from self._connect(path, name, subresource)
            return
        shared = (*self._scope_parameters, "pretty")
        if subresource.name == "log":
            yield self._item(path, (*shared, *_LOG_PARAMETERS), (self._log(name),))
            return
        body = self._type if kind == resource.gvk else _definition_of(kind)
        what = f"{subresource.name} of the specified {resource.kind}"
        operations = list(self._read_write(subresource.verbs, name, what, kind, body))
        if "create" in subresource.verbs:
            description = f"create {subresource.name} of {_article(resource.kind)}"
            operations.append(self._create(name, description, kind, body))
        yield self._item(path, shared, operations)

    def _log(self, name: str) -> Operation:
        return self._operation(
            "read",
            name,
            method="get",
            description="read log of the specified Pod",
            action="get",
            responses={"200": ""},
            plain_text=True,
        )

    def _connect(self, path: str, name: str, subresource: Subresource) -> Iterator[PathItem]:
        parameters = (*self._scope_parameters, *_CONNECT_PARAMETERS[subresource.name])
        is_proxy = subresource.name == "proxy"
        for suffix, tail in (("", ()), ("WithPath", ("path in proxy",)))[: 2 if is_proxy else 1]:
            operations = [
                self._operation(
                    "connect",
                    f"{method.capitalize()}{name}{suffix}",
                    method=method,
                    description=f"connect {method.upper()} requests to {subresource.name} of {self._resource.kind}",
                    action="connect",
                    gvk=subresource.kind,
                    responses={"200": ""},
                    any_media_type=True,
                )
                for method in (_PROXY_METHODS if is_proxy else _STREAM_METHODS)
            ]
            yield self._item(f"{path}/{{path}}" if suffix else path, (*parameters, *tail), operations)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "AEIOU" else f"a {kind}"


def _definition_of(gvk: GroupVersionKind) -> str:
    """The definition of a type of another group, such as Scale, by upstream's naming of packages."""
    package = gvk.group.split(".")[0] or "core"
    return f"io.k8s.api.{package}.{gvk.version}.{gvk.kind}"
