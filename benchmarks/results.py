"""What a measurement is, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario's numbers; latencies in milliseconds."""

    count: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int = 0
    note: str = ""
    generator_cores: float = 0.0
    """How much of a core the load generator needed."""

    @property
    def per_second(self) -> float:
        """How many there were a second."""
        return self.count / self.seconds if self.seconds > 0 else 0.0


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the (sorted) samples lies; 0 if there are none."""
    return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0
