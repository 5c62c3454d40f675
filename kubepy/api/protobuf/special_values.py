"""Messages that JSON writes as something else than an object with their fields: times, quantities, raw JSON and others.

A function in SPECIAL_VALUES has the message's fields, decoded like any other's, and gives what Go's `MarshalJSON` of
the type writes; None is JSON's null. Follows the `MarshalJSON` and `Unmarshal` methods in apimachinery
`pkg/apis/meta/v1`, `pkg/api/resource`, `pkg/util/intstr` and apiextensions-apiserver
`pkg/apis/apiextensions/v1/marshal.go`.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kubepy.api.decoding import MAX_DEPTH, decode_json
from kubepy.api.errors import APIError
from kubepy.api.protobuf.wire import ProtobufError
from kubepy.api.schema import INT_OR_STRING, MICRO_TIME, QUANTITY, TIME
from kubepy.api.timestamps import format_micro_time, format_time

Fields = dict[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)
_NANOSECONDS_PER_MICROSECOND: Final = 1000
_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
_APIEXTENSIONS: Final = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."


def _moment(seconds: int, microseconds: int) -> datetime | None:
    """The moment so long after 1970; None for Go's zero Time, which JSON writes as null."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
    except OverflowError:
        raise ProtobufError("Time.MarshalJSON: year outside of range [0,9999]") from None
    return None if moment == _ZERO_TIME else moment


@functools.lru_cache(maxsize=4096)
def _time_text(seconds: int) -> str | None:
    moment = _moment(seconds, 0)
    return None if moment is None else format_time(moment)


def _time(fields: Fields) -> str | None:
    # An empty message is the zero Time. Nanoseconds are ignored, as upstream does.
    return _time_text(fields.get("seconds", 0)) if fields else None


def _micro_time(fields: Fields) -> str | None:
    if not fields:
        return None
    # Cut off towards zero, as Go's Duration.Truncate does.
    microseconds = int(fields.get("nanos", 0) / _NANOSECONDS_PER_MICROSECOND)
    moment = _moment(fields.get("seconds", 0), microseconds)
    return None if moment is None else format_micro_time(moment)


def _quantity(fields: Fields) -> str:
    text: str = fields.get("string", "0")
    return text


def _int_or_string(fields: Fields) -> int | str:
    match fields.get("type", 0):
        case 0:
            number: int = fields.get("intVal", 0)
            return number
        case 1:
            text: str = fields.get("strVal", "")
            return text
    raise ProtobufError("impossible IntOrString.Type")


def _raw(fields: Fields) -> Any:
    return fields.get("raw")


def _fields_v1(fields: Fields) -> Any:
    return fields.get("Raw")


def _items(fields: Fields) -> Any:
    return fields.get("items", [])


def _schema_or_array(fields: Fields) -> Any:
    return fields.get("jSONSchemas") or fields.get("schema")


def _schema_or_bool(fields: Fields) -> Any:
    return fields["schema"] if "schema" in fields else fields.get("allows", False)


def _schema_or_string_array(fields: Fields) -> Any:
    return fields.get("property") or fields.get("schema")


SPECIAL_VALUES: Final[Mapping[str, Callable[[Fields], Any]]] = {
    TIME: _time,
    MICRO_TIME: _micro_time,
    QUANTITY: _quantity,
    INT_OR_STRING: _int_or_string,
    _META + "FieldsV1": _fields_v1,
    "io.k8s.apimachinery.pkg.runtime.RawExtension": _raw,
    _APIEXTENSIONS + "JSON": _raw,
    _APIEXTENSIONS + "JSONSchemaPropsOrArray": _schema_or_array,
    _APIEXTENSIONS + "JSONSchemaPropsOrBool": _schema_or_bool,
    _APIEXTENSIONS + "JSONSchemaPropsOrStringArray": _schema_or_string_array,
    "io.k8s.api.authentication.v1.AttestationValue": _items,
    "io.k8s.api.authentication.v1.ExtraValue": _items,
    "io.k8s.api.authorization.v1.ExtraValue": _items,
    "io.k8s.api.certificates.v1.ExtraValue": _items,
}
"""By definition name; lists of strings under a name of their own (ExtraValue) are messages too."""


def base64_text(data: bytes, start: int, stop: int, _depth: int) -> str:
    """Bytes as JSON has them."""
    return base64.b64encode(data[start:stop]).decode("ascii")


def json_value(data: bytes, start: int, stop: int, depth: int) -> Any:
    """The value of JSON text within a message `depth` messages down. Raises ProtobufError."""
    if start == stop:
        return None
    text = data[start:stop]
    try:
        value = decode_json(text)
    except APIError as error:
        raise ProtobufError(error.message.removeprefix("couldn't get version/kind; json parse error: ")) from None
    limit = MAX_DEPTH - 2 * depth
    if text.count(b"{") + text.count(b"[") > limit and _nests_deeper(value, limit):
        raise ProtobufError("exceeded max depth")
    return value


def _nests_deeper(value: Any, limit: int) -> bool:
    """Whether there are more than `limit` lists and objects within one another."""
    level = [value]
    for _ in range(limit):
        parents = [item for item in level if isinstance(item, dict | list)]
        if not parents:
            return False
        level = [child for item in parents for child in (item.values() if isinstance(item, dict) else item)]
    return any(isinstance(item, dict | list) for item in level)
