"""Lists and maps with a limit: one over its limit is not looked into any further.

Follows kubernetes `pkg/apis/resource/validation/validation.go` (validateSlice, validateSet, validateMap).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from kubepy.api.field import FieldError, Path, duplicate, too_many

Item = TypeVar("Item")


def validate_list(
    items: Sequence[Item], limit: int | None, check: Callable[[Item, Path], list[FieldError]], path: Path
) -> list[FieldError]:
    """Mistakes in a list and in its items."""
    if limit is not None and len(items) > limit:
        return [too_many(path, len(items), limit)]
    errors: list[FieldError] = []
    for position, item in enumerate(items):
        errors += check(item, path.index(position))
    return errors


def validate_set(
    items: Sequence[Item],
    limit: int | None,
    check: Callable[[Item, Path], list[FieldError]],
    key: Callable[[Item], Hashable],
    path: Path,
    *,
    shows_key: bool = False,
) -> list[FieldError]:
    """Mistakes in a list whose items differ in their keys; a repeated item is shown whole unless `shows_key`."""
    if limit is not None and len(items) > limit:
        return [too_many(path, len(items), limit)]
    errors = validate_list(items, None, check, path)
    seen: set[Hashable] = set()
    for position, item in enumerate(items):
        identity = key(item)
        if identity in seen:
            errors.append(duplicate(path.index(position), identity if shows_key else item))
        seen.add(identity)
    return errors


def validate_map(
    items: Mapping[str, Any],
    limit: int | None,
    longest_key: int,
    check_key: Callable[[str, Path], list[FieldError]],
    check: Callable[[Any, Path], list[FieldError]],
    path: Path,
) -> list[FieldError]:
    """Mistakes in a map's keys, reported at the map, and in its values; paths show long keys shortened."""
    if limit is not None and len(items) > limit:
        return [too_many(path, len(items), limit)]
    errors: list[FieldError] = []
    for key, item in items.items():
        errors += check_key(key, path)
        errors += check(item, path.key(_shortened(key, longest_key)))
    return errors


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    rest = limit - len("...")
    return f"{text[: (rest + 1) // 2]}...{text[len(text) - rest // 2 :]}"


def itself(item: str) -> str:
    """The key of an item that is its own."""
    return item


def accept(item: Any, path: Path) -> list[FieldError]:
    """No mistakes, whatever it is."""
    return []
