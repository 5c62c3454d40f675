"""Discovery documents: which groups, versions and resources this server has.

Serves `/`, `/api`, `/apis`, `/apis/<group>`, `/api/v1`, `/apis/<group>/<version>` and, where the client asks
for it in Accept, aggregated discovery. Follows apiserver `pkg/endpoints/discovery` (and `aggregated`,
`pkg/endpoints/installer.go` for aggregation, kube-apiserver's `aggregator.go` for the order of groups).

A `Discovery` belongs to one `Scheme`; a document is built when first asked for and kept until the set of
served resources is another.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from kubepy.api.scheme import Resource, Scheme, Subresource

AGGREGATED_CONTENT_TYPE: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

_GROUP_PRIORITIES: Final[Mapping[str, int]] = {
    "": 18000,
    "apiregistration.k8s.io": 20000,
    "apps": 17800,
    "events.k8s.io": 17750,
    "authentication.k8s.io": 17700,
    "authorization.k8s.io": 17600,
    "autoscaling": 17500,
    "batch": 17400,
    "certificates.k8s.io": 17300,
    "networking.k8s.io": 17200,
    "policy": 17100,
    "rbac.authorization.k8s.io": 17000,
    "storage.k8s.io": 16800,
    "apiextensions.k8s.io": 16700,
    "admissionregistration.k8s.io": 16700,
    "scheduling.k8s.io": 16600,
    "coordination.k8s.io": 16500,
    "node.k8s.io": 16300,
    "discovery.k8s.io": 16200,
    "flowcontrol.apiserver.k8s.io": 16100,
    "internal.apiserver.k8s.io": 16000,
    "resource.k8s.io": 15900,
    "storagemigration.k8s.io": 15800,
}
_CUSTOM_GROUP_PRIORITY: Final = 1000
_VERSION: Final = re.compile(r"v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?")
_STABILITY: Final = {"alpha": 1, "beta": 2, None: 3}
_ANY_IPV4_CLIENT: Final = "0.0.0.0/0"


class Document(NamedTuple):
    """A body ready to send. `etag` (without quotes) is empty where upstream sends none."""

    content_type: str
    body: bytes
    etag: str = ""


class Discovery:
    """The discovery documents of one scheme.

    `server_address` is the `host:port` clients reach this server at; `root_paths` are the paths outside of
    the API (such as `/healthz`) that `/` lists.
    """

    def __init__(self, scheme: Scheme, server_address: str, root_paths: Iterable[str] = ()) -> None:
        self._scheme = scheme
        self._server_address = server_address
        self._root_paths = tuple(root_paths)
        self._resources: tuple[Resource, ...] = ()
        self._groups: dict[str, dict[str, list[Resource]]] = {}
        self._documents: dict[tuple[str, bool], Document | None] = {}

    def document(self, path: str, accept: str = "") -> Document | None:
        """The document at a path in the form Accept asks for; None if discovery has nothing there."""
        self._refresh()
        key = (path.rstrip("/") or "/", accepts_aggregated(accept))
        try:
            return self._documents[key]
        except KeyError:
            document = self._build(*key)
            if document is not None:
                self._documents[key] = document
            return document

    def _refresh(self) -> None:
        resources = tuple(self._scheme)
        if resources != self._resources:
            self._groups = _by_group_version(resources)
            self._documents.clear()
            self._resources = resources

    def _build(self, path: str, aggregated: bool) -> Document | None:
        parts = path.split("/")[1:]
        match parts:
            case [""]:
                return _document({"paths": self._paths()})
            case ["api"]:
                return self._aggregated([""]) if aggregated else self._api_versions()
            case ["apis"]:
                named = [group for group in self._groups if group]
                return self._aggregated(named) if aggregated else self._group_list(named)
            case ["apis", group] if group and group in self._groups:
                head = {"kind": "APIGroup", "apiVersion": "v1"}
                return _document({**head, **_api_group(group, self._groups[group])})
            case ["api", version] if version in self._groups.get("", {}):
                return _resource_list("", version, self._groups[""][version])
            case ["apis", group, version] if group and version in self._groups.get(group, {}):
                return _resource_list(group, version, self._groups[group][version])
        return None

    def _paths(self) -> list[str]:
        paths = {"/api", "/apis", "/apis/", *self._root_paths}
        for group, versions in self._groups.items():
            root = f"/apis/{group}" if group else "/api"
            paths.add(root)
            paths.update(f"{root}/{version}" for version in versions)
        return sorted(paths)

    def _api_versions(self) -> Document:
        address = {"clientCIDR": _ANY_IPV4_CLIENT, "serverAddress": self._server_address}
        versions = list(self._groups.get("", ()))
        return _document({"kind": "APIVersions", "versions": versions, "serverAddressByClientCIDRs": [address]})

    def _group_list(self, groups: Iterable[str]) -> Document:
        items = [_api_group(group, self._groups[group]) for group in groups]
        return _document({"kind": "APIGroupList", "apiVersion": "v1", "groups": items})

    def _aggregated(self, groups: Iterable[str]) -> Document:
        items = [_group_discovery(group, self._groups[group]) for group in groups if group in self._groups]
        document = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}}
        body = msgspec.json.encode({**document, "items": items}) + b"\n"
        return Document(AGGREGATED_CONTENT_TYPE, body, hashlib.sha512(body).hexdigest().upper())


def accepts_aggregated(accept: str) -> bool:
    """Whether the first JSON form that Accept names (by weight, then order) is aggregated discovery v2."""
    best, best_weight = False, 0.0
    for clause in accept.split(","):
        media_type, *parameters = (part.strip() for part in clause.split(";"))
        values = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        form = (values.get("g"), values.get("v"), values.get("as"))
        if media_type not in ("application/json", "application/*", "*/*") or form not in _FORMS:
            continue
        weight = _weight(values.get("q", "1"))
        if weight > best_weight:
            best, best_weight = form == _AGGREGATED_FORM, weight
    return best


_AGGREGATED_FORM: Final = ("apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList")
_FORMS: Final = frozenset({_AGGREGATED_FORM, (None, None, None)})


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def storage_version_hash(resource: Resource) -> str:
    """What tells a storage migrator that a resource's stored version changed; empty if nothing is stored."""
    if not resource.storage_version:
        return ""
    name = f"{resource.storage_group}/{resource.storage_version}/{resource.kind}"
    return base64.b64encode(hashlib.sha256(name.encode()).digest()[:8]).decode()


