"""Tables of CustomResourceDefinitions and APIServices.

Follows apiextensions-apiserver `pkg/registry/customresourcedefinition/tableconvertor/tableconvertor.go` and
kube-aggregator `pkg/registry/apiservice/etcd/etcd.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age, created_at
from kubepy.apiserver.table.cell_text import EMPTY, condition
from kubepy.apiserver.table.printer import AGE, CREATED_AT, NAME, Column, Printer, Printers


def _definition(obj: dict[str, Any], _now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    names = spec.get("names") or EMPTY
    versions = [
        f"{version['name']}(storage)" if version.get("storage") else version["name"]
        for version in spec.get("versions") or ()
        if version.get("served")
    ]
    established = condition((obj.get("status") or EMPTY).get("conditions"), "Established")
    return [
        obj["metadata"]["name"],
        spec.get("scope", ""),
        ",".join(sorted(versions)),
        created_at(obj),
        spec.get("group", ""),
        names.get("kind", ""),
        ",".join(names.get("shortNames") or ()),
        established is not None and established["status"] == "True",
    ]


def _api_service(obj: dict[str, Any], now: datetime) -> list[Any]:
    service = (obj.get("spec") or EMPTY).get("service")
    available = condition((obj.get("status") or EMPTY).get("conditions"), "Available")
    text = "Unknown" if available is None else available["status"]
    if available is not None and text != "True" and available.get("reason"):
        text = f"{text} ({available['reason']})"
    return [
        obj["metadata"]["name"],
        "Local" if service is None else f"{service.get('namespace', '')}/{service.get('name', '')}",
        text,
        age(obj, now),
    ]


PRINTERS: Final[Printers] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Printer(
        (
            NAME,
            Column("Scope", "Cluster/Namespaced"),
            Column("Versions", "Served versions"),
            CREATED_AT,
            Column("Group", "API group", wide=True),
            Column("Kind", "CustomResource kind", wide=True),
            Column("ShortNames", "Short names", wide=True),
            Column("Established", "Established status", type="boolean", wide=True),
        ),
        _definition,
    ),
    ("apiregistration.k8s.io", "APIService"): Printer(
        (
            NAME,
            Column("Service", "The reference to the service that hosts this API endpoint."),
            Column("Available", "Whether this service is available."),
            AGE,
        ),
        _api_service,
    ),
}
