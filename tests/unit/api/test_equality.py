"""When two parts of an object mean the same, by apimachinery pkg/api/equality."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.equality import semantically_equal


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"a": 1}, {"a": 1}),
        (None, []),
        ({"args": []}, {}),
        ({"spec": {"containers": [{"name": "a", "env": []}]}}, {"spec": {"containers": [{"name": "a"}]}}),
        ({"nodeSelector": {}}, {}),
        ({"resources": {}}, {}),
        ({"resources": {"limits": {}, "requests": {}}}, {}),
        ({"metadata": {"labels": {}}}, {}),
    ],
)
def test_an_empty_list_or_map_is_as_good_as_none(new: Any, old: Any):
    """Semantic.DeepEqual takes nil and empty slices and maps for equal."""
    assert semantically_equal(new, old)
    assert semantically_equal(old, new)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"emptyDir": {}}, {}),
        ({"securityContext": {}}, {}),
        ({"args": ["a"]}, {"args": []}),
        ({"labels": {"a": ""}}, {"labels": {}}),
        ([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}]),
        (0, None),
        ("", None),
    ],
)
def test_everything_else_that_differs_is_different(new: Any, old: Any):
    """A pointer to an empty struct is not nil, lists have an order, and zero is a value where a pointer holds it."""
    assert not semantically_equal(new, old)
    assert not semantically_equal(old, new)
