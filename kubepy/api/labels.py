"""Label selectors: the language of query strings (`a=b,c in (d,e),!f`), LabelSelector objects, and their validation.

Follows apimachinery `pkg/labels/selector.go`, `pkg/apis/meta/v1/helpers.go` (LabelSelectorAsSelector) and
`pkg/apis/meta/v1/validation` (labels and LabelSelector objects). Selectors are immutable and may be shared.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from kubepy.api.field import ErrorType, FieldError, Path, aggregate, forbidden, invalid, required
from kubepy.api.names import is_qualified_name, is_valid_label_value


class Operator(enum.StrEnum):
    """How a requirement compares; the value is the spelling in a query string."""

    IN = "in"
    NOT_IN = "notin"
    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="
    GREATER_THAN = "gt"
    LESS_THAN = "lt"
    EXISTS = "exists"
    DOES_NOT_EXIST = "!"


_BINARY_OPERATORS: Final = "in, notin, =, ==, !=, gt, lt"
_SINGLE_VALUE: Final = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.NOT_EQUALS})
_EQUALITY: Final = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.IN})
_INFIX: Final = {
    Operator.EQUALS: "=",
    Operator.DOUBLE_EQUALS: "==",
    Operator.NOT_EQUALS: "!=",
    Operator.GREATER_THAN: ">",
    Operator.LESS_THAN: "<",
}
_match_int64 = re.compile("[-+]?[0-9]{1,19}").fullmatch


def _int64(text: str) -> int | None:
    if _match_int64(text) is None:
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


class Requirement(NamedTuple):
    """One condition on one label."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a set of labels meets this condition."""
        operator = self.operator
        value = labels.get(self.key)
        if operator in _EQUALITY:
            return value is not None and value in self.values
        if operator is Operator.NOT_IN or operator is Operator.NOT_EQUALS:
            return value is None or value not in self.values
        if operator is Operator.EXISTS:
            return value is not None
        if operator is Operator.DOES_NOT_EXIST:
            return value is None
        number = _int64(value) if value is not None else None
        limit = _int64(self.values[0])
        if number is None or limit is None:
            return False
        return number > limit if operator is Operator.GREATER_THAN else number < limit

    def __str__(self) -> str:
        if self.operator is Operator.EXISTS:
            return self.key
        if self.operator is Operator.DOES_NOT_EXIST:
            return f"!{self.key}"
        values = ",".join(sorted(self.values))
        infix = _INFIX.get(self.operator)
        return f"{self.key}{infix}{values}" if infix else f"{self.key} {self.operator} ({values})"


class Selector:
    """Requirements that must all be met, ordered by key; `EVERYTHING` has none, `NOTHING` matches nothing."""

    __slots__ = ("_equal", "_others", "_text", "matches_nothing", "requirements")

    def __init__(self, requirements: Iterable[Requirement] = (), *, matches_nothing: bool = False) -> None:
        self.requirements = tuple(sorted(requirements, key=lambda requirement: requirement.key))
        self.matches_nothing = matches_nothing
        equal, others = [], []
        for requirement in self.requirements:
            if requirement.operator in _EQUALITY and len(requirement.values) == 1:
                equal.append((requirement.key, requirement.values[0]))
            else:
                others.append(requirement)
        self._equal = tuple(equal)
        self._others = tuple(others)
        self._text = ",".join(map(str, self.requirements))

    @property
    def empty(self) -> bool:
        """Whether it restricts nothing."""
        return not self.requirements and not self.matches_nothing

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a set of labels meets every requirement."""
        if self.matches_nothing:
            return False
        for key, value in self._equal:
            if labels.get(key) != value:
                return False
        return all(requirement.matches(labels) for requirement in self._others)

    def equality(self, key: str) -> str | None:
        """The only value that label `key` may have, so that an index can be asked; None if there is none such."""
        for name, value in self._equal:
            if name == key:
                return value
        return None

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Selector(nothing)" if self.matches_nothing else f"Selector({self._text!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selector):
            return NotImplemented
        return self.requirements == other.requirements and self.matches_nothing == other.matches_nothing

    def __hash__(self) -> int:
        return hash((self.requirements, self.matches_nothing))


EVERYTHING: Final = Selector()
NOTHING: Final = Selector(matches_nothing=True)


def _key_error(key: str, field: str) -> FieldError | None:
    errors = is_qualified_name(key)
    return FieldError(ErrorType.INVALID, field, key, "; ".join(errors)) if errors else None


def _count_problem(operator: Operator, values: Sequence[str]) -> str:
    """What is wrong with the number of values, if anything."""
    if operator is Operator.IN or operator is Operator.NOT_IN:
        return "" if values else "for 'in', 'notin' operators, values set can't be empty"
    if operator in _SINGLE_VALUE:
        return "" if len(values) == 1 else "exact-match compatibility requires one single value"
    if operator is Operator.EXISTS or operator is Operator.DOES_NOT_EXIST:
        return "values set must be empty for exists and does not exist" if values else ""
    return "" if len(values) == 1 else "for 'Gt', 'Lt' operators, exactly one value is required"


def new_requirement(key: str, operator: Operator, values: Sequence[str] = ()) -> Requirement:
    """A checked requirement. Raises ValueError with every complaint in upstream's words."""
    errors: list[FieldError] = []
    if key_error := _key_error(key, "key"):
        errors.append(key_error)
    values_path = Path("values")
    if problem := _count_problem(operator, values):
        errors.append(invalid(values_path, list(values), problem))
    if operator is Operator.GREATER_THAN or operator is Operator.LESS_THAN:
        detail = "for 'Gt', 'Lt' operators, the value must be an integer"
        errors += [
            invalid(values_path.index(i), value, detail) for i, value in enumerate(values) if _int64(value) is None
        ]
    for position, value in enumerate(values):
        if complaints := is_valid_label_value(value):
            errors.append(invalid(values_path.index(position).key(key), value, "; ".join(complaints)))
    if errors:
        raise ValueError(aggregate(errors))
    return Requirement(key, operator, tuple(values))


