"""What an API server process is told when it starts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kubepy.storage.compaction import DEFAULT_RETENTION


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Settings of one API server process; names follow kube-apiserver's flags where there is one."""

    database_url: str
    tls_cert_file: Path
    tls_private_key_file: Path
    client_ca_file: Path
    bind_address: str = "0.0.0.0"
    secure_port: int = 6443
    advertise_address: str = "127.0.0.1"
    token_auth_file: Path | None = None
    service_cidrs: tuple[str, ...] = ("10.96.0.0/12",)
    node_port_range: tuple[int, int] = (30000, 32767)
    event_ttl: timedelta = timedelta(hours=1)
    history_retention: timedelta = DEFAULT_RETENTION

    @property
    def ip_families(self) -> tuple[str, ...]:
        """The address families of the service ranges, the primary one first."""
        return tuple(f"IPv{ipaddress.ip_network(cidr).version}" for cidr in self.service_cidrs)

    @property
    def kubernetes_service_ip(self) -> str:
        """The cluster IP of the Service `kubernetes`: the first of the primary range."""
        return str(next(ipaddress.ip_network(self.service_cidrs[0]).hosts()))