def version_order(version: str) -> tuple[int, ...]:
    """A sort key that puts v2 before v1 before v1beta2 before v1beta1 before v1alpha1, all else last."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return (0,)
    major, stability, minor = match.groups()
    return (-_STABILITY[stability], -int(major), -int(minor or 0))


def _by_group_version(resources: Iterable[Resource]) -> dict[str, dict[str, list[Resource]]]:
    """Resources by group and version, groups by priority, versions by preference, resources by name."""
    found: dict[str, dict[str, list[Resource]]] = {}
    for resource in sorted(resources, key=lambda resource: resource.plural):
        found.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
    ordered = {}
    for group in sorted(found, key=_group_order):
        versions = sorted(found[group], key=lambda version: (version_order(version), version))
        ordered[group] = {version: found[group][version] for version in versions}
    return ordered


def _group_order(group: str) -> tuple[bool, int, str]:
    return (group != "", -_GROUP_PRIORITIES.get(group, _CUSTOM_GROUP_PRIORITY), group)


def _document(value: Mapping[str, Any]) -> Document:
    return Document("application/json", msgspec.json.encode(value) + b"\n")


def _api_group(group: str, versions: Iterable[str]) -> dict[str, Any]:
    listed = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": listed, "preferredVersion": listed[0]}


def _resource_list(group: str, version: str, resources: Iterable[Resource]) -> Document:
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}"}
    if not group:
        head = {"kind": "APIResourceList", "groupVersion": version}
    listed = []
    for resource in resources:
        listed.append(_api_resource(resource))
        listed += [_api_subresource(resource, subresource) for subresource in _sorted_subresources(resource)]
    return _document({**head, "resources": listed})


def _api_resource(resource: Resource) -> dict[str, Any]:
    result: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": resource.verbs,
    }
    optional = {
        "shortNames": resource.short_names,
        "categories": resource.categories,
        "storageVersionHash": storage_version_hash(resource),
    }
    return {**result, **{name: value for name, value in optional.items() if value}}


def _api_subresource(resource: Resource, subresource: Subresource) -> dict[str, Any]:
    group, version = _foreign_group_version(resource, subresource)
    kind = {"group": group, "version": version} if version else {}
    return {
        "name": f"{resource.plural}/{subresource.name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        **kind,
        "kind": subresource.kind.kind,
        "verbs": subresource.verbs,
    }


def _group_discovery(group: str, versions: Mapping[str, Iterable[Resource]]) -> dict[str, Any]:
    listed = [
        {
            "version": version,
            "resources": [_resource_discovery(resource) for resource in resources],
            "freshness": "Current",
        }
        for version, resources in versions.items()
    ]
    return {"metadata": {"name": group} if group else {}, "versions": listed}


def _resource_discovery(resource: Resource) -> dict[str, Any]:
    result: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": {"group": "", "version": "", "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": resource.verbs,
    }
    subresources = [_subresource_discovery(resource, one) for one in _sorted_subresources(resource)]
    optional = {
        "shortNames": resource.short_names,
        "categories": resource.categories,
        "subresources": subresources,
    }
    return {**result, **{name: value for name, value in optional.items() if value}}


def _subresource_discovery(resource: Resource, subresource: Subresource) -> dict[str, Any]:
    group, version = _foreign_group_version(resource, subresource)
    return {
        "subresource": subresource.name,
        "responseKind": {"group": group, "version": version, "kind": subresource.kind.kind},
        "verbs": subresource.verbs,
    }


def _foreign_group_version(resource: Resource, subresource: Subresource) -> tuple[str, str]:
    """The group and version of a subresource's type if they aren't the resource's own, else empty."""
    group, version, _ = subresource.kind
    return ("", "") if (group, version) == (resource.group, resource.version) else (group, version)


def _sorted_subresources(resource: Resource) -> list[Subresource]:
    return [resource.subresources[name] for name in sorted(resource.subresources)]
