"""Messages that JSON writes as something else than an object with their fields: times, quantities, raw JSON and others.

Each function has the message's fields, decoded like any other's, and gives what Go's `MarshalJSON` of the type writes;
None is JSON's null. Follows the `MarshalJSON` and `Unmarshal` methods in apimachinery `pkg/apis/meta/v1`,
`pkg/api/resource`, `pkg/util/intstr` and apiextensions-apiserver `pkg/apis/apiextensions/v1/marshal.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kubepy.api.protobuf.wire import ProtobufError
from kubepy.api.schema import INT_OR_STRING, MICRO_TIME, QUANTITY, TIME
from kubepy.api.timestamps import format_micro_time, format_time

Fields = dict[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZERO_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)
_NANOSECONDS_PER_MICROSECOND: Final = 1000
_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
_APIEXTENSIONS: Final = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."


def _moment(fields: Fields) -> datetime | None:
    """The moment of a Timestamp; None for Go's zero Time, which is sent as an empty message."""
    if not fields:
        return None
    # Cut off towards zero, as Go's Duration.Truncate does.
    microseconds = int(fields.get("nanos", 0) / _NANOSECONDS_PER_MICROSECOND)
    try:
        moment = _EPOCH + timedelta(seconds=fields.get("seconds", 0), microseconds=microseconds)
    except OverflowError:
        raise ProtobufError("Time.MarshalJSON: year outside of range [0,9999]") from None
    return None if moment == _ZERO_TIME else moment


def _time(fields: Fields) -> str | None:
    fields.pop("nanos", None)
    moment = _moment(fields)
    return None if moment is None else format_time(moment)


def _micro_time(fields: Fields) -> str | None:
    moment = _moment(fields)
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
