"""IPAddresses: which object holds which address. The name is the address.

Follows kubernetes `pkg/registry/networking/ipaddress/strategy.go` and `pkg/apis/networking/validation/validation.go`.
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api import names
from kubepy.api.addresses import is_valid_ip
from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.apiserver.registry.networking.references import validate_path_segment
from kubepy.apiserver.registry.strategy import Strategy

Object = dict[str, Any]

_PARENT: Final = Path("spec").child("parentRef")
_NAME: Final = Path("metadata").child("name")


def ip_address_name(name: str, prefix: bool = False, /) -> list[str]:
    """Complaints about a name that isn't an address in canonical form; there is no generating names."""
    return [error.detail for error in is_valid_ip(_NAME, name)]


class IPAddressStrategy(Strategy):
    """IPAddresses; who holds one never changes."""

    validate_name = staticmethod(ip_address_name)

    def validate(self, obj: Object) -> list[FieldError]:
        parent = _parent(obj)
        if parent is None:
            return [required(_PARENT)]
        group = parent.get("group") or ""
        errors: list[FieldError] = []
        if group:
            complaints = names.is_dns1123_subdomain(group)
            errors += [invalid(_PARENT.child("group"), group, message) for message in complaints]
        for field in ("resource", "name"):
            errors += validate_path_segment(parent.get(field) or "", _PARENT.child(field))
        if parent.get("namespace"):
            errors += validate_path_segment(parent["namespace"], _PARENT.child("namespace"))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors = self.validate(obj)
        if _parent(obj) != _parent(old):
            errors.append(invalid(_PARENT, None, "field is immutable"))
        return errors


def _parent(obj: Object) -> Object | None:
    return (obj.get("spec") or {}).get("parentRef")
