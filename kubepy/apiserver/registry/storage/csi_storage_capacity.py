"""CSIStorageCapacities: how much a driver can still provide of one class in one part of the cluster.

Follows kubernetes `pkg/apis/storage/validation/validation.go` (ValidateCSIStorageCapacity and its update).
"""

from __future__ import annotations

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid
from kubepy.api.labels import has_invalid_label_value, validate_label_selector
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR, NEGATIVE_ERROR
from kubepy.api.quantity import canonical
from kubepy.apiserver.registry.core.node_labels import label_selector_warnings
from kubepy.apiserver.registry.core.volumes.claims import parse_quantity
from kubepy.apiserver.registry.strategy import Object, Strategy


class CSIStorageCapacityStrategy(Strategy):
    """How CSIStorageCapacities are written."""

    allow_unconditional_update = False

    def default(self, obj: Object) -> None:
        for field in ("capacity", "maximumVolumeSize"):
            if field in obj:
                obj[field] = _canonical(obj[field])

    def validate(self, obj: Object) -> list[FieldError]:
        return _validate(obj, allow_invalid_label_value=False)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        allow_invalid = has_invalid_label_value(old.get("nodeTopology"))
        errors = _validate(obj, allow_invalid_label_value=allow_invalid)
        for field in ("nodeTopology", "storageClassName"):
            value = obj.get(field)
            if value != old.get(field):
                errors.append(invalid(Path(field), value, FIELD_IMMUTABLE_ERROR))
        return errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        return label_selector_warnings(obj.get("nodeTopology") or {}, Path("nodeTopology"))


def _canonical(value: str) -> str:
    try:
        return canonical(str(value))
    except ValueError:
        return value


def _validate(obj: Object, *, allow_invalid_label_value: bool) -> list[FieldError]:
    errors = validate_label_selector(
        obj.get("nodeTopology"), Path("nodeTopology"), allow_invalid_label_value=allow_invalid_label_value
    )
    name = obj.get("storageClassName", "")
    errors += [invalid(Path("storageClassName"), name, complaint) for complaint in names.dns_subdomain_name(name)]
    if (capacity := obj.get("capacity")) is not None:
        amount = parse_quantity(capacity, Path("capacity"), errors)
        if amount is not None and amount.sign() < 0:
            errors.append(invalid(Path("capacity"), str(amount), NEGATIVE_ERROR))
    return errors
