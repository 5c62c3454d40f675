"""From objects to the bytes that are stored and served, as JSON and as YAML.

The stored JSON of an object doesn't know its own resourceVersion, which exists only once it is committed. The invariant
that makes splicing it in cheap and safe: the text begins with `kind`, `apiVersion` and `metadata`, in this order
(the first two may be missing), and the first member of `metadata` is `"resourceVersion":""`. Nothing before it
but two plain strings can contain the marker, because quotation marks inside JSON strings are escaped.
"""

from __future__ import annotations

import functools
import math
import re
from decimal import Decimal
from typing import Any, Final

import msgspec
import yaml

from kubepy.api.yaml_decoding import resolve_plain

_encode = msgspec.json.Encoder().encode
_MARK: Final = b'"metadata":{"resourceVersion":"'
_MARK_LENGTH: Final = len(_MARK)


def encode_object(obj: dict[str, Any]) -> bytes:
    """The JSON of an object with `kind`, `apiVersion`, `metadata` first and an empty resourceVersion to splice into."""
    ordered: dict[str, Any] = {}
    for name in ("kind", "apiVersion"):
        if name in obj:
            ordered[name] = obj[name]
    metadata: dict[str, Any] = {"resourceVersion": ""}
    metadata.update(obj.get("metadata") or {})
    metadata["resourceVersion"] = ""
    ordered["metadata"] = metadata
    for name, value in obj.items():
        if name not in ordered:
            ordered[name] = value
    return _encode(ordered)


def splice_revision(body: bytes, revision: int) -> bytes:
    """The text of `encode_object` with its resourceVersion. Raises ValueError if there is no place for one."""
    position = body.index(_MARK) + _MARK_LENGTH
    return b"%b%d%b" % (body[:position], revision, body[position:])


_match_base60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?").fullmatch
_match_timestamp = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
    r"| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?)?"
).fullmatch
_LINE_WIDTH: Final = 80
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def encode_yaml(value: Any) -> bytes:
    """The YAML of a JSON value as `sigs.k8s.io/yaml` writes it.

    Keys in natural order, lists as far left as their field, and quotation marks only around texts that would mean
    something else without them.
    """
    events: list[yaml.Event] = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False)]
    _add_events(events, value)
    events += [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    text: str = yaml.emit(events, Dumper=_DUMPER, width=_LINE_WIDTH, allow_unicode=True)
    return text.removesuffix("...\n").encode("utf-8", "replace")


def _add_events(events: list[yaml.Event], value: Any) -> None:
    if isinstance(value, dict):
        events.append(yaml.MappingStartEvent(None, None, True, flow_style=False))
        for key in sorted(value, key=_NATURAL_ORDER):
            events.append(_scalar(key))
            _add_events(events, value[key])
        events.append(yaml.MappingEndEvent())
    elif isinstance(value, list):
        events.append(yaml.SequenceStartEvent(None, None, True, flow_style=False))
        for item in value:
            _add_events(events, item)
        events.append(yaml.SequenceEndEvent())
    else:
        events.append(_scalar(value))


def _scalar(value: Any) -> yaml.ScalarEvent:
    style = None
    if isinstance(value, str):
        text = value
        if "\n" in value:
            style = "|"
        elif not _is_plain(value):
            style = '"'
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif value is None:
        text = "null"
    else:
        text = _float_text(value) if isinstance(value, float) else str(value)
    return yaml.ScalarEvent(None, None, (True, True), text, style=style)


def _is_plain(text: str) -> bool:
    """Whether a text means itself when it stands without quotation marks."""
    if _match_base60(text) is not None or _match_timestamp(text) is not None or text == "<<":
        return False
    return isinstance(resolve_plain(text), str)


def _float_text(number: float) -> str:
    """The shortest text of a number; with an exponent below 1e-4 and, unless it is whole, from 1e21 (Go's `%g`)."""
    if not math.isfinite(number):
        return ".nan" if math.isnan(number) else ".inf" if number > 0 else "-.inf"
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    _, digits, _ = Decimal(repr(number)).as_tuple()
    exponent = Decimal(repr(number)).adjusted()
    return f"{number:.{len(digits) - 1}e}" if exponent < -4 or exponent >= 6 else repr(number)


def _compare_naturally(left: str, right: str) -> int:
    """go-yaml's order of keys: letters after everything else, runs of digits by the number they spell."""
    for position, (a, b) in enumerate(zip(left, right, strict=False)):
        if a == b:
            continue
        if a.isalpha() and b.isalpha():
            return -1 if a < b else 1
        if a.isalpha() or b.isalpha():
            return -1 if b.isalpha() else 1
        before = re.search("[0-9]*$", left[:position])
        padding = "1" if "0" in (a, b) and before is not None and before[0].strip("0") else ""
        left_run, right_run = _digits(left, position).group(), _digits(right, position).group()
        left_number, right_number = int("0" + padding + left_run), int("0" + padding + right_run)
        if left_number != right_number:
            return -1 if left_number < right_number else 1
        if len(left_run) != len(right_run):
            return -1 if len(left_run) < len(right_run) else 1
        return -1 if a < b else 1
    return len(left) - len(right)


def _digits(text: str, position: int) -> re.Match[str]:
    found = _match_digits(text, position, position + 4000)
    assert found is not None
    return found


_match_digits = re.compile("[0-9]*").match
_NATURAL_ORDER: Final = functools.cmp_to_key(_compare_naturally)


def at_revision(body: bytes, revision: int) -> bytes:
    """The object's bytes with another resourceVersion, whatever it is now."""
    start = body.index(_MARK) + len(_MARK)
    return b"%b%d%b" % (body[:start], revision, body[body.index(b'"', start) :])


def without_revision(body: bytes) -> bytes:
    """The object's bytes with an empty resourceVersion, as they are stored."""
    start = body.index(_MARK) + len(_MARK)
    return body[:start] + body[body.index(b'"', start) :]
