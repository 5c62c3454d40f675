"""What is wrong with a JSON text, in the words of Go's encoding/json; used only once a text has proved unreadable.

Go works on bytes and forgives broken UTF-8 inside strings, so the scanner reads bytes (as Latin-1 text).
"""

from __future__ import annotations

import re
from typing import Final

_skip_space = re.compile(r"[ \t\r\n]*").match
_string_body = re.compile(r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*').match
_hex_digits = re.compile("[0-9a-fA-F]*").match
_digits = re.compile("[0-9]+").match

END: Final = "unexpected end of JSON input"
TOO_DEEP: Final = "exceeded max depth"
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_ESCAPES: Final = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


class _MalformedError(Exception):
    """The scanner stops here."""


def _quote(character: str) -> str:
    if character == "'":
        return r"'\''"
    if character == "\\":
        return r"'\\'"
    if character in _ESCAPES:
        return f"'{_ESCAPES[character]}'"
    code = ord(character)
    return f"'{character}'" if character.isprintable() else f"'\\x{code:02x}'" if code < 128 else f"'\\u{code:04x}'"


class _Scanner:
    def __init__(self, text: str, max_depth: int) -> None:
        self._text = text
        self._position = 0
        self._max_depth = max_depth

    def _peek(self) -> str:
        found = _skip_space(self._text, self._position)
        assert found is not None
        self._position = found.end()
        if self._position >= len(self._text):
            raise _MalformedError(END)
        return self._text[self._position]

    def _invalid(self, where: str) -> _MalformedError:
        if self._position >= len(self._text):
            return _MalformedError(END)
        return _MalformedError(f"invalid character {_quote(self._text[self._position])} {where}")

    def scan(self) -> None:
        """Read one value and nothing after it."""
        closers: list[str] = []
        while True:
            if not self._value(closers):
                continue
            while closers:
                character = self._peek()
                inside = "array element" if closers[-1] == "]" else "object key:value pair"
                if character == ",":
                    self._position += 1
                    if closers[-1] == "}":
                        self._key()
                    break
                if character != closers[-1]:
                    raise self._invalid(f"after {inside}")
                self._position += 1
                closers.pop()
            else:
                found = _skip_space(self._text, self._position)
                assert found is not None
                self._position = found.end()
                if self._position < len(self._text):
                    raise self._invalid("after top-level value")
                return

    def _value(self, closers: list[str]) -> bool:
        """Read a value, or the beginning of a list or object that isn't empty; whether the value is complete."""
        character = self._peek()
        if character in "[{":
            if len(closers) >= self._max_depth:
                raise _MalformedError(TOO_DEEP)
            self._position += 1
            closer = "]" if character == "[" else "}"
            if self._peek() == closer:
                self._position += 1
                return True
            closers.append(closer)
            if closer == "}":
                self._key()
            return False
        if character == '"':
            self._string()
        elif character in _LITERALS:
            self._literal(_LITERALS[character])
        elif character in "-0123456789":
            self._number()
        else:
            raise self._invalid("looking for beginning of value")
        return True

    def _key(self) -> None:
        if self._peek() != '"':
            raise self._invalid("looking for beginning of object key string")
        self._string()
        if self._peek() != ":":
            raise self._invalid("after object key")
        self._position += 1

    def _string(self) -> None:
        found = _string_body(self._text, self._position + 1)
        assert found is not None
        self._position = found.end()
        if self._text[self._position : self._position + 1] == '"':
            self._position += 1
            return
        if self._text[self._position : self._position + 1] != "\\":
            raise self._invalid("in string literal")
        self._position += 1
        if self._text[self._position : self._position + 1] != "u":
            raise self._invalid("in string escape code")
        digits = _hex_digits(self._text, self._position + 1)
        assert digits is not None
        self._position = digits.end()
        raise self._invalid("in \\u hexadecimal character escape")

    def _literal(self, literal: str) -> None:
        for expected in literal:
            if self._text[self._position : self._position + 1] != expected:
                raise self._invalid(f"in literal {literal} (expecting {_quote(expected)})")
            self._position += 1

    def _number(self) -> None:
        text = self._text
        if text[self._position] == "-":
            self._position += 1
        if text[self._position : self._position + 1] == "0":
            self._position += 1
        else:
            self._some_digits("in numeric literal")
        if text[self._position : self._position + 1] == ".":
            self._position += 1
            self._some_digits("after decimal point in numeric literal")
        if text[self._position : self._position + 1] in ("e", "E"):
            self._position += 1
            if text[self._position : self._position + 1] in ("+", "-"):
                self._position += 1
            self._some_digits("in exponent of numeric literal")

    def _some_digits(self, where: str) -> None:
        found = _digits(self._text, self._position)
        if found is None:
            raise self._invalid(where)
        self._position = found.end()


def find_error(body: bytes, max_depth: int) -> str:
    """What makes a text no JSON value, or empty if it is one (nested at most so deep)."""
    try:
        _Scanner(body.decode("latin-1"), max_depth).scan()
    except _MalformedError as error:
        return str(error)
    return ""
