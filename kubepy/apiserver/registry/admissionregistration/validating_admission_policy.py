"""validating_admission_policy."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class ValidatingAdmissionPolicyStrategy(Strategy):
    """How ValidatingAdmissionPolicys are written."""

    has_status = True
    tracks_generation = True
