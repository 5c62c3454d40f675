"""What the server does by itself: Events expire, reservations without a Service are released, dead servers leave."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from kubepy.api.builtin import builtin_scheme
from kubepy.api.encoding import encode_object
from kubepy.apiserver.bootstrap import expire_once, repair_once
from kubepy.apiserver.config import ServerConfig
from kubepy.apiserver.endpoint_reconciler import ADDRESSES, reconcile_endpoints
from kubepy.apiserver.registry.core.allocating_service import IP_ADDRESSES, MANAGER, MANAGER_LABEL
from kubepy.apiserver.server import APIServer
from kubepy.storage.cluster_state import ClusterState
from kubepy.storage.records import Key, Mutation


def _server(state: ClusterState, **settings: Any) -> APIServer:
    nowhere = Path("/nonexistent")
    config = ServerConfig("", nowhere, nowhere, nowhere, **settings)
    return APIServer(config, state, builtin_scheme())


async def _store(state: ClusterState, key: Key, obj: dict[str, Any]) -> None:
    obj["metadata"] = {"name": key.name, "uid": f"uid-{key.name}", **obj.get("metadata", {})}
    await state.commit(Mutation(key, obj["metadata"]["uid"], encode_object(obj), 0))
    await state.fresh()


async def test_events_go_when_their_time_is_over_and_not_before(state: ClusterState) -> None:
    """kube-apiserver `--event-ttl`."""
    key = Key("events", "default", "happened")
    await _store(state, key, {"kind": "Event", "apiVersion": "v1"})
    await expire_once(_server(state, event_ttl=timedelta(hours=1)))
    assert await state.get(key) is not None
    await expire_once(_server(state, event_ttl=timedelta(0)))
    assert await state.get(key) is None


async def test_an_address_that_no_service_holds_is_released_at_the_second_look(state: ClusterState) -> None:
    """Kubernetes `pkg/registry/core/service/ipallocator/controller/repairip.go`: leaks are given time first."""
    server = _server(state)
    parent = {"resource": "services", "namespace": "default", "name": "web", "group": ""}
    address = {"kind": "IPAddress", "apiVersion": "networking.k8s.io/v1", "spec": {"parentRef": parent}}
    leaked, held = Key(IP_ADDRESSES, "", "10.96.0.9"), Key(IP_ADDRESSES, "", "10.96.0.8")
    for key in (leaked, held):
        await _store(state, key, {**address, "metadata": {"labels": {MANAGER_LABEL: MANAGER}}})
    service = {"kind": "Service", "apiVersion": "v1", "spec": {"clusterIPs": ["10.96.0.8"]}}
    await _store(state, Key("services", "default", "web"), service)
    suspects = await repair_once(server, {})
    assert set(suspects) == {leaked}
    assert await state.get(leaked) is not None
    await repair_once(server, suspects)
    assert await state.get(leaked) is None
    assert await state.get(held) is not None


async def test_endpoints_of_the_api_are_those_of_the_servers_that_live(state: ClusterState) -> None:
    """Kubernetes `pkg/controlplane/reconcilers/lease.go`."""
    stale = {"kind": "APIServerAddress", "apiVersion": "internal.kubepy/v1"}
    long_ago = {"renewTime": "2020-01-01T00:00:00.000000Z"}
    await _store(state, Key(ADDRESSES, "", "192.0.2.9"), {**stale, "spec": long_ago})
    for address in ("192.0.2.2", "192.0.2.1"):
        await reconcile_endpoints(_server(state, advertise_address=address))
        await state.fresh()
    entry = await state.get(Key("endpoints", "default", "kubernetes"))
    assert entry is not None
    subsets = _server(state).decode(entry.body)["subsets"]
    assert [address["ip"] for address in subsets[0]["addresses"]] == ["192.0.2.1", "192.0.2.2"]
    assert await state.get(Key(ADDRESSES, "", "192.0.2.9")) is None
