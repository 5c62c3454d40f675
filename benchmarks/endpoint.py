"""An HTTPS server under measurement, and the requests it is sent."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is, and how to be let in."""

    port: int
    ca_file: Path
    token: str

    @property
    def url(self) -> str:
        """Its root."""
        return f"https://{HOST}:{self.port}"

    def tls(self) -> ssl.SSLContext:
        """A client's context that trusts it."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def connect(self) -> http.client.HTTPSConnection:
        """A connection for requests that are not measured, or one at a time."""
        return http.client.HTTPSConnection(HOST, self.port, context=self.tls(), timeout=60)

    def raw(self, method: str, path: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
        """A whole request as it goes over the wire."""
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {HOST}:{self.port}",
            f"Authorization: Bearer {self.token}",
            "Accept: application/json",
            "User-Agent: kubepy-benchmarks",
        ]
        if body:
            lines += [f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def send(self, connection: http.client.HTTPSConnection, method: str, path: str, body: bytes = b"") -> bytes:
        """One request's answer. Raises RuntimeError if it isn't a success."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if body:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:500].decode(errors='replace')}")
        return answer
