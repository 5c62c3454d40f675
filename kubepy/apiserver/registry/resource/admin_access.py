"""Administrative access to devices, which only namespaces with a label may use.

Follows kubernetes `pkg/registry/resource/utils.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kubepy.api import errors
from kubepy.api.field import Path, forbidden
from kubepy.apiserver.registry.strategy import Object
from kubepy.storage.records import Key

if TYPE_CHECKING:
    from kubepy.apiserver.server import APIServer

_LABEL: Final = "resource.kubernetes.io/admin-access"
_REQUESTS: Final = Path("spec").child("devices", "requests")
_RESULTS: Final = Path("status").child("allocation", "devices", "results")


async def check_requests(obj: Object, kind: str, requests: Sequence[Object], server: APIServer) -> None:
    """Raises APIError (Invalid) if a new object's requests want access that its namespace may not have."""
    await _check(obj, kind, [request.get("exactly") or {} for request in requests], _REQUESTS, server)


async def check_results(obj: Object, kind: str, results: Sequence[Object], server: APIServer) -> None:
    """Raises APIError (Invalid) if new allocation results grant access that the namespace may not have."""
    await _check(obj, kind, results, _RESULTS, server)


def is_granted(results: Sequence[Object]) -> bool:
    """Whether allocation results grant administrative access."""
    return any(result.get("adminAccess") for result in results)


async def _check(obj: Object, kind: str, holders: Sequence[Object], path: Path, server: APIServer) -> None:
    position = next((index for index, holder in enumerate(holders) if holder.get("adminAccess")), None)
    if position is None:
        return
    metadata = obj["metadata"]
    namespace = await server.state.get(Key("namespaces", "", metadata.get("namespace", "")))
    if namespace is not None and namespace.labels.get(_LABEL) == "true":
        return
    detail = f"admin access to devices requires the `{_LABEL}: true` label on the containing namespace"
    problem = forbidden(path.index(position).child("adminAccess"), detail)
    raise errors.invalid("resource.k8s.io", kind, metadata.get("name", ""), [problem])
