"""The `scale` subresource: autoscaling/v1 Scale as a view of a workload's replica count.

Follows the ScaleREST of upstream `pkg/registry/apps/*/storage/storage.go` and
`pkg/registry/core/replicationcontroller/storage/storage.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kubepy.api import errors
from kubepy.api.scheme import Resource

_METADATA: Final = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
_OPERATORS: Final[Mapping[str, str]] = {"In": "in", "NotIn": "notin"}


def scale_of(resource: Resource, obj: Mapping[str, Any]) -> dict[str, Any]:
    """The Scale of a Deployment, ReplicaSet, StatefulSet or ReplicationController."""
    metadata, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    replicas = spec.get("replicas")
    scale_status: dict[str, Any] = {"replicas": status.get("replicas") or 0}
    selector = _selector_text(spec.get("selector") or {}, is_label_set=resource.kind == "ReplicationController")
    if selector:
        scale_status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: metadata[name] for name in _METADATA if name in metadata},
        "spec": {"replicas": replicas} if replicas else {},
        "status": scale_status,
    }


def apply_scale(resource: Resource, obj: dict[str, Any], scale: Mapping[str, Any]) -> None:
    """Move the replica count of a validated Scale, and the resourceVersion it relies on, into the workload.

    Raises a conflict if the Scale names another uid than the object's.
    """
    metadata, wanted = obj["metadata"], scale.get("metadata") or {}
    uid = wanted.get("uid")
    if uid and uid != metadata.get("uid"):
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {metadata.get('uid', '')}"
        raise errors.conflict(resource.group, f"{resource.plural}/scale", metadata["name"], why)
    obj["spec"]["replicas"] = (scale.get("spec") or {}).get("replicas") or 0
    if wanted.get("resourceVersion"):
        metadata["resourceVersion"] = wanted["resourceVersion"]
    else:
        metadata.pop("resourceVersion", None)


def _selector_text(selector: Mapping[str, Any], *, is_label_set: bool) -> str:
    """A selector as labels.Selector prints it: requirements sorted by key, joined by commas."""
    labels = selector if is_label_set else selector.get("matchLabels") or {}
    requirements = [(key, f"{key}={value}") for key, value in sorted(labels.items())]
    if not is_label_set:
        requirements += [(one["key"], _requirement(one)) for one in selector.get("matchExpressions") or ()]
    return ",".join(text for _, text in sorted(requirements, key=lambda requirement: requirement[0]))


def _requirement(expression: Mapping[str, Any]) -> str:
    key, operator = expression["key"], expression["operator"]
    if operator == "Exists":
        return str(key)
    if operator == "DoesNotExist":
        return f"!{key}"
    return f"{key} {_OPERATORS[operator]} ({','.join(sorted(expression.get('values') or ()))})"
