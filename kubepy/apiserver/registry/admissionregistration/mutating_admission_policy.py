"""mutating_admission_policy."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class MutatingAdmissionPolicyStrategy(Strategy):
    """How MutatingAdmissionPolicys are written."""

    tracks_generation = True
