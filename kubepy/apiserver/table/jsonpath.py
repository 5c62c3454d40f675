"""The JSONPath dialect of printer columns: `.a.b`, `[0]`, `[-1:]`, `[*]`, `['a','b']`, `..a`, `[?(@.type=="Ready")]`.

Follows client-go `util/jsonpath` (parser.go, jsonpath.go) with missing keys allowed, as far as one expression in braces
goes: `{range}` loops parse, but find nothing. Values are compared as Go does: numbers with and without a fraction, or
any two other types, can't be.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

_Values = list[Any]
_Step = Callable[[_Values], _Values]

_dict_key = re.compile(r"'([^']*)'").fullmatch
_slice = re.compile(r"(-?\d*)(:-?\d*)?(:-?\d*)?", re.ASCII).fullmatch
_comparison = re.compile(r"([^!<>=]+)([!<>=]+)(.+)").fullmatch
_number = re.compile(r"[+-]?[\d.]*", re.ASCII).match
_identifier = re.compile(r"[^ \t\r\n.,\[\]$@{}]*").match
_field = re.compile(r"(?:\\.|[^\\ \t\r\n.,\[\]$@{}])*", re.DOTALL).match


class JSONPathError(ValueError):
    """The expression can't be parsed, or not be evaluated on this object."""


@dataclass(frozen=True, slots=True)
class JSONPath:
    """A parsed expression."""

    _steps: Sequence[_Step]

    @classmethod
    def parse(cls, text: str) -> JSONPath:
        """Parse what stands between the braces, e.g. `.spec.replicas`. Raises JSONPathError."""
        return cls(_Parser(text).steps())

    def find(self, value: Any) -> list[Any]:
        """The values the expression leads to, none if keys are missing.

        Raises JSONPathError where an index is out of bounds, or a list expected and something else found.
        """
        return _walk(self._steps, [value])


def _walk(steps: Sequence[_Step], values: _Values) -> _Values:
    for step in steps:
        values = step(values)
    return values


class _Parser:
    """Turns an expression into steps, each of which maps the values so far to the next ones."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def steps(self) -> list[_Step]:
        steps: list[_Step] = []
        while self._position < len(self._text):
            if self._text[self._position] in " @$":
                self._position += 1
            else:
                steps.append(self._step(recursing=bool(steps) and steps[-1] is _descend))
        return steps

    def _step(self, *, recursing: bool) -> _Step:
        text, start = self._text, self._position
        if text.startswith("[?(", start):
            return self._filter()
        if text.startswith("..", start):
            return self._recursive(recursing=recursing)
        character = text[start]
        if character == "[":
            return self._array()
        if character in "\"'":
            return _constant(self._quoted(character))
        if character == ".":
            self._position += 1
            return self._name()
        if character in "+-" or character.isdigit():
            return _constant(self._numeral())
        if character == "_" or character.isalpha():
            return _word(self._take(_identifier))
        if character in "\r\n}":
            raise JSONPathError("unclosed action")
        raise JSONPathError(f"unrecognized character in action: U+{ord(character):04X} '{character}'")

    def _take(self, pattern: Callable[[str, int], re.Match[str] | None]) -> str:
        match = pattern(self._text, self._position)
        taken = match[0] if match else ""
        self._position += len(taken)
        return taken

    def _name(self) -> _Step:
        name = self._take(_field)
        return _wildcard if name == "*" else _key(name.replace("\\", ""))

    def _recursive(self, *, recursing: bool) -> _Step:
        if recursing:
            raise JSONPathError("invalid multiple recursive descent")
        self._position += 2
        following = self._text[self._position : self._position + 1]
        if following == "_" or following.isalnum():
            name = self._name()
            return lambda values: name(_descend(values))
        return _descend

    def _numeral(self) -> int | float:
        text = self._take(_number)
        for kind in (int, float):
            try:
                return kind(text)
            except ValueError:
                continue
        raise JSONPathError(f"cannot parse number {text}")

    def _quoted(self, quote: str) -> str:
        end = self._position + 1
        while True:
            end = self._text.find(quote, end)
            if end < 0 or "\n" in self._text[self._position : end]:
                raise JSONPathError("unterminated quoted string")
            if self._text[end - 1] != "\\":
                break
            end += 1
        inner = self._text[self._position + 1 : end]
        self._position = end + 1
        return inner.replace(f"\\{quote}", quote).replace("\\\\", "\\")

    def _array(self) -> _Step:
        end = self._text.find("]", self._position)
        if end < 0 or "\n" in self._text[self._position : end]:
            raise JSONPathError("unterminated array")
        inner = self._text[self._position + 1 : end]
        self._position = end + 1
        parts = inner.split(",")
        if len(parts) > 1:
            members = [_Parser(f"[{part.strip(' ')}]").steps() for part in parts]
            return lambda values: [found for member in members for found in _walk(member, values)]
        key = _dict_key(inner)
        if key:
            steps = _Parser(f".{key[1]}").steps()
            return lambda values: _walk(steps, values)
        return _elements(":" if inner == "*" else inner)

    def _filter(self) -> _Step:
        start = self._position + len("[?(")
        end = self._filter_end(start)
        if self._text[end + 1 : end + 2] != "]":
            raise JSONPathError("unclosed array expect ]")
        inner = self._text[start:end]
        self._position = end + 2
        match = _comparison(inner)
        if not match:
            return _existing(_Parser(inner).steps())
        return _comparing(_Parser(match[1]).steps(), match[2], _Parser(match[3]).steps())

    def _filter_end(self, start: int) -> int:
        """Where the filter's closing parenthesis is: the first one outside of quotes."""
        quote, closed = "", False
        for index in range(start, len(self._text)):
            character = self._text[index]
            if character == "\n":
                break
            if character in "\"'":
                if not quote:
                    quote = character
                elif self._text[index - 1] != "\\" and character == quote:
                    closed = True
            elif character == ")" and bool(quote) == closed:
                return index
        raise JSONPathError("unterminated filter")


