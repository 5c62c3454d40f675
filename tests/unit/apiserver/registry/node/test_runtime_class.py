"""RuntimeClasses, by pkg/apis/node/validation/validation.go and pkg/api/node/util.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.apiserver.registry.node import STRATEGIES

STRATEGY = STRATEGIES["runtimeclasses"]
TOLERATION = {"key": "a", "operator": "Exists"}


def runtime_class(handler: str = "runc", **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": "r"}, "handler": handler, **fields}


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (runtime_class(), []),
        (
            runtime_class(
                overhead={"podFixed": {"cpu": "100m"}},
                scheduling={"nodeSelector": {"a": "b"}, "tolerations": [TOLERATION]},
            ),
            [],
        ),
        (runtime_class(""), ["handler: Required value"]),
        (runtime_class("a.b"), ['handler: Invalid value: "a.b": must not contain dots']),
        (
            runtime_class(overhead={"podFixed": {"cpu": "-1"}}),
            ['overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
        ),
        (
            runtime_class(scheduling={"tolerations": [TOLERATION, {"key": "b"}, TOLERATION]}),
            [
                'scheduling.tolerations[2]: Duplicate value: {"Key":"a","Operator":"Exists","Value":"","Effect":"",'
                '"TolerationSeconds":null}'
            ],
        ),
    ],
)
def test_mistakes(obj: dict[str, Any], expected: list[str]):
    """ValidateRuntimeClass."""
    assert messages(STRATEGY.validate(obj)) == expected


def test_the_handler_never_changes():
    """ValidateRuntimeClassUpdate, by declarative validation, which doesn't show the value."""
    assert messages(STRATEGY.validate_update(runtime_class("kata"), runtime_class())) == [
        "handler: Invalid value: null: field is immutable"
    ]


def test_deprecated_node_labels_are_warned_about():
    """GetWarningsForRuntimeClass."""
    obj = runtime_class(scheduling={"nodeSelector": {"beta.kubernetes.io/os": "linux", "a": "b"}})
    assert STRATEGY.warnings(obj, None) == [
        'scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead'
    ]


def test_overhead_is_stored_in_canonical_form():
    """SetDefaults_ResourceList."""
    obj = runtime_class(overhead={"podFixed": {"cpu": "1000m"}})
    STRATEGY.default(obj)
    assert obj["overhead"] == {"podFixed": {"cpu": "1"}}
