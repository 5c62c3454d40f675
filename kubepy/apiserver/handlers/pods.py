"""Subresources of pods that act: binding to a node, and eviction within disruption budgets.

Follows kubernetes `pkg/registry/core/pod/storage/{storage,eviction}.go`. An eviction takes the budget's
allowance and deletes the pod in one transaction, so neither can happen without the other.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from kubepy.api import errors
from kubepy.api.encoding import encode_object
from kubepy.api.labels import label_selector_matches
from kubepy.api.schema import builtin_catalog
from kubepy.api.scheme import GroupVersionKind
from kubepy.api.timestamps import format_time
from kubepy.apiserver.handlers.body import read_object, write_options
from kubepy.apiserver.handlers.delete import delete_object
from kubepy.apiserver.registry import object_writer
from kubepy.apiserver.registry.core.pod import (
    apply_binding,
    eviction_ignores_budgets,
    validate_binding,
    validate_eviction,
)
from kubepy.apiserver.registry.strategy import Strategy
from kubepy.apiserver.request import ResourceRequest
from kubepy.apiserver.responses import respond_value
from kubepy.storage.errors import Conflict
from kubepy.storage.records import Key, Mutation
from kubepy.storage.watch_cache import Entry

Object = dict[str, Any]

BINDING: Final = GroupVersionKind("", "v1", "Binding")
EVICTION: Final = GroupVersionKind("policy", "v1", "Eviction")
_SUCCESS: Final = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
_BUDGETS: Final = "poddisruptionbudgets.policy"
_ATTEMPTS: Final = 20
_MAX_DISRUPTED_PODS: Final = 2000


async def bind(target: ResourceRequest) -> web.StreamResponse:
    """Assign the pod to a node; answers 201 with a Status."""
    form = target.request.form(transformations=False)
    options = write_options(target.request, "CreateOptions")
    binding = await read_object(target, BINDING, builtin_catalog().get("io.k8s.api.core.v1.Binding"))
    if problems := validate_binding(binding):
        raise errors.invalid("", "Binding", binding.get("metadata", {}).get("name", ""), problems)

    def transform(live: Object | None) -> Object:
        assert live is not None
        apply_binding(live, binding, target.request.received_at)
        return live

    await object_writer.update(target, transform, options, strategy=Strategy())
    return await respond_value(target.request, _SUCCESS, form, 201)


async def evict(target: ResourceRequest) -> web.StreamResponse:
    """Delete the pod if its disruption budget allows; answers 201 with a Status, or 429."""
    form = target.request.form(transformations=False)
    schema = builtin_catalog().get("io.k8s.api.policy.v1.Eviction")
    eviction = await read_object(target, EVICTION, schema)
    validate_eviction(eviction, target.name)
    options: Object = dict(eviction.get("deleteOptions") or {})
    if dry_run := [value for value in target.request.http.query.getall("dryRun", []) if value]:
        options["dryRun"] = dry_run
    for _ in range(_ATTEMPTS):
        entry = await target.server.state.get(Key("pods", target.namespace, target.name))
        if entry is None:
            raise target.not_found()
        pod: Object = target.decode(entry.body)
        try:
            taken = [] if eviction_ignores_budgets(pod) else _take_allowance(target, pod, options)
            await delete_object(target, options, with_mutations=taken)
        except Conflict:
            continue
        return await respond_value(target.request, _SUCCESS, form, 201)
    raise errors.conflict("", "pods", target.name, errors.OPTIMISTIC_LOCK_MESSAGE)


def _take_allowance(target: ResourceRequest, pod: Object, options: Object) -> list[Mutation]:
    """The change of the pod's disruption budget that one more eviction makes. Raises 429 or 500."""
    matching = [found for found in _budgets(target) if _covers(found[1], pod)]
    if not matching:
        return []
    if len(matching) > 1:
        raise errors.internal(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    entry, budget = matching[0]
    name = budget["metadata"]["name"]
    status = budget.setdefault("status", {})
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        raise _refused(f"The disruption budget {name} is still being processed by the server.", 10)
    if _is_unhealthy_and_free(budget, pod):
        return []
    allowed = status.get("disruptionsAllowed", 0)
    if allowed <= 0:
        healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
        raise _refused(f"The disruption budget {name} needs {desired} healthy pods and has {healthy} currently", 0)
    disrupted = status.setdefault("disruptedPods", {})
    if len(disrupted) > _MAX_DISRUPTED_PODS:
        raise errors.forbidden(
            "policy",
            "poddisruptionbudgets",
            name,
            "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
        )
    if options.get("dryRun"):
        return []
    status["disruptionsAllowed"] = allowed - 1
    disrupted[pod["metadata"]["name"]] = format_time(target.request.received_at)
    key = Key(_BUDGETS, entry.namespace, entry.name)
    return [Mutation(key, budget["metadata"]["uid"], encode_object(budget), entry.revision)]


def _budgets(target: ResourceRequest) -> list[tuple[Entry, Object]]:
    cache = target.server.state.cache.resource(_BUDGETS)
    return [(entry, target.decode(entry.body)) for entry in cache.entries(target.namespace)]


def _covers(budget: Object, pod: Object) -> bool:
    selector = budget.get("spec", {}).get("selector")
    return selector is not None and label_selector_matches(selector, pod["metadata"].get("labels"))


def _is_unhealthy_and_free(budget: Object, pod: Object) -> bool:
    """Whether the pod isn't ready and may go because of that (`unhealthyPodEvictionPolicy`)."""
    conditions = pod.get("status", {}).get("conditions") or []
    if any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status: dict[str, int] = budget["status"]
    return status.get("currentHealthy", 0) >= status.get("desiredHealthy", 0) > 0


def _refused(why: str, retry_after_seconds: int) -> errors.APIError:
    error = errors.too_many_requests(
        "Cannot evict pod as it would violate the pod's disruption budget.", retry_after_seconds
    )
    error.causes = (errors.Cause("DisruptionBudget", why),)
    return error
