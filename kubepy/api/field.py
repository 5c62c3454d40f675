"""Field paths and field errors: how a semantic mistake in an object is named.

Follows apimachinery `pkg/util/validation/field`: the same error types, the same rendering of bad
values, so that what kubectl prints is what users know.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec


class Path:
    """A place in an object, such as `spec.containers[0].env[name]`.

    Building one is cheap (a link to its parent); the text is made only when an error is reported.
    """

    __slots__ = ("_parent", "_text")

    def __init__(self, text: str, parent: Path | None = None) -> None:
        self._text = text
        self._parent = parent

    def child(self, *names: str) -> Path:
        """The path of a (nested) field below this one."""
        path = self
        for name in names:
            path = Path("." + name, path)
        return path

    def index(self, position: int) -> Path:
        """The path of one list element, counted from 0."""
        return Path(f"[{position}]", self)

    def key(self, key: str) -> Path:
        """The path of one map entry or keyed list element."""
        return Path(f"[{key}]", self)

    def __str__(self) -> str:
        parts: list[str] = []
        path: Path | None = self
        while path is not None:
            parts.append(path._text)
            path = path._parent
        return "".join(reversed(parts)).removeprefix(".")

    def __repr__(self) -> str:
        return f"Path({str(self)!r})"


class ErrorType(enum.StrEnum):
    """What kind of mistake; the value is the `reason` of a Status cause."""

    NOT_FOUND = "FieldValueNotFound"
    REQUIRED = "FieldValueRequired"
    DUPLICATE = "FieldValueDuplicate"
    INVALID = "FieldValueInvalid"
    NOT_SUPPORTED = "FieldValueNotSupported"
    FORBIDDEN = "FieldValueForbidden"
    TOO_LONG = "FieldValueTooLong"
    TOO_SHORT = "FieldValueTooShort"
    TOO_MANY = "FieldValueTooMany"
    TOO_FEW = "FieldValueTooFew"
    INTERNAL = "InternalError"
    TYPE_INVALID = "FieldValueTypeInvalid"


_TITLES: Final = {
    ErrorType.NOT_FOUND: "Not found",
    ErrorType.REQUIRED: "Required value",
    ErrorType.DUPLICATE: "Duplicate value",
    ErrorType.INVALID: "Invalid value",
    ErrorType.NOT_SUPPORTED: "Unsupported value",
    ErrorType.FORBIDDEN: "Forbidden",
    ErrorType.TOO_LONG: "Too long",
    ErrorType.TOO_SHORT: "Too short",
    ErrorType.TOO_MANY: "Too many",
    ErrorType.TOO_FEW: "Too few",
    ErrorType.INTERNAL: "Internal error",
    ErrorType.TYPE_INVALID: "Invalid value",
}
_VALUELESS: Final = frozenset(
    {ErrorType.REQUIRED, ErrorType.FORBIDDEN, ErrorType.TOO_LONG, ErrorType.TOO_SHORT, ErrorType.INTERNAL}
)


class _OmitValue:
    __slots__ = ()


OMIT: Final = _OmitValue()
"""Stands for a bad value that is not to be shown (a long string, a secret)."""


class FieldError(NamedTuple):
    """One mistake in one field."""

    type: ErrorType
    field: str
    bad_value: Any
    detail: str = ""

    @property
    def body(self) -> str:
        """The message without the field's name, as upstream's `ErrorBody`."""
        text = _TITLES[self.type]
        if self.type not in _VALUELESS and self.bad_value is not OMIT:
            text += ": " + render_value(self.bad_value)
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.field}: {self.body}"


def render_value(value: Any) -> str:
    """A bad value as upstream shows it: scalars bare, strings quoted, everything else as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return msgspec.json.encode(value).decode()


def invalid(path: Path, value: Any, detail: str) -> FieldError:
    """A value that breaks a rule."""
    return FieldError(ErrorType.INVALID, str(path), value, detail)


def required(path: Path, detail: str = "") -> FieldError:
    """A value that must be there and is not."""
    return FieldError(ErrorType.REQUIRED, str(path), "", detail)


def forbidden(path: Path, detail: str) -> FieldError:
    """A field that may not be set, or not in this way."""
    return FieldError(ErrorType.FORBIDDEN, str(path), "", detail)


def duplicate(path: Path, value: Any) -> FieldError:
    """A value that must be unique and is not."""
    return FieldError(ErrorType.DUPLICATE, str(path), value)


def not_found(path: Path, value: Any) -> FieldError:
    """A value that refers to something that isn't there."""
    return FieldError(ErrorType.NOT_FOUND, str(path), value)


def not_supported(path: Path, value: Any, valid_values: Iterable[str]) -> FieldError:
    """A value outside an enumeration; `valid_values` are listed in the order given (upstream's is mostly sorted)."""
    choices = ", ".join(f'"{choice}"' for choice in valid_values)
    return FieldError(ErrorType.NOT_SUPPORTED, str(path), value, f"supported values: {choices}" if choices else "")


def too_long(path: Path, max_length_bytes: int) -> FieldError:
    """A string of more than so many bytes."""
    unit = "byte" if max_length_bytes == 1 else "bytes"
    detail = f"may not be more than {max_length_bytes} {unit}" if max_length_bytes >= 0 else "value is too long"
    return FieldError(ErrorType.TOO_LONG, str(path), OMIT, detail)


def too_long_characters(path: Path, max_length: int) -> FieldError:
    """A string of more than so many characters, however many bytes they take."""
    unit = "character" if max_length == 1 else "characters"
    detail = f"may not be more than {max_length} {unit}" if max_length >= 0 else "value is too long"
    return FieldError(ErrorType.TOO_LONG, str(path), OMIT, detail)


def too_short(path: Path, min_length: int) -> FieldError:
    """A string of fewer than so many characters."""
    unit = "character" if min_length == 1 else "characters"
    detail = f"must be at least {min_length} {unit}" if min_length >= 0 else "value is too short"
    return FieldError(ErrorType.TOO_SHORT, str(path), OMIT, detail)


def too_many(path: Path, actual: int, maximum: int) -> FieldError:
    """A list of more than `maximum` elements."""
    unit = "item" if maximum == 1 else "items"
    bad_value: Any = actual if actual >= 0 else OMIT
    detail = f"must have at most {maximum} {unit}" if maximum >= 0 else "has too many items"
    return FieldError(ErrorType.TOO_MANY, str(path), bad_value, detail)


def type_invalid(path: Path, value: Any, detail: str) -> FieldError:
    """A value of the wrong JSON type, where the type is a semantic rule (as in JSON schemas of CRDs)."""
    return FieldError(ErrorType.TYPE_INVALID, str(path), value, detail)


def aggregate(errors: Sequence[FieldError]) -> str:
    """Several errors as one message: the bare error, or `[a, b]` without repetitions."""
    messages = list(dict.fromkeys(str(error) for error in errors))
    return messages[0] if len(messages) == 1 else f"[{', '.join(messages)}]"
