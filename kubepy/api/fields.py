"""Field selectors of query strings: `metadata.name=a,status.phase!=Running`.

Follows apimachinery `pkg/fields/selector.go`. Which fields a resource can be selected by is not known here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

_split_term = re.compile(r"(.*?)(!=|==|=)(.*)", re.DOTALL).fullmatch
_unescape = re.compile(r"\\(.?)|[,=]", re.DOTALL).sub
_match_terms = re.compile(r"(?:\\.|[^,\\]|\\$)*", re.DOTALL).match


class Requirement(NamedTuple):
    """One condition on one field; `operator` is `=` or `!=`."""

    field: str
    operator: Literal["=", "!="]
    value: str

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{escape_value(self.value)}"


class Selector:
    """Conditions that must all be met, in the order of their text; immutable."""

    __slots__ = ("requirements",)

    def __init__(self, requirements: Iterable[Requirement] = ()) -> None:
        self.requirements = tuple(requirements)

    @property
    def empty(self) -> bool:
        """Whether it restricts nothing."""
        return not self.requirements

    def matches(self, values: Mapping[str, str]) -> bool:
        """Whether an object's selectable fields meet every condition; a field that isn't there is empty."""
        return all(
            (values.get(field, "") == value) is (operator == "=") for field, operator, value in self.requirements
        )

    def equality(self, field: str) -> str | None:
        """The only value that a field may have, so that an index can be asked; None if there is none such."""
        for requirement in self.requirements:
            if requirement.field == field and requirement.operator == "=":
                return requirement.value
        return None

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))

    def __repr__(self) -> str:
        return f"Selector({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return self.requirements == other.requirements if isinstance(other, Selector) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.requirements)


EVERYTHING: Final = Selector()


def escape_value(value: str) -> str:
    """A value as it stands in a selector."""
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")


def unescape_value(text: str) -> str:
    """The value that stands in a selector. Raises ValueError with upstream's words."""

    def plain(match: re.Match[str]) -> str:
        escaped = match[1]
        if escaped is None:
            # Upstream prints the character's number.
            raise ValueError(f"invalid field selector: unescaped character in value: {ord(match[0])}")
        if escaped not in ("\\", ",", "="):
            raise ValueError(f"invalid field selector: invalid escape sequence: {match[0]}")
        return escaped

    return _unescape(plain, text)


def _terms(text: str) -> list[str]:
    """The parts between commas that aren't escaped, in byte order as upstream reads them."""
    terms: list[str] = []
    position = 0
    while position <= len(text):
        match = _match_terms(text, position)
        assert match is not None
        terms.append(match[0])
        position = match.end() + 1
    return sorted(terms)


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Selector:
    """The selector of a query string. Raises ValueError with upstream's words."""
    if not text:
        return EVERYTHING
    requirements: list[Requirement] = []
    for term in _terms(text):
        if not term:
            continue
        match = _split_term(term)
        if match is None:
            raise ValueError(f"invalid selector: '{text}'; can't understand '{term}'")
        operator: Literal["=", "!="] = "!=" if match[2] == "!=" else "="
        requirements.append(Requirement(match[1], operator, unescape_value(match[3])))
    return Selector(requirements)
