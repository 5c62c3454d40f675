"""Telling whether two specifications mean the same, and showing people where they don't.

Follows apimachinery `pkg/util/diff/diff.go`: a unified diff, three lines of context, of the JSON of both values.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

_HEADER_LINES = 2
_HTML_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def equivalent(one: Any, other: Any) -> bool:
    """Whether two values mean the same: an absent field and an empty string, list or object are no difference."""
    if one == other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(equivalent(one.get(name), other.get(name)) for name in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equivalent, one, other))
    return _is_empty(one) and _is_empty(other)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def unified_difference(old: Any, new: Any) -> str:
    """What differs between two JSON values, as text; empty if nothing does."""
    lines = list(difflib.unified_diff(list(_lines(old)), list(_lines(new)), n=3))
    return "".join(lines[_HEADER_LINES:])


def _lines(value: Any) -> Iterator[str]:
    text = json.dumps(value, indent=1, ensure_ascii=False).translate(_HTML_ESCAPES)
    return (line + "\n" for line in text.split("\n"))
