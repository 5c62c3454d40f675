"""What the tests of pods share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kubepy.apiserver.registry.strategy import User, WriteContext


@pytest.fixture
def context() -> WriteContext:
    return WriteContext(User("alice"), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
