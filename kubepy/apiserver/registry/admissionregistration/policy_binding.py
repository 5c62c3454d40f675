"""policy_binding."""

from __future__ import annotations

from kubepy.apiserver.registry.strategy import Strategy


class MutatingAdmissionPolicyBindingStrategy(Strategy):
    """How MutatingAdmissionPolicyBindings are written."""

    tracks_generation = True


class ValidatingAdmissionPolicyBindingStrategy(Strategy):
    """How ValidatingAdmissionPolicyBindings are written."""

    tracks_generation = True
