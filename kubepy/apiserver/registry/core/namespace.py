"""Namespaces: the finalizer that keeps one until it is empty, its phase, and its name as a label.

Follows kubernetes `pkg/registry/core/namespace/strategy.go`, `pkg/apis/core/v1/defaults.go` and
`pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.field import FieldError, Path, invalid
from kubepy.api.object_meta import validate_finalizer_name
from kubepy.apiserver.registry.strategy import StatusStrategy, Strategy, WriteContext, carry_over

Object = dict[str, Any]

FINALIZER: Final = "kubernetes"
NAME_LABEL: Final = "kubernetes.io/metadata.name"
ACTIVE: Final = "Active"
TERMINATING: Final = "Terminating"

_FINALIZERS: Final = Path("spec").child("finalizers")
_STANDARD_FINALIZERS: Final = frozenset({FINALIZER, "orphan", "foregroundDeletion"})


class NamespaceStrategy(Strategy):
    """Namespaces. `spec.finalizers` can only be changed through `/finalize`."""

    has_status: ClassVar[bool] = True
    returns_deleted_object: ClassVar[bool] = True
    validate_name = staticmethod(names.dns_label_name)
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {"status": NamespaceStatusStrategy(), "finalize": NamespaceFinalizeStrategy()}

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        obj["status"] = {"phase": ACTIVE}
        finalizers = (obj.get("spec") or {}).get("finalizers") or []
        if FINALIZER not in finalizers:
            finalizers = [*finalizers, FINALIZER]
        obj["spec"] = {**(obj.get("spec") or {}), "finalizers": finalizers}
        set_name_label(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        super().prepare_for_update(obj, old, context)
        carry_over(obj.setdefault("spec", {}), old.get("spec") or {}, "finalizers")

    def stays_while_deleted(self, obj: Object) -> bool:
        return bool((obj.get("spec") or {}).get("finalizers"))

    def mark_deleted(self, obj: Object) -> None:
        obj["status"] = {**(obj.get("status") or {}), "phase": TERMINATING}

    def validate(self, obj: Object) -> list[FieldError]:
        errors: list[FieldError] = []
        for finalizer in (obj.get("spec") or {}).get("finalizers") or ():
            errors += _validate_finalizer(finalizer, _FINALIZERS)
        return errors


class NamespaceStatusStrategy(StatusStrategy):
    """`/status`: the phase says whether the namespace is being deleted."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        phase = (obj.get("status") or {}).get("phase", "")
        deleting = bool((obj.get("metadata") or {}).get("deletionTimestamp"))
        if phase == (TERMINATING if deleting else ACTIVE):
            return []
        detail = (
            "may only be 'Terminating' if `deletionTimestamp` is not empty"
            if deleting
            else "may only be 'Active' if `deletionTimestamp` is empty"
        )
        return [invalid(Path("status").child("Phase"), phase, detail)]


class NamespaceFinalizeStrategy(Strategy):
    """`/finalize`: removes finalizers once the namespace is empty."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    def default(self, obj: Object) -> None:
        set_defaults(obj)

    def prepare_for_update(self, obj: Object, old: Object, context: WriteContext) -> None:
        carry_over(obj, old, "status")

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        errors: list[FieldError] = []
        for position, finalizer in enumerate((obj.get("spec") or {}).get("finalizers") or ()):
            errors += _validate_finalizer(finalizer, _FINALIZERS.index(position))
        return errors


def set_defaults(obj: Object) -> None:
    """The phase, and the label with the name (which objects with only a generateName don't have yet)."""
    status = obj.setdefault("status", {})
    if not status.get("phase"):
        status["phase"] = ACTIVE
    set_name_label(obj)


def set_name_label(obj: Object) -> None:
    """Namespaces can be selected by name."""
    metadata = obj.get("metadata") or {}
    if metadata.get("name"):
        metadata["labels"] = {**(metadata.get("labels") or {}), NAME_LABEL: metadata["name"]}


def _validate_finalizer(name: str, path: Path) -> list[FieldError]:
    errors = validate_finalizer_name(name, path)
    if "/" not in name and name not in _STANDARD_FINALIZERS:
        errors.append(invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified"))
    return errors
