"""What each scenario is compared with: what others do, and what to reach at least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FLOOR_SHARE_OF_GET: Final = 0.6
"""A get is to reach this share of its floor."""

HOW_OTHERS_WERE_MEASURED: Final = (
    "The columns kube-apiserver + etcd (v1.24 on etcd 3.5) and + kine (the same on kine 0.16 and PostgreSQL) are"
    " medians of noisy runs on another two-core machine, with one load generator over TLS: 32 clients (2 for the whole"
    " list), 5,000 pods of the same shape, 200 watchers and one writer. They tell the order of magnitude only. Later"
    " releases of Kubernetes are much faster at lists (consistent reads from the cache, streamed encoding)."
)


@dataclass(frozen=True, slots=True)
class Target:
    """A scenario's title, the numbers of others as text, and the limit that is to be kept."""

    title: str
    etcd: str = ""
    kine: str = ""
    limit: float | None = None
    unit: str = "/s"

    @property
    def limit_text(self) -> str:
        """The limit, in words."""
        if self.limit is None:
            return ""
        return f"{self.limit:,.0f}/s" if self.unit == "/s" else f"< {self.limit:,.0f} {self.unit}"

    def is_kept(self, value: float) -> bool:
        """Whether a measured value is good enough: rates are to be high, everything else low."""
        return self.limit is None or (value >= self.limit if self.unit == "/s" else value <= self.limit)


TARGETS: Final = {
    "create": Target("create", "810/s", "430/s", 1600),
    "single": Target("create, one client", limit=5, unit="ms"),
    "get": Target("get", "2,280/s", "1,380/s", 5000),
    "list": Target("list all, 2 clients", "3.7/s", "2.0/s", 15),
    "pages": Target("list, pages of 500", "40/s", "20/s", 250),
    "labels": Target("list by label, 1 in 100", "10/s", "5/s", 1500),
    "patch": Target("merge patch", "530/s", "350/s", 1100),
    "watch": Target("watch fan-out, 1 writer", "26,000/s", "19,000/s", 40_000),
    "writers": Target("watch fan-out, 8 writers"),
    "delete": Target("delete", "640/s", "240/s", 1300),
    "memory": Target("resident memory after it", "1.0-1.5 GB", "1.1 GB", 300, "MB"),
    "insert": Target("insert, store alone"),
    "configmaps": Target("resident memory, large collection", limit=600, unit="MB"),
    "configmap-pages": Target("list of it, pages of 500"),
}
"""By scenario, in the order in which they are shown."""