def _constant(value: Any) -> _Step:
    return lambda values: [value] * len(values)


def _word(word: str) -> _Step:
    if word in ("true", "false"):
        return _constant(word == "true")

    def unsupported(_values: _Values) -> _Values:
        raise JSONPathError(f"unrecognized identifier {word}")

    return unsupported


def _key(name: str) -> _Step:
    return lambda values: [value[name] for value in values if isinstance(value, dict) and name in value]


def _children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        return iter(value.values())
    if isinstance(value, list):
        return iter(value)
    return iter(value.encode()) if isinstance(value, str) else iter(())


def _wildcard(values: _Values) -> _Values:
    return [child for value in values for child in _children(value)]


def _descend(values: _Values) -> _Values:
    """Each value that has parts, then those of its parts that do, and so on."""
    found: _Values = []
    for value in values:
        children = list(_children(value))
        if children:
            found.append(value)
            found.extend(_descend(children))
    return found


def _elements(text: str) -> _Step:
    match = _slice(text)
    if not match:
        raise JSONPathError(f"invalid array index {text}")
    start, stop, step = (_bound(match[group]) for group in (1, 2, 3))
    single = match[2] is None

    def elements(values: _Values) -> _Values:
        return [item for value in values if value is not None for item in _sliced(value, start, stop, step, single)]

    return elements


def _bound(text: str | None) -> int | None:
    digits = (text or "").removeprefix(":")
    if digits == "-":
        raise JSONPathError(f"array index {digits} is not a number")
    return int(digits) if digits else None


def _sliced(value: Any, start: int | None, stop: int | None, step: int | None, single: bool) -> list[Any]:
    if not isinstance(value, list):
        raise JSONPathError(f"{type(value).__name__} is not array or slice")
    length = len(value)
    first = start or 0
    last = length if stop is None and not single else first + 1 if stop is None else stop
    if first < 0:
        first += length
    if last < 0 or (last == 0 and single):
        last += length
    if first == last:
        return []
    if not 0 <= first < length:
        raise JSONPathError(f"array index out of bounds: index {first}, length {length}")
    if not 0 <= last <= length:
        raise JSONPathError(f"array index out of bounds: index {last - 1}, length {length}")
    if first > last:
        raise JSONPathError(f"starting index {first} is greater than ending index {last}")
    if step is not None and step <= 0:
        raise JSONPathError("step must be > 0")
    return value[first : last : step or 1]


def _items(values: _Values) -> Iterator[Any]:
    for value in values:
        if not isinstance(value, list):
            raise JSONPathError(f"{value} is not array or slice and cannot be filtered")
        yield from value


def _existing(steps: Sequence[_Step]) -> _Step:
    def exists(item: Any) -> bool:
        try:
            return bool(_walk(steps, [item]))
        except JSONPathError:
            # Upstream overlooks the error, and counts what was found up to it.
            return True

    return lambda values: [item for item in _items(values) if exists(item)]


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
}


def _comparing(left: Sequence[_Step], sign: str, right: Sequence[_Step]) -> _Step:
    def passes(item: Any) -> bool:
        sides = [_walk(left, [item]), _walk(right, [item])]
        if any(len(side) > 1 for side in sides):
            raise JSONPathError("can only compare one element at a time")
        if not all(sides):
            return False
        return _compared(sides[0][0], sign, sides[1][0])

    return lambda values: [item for item in _items(values) if passes(item)]


def _compared(left: Any, sign: str, right: Any) -> bool:
    compare = _OPERATORS.get(sign)
    if compare is None:
        raise JSONPathError(f"unrecognized filter operator {sign}")
    if not isinstance(left, str | int | float) or not isinstance(right, str | int | float):
        raise JSONPathError("invalid type for comparison")
    if type(left) is not type(right):
        raise JSONPathError("incompatible types for comparison")
    if isinstance(left, bool) and sign not in ("==", "!="):
        raise JSONPathError("invalid type for comparison")
    return compare(left, right)


def printed(value: Any) -> str:
    """A value as text: strings as they are, objects and lists as compact JSON with sorted keys, as Go writes them."""
    if isinstance(value, str):
        return value
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value, smallest=-4, largest=6)
    return _json(value) if isinstance(value, dict | list) else str(value)


_HTML: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join([f"{_json(key)}:{_json(value[key])}" for key in sorted(value)]) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if isinstance(value, float):
        return _float_text(value, smallest=-6, largest=21).replace("e-0", "e-")
    text = msgspec.json.encode(value).decode()
    return text.translate(_HTML) if isinstance(value, str) else text


def _float_text(value: float, *, smallest: int, largest: int) -> str:
    """The shortest digits of the number, with an exponent if that is below `smallest`, or `largest` or above."""
    number = Decimal(repr(value)).normalize()
    exponent = number.adjusted()
    if not value or smallest <= exponent < largest:
        return f"{number:f}"
    digits = "".join(map(str, number.as_tuple().digits))
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{'-' if value < 0 else ''}{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"
