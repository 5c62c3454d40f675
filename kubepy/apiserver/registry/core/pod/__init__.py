"""Pods: their defaults, validation, life cycle rules and warnings.

Kinds that embed pod templates use `default_pod_template`, `drop_disabled_fields`, `validate_pod_template` and
`template_warnings`.
"""

from kubepy.apiserver.registry.core.pod.binding import (
    apply_binding,
    eviction_ignores_budgets,
    graceful_deletion,
    set_condition,
    validate_binding,
    validate_eviction,
)
from kubepy.apiserver.registry.core.pod.defaults import default_pod, default_pod_spec, default_pod_template
from kubepy.apiserver.registry.core.pod.qos import qos_class
from kubepy.apiserver.registry.core.pod.spec import validate_pod, validate_pod_spec, validate_pod_template
from kubepy.apiserver.registry.core.pod.strategy import (
    STRATEGIES,
    PodStrategy,
    PodTemplateStrategy,
    drop_disabled_fields,
)
from kubepy.apiserver.registry.core.pod.warnings import pod_warnings, template_warnings

__all__ = [
    "STRATEGIES",
    "PodStrategy",
    "PodTemplateStrategy",
    "apply_binding",
    "default_pod",
    "default_pod_spec",
    "default_pod_template",
    "drop_disabled_fields",
    "eviction_ignores_budgets",
    "graceful_deletion",
    "pod_warnings",
    "qos_class",
    "set_condition",
    "template_warnings",
    "validate_binding",
    "validate_eviction",
    "validate_pod",
    "validate_pod_spec",
    "validate_pod_template",
]
