"""The strategies of the API group `batch`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.batch.cron_job import CronJobStrategy
from kubepy.apiserver.registry.batch.job import JobStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType({"cronjobs": CronJobStrategy(), "jobs": JobStrategy()})
"""How objects are written, by the resource's plural name."""
