"""Server-side apply, and the record of who owns which field that it rests on.

Everything that writes an object calls one of these, on plain dicts, before validation:

- `record_update` on create, update and the other patches: sets `metadata.managedFields`;
- `apply` on an apply patch: merges the configuration, sets `metadata.managedFields`, or raises a conflict;
- `keep_times_if_unchanged` last, so that writes which change nothing stay without effect.

`shape` says what of the schema matters, `field_set` is the form of ownership, `typed` finds the fields of objects and
their differences, `merging` changes objects, `managers` reads and writes the entries, `ownership` moves fields between
them; `updating` and `applying` are the two entries, `scale` is for the subresource of that name. Follows
structured-merge-diff v6 and apimachinery `pkg/util/managedfields`.
"""

from __future__ import annotations

from kubepy.api.apply.applying import apply
from kubepy.api.apply.updating import keep_times_if_unchanged, record_update

__all__ = ["apply", "keep_times_if_unchanged", "record_update"]
