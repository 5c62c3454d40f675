"""Which Kubernetes this is, for `/version`."""

from __future__ import annotations

import platform
import sys
from typing import Final

from kubepy import __version__
from kubepy.api.schema import KUBERNETES_VERSION

RELEASE: Final = f"v{KUBERNETES_VERSION}.0"
GIT_VERSION: Final = f"{RELEASE}+kubepy"
_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


def version_info() -> dict[str, str]:
    """The body of `/version` (apimachinery `pkg/version` Info)."""
    major, _, minor = KUBERNETES_VERSION.partition(".")
    machine = platform.machine()
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": minor,
        "gitVersion": GIT_VERSION,
        "gitCommit": f"kubepy-{__version__}",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": f"python{platform.python_version()}",
        "compiler": platform.python_implementation(),
        "platform": f"{sys.platform}/{_MACHINES.get(machine, machine)}",
    }
