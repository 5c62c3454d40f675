"""What `kubepy up` was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a cluster on this machine. `database_url` is empty for the embedded PostgreSQL."""

    data_directory: Path
    database_url: str
    secure_port: int
    bind_address: str
    advertise_address: str
    workers: int
    token_auth_file: Path | None
    service_cidrs: tuple[str, ...]
    node_port_range: tuple[int, int]
    event_ttl: timedelta
    history_retention: timedelta

    @property
    def pki(self) -> Path:
        """Where certificates and keys are."""
        return self.data_directory / "pki"

    @property
    def kubeconfig(self) -> Path:
        """Where the admin's kubeconfig is."""
        return self.data_directory / "admin.kubeconfig"

    @property
    def server_url(self) -> str:
        """The API's address as seen from this machine."""
        host = "127.0.0.1" if self.bind_address in ("0.0.0.0", "::") else self.bind_address
        return f"https://{f'[{host}]' if ':' in host else host}:{self.secure_port}"
