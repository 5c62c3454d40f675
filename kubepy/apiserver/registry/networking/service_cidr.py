"""ServiceCIDRs: the ranges that cluster IPs are taken from.

Follows kubernetes `pkg/registry/networking/servicecidr/strategy.go` and `pkg/apis/networking/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from kubepy.api.addresses import is_valid_cidr
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.apiserver.registry.core.service_fields import family_of
from kubepy.apiserver.registry.strategy import StatusStrategy, Strategy

Object = dict[str, Any]

_CIDRS: Final = Path("spec").child("cidrs")
_IMMUTABLE: Final = "field is immutable"


class ServiceCIDRStrategy(Strategy):
    """ServiceCIDRs; all that may change is that a second family is added."""

    has_status: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {"status": ServiceCIDRStatusStrategy()}

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate_cidrs(obj.get("spec") or {})

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        cidrs, old_cidrs = _cidrs(obj), _cidrs(old)
        if len(cidrs) == len(old_cidrs):
            return [
                invalid(_CIDRS.index(position), cidr, _IMMUTABLE)
                for position, cidr in enumerate(cidrs)
                if cidr != old_cidrs[position]
            ]
        if (len(old_cidrs), len(cidrs)) != (1, 2):
            return [invalid(_CIDRS, cidrs, _IMMUTABLE)]
        errors = [] if cidrs[0] == old_cidrs[0] else [invalid(_CIDRS.index(0), cidrs[0], _IMMUTABLE)]
        return errors + _validate_cidrs(obj["spec"])


class ServiceCIDRStatusStrategy(StatusStrategy):
    """`/status`: whether the range is ready."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)


def _cidrs(obj: Object) -> list[str]:
    return (obj.get("spec") or {}).get("cidrs") or []


def _validate_cidrs(spec: Object) -> list[FieldError]:
    cidrs = spec.get("cidrs") or []
    if not cidrs:
        return [required(_CIDRS, "at least one CIDR required")]
    if len(cidrs) > 2:
        return [invalid(_CIDRS, {"CIDRs": cidrs}, "may only hold up to 2 values")]
    errors = [error for position, cidr in enumerate(cidrs) for error in is_valid_cidr(_CIDRS.index(position), cidr)]
    if not errors and len(cidrs) == 2 and len({family_of(cidr.partition("/")[0]) for cidr in cidrs}) == 1:
        detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"
        errors.append(invalid(_CIDRS, cidrs, detail))
    return errors
