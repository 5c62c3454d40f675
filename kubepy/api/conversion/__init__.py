"""Conversions between the served versions of one stored resource, and the Scale view of workloads.

Objects are kept in one version (`Resource.storage_version`, `storage_group`). Whoever serves a resource
asks `converter` once; None means that what is stored is what is served. Converters don't change their
argument, but the result may share parts with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubepy.api.conversion import event, horizontal_pod_autoscaler
from kubepy.api.conversion.scale import apply_scale, scale_of
from kubepy.api.scheme import GroupVersionKind, Resource

__all__ = ["Converter", "apply_scale", "convert", "converter", "scale_of"]


@dataclass(frozen=True, slots=True)
class Converter:
    """The two directions between the served and the stored form of one resource version."""

    to_storage: Callable[[dict[str, Any]], dict[str, Any]]
    from_storage: Callable[[dict[str, Any]], dict[str, Any]]


_CONVERTERS: Final[Mapping[GroupVersionKind, Converter]] = {
    GroupVersionKind("autoscaling", "v1", "HorizontalPodAutoscaler"): Converter(
        horizontal_pod_autoscaler.v1_to_v2, horizontal_pod_autoscaler.v2_to_v1
    ),
    GroupVersionKind("events.k8s.io", "v1", "Event"): Converter(event.events_to_core, event.core_to_events),
}


def converter(resource: Resource) -> Converter | None:
    """How objects of this resource version are stored; None if just as they are served."""
    return _CONVERTERS.get(resource.gvk)


def convert(obj: dict[str, Any], source: Resource, target: Resource) -> dict[str, Any]:
    """An object of one resource version in another version of the same stored resource.

    Raises ValueError if the two are not stored together.
    """
    if source.storage_key != target.storage_key:
        raise ValueError(f"{source.api_version} {source.kind} and {target.api_version} {target.kind} are not related")
    if source is target:
        return obj
    inward, outward = converter(source), converter(target)
    stored = inward.to_storage(obj) if inward else obj
    return outward.from_storage(stored) if outward else stored