_WORD: Final = "word"
_END: Final = ""
_tokenize = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<> \t\r\n\0]+)\0?|(\0|$))").match
_OPERATORS: Final = {
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    "=": Operator.EQUALS,
    "==": Operator.DOUBLE_EQUALS,
    "!=": Operator.NOT_EQUALS,
    ">": Operator.GREATER_THAN,
    "<": Operator.LESS_THAN,
}


def _tokens(text: str) -> list[tuple[str, str]]:
    """The tokens of a selector as (kind, text); symbols are their own kind and the list ends with `_END`."""
    tokens: list[tuple[str, str]] = []
    position = 0
    while match := _tokenize(text, position):
        position = match.end()
        if match[1]:
            tokens.append((match[1], match[1]))
        elif match[2]:
            tokens.append((_WORD, match[2]))
        else:
            break
    tokens.append((_END, ""))
    return tokens


class _Parser:
    """Reads one selector; the errors are those of upstream's parser, word for word."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._position = 0

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._position]

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._position]
        self._position += 1
        return token

    def parse(self) -> list[Requirement]:
        requirements: list[Requirement] = []
        while True:
            kind, text = self._peek()
            if kind == _END:
                return requirements
            if kind not in (_WORD, "!"):
                raise ValueError(f"found '{text}', expected: !, identifier, or 'end of string'")
            try:
                requirements.append(self._requirement())
            except ValueError as error:
                raise ValueError(f"unable to parse requirement: {error}") from None
            kind, text = self._next()
            if kind == _END:
                return requirements
            if kind != ",":
                raise ValueError(f"found '{text}', expected: ',' or 'end of string'")
            kind, text = self._peek()
            if kind not in (_WORD, "!"):
                raise ValueError(f"found '{text}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        kind, key = self._next()
        negated = kind == "!"
        if negated:
            kind, key = self._next()
        if kind != _WORD:
            raise ValueError(f"found '{key}', expected: identifier")
        if key_error := _key_error(key, "<nil>"):
            raise ValueError(str(key_error))
        if negated:
            return new_requirement(key, Operator.DOES_NOT_EXIST)
        if self._peek()[0] in (_END, ","):
            return new_requirement(key, Operator.EXISTS)
        _, text = self._next()
        operator = _OPERATORS.get(text)
        if operator is None:
            raise ValueError(f"found '{text}', expected: {_BINARY_OPERATORS}")
        values = self._values() if operator in (Operator.IN, Operator.NOT_IN) else {self._exact_value()}
        return new_requirement(key, operator, sorted(values))

    def _exact_value(self) -> str:
        if self._peek()[0] in (_END, ","):
            return ""
        kind, text = self._next()
        if kind != _WORD:
            raise ValueError(f"found '{text}', expected: identifier")
        return text

    def _values(self) -> set[str]:
        kind, text = self._next()
        if kind != "(":
            raise ValueError(f"found '{text}' expected: '('")
        kind, text = self._peek()
        if kind == ")":
            self._next()
            return {""}
        if kind not in (_WORD, ","):
            raise ValueError(f"found '{text}', expected: ',', ')' or identifier")
        values = self._value_list()
        self._next()
        return values

    def _value_list(self) -> set[str]:
        values: set[str] = set()
        while True:
            kind, text = self._next()
            if kind == _WORD:
                values.add(text)
                kind, text = self._peek()
                if kind == ")":
                    return values
                if kind != ",":
                    raise ValueError(f"found '{text}', expected: ',' or ')'")
            elif kind == ",":
                following = self._peek()[0]
                if not values or following in (")", ","):
                    values.add("")
                if following == ")":
                    return values
            else:
                raise ValueError(f"found '{text}', expected: ',', or identifier")


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Selector:
    """The selector of a query string. Raises ValueError with upstream's words."""
    return Selector(_Parser(text).parse()) if text else EVERYTHING


