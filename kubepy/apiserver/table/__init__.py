"""Tables (`as=Table;g=meta.k8s.io;v=v1`): the columns of every kind, and each object's cells.

`table_for` is asked once a request, the printer it gives once a row; both are pure. What surrounds the rows (list
metadata, what `includeObject` asks for, `NoHeaders`) is the handlers'.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from kubepy.api.scheme import GroupVersionKind, Resource
from kubepy.apiserver.table import (
    admissionregistration,
    api_extensions,
    apps,
    autoscaling,
    batch,
    certificates,
    core_config,
    core_nodes,
    core_pods,
    core_services,
    core_volumes,
    events,
    flowcontrol,
    networking,
    policy,
    rbac,
    resource,
    scheduling,
    storage,
)
from kubepy.apiserver.table.custom import custom_columns, scale_columns
from kubepy.apiserver.table.default import DEFAULT
from kubepy.apiserver.table.printer import Printer, TablePrinter

__all__ = ["TablePrinter", "custom_columns", "scale_columns", "table_for", "table_for_kind"]

_MODULES: Final = (
    admissionregistration,
    api_extensions,
    apps,
    autoscaling,
    batch,
    certificates,
    core_config,
    core_nodes,
    core_pods,
    core_services,
    core_volumes,
    events,
    flowcontrol,
    networking,
    policy,
    rbac,
    resource,
    scheduling,
    storage,
)

PRINTERS: Final[Mapping[tuple[str, str], Printer]] = {
    kind: printer for module in _MODULES for kind, printer in module.PRINTERS.items()
}
"""Group and kind -> the printer of all its versions. Kinds that aren't here have the default table."""


def table_for(resource: Resource) -> TablePrinter:
    """The printer of a built-in resource's objects."""
    return table_for_kind(resource.gvk)


def table_for_kind(gvk: GroupVersionKind) -> TablePrinter:
    """The printer of a built-in kind, such as the Scale that a `scale` subresource gives."""
    return _resolved(gvk.group, gvk.kind)


@functools.lru_cache(maxsize=256)
def _resolved(group: str, kind: str) -> TablePrinter:
    return PRINTERS.get((group, kind), DEFAULT).resolve()
