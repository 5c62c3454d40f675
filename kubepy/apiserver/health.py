"""`/healthz`, `/livez`, `/readyz`: is it well, alive, ready? With `?verbose`, and one path per check.

Follows apiserver `pkg/server/healthz/healthz.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from aiohttp import web

from kubepy.api import errors
from kubepy.apiserver.request import Request

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

Check = Callable[["APIServer"], bool]


def _ping(server: APIServer) -> bool:
    return True


def _postgresql(server: APIServer) -> bool:
    return server.state.feed.healthy


def _bootstrapped(server: APIServer) -> bool:
    return server.bootstrapped.is_set()


def _not_stopping(server: APIServer) -> bool:
    return not server.stopping


CHECKS: Final[Mapping[str, Mapping[str, Check]]] = {
    "healthz": {"ping": _ping, "postgresql": _postgresql, "poststarthook/bootstrap": _bootstrapped},
    "livez": {"ping": _ping, "poststarthook/bootstrap": _bootstrapped},
    "readyz": {
        "ping": _ping,
        "postgresql": _postgresql,
        "poststarthook/bootstrap": _bootstrapped,
        "shutdown": _not_stopping,
    },
}
"""A database that is away makes a server unready, but restarting the server wouldn't help: it stays alive."""


def respond(server: APIServer, request: Request) -> web.Response:
    """200 `ok`, or 500 with a line for every check. `?exclude=` leaves checks out."""
    kind, _, one = request.info.path.strip("/").partition("/")
    checks = CHECKS[kind]
    if one:
        if one not in checks:
            raise errors.no_such_path()
        checks = {one: checks[one]}
    excluded = set(request.http.query.getall("exclude", []))
    results = {name: name in excluded or check(server) for name, check in checks.items()}
    lines = [
        f"[+]{name} excluded: ok"
        if name in excluded
        else f"[+]{name} ok"
        if passed
        else f"[-]{name} failed: reason withheld"
        for name, passed in results.items()
    ]
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache, private"}
    if not all(results.values()):
        text = "\n".join([*lines, f"{kind} check failed"]) + "\n"
        return web.Response(text=text, status=500, headers=headers)
    if "verbose" in request.query:
        return web.Response(text="\n".join([*lines, f"{kind} check passed"]) + "\n", headers=headers)
    return web.Response(text="ok", headers=headers)
