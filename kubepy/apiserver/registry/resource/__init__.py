"""The strategies of the API group `resource.k8s.io` (dynamic resource allocation).

    resource_claim.py, claim_status.py   claims, and what has been allocated to them
    resource_claim_template.py           claims made for each pod
    device_class.py, resource_slice.py   what there is: kinds of devices, and devices
    device_taint_rule.py                 devices to keep away from
    device_claim.py, device.py, ...      the parts of these
    admin_access.py                      who may use devices that others use

Expressions in CEL are checked for their length only. Where a rule is declared in `resource/v1/types.go` (`+k8s:beta`),
its message is the declarative one, as in upstream's defaults. Fields behind gates that are off are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kubepy.apiserver.registry.resource.device_class import DeviceClassStrategy
from kubepy.apiserver.registry.resource.device_taint_rule import DeviceTaintRuleStrategy
from kubepy.apiserver.registry.resource.resource_claim import ResourceClaimStrategy
from kubepy.apiserver.registry.resource.resource_claim_template import ResourceClaimTemplateStrategy
from kubepy.apiserver.registry.resource.resource_slice import ResourceSliceStrategy
from kubepy.apiserver.registry.strategy import Strategy

STRATEGIES: Final[Mapping[str, Strategy]] = MappingProxyType(
    {
        "deviceclasses": DeviceClassStrategy(),
        "devicetaintrules": DeviceTaintRuleStrategy(),
        "resourceclaims": ResourceClaimStrategy(),
        "resourceclaimtemplates": ResourceClaimTemplateStrategy(),
        "resourceslices": ResourceSliceStrategy(),
    }
)
"""How objects are written, by the resource's plural name."""
