"""How processes log: one line an event, key=value, on standard error."""

from __future__ import annotations

import logging
import sys


def configure_logging(*, quiet: bool) -> None:
    """Log everything from INFO on, or only warnings and errors."""
    logging.basicConfig(
        level=logging.WARNING if quiet else logging.INFO,
        format='ts=%(asctime)s level=%(levelname)s logger=%(name)s process=%(process)d msg="%(message)s"',
        stream=sys.stderr,
        force=True,
    )
