"""When two parts of an object count as the same: what "changed" means to immutable fields.

Follows apimachinery `pkg/api/equality` (Semantic.DeepEqual): an absent list or map is the same as an empty one.
A pointer to an empty struct differs from none (`emptyDir: {}`), so only fields known to hold maps, or structs that are
always there, are treated so. Not for custom resources, in which an empty value is not an absent one.
"""

from __future__ import annotations

from typing import Any, Final

_EMPTY_IS_ABSENT: Final = frozenset(
    {
        "annotations",
        "capacity",
        "hard",
        "labels",
        "limits",
        "matchLabels",
        "metadata",
        "nodeSelector",
        "overhead",
        "parameters",
        "requests",
        "resources",
        "spec",
        "volumeAttributes",
    }
)


def semantically_equal(new: Any, old: Any) -> bool:
    """Whether two values mean the same object state. Costs no more than `==` where they are simply equal."""
    return bool(new == old) or bool(_stripped(new) == _stripped(old))


def _stripped(value: Any) -> Any:
    """The value without what counts as absent; None for an empty list."""
    if isinstance(value, dict):
        stripped = {name: _stripped(item) for name, item in value.items()}
        return {
            name: item
            for name, item in stripped.items()
            if item is not None and not (item == {} and name in _EMPTY_IS_ABSENT)
        }
    if isinstance(value, list):
        return [_stripped(item) for item in value] or None
    return value
