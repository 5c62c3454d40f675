"""Tables of config maps, secrets, service accounts, resource quotas and Status.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`. Limit ranges have the
default table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, quantity
from kubepy.apiserver.table.printer import AGE, NAME, Column, Doc, Printer, Printers, doc

_STATUS: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.Status"


def _config_map(obj: dict[str, Any], now: datetime) -> list[Any]:
    count = len(obj.get("data") or ()) + len(obj.get("binaryData") or ())
    return [obj["metadata"]["name"], count, age(obj, now)]


def _secret(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], obj.get("type", ""), len(obj.get("data") or ()), age(obj, now)]


def _service_account(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], age(obj, now)]


def _resource_quota(obj: dict[str, Any], now: datetime) -> list[Any]:
    status = obj.get("status") or EMPTY
    hard, used = status.get("hard") or EMPTY, status.get("used") or EMPTY
    requests: list[str] = []
    limits: list[str] = []
    for resource in sorted(hard):
        side = limits if resource.startswith("limits.") else requests
        side.append(f"{resource}: {quantity(used.get(resource))}/{quantity(hard[resource])}")
    return [obj["metadata"]["name"], ", ".join(requests), ", ".join(limits), age(obj, now)]


def _status(obj: dict[str, Any], _now: datetime) -> list[Any]:
    return [obj.get("status", ""), obj.get("reason", ""), obj.get("message", "")]


PRINTERS: Final[Printers] = {
    ("", "ConfigMap"): Printer((NAME, Column("Data", doc("core.v1.ConfigMap", "data")), AGE), _config_map),
    ("", "Secret"): Printer(
        (NAME, Column("Type", doc("core.v1.Secret", "type")), Column("Data", doc("core.v1.Secret", "data")), AGE),
        _secret,
    ),
    ("", "ServiceAccount"): Printer((NAME, AGE), _service_account),
    ("", "ResourceQuota"): Printer(
        (
            NAME,
            Column("Request", "Request represents a minimum amount of cpu/memory that a container may consume."),
            Column(
                "Limit",
                "Limits control the maximum amount of cpu/memory that a container may use independent of contention "
                "on the node.",
            ),
            AGE,
        ),
        _resource_quota,
    ),
    ("", "Status"): Printer(
        (Column("Status", Doc(_STATUS, "status")), Column("Reason", Doc(_STATUS, "reason")), Column("Message")), _status
    ),
}
