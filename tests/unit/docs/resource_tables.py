"""The tables of served resources in docs/compatibility.md, made from the scheme.

`python tests/unit/docs/resource_tables.py` writes them into the document, between the two marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from documentation import ROOT, read

from kubepy.api.builtin import builtin_scheme
from kubepy.api.scheme import READ_WRITE_VERBS, Resource, Subresource
from kubepy.apiserver.handlers.resources import SUBRESOURCES, VIEWS

DOCUMENT = "docs/compatibility.md"
BEGIN, END = "<!-- served resources: begin -->", "<!-- served resources: end -->"
_HEADER = (
    "| resource | kind | scope | short names | categories | verbs | state |\n"
    "|---|---|---|---|---|---|---|\n"
)  # fmt: skip


def tables() -> str:
    """One table a group and version, in the order of the scheme, subresources below their resources."""
    by_version: dict[str, list[Resource]] = {}
    for resource in builtin_scheme():
        by_version.setdefault(resource.api_version, []).append(resource)
    return "\n".join(_table(api_version, found) for api_version, found in by_version.items())


def _table(api_version: str, resources: Iterable[Resource]) -> str:
    lines = [_line(cells) for resource in resources for cells in _rows(resource)]
    return f"### {api_version}\n\n{_HEADER}{''.join(lines)}"


def _rows(resource: Resource) -> Iterator[list[str]]:
    scope = "namespace" if resource.namespaced else "cluster"
    names, categories = " ".join(resource.short_names), " ".join(resource.categories)
    kept = "stored" if resource.storage_version else "answered"
    yield [f"`{resource.plural}`", resource.kind, scope, names, categories, verbs_text(resource.verbs), kept]
    for name, sub in sorted(resource.subresources.items()):
        verbs = verbs_text(sub.verbs)
        yield [f"`{resource.plural}/{name}`", _kind(resource, sub), scope, "", "", verbs, state(resource, sub)]


def verbs_text(verbs: Iterable[str]) -> str:
    """The verbs, abbreviated where they are all, or all but one."""
    missing = [verb for verb in READ_WRITE_VERBS if verb not in verbs]
    if len(missing) <= 1:
        return "all but " + missing[0] if missing else "all"
    return " ".join(sorted(verbs))


def state(resource: Resource, subresource: Subresource) -> str:
    """Whether requests for a subresource are handled, or answered with 501."""
    if subresource.name in VIEWS:
        return "works"
    handlers = SUBRESOURCES.get((resource.group_resource, subresource.name))
    handlers = handlers or SUBRESOURCES.get(("", subresource.name)) or {}
    missing = [verb for verb in subresource.verbs if verb not in handlers]
    return "works" if not missing else "501" if len(missing) == len(subresource.verbs) else "501: " + " ".join(missing)


def _kind(resource: Resource, subresource: Subresource) -> str:
    kind = subresource.kind
    return kind.kind if kind.api_version == resource.api_version else f"{kind.api_version} {kind.kind}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells).replace("|  |", "| |").replace("|  |", "| |") + " |\n"


def written(text: str) -> str:
    """What stands between the marks of a document."""
    _, _, rest = text.partition(BEGIN)
    inside, mark, _ = rest.partition(END)
    assert mark, f"{DOCUMENT} lacks the marks of the tables"
    return inside.strip("\n") + "\n"


if __name__ == "__main__":
    document = read(DOCUMENT)
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    (ROOT / DOCUMENT).write_text(f"{before}{BEGIN}\n\n{tables()}\n{END}{after}", encoding="utf-8")