_OBJECT_OPERATORS: Final = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.DOES_NOT_EXIST,
}


def from_label_selector(selector: Mapping[str, Any] | None) -> Selector:
    """What a LabelSelector object selects: nothing if there is none, everything if it is empty.

    Raises ValueError if a requirement makes no sense.
    """
    if selector is None:
        return NOTHING
    requirements = [
        new_requirement(key, Operator.EQUALS, (value,)) for key, value in (selector.get("matchLabels") or {}).items()
    ]
    for expression in selector.get("matchExpressions") or ():
        name = expression.get("operator", "")
        operator = _OBJECT_OPERATORS.get(name)
        if operator is None:
            raise ValueError(f'"{name}" is not a valid label selector operator')
        requirements.append(new_requirement(expression.get("key", ""), operator, expression.get("values") or ()))
    return Selector(requirements) if requirements else EVERYTHING


def from_set(labels: Mapping[str, str] | None) -> Selector:
    """The selector of objects that have all these labels (a Service's or ReplicationController's selector)."""
    return Selector(Requirement(key, Operator.EQUALS, (value,)) for key, value in (labels or {}).items())


def label_selector_matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str] | None) -> bool:
    """Whether a LabelSelector object selects these labels. Raises ValueError as `from_label_selector`."""
    return from_label_selector(selector).matches(labels or {})


def validate_label_name(name: str, path: Path) -> list[FieldError]:
    """A label's key."""
    return [invalid(path, name, message) for message in is_qualified_name(name)]


def validate_labels(labels: Mapping[str, str] | None, path: Path) -> list[FieldError]:
    """The labels of an object or template."""
    errors: list[FieldError] = []
    for key, value in (labels or {}).items():
        errors += [invalid(path, key, message) for message in is_qualified_name(key)]
        errors += [invalid(path, value, message) for message in is_valid_label_value(value)]
    return errors


def validate_label_selector_requirement(
    requirement: Mapping[str, Any],
    path: Path,
    *,
    allow_invalid_label_value: bool = False,
    allow_unknown_operator: bool = False,
) -> list[FieldError]:
    """One of a LabelSelector object's matchExpressions."""
    errors: list[FieldError] = []
    operator, values = requirement.get("operator", ""), requirement.get("values") or ()
    if operator in ("In", "NotIn"):
        if not values:
            errors.append(required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            errors.append(forbidden(path.child("values"), detail))
    elif not allow_unknown_operator:
        errors.append(invalid(path.child("operator"), operator, "not a valid selector operator"))
    errors += validate_label_name(requirement.get("key", ""), path.child("key"))
    if not allow_invalid_label_value:
        for position, value in enumerate(values):
            for message in is_valid_label_value(value):
                errors.append(invalid(path.child("values").index(position), value, message))
    return errors


def validate_label_selector(
    selector: Mapping[str, Any] | None,
    path: Path,
    allow_invalid_label_value: bool = False,
    allow_unknown_operator: bool = False,
) -> list[FieldError]:
    """A LabelSelector object."""
    if not selector:
        return []
    errors = validate_labels(selector.get("matchLabels"), path.child("matchLabels"))
    for position, requirement in enumerate(selector.get("matchExpressions") or ()):
        errors += validate_label_selector_requirement(
            requirement,
            path.child("matchExpressions").index(position),
            allow_invalid_label_value=allow_invalid_label_value,
            allow_unknown_operator=allow_unknown_operator,
        )
    return errors


def has_invalid_label_value(selector: Mapping[str, Any] | None) -> bool:
    """Whether a stored LabelSelector has a value that would be rejected today, so that updates may keep it."""
    expressions = (selector or {}).get("matchExpressions") or ()
    return any(is_valid_label_value(value) for expression in expressions for value in expression.get("values") or ())
