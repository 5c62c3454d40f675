"""Objects and lists as clients want them: served version, Table, PartialObjectMetadata, JSON or YAML.

The plain form of an object in its stored version is its stored bytes: nothing is parsed or re-encoded.
Everything else is made from the decoded object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from kubepy.api.conversion import Converter, converter
from kubepy.api.encoding import encode_yaml
from kubepy.api.scheme import Resource
from kubepy.apiserver.negotiation import YAML, Form
from kubepy.apiserver.table import TablePrinter, table_for
from kubepy.storage.watch_cache import Entry

_encode: Final = msgspec.json.Encoder().encode


class _MetadataOnly(msgspec.Struct):
    metadata: msgspec.Raw


_decode: Final = msgspec.json.Decoder().decode
_decode_metadata: Final = msgspec.json.Decoder(_MetadataOnly).decode


def encode(value: Any, form: Form, *, pretty: bool = False) -> bytes:
    """A JSON value in the media type of a form."""
    if form.media_type == YAML:
        return encode_yaml(value)
    body = _encode(value)
    return msgspec.json.format(body, indent=2) if pretty else body


def finish(body: bytes, form: Form, *, pretty: bool = False) -> bytes:
    """JSON bytes in the media type of a form."""
    if form.media_type == YAML:
        return encode_yaml(_decode(body))
    return msgspec.json.format(body, indent=2) if pretty else body


class Representation:
    """How objects of one resource are shown in one form."""

    def __init__(self, resource: Resource, form: Form) -> None:
        self.resource = resource
        self.form = form
        self._converter: Converter | None = converter(resource)
        self._printer: TablePrinter | None = table_for(resource) if form.transformation == "Table" else None

    @property
    def is_stored_form(self) -> bool:
        """Whether stored bytes are what is served."""
        return not self.form.transformation and self._converter is None

    @property
    def is_table(self) -> bool:
        """Whether objects become rows."""
        return self._printer is not None

    def object(self, body: bytes) -> dict[str, Any]:
        """A stored body as a dict in the served version."""
        obj: dict[str, Any] = _decode(body)
        return self._converter.from_storage(obj) if self._converter is not None else obj

    def item(self, body: bytes, now: datetime, include_object: str = "") -> bytes:
        """One object as JSON: itself, its metadata, or a table of one row."""
        if self.is_stored_form:
            return body
        if self._printer is not None:
            return _encode(self.table([body], {"resourceVersion": _revision(body)}, now, include_object))
        if self.form.transformation.startswith("PartialObjectMetadata"):
            return self._metadata(body)
        return _encode(self.object(body))

    def _metadata(self, body: bytes) -> bytes:
        return b'{"kind":"PartialObjectMetadata","apiVersion":"%b","metadata":%b}' % (
            self.form.api_version.encode(),
            bytes(_decode_metadata(body).metadata),
        )

    def list_parts(self, entries: Iterable[Entry | bytes], metadata: dict[str, Any], now: datetime) -> list[bytes]:
        """A list as pieces of JSON, an object each, to be joined or sent one after the other (not for tables).

        Nothing is copied: the pieces are the stored bytes, and a list of any size costs a list of references.
        """
        bodies = [entry if isinstance(entry, bytes) else entry.body for entry in entries]
        if self.form.transformation:
            kind, api_version = "PartialObjectMetadataList", self.form.api_version
        else:
            kind, api_version = self.resource.list_kind, self.resource.api_version
        head = _encode({"kind": kind, "apiVersion": api_version, "metadata": metadata})
        parts = [head[:-1] + b',"items":[']
        if not self.is_stored_form:
            bodies = [self.item(body, now) for body in bodies]
        for body in bodies:
            parts += (body, b",")
        if bodies:
            parts.pop()
        parts.append(b"]}\n")
        return parts

    def table(
        self, bodies: Sequence[bytes], metadata: dict[str, Any], now: datetime, include_object: str
    ) -> dict[str, Any]:
        """A Table of objects; `include_object` is None, Metadata (also when empty) or Object."""
        assert self._printer is not None
        rows = []
        for body in bodies:
            obj = self.object(body)
            row: dict[str, Any] = {"cells": self._printer.cells(obj, now)}
            if conditions := self._printer.conditions(obj):
                row["conditions"] = conditions
            if include_object == "Object":
                row["object"] = obj
            elif include_object != "None":
                row["object"] = {
                    "kind": "PartialObjectMetadata",
                    "apiVersion": self.form.api_version,
                    "metadata": obj["metadata"],
                }
            rows.append(row)
        return {
            "kind": "Table",
            "apiVersion": self.form.api_version,
            "metadata": metadata,
            "columnDefinitions": self._printer.columns,
            "rows": rows,
        }


def _revision(body: bytes) -> str:
    metadata = _decode_metadata(body).metadata
    return str(_decode(metadata)["resourceVersion"])
