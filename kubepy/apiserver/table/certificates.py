"""Tables of certificate signing requests, cluster trust bundles and pod certificate requests.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age, human_duration
from kubepy.apiserver.table.cell_text import EMPTY, NONE, format_labels
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc

_REQUEST: Final = "certificates.v1.CertificateSigningRequestSpec"
_POD_REQUEST: Final = "certificates.v1beta1.PodCertificateRequestSpec"
_POD_REQUEST_STATES: Final = ("Issued", "Denied", "Failed")


def _signing_request(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    seconds = spec.get("expirationSeconds")
    return [
        obj["metadata"]["name"],
        age(obj, now),
        spec.get("signerName") or NONE,
        spec.get("username", ""),
        NONE if seconds is None else human_duration(seconds),
        _state(obj.get("status") or EMPTY),
    ]


def _state(status: Mapping[str, Any]) -> str:
    kinds = {item["type"] for item in status.get("conditions") or ()}
    text = "Denied" if "Denied" in kinds else "Approved" if "Approved" in kinds else "Pending"
    if "Failed" in kinds:
        text += ",Failed"
    return f"{text},Issued" if status.get("certificate") else text


def _trust_bundle(obj: dict[str, Any], _now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], (obj.get("spec") or EMPTY).get("signerName") or NONE]


def _pod_request(obj: dict[str, Any], _now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    state = "Pending"
    for item in (obj.get("status") or EMPTY).get("conditions") or ():
        if item["type"] in _POD_REQUEST_STATES:
            state = item["type"]
    fields = [spec.get(field, "") for field in ("podName", "serviceAccountName", "nodeName", "signerName")]
    return [obj["metadata"]["name"], *fields, state, format_labels(spec.get("unverifiedUserAnnotations"))]


PRINTERS: Final[Printers] = {
    ("certificates.k8s.io", "CertificateSigningRequest"): Printer(
        (
            NAME,
            AGE,
            Column("SignerName", doc(_REQUEST, "signerName")),
            Column("Requestor", doc(_REQUEST, "request")),
            Column("RequestedDuration", doc(_REQUEST, "expirationSeconds")),
            Column("Condition", doc("certificates.v1.CertificateSigningRequestStatus", "conditions")),
        ),
        _signing_request,
    ),
    ("certificates.k8s.io", "ClusterTrustBundle"): Printer(
        (NAME, Column("SignerName", doc("certificates.v1beta1.ClusterTrustBundleSpec", "signerName"))), _trust_bundle
    ),
    ("certificates.k8s.io", "PodCertificateRequest"): Printer(
        (
            NAME,
            Column("PodName", doc(_POD_REQUEST, "podName")),
            Column("ServiceAccountName", doc(_POD_REQUEST, "serviceAccountName")),
            Column("NodeName", doc(_POD_REQUEST, "nodeName")),
            Column("SignerName", doc(_POD_REQUEST, "signerName")),
            Column("State", "Is the request Pending, Issued, Denied, or Failed?"),
            Column("UnverifiedUserAnnotations", doc(_POD_REQUEST, "unverifiedUserAnnotations")),
        ),
        _pod_request,
    ),
}
