"""Moving from client-side to server-side apply, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from apply_example import NOW, THING, VERSION, owners, thing

from kubepy.api.apply import apply, record_update
from kubepy.api.errors import APIError

ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"


def client_applied(annotation: str | None = None, **fields: Any) -> dict[str, Any]:
    """An object as `kubectl apply` without --server-side leaves it."""
    text = json.dumps(thing(**fields)) if annotation is None else annotation
    new = thing(**fields)
    new["metadata"] = {"name": "x", "annotations": {ANNOTATION: text}}
    record_update(None, new, THING, VERSION, "kubectl-client-side-apply", NOW)
    return new


def edited(live: dict[str, Any], **fields: Any) -> dict[str, Any]:
    new = {**live, **fields}
    record_update(live, new, THING, VERSION, "kubectl-edit", NOW)
    return new


def server_applied(
    live: dict[str, Any], manager: str = "kubectl", force: bool = False, **fields: Any
) -> dict[str, Any]:
    return apply(live, thing(**fields), THING, VERSION, manager, force, NOW)


def test_kubectl_takes_over_what_it_applied_without_a_conflict() -> None:
    """managedfields `lastappliedmanager.go`."""
    live = server_applied(client_applied(text="a", number=1, list=[{"name": "x", "value": "1"}]), text="b", number=2)
    assert (live["text"], live["number"]) == ("b", 2)
    assert owners(live)["kubectl applies"] == {".text", ".number"}
    assert ".text" not in owners(live)["kubectl-client-side-apply"]


def test_what_somebody_changed_since_conflicts() -> None:
    live = edited(client_applied(text="a", number=1), number=5)
    with pytest.raises(APIError) as caught:
        server_applied(live, text="b", number=2)
    assert caught.value.message == (
        'Apply failed with 1 conflict: conflict with "kubectl-edit" using example.io/v1: .number'
    )


@pytest.mark.parametrize(
    "annotation",
    [
        "not json",
        "[]",
        "",
        json.dumps(thing(text="a") | {"apiVersion": "example.io/v0"}),
        json.dumps(thing(text="a") | {"kind": ""}),
        json.dumps(thing(text="a", unknown=1)),
    ],
)
def test_an_annotation_that_tells_nothing_allows_nothing(annotation: str) -> None:
    with pytest.raises(APIError, match="kubectl-client-side-apply"):
        server_applied(client_applied(annotation, text="a"), text="b")


def test_other_managers_take_nothing_over() -> None:
    with pytest.raises(APIError, match="1 conflict"):
        server_applied(client_applied(text="a"), "argocd", text="b")


def test_the_annotation_follows_what_kubectl_applies() -> None:
    """managedfields `lastappliedupdater.go`: encoded as Go does, with a line's end."""
    live = server_applied(client_applied(text="a"), text="<b>")
    assert live["metadata"]["annotations"][ANNOTATION] == (
        '{"apiVersion":"example.io/v1","kind":"Thing","metadata":{"name":"x"},"text":"\\u003cb\\u003e"}\n'
    )


def test_the_annotation_does_not_tell_itself() -> None:
    config = thing(text="b")
    config["metadata"] = {"name": "x", "annotations": {ANNOTATION: "old", "other": "kept"}}
    live = apply(client_applied(text="a"), config, THING, VERSION, "kubectl", True, NOW)
    told = json.loads(live["metadata"]["annotations"][ANNOTATION])
    assert told["metadata"]["annotations"] == {"other": "kept"}


@pytest.mark.parametrize("manager", ["argocd", "kubectl2"])
def test_other_managers_leave_the_annotation_alone(manager: str) -> None:
    live = client_applied(text="a")
    result = server_applied(live, manager, True, text="b")
    assert result["metadata"]["annotations"] == live["metadata"]["annotations"]


def test_no_annotation_appears_where_there_was_none() -> None:
    live = apply(None, thing(text="a"), THING, VERSION, "kubectl", False, NOW)
    assert "annotations" not in live["metadata"]


def test_an_annotation_that_gets_too_big_goes() -> None:
    """managedfields `SetLastApplied`: all annotations together may have 256 KiB."""
    live = server_applied(client_applied(text="a"), force=True, text="b" * 256 * 1024)
    assert ANNOTATION not in live["metadata"]["annotations"]
