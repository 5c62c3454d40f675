"""Who may do what. Until there are role-based rules: everybody who is known may do everything.

Anonymous requests may ask how the server is and which version it is (upstream's `system:public-info-viewer`).
"""

from __future__ import annotations

from typing import Final

from kubepy.api import errors
from kubepy.apiserver.request import ANONYMOUS, Request

PUBLIC_PATHS: Final = frozenset({"/healthz", "/livez", "/readyz", "/version"})


def authorize(request: Request) -> None:
    """Raise 401 unless the request may go on."""
    if request.user is not ANONYMOUS:
        return
    path = request.info.path.rstrip("/")
    if path in PUBLIC_PATHS or path.startswith(("/healthz/", "/livez/", "/readyz/")):
        return
    raise errors.unauthorized()
