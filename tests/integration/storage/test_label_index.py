"""The label indexes give what looking at every object would give."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from storage_objects import RESOURCE, body_of, key

from kubepy.storage import watch_cache
from kubepy.storage.records import Record
from kubepy.storage.watch_cache import ResourceCache

NAMESPACES = st.sampled_from(["a", "b"])
NAMES = st.sampled_from(["x", "y", "z", "z-1", "z.1"])
LABEL_KEYS = st.sampled_from([f"key{n}" for n in range(watch_cache.INDEXED_LABEL_KEYS + 2)])
LABEL_VALUES = st.sampled_from(["", "1", "2"])
LABELS = st.dictionaries(LABEL_KEYS, LABEL_VALUES, max_size=4)
PUT = st.tuples(NAMESPACES, NAMES, LABELS)
DELETE = st.tuples(NAMESPACES, NAMES)
ASK = st.tuples(LABEL_KEYS, st.lists(LABEL_VALUES, max_size=3), st.none() | NAMESPACES)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(PUT.map(lambda v: ("put", v)), DELETE.map(lambda v: ("del", v)), ASK.map(lambda v: ("ask", v))))
)
def test_an_index_gives_what_looking_at_every_object_gives(steps: list[tuple[str, tuple]]) -> None:  # type: ignore[type-arg]
    """Whatever order of puts, deletions and questions, with more label keys in use than keep an index."""
    cache = ResourceCache({})
    for revision, (step, values) in enumerate(steps, 1):
        if step == "ask":
            label, wanted, namespace = values
            found = [
                (entry.namespace, entry.name, entry.revision) for entry in cache.labelled(label, wanted, namespace)
            ]
            assert found == [
                (entry.namespace, entry.name, entry.revision)
                for entry in cache.entries(namespace)
                if entry.labels.get(label) in wanted
            ]
        else:
            of = key(values[1], values[0])
            labels = values[2] if step == "put" else {}
            record = Record(
                revision, RESOURCE, of.namespace, of.name, "u", step == "del", 1, None, body_of(of, "u", labels)
            )
            cache.apply(record)
    assert cache.count == len(list(cache.entries(None)))
