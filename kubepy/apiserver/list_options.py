"""The query of a list or watch, parsed and checked, and the selection of objects it describes.

Follows apimachinery `pkg/apis/meta/internalversion/validation` and apiserver
`pkg/storage/interfaces.go` (continue tokens: `pkg/storage/continue.go`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from kubepy.api import errors, fields, labels
from kubepy.api.field import FieldError, Path, forbidden, not_supported
from kubepy.api.scheme import Resource
from kubepy.apiserver.request import Request
from kubepy.storage.watch_cache import Entry

EXACT: Final = "Exact"
NOT_OLDER_THAN: Final = "NotOlderThan"
_METADATA_FIELDS: Final = frozenset({"metadata.name", "metadata.namespace"})


class Continue(NamedTuple):
    """Where a list goes on: the revision it is of (-1: any), and the key of the last object given out."""

    revision: int
    namespace: str
    name: str

    def encode(self) -> str:
        """The opaque token for the client."""
        text = msgspec.json.encode(
            {"v": "meta.k8s.io/v1", "rv": self.revision, "start": f"{self.namespace}/{self.name}"}
        )
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def parse_continue(token: str) -> Continue:
    """Raises 400 for anything but a token that `Continue.encode` made."""
    try:
        value: Any = msgspec.json.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, slash, name = value["start"].partition("/")
        if value["v"] != "meta.k8s.io/v1" or not isinstance(value["rv"], int) or not slash:
            raise ValueError(token)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, msgspec.DecodeError):
        raise errors.bad_request("continue key is not valid: illegal continue token") from None
    return Continue(value["rv"], namespace, name)


@dataclass(frozen=True, slots=True)
class ListSelection:
    """Which objects of a resource a list or watch is about (a `watch_cache.Selection`)."""

    namespace: str | None
    name: str | None
    label_selector: labels.Selector = labels.EVERYTHING
    field_requirements: tuple[fields.Requirement, ...] = ()
    """Those beyond metadata.name and metadata.namespace equalities."""

    matches_all: bool = field(init=False)
    """Whether namespace and name alone decide."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches_all", self.label_selector.empty and not self.field_requirements)

    def matches(self, entry: Entry) -> bool:
        """Whether labels and fields satisfy the selectors."""
        if not self.label_selector.empty and not self.label_selector.matches(entry.labels):
            return False
        for requirement in self.field_requirements:
            if (_field_value(entry, requirement.field) == requirement.value) != (requirement.operator != "!="):
                return False
        return True


def _field_value(entry: Entry, name: str) -> str:
    if name == "metadata.name":
        return entry.name
    if name == "metadata.namespace":
        return entry.namespace
    return entry.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class ListOptions:
    """A list's or watch's query."""

    selection: ListSelection
    limit: int = 0
    continue_from: Continue | None = None
    resource_version: str = ""
    resource_version_match: str = ""
    allow_bookmarks: bool = False
    send_initial_events: bool | None = None
    timeout_seconds: int | None = None

    @property
    def revision(self) -> int:
        """resourceVersion as a number; 0 for "" and "0"."""
        return int(self.resource_version or "0")


def parse_list_options(request: Request, resource: Resource, *, watch: bool) -> ListOptions:
    """The options in the query. Raises 400 for what can't be parsed and 422 for what doesn't go together."""
    query = request.query
    revision = query.get("resourceVersion", "")
    if revision and not revision.isdecimal():
        raise errors.bad_request(
            f'Invalid value: "{revision}": strconv.ParseUint: parsing "{revision}": invalid syntax'
        )
    if len(revision) > 18:
        raise errors.bad_request(f'strconv.ParseUint: parsing "{revision}": value out of range')
    initial = request.flag("sendInitialEvents") if "sendInitialEvents" in query else None
    problems = _problems(query, revision, initial, watch=watch)
    if problems:
        raise errors.invalid("meta.k8s.io", "ListOptions", "", problems)
    token = query.get("continue", "")
    if token and revision not in ("", "0"):
        raise errors.bad_request("specifying resource version is not allowed when using continue")
    return ListOptions(
        selection=_selection(request, resource),
        limit=max(0, request.integer("limit") or 0),
        continue_from=parse_continue(token) if token else None,
        resource_version=revision,
        resource_version_match=query.get("resourceVersionMatch", ""),
        allow_bookmarks=request.flag("allowWatchBookmarks"),
        send_initial_events=initial,
        timeout_seconds=request.integer("timeoutSeconds"),
    )


def _problems(query: Mapping[str, str], revision: str, initial: bool | None, *, watch: bool) -> list[FieldError]:
    match = query.get("resourceVersionMatch", "")
    path = Path("resourceVersionMatch")
    problems = []
    if watch:
        if initial is not None and match != NOT_OLDER_THAN:
            problems.append(
                forbidden(path, f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER_THAN}")
            )
        if match and initial is None:
            problems.append(
                forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            )
        if match and match != NOT_OLDER_THAN:
            problems.append(not_supported(path, match, (NOT_OLDER_THAN,)))
    elif match:
        if not revision:
            problems.append(forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        if match not in (EXACT, NOT_OLDER_THAN):
            problems.append(not_supported(path, match, (EXACT, NOT_OLDER_THAN, "")))
        if match == EXACT and revision == "0":
            problems.append(forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if match and query.get("continue"):
        problems.append(forbidden(path, "resourceVersionMatch is forbidden when continue is provided"))
    if initial is not None and not watch:
        problems.append(forbidden(Path("sendInitialEvents"), "sendInitialEvents is forbidden for list"))
    return problems


def _selection(request: Request, resource: Resource) -> ListSelection:
    try:
        label_selector = labels.parse(request.query.get("labelSelector", ""))
        field_selector = fields.parse(request.query.get("fieldSelector", ""))
    except ValueError as error:
        raise errors.bad_request(str(error)) from None
    namespace = request.info.namespace if resource.namespaced else ""
    scope: str | None = namespace if namespace or not resource.namespaced else None
    name: str | None = request.info.name or None
    rest = []
    for requirement in field_selector.requirements:
        if requirement.field not in _METADATA_FIELDS and requirement.field not in resource.selectable_fields:
            raise errors.bad_request(
                f'Unable to find "{resource.api_version}, Resource={resource.plural}" that match label selector'
                f' "{label_selector}", field selector "{field_selector}": '
                f"field label not supported: {requirement.field}"
            )
        if requirement.operator != "!=" and requirement.field == "metadata.name" and name in (None, requirement.value):
            name = requirement.value
        elif requirement.operator != "!=" and requirement.field == "metadata.namespace" and scope is None:
            scope = requirement.value
        else:
            rest.append(requirement)
    return ListSelection(scope, name, label_selector, tuple(rest))
