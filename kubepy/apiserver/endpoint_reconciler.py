"""Which addresses the Service `kubernetes` leads to: those of all API servers that are alive.

Every server renews a record of its address. Endpoints and EndpointSlice hold the addresses whose record is
fresh, so that a server that dies leaves them by itself. Follows upstream's lease endpoint reconciler
(kubernetes `pkg/controlplane/reconcilers/lease.go`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kubepy.api.timestamps import format_micro_time, parse_micro_time
from kubepy.apiserver.system_objects import delete_object, ensure_fields, write_object
from kubepy.storage.records import Key

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

Object = dict[str, Any]

ADDRESSES: Final = "apiservers.internal.kubepy"
"""Internal records, served to nobody: one for each address that API servers are reached at."""
RENEW_AFTER: Final = timedelta(seconds=8)
FRESH_FOR: Final = timedelta(seconds=30)


async def reconcile_endpoints(server: APIServer) -> None:
    """Renew this server's record, and bring the Service's endpoints up to date."""
    now = datetime.now(UTC)
    await _renew(server, now)
    addresses = {server.config.advertise_address}
    for entry in list(server.state.cache.resource(ADDRESSES).entries(None)):
        if now - parse_micro_time(server.decode(entry.body)["spec"]["renewTime"]) < FRESH_FOR:
            addresses.add(entry.name)
        elif entry.name != server.config.advertise_address:
            await delete_object(server, Key(ADDRESSES, "", entry.name))
    await _ensure_endpoints(server, sorted(addresses))


async def _renew(server: APIServer, now: datetime) -> None:
    """Workers of one server share its address: whoever comes first renews for all."""
    address = server.config.advertise_address
    key = Key(ADDRESSES, "", address)
    entry = server.state.cache.get(key)
    record: Object = {
        "kind": "APIServerAddress",
        "apiVersion": "internal.kubepy/v1",
        "metadata": {"name": address},
        "spec": {"renewTime": format_micro_time(now)},
    }
    if entry is None:
        await write_object(server, key, record, 0)
        return
    current: Object = server.decode(entry.body)
    if now - parse_micro_time(current["spec"]["renewTime"]) > RENEW_AFTER:
        await write_object(server, key, {**record, "metadata": current["metadata"]}, entry.revision)


async def _ensure_endpoints(server: APIServer, addresses: Sequence[str]) -> None:
    port = {"name": "https", "port": server.config.secure_port, "protocol": "TCP"}
    endpoints: Object = {
        "kind": "Endpoints",
        "apiVersion": "v1",
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"},
        },
        "subsets": [{"addresses": [{"ip": address} for address in addresses], "ports": [port]}],
    }
    await ensure_fields(server, Key("endpoints", "default", "kubernetes"), endpoints, ("subsets",))
    slice_: Object = {
        "kind": "EndpointSlice",
        "apiVersion": "discovery.k8s.io/v1",
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "generation": 1,
            "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "addressType": "IPv6" if ":" in addresses[0] else "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in addresses],
        "ports": [port],
    }
    key = Key("endpointslices.discovery.k8s.io", "default", "kubernetes")
    await ensure_fields(server, key, slice_, ("endpoints", "ports"))
