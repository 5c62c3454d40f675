"""The strategies of the API group `admissionregistration.k8s.io`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.admissionregistration.mutating_admission_policy import MutatingAdmissionPolicyStrategy
from kubepy.apiserver.registry.admissionregistration.policy_binding import (
    MutatingAdmissionPolicyBindingStrategy,
    ValidatingAdmissionPolicyBindingStrategy,
)
from kubepy.apiserver.registry.admissionregistration.validating_admission_policy import (
    ValidatingAdmissionPolicyStrategy,
)
from kubepy.apiserver.registry.admissionregistration.webhook_configuration import (
    MutatingWebhookConfigurationStrategy,
    ValidatingWebhookConfigurationStrategy,
)
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "mutatingadmissionpolicies": MutatingAdmissionPolicyStrategy(),
        "mutatingadmissionpolicybindings": MutatingAdmissionPolicyBindingStrategy(),
        "mutatingwebhookconfigurations": MutatingWebhookConfigurationStrategy(),
        "validatingadmissionpolicies": ValidatingAdmissionPolicyStrategy(),
        "validatingadmissionpolicybindings": ValidatingAdmissionPolicyBindingStrategy(),
        "validatingwebhookconfigurations": ValidatingWebhookConfigurationStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
