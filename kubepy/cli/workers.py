"""What runs in the supervisor's children. Each function returns an exit status and reports by `say`.

`say` is given "ready", or the reason why not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import uvloop

from kubepy.apiserver.config import ServerConfig
from kubepy.cli.apiserver import serve
from kubepy.cli.errors import UsageError
from kubepy.cli.kubeconfig import write_kubeconfig
from kubepy.cli.logs import configure_logging
from kubepy.cli.pki import ADMIN_NAME, ensure_certificates, server_names
from kubepy.cli.settings import Settings
from kubepy.storage.database import CONNECTION_ERRORS, Database
from kubepy.storage.errors import RevisionMismatch
from kubepy.storage.migrate import migrate

Say = Callable[[str], None]


def prepare(settings: Settings, say: Say) -> int:
    """Migrate the database; make certificates and the kubeconfig."""
    configure_logging(quiet=True)
    try:
        asyncio.run(migrate(Database(settings.database_url)))
    except RevisionMismatch as error:
        say(str(error))
        return 1
    except CONNECTION_ERRORS as error:
        say(f"cannot reach the database: {error}")
        return 1
    names = server_names(_server_config(settings).kubernetes_service_ip, [settings.advertise_address])
    certificates = ensure_certificates(settings.pki, names)
    ca_file = certificates.ca.certificate_file
    write_kubeconfig(settings.kubeconfig, settings.server_url, ca_file, ADMIN_NAME, certificates.admin)
    say("ready")
    return 0


def apiserver(settings: Settings, say: Say) -> int:
    """One API server process."""
    configure_logging(quiet=True)
    try:
        return uvloop.run(serve(_server_config(settings), lambda: say("ready")))
    except (UsageError, RevisionMismatch, OSError, ValueError) as error:
        say(str(error))
        return 1


def _server_config(settings: Settings) -> ServerConfig:
    return ServerConfig(
        database_url=settings.database_url,
        tls_cert_file=settings.pki / "apiserver.crt",
        tls_private_key_file=settings.pki / "apiserver.key",
        client_ca_file=settings.pki / "ca.crt",
        bind_address=settings.bind_address,
        secure_port=settings.secure_port,
        advertise_address=settings.advertise_address,
        token_auth_file=settings.token_auth_file,
        service_cidrs=settings.service_cidrs,
        node_port_range=settings.node_port_range,
        event_ttl=settings.event_ttl,
        history_retention=settings.history_retention,
    )
