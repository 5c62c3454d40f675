"""What the fork server loads before it forks: all code, and the tables made from the API's definitions.

Everything loaded here is shared by all children, so the collector is told to leave it alone: tracing it
would copy it page by page.
"""

from __future__ import annotations

import gc

from kubepy.api.builtin import builtin_scheme
from kubepy.api.typecheck import warm_up
from kubepy.cli import workers

for _resource in builtin_scheme():
    warm_up(_resource.schema)
gc.collect()
gc.freeze()

__all__ = ["workers"]
