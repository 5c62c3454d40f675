"""The kubeconfig through which kubectl and client libraries reach the cluster."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import yaml

from kubepy.cli.pki import KeyPair, write_private


def write_kubeconfig(path: Path, server: str, ca_file: Path, user: str, credentials: KeyPair) -> None:
    """Write a kubeconfig with everything in it, readable by its owner only."""
    cluster = {"server": server, "certificate-authority-data": _encoded(ca_file)}
    account = {
        "client-certificate-data": _encoded(credentials.certificate_file),
        "client-key-data": _encoded(credentials.key_file),
    }
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kubepy", "cluster": cluster}],
        "users": [{"name": user, "user": account}],
        "contexts": [{"name": "kubepy", "context": {"cluster": "kubepy", "user": user}}],
        "current-context": "kubepy",
        "preferences": {},
    }
    write_private(path, yaml.safe_dump(config, sort_keys=False).encode())


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
