"""`kubepy apiserver`: one API server process, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable

import uvloop

from kubepy.apiserver.config import ServerConfig
from kubepy.apiserver.server import listening, open_server
from kubepy.cli.errors import UsageError
from kubepy.cli.notify import notify_ready
from kubepy.storage.database import CONNECTION_ERRORS
from kubepy.storage.errors import RevisionMismatch


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; returns 0 after a clean stop."""
    try:
        return uvloop.run(serve(_config(arguments), notify_ready))
    except RevisionMismatch as error:
        raise UsageError(str(error)) from error


def _config(arguments: argparse.Namespace) -> ServerConfig:
    if not arguments.database_url:
        raise UsageError("which database? Give --database-url")
    return ServerConfig(
        database_url=arguments.database_url,
        tls_cert_file=arguments.tls_cert_file,
        tls_private_key_file=arguments.tls_private_key_file,
        client_ca_file=arguments.client_ca_file,
        bind_address=arguments.bind_address,
        secure_port=arguments.secure_port,
        advertise_address=arguments.advertise_address,
        token_auth_file=arguments.token_auth_file,
        service_cidrs=arguments.service_cluster_ip_range,
        node_port_range=arguments.service_node_port_range,
        event_ttl=arguments.event_ttl,
        history_retention=arguments.history_retention,
    )


async def serve(config: ServerConfig, ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; `ready` is called once requests can be answered.

    Raises UsageError if it can't start for lack of a database.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with open_server(config) as server, listening(server):
            await server.bootstrapped.wait()
            ready()
            await stop.wait()
    except* CONNECTION_ERRORS as group:
        raise UsageError(f"cannot start: {group.exceptions[0]}") from group
    return 0
