"""The strategies of the core group.

`STRATEGIES` is made when it is first asked for: workload kinds of other groups use this package's pod template rules,
and one of its own kinds (ReplicationController) uses theirs, so neither package could be imported first otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubepy.apiserver.registry.core.strategies import STRATEGIES as STRATEGIES


def __getattr__(name: str) -> Any:
    if name != "STRATEGIES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kubepy.apiserver.registry.core import strategies

    return strategies.STRATEGIES
