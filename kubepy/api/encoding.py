"""Objects as JSON bytes, with the one thing that is only known at commit left open.

Invariant: an encoded object contains `"metadata":{"resourceVersion":""` and that text's first occurrence
is its own metadata: only kind and apiVersion, which cannot contain it, come before. So the revision is
put in place by one search and one copy, without parsing.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

_MARK: Final = b'"metadata":{"resourceVersion":"'
_encoder: Final = msgspec.json.Encoder()


def encode_object(obj: dict[str, Any]) -> bytes:
    """The bytes to store: kind, apiVersion, metadata beginning with an empty resourceVersion, the rest."""
    ordered: dict[str, Any] = {"kind": obj["kind"], "apiVersion": obj["apiVersion"]}
    ordered["metadata"] = {"resourceVersion": "", **{k: v for k, v in obj["metadata"].items() if k != "resourceVersion"}}
    for name, value in obj.items():
        if name not in ordered:
            ordered[name] = value
    return _encoder.encode(ordered)


def splice_revision(body: bytes, revision: int) -> bytes:
    """The object's bytes with `revision` as its resourceVersion. Raises ValueError for other bytes."""
    place = body.index(_MARK) + len(_MARK)
    return b"%b%d%b" % (body[:place], revision, body[place:])
