"""How a part of an object that may not change was changed, as text for an error message.

Follows apimachinery `pkg/util/diff/diff.go`: a unified diff of indented JSON. The field names are the API's.
"""

from __future__ import annotations

import difflib
import json
from typing import Any


def difference(old: Any, new: Any) -> str:
    """The lines that differ with three lines around them, empty if there are none."""
    lines = difflib.unified_diff(_lines(old), _lines(new), lineterm="")
    return "".join(f"{line}\n" for line in list(lines)[2:])


def _lines(value: Any) -> list[str]:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).split("\n")
