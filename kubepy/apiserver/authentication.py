"""Who asks: client certificates, then bearer tokens from a static file, then nobody (anonymous).

Follows apiserver `pkg/authentication/request/{x509,bearertoken}` and `pkg/authentication/token/tokenfile`.
"""

from __future__ import annotations

import csv
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from kubepy.api import errors
from kubepy.apiserver.registry.strategy import User
from kubepy.apiserver.request import ANONYMOUS

AUTHENTICATED = "system:authenticated"


class Authenticator:
    """Tells the user of a request. `token_file` is upstream's `--token-auth-file`: token,user,uid,"groups"."""

    def __init__(self, token_file: Path | None = None) -> None:
        self._tokens: Mapping[str, User] = read_token_file(token_file) if token_file is not None else {}

    def authenticate(self, http: web.BaseRequest) -> User:
        """The user, `system:anonymous` if no credentials were given. Raises 401 for wrong ones."""
        transport = http.transport
        certificate: Any = transport.get_extra_info("peercert") if transport is not None else None
        if certificate:
            return user_of_certificate(certificate)
        header = http.headers.get("Authorization", "")
        if not header:
            return ANONYMOUS
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return ANONYMOUS
        user = self.user_of_token(token.strip())
        if user is None:
            raise errors.unauthorized()
        return user

    def user_of_token(self, token: str) -> User | None:
        """The user of a bearer token, compared in constant time; None for an unknown one."""
        for known, user in self._tokens.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                return user
        return None


def user_of_certificate(certificate: Mapping[str, Any]) -> User:
    """The user a verified client certificate names: CN is the name, each O a group."""
    name = ""
    groups = []
    for relative_names in certificate.get("subject", ()):
        for key, value in relative_names:
            if key == "commonName":
                name = value
            elif key == "organizationName":
                groups.append(value)
    return User(name, groups=(*groups, AUTHENTICATED))


def read_token_file(path: Path) -> dict[str, User]:
    """Users by token. Raises ValueError for a line with fewer than three columns, without showing it."""
    users = {}
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.reader(file, skipinitialspace=True), 1):
            if not row:
                continue
            if len(row) < 3:
                raise ValueError(
                    f"token file {path} line {number}: must have at least three columns"
                    f" (token, user name, and user uid), found {len(row)}"
                )
            groups = tuple(group.strip() for group in row[3].split(",") if group.strip()) if len(row) > 3 else ()
            users[row[0].strip()] = User(row[1].strip(), row[2].strip(), (*groups, AUTHENTICATED))
    return users
