"""Tables of webhook configurations, admission policies and their bindings.

Follows the functions of these names in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY, UNSET, selector_message
from kubepy.apiserver.table.printer import AGE, NAME, Cells, Column, Printer, Printers

_GROUP: Final = "admissionregistration.k8s.io"
_PARAM_KIND: Final = Column("ParamKind", "ParamKind specifies the kind of resources used to parameterize this policy")


def _webhooks(obj: dict[str, Any], now: datetime) -> list[Any]:
    return [obj["metadata"]["name"], len(obj.get("webhooks") or ()), age(obj, now)]


def _policy(rules: str) -> Cells:
    def cells(obj: dict[str, Any], now: datetime) -> list[Any]:
        spec = obj.get("spec") or EMPTY
        kind = spec.get("paramKind")
        param_kind = UNSET if kind is None else f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}"
        return [obj["metadata"]["name"], len(spec.get(rules) or ()), param_kind, age(obj, now)]

    return cells


def _binding(obj: dict[str, Any], now: datetime) -> list[Any]:
    spec = obj.get("spec") or EMPTY
    return [obj["metadata"]["name"], spec.get("policyName", ""), _param(spec.get("paramRef")), age(obj, now)]


def _param(reference: Mapping[str, Any] | None) -> str:
    if reference is None:
        return UNSET
    if reference.get("name"):
        # Whether the parameters' kind has namespaces isn't known here, so those without one get a star.
        return f"{reference.get('namespace') or '*'}/{reference['name']}"
    selector = reference.get("selector")
    return UNSET if selector is None else selector_message(selector)


_WEBHOOKS: Final = Printer(
    (
        NAME,
        Column(
            "Webhooks", "Webhooks indicates the number of webhooks registered in this configuration", type="integer"
        ),
        AGE,
    ),
    _webhooks,
)
_BINDING: Final = Printer(
    (
        NAME,
        Column("PolicyName", "PolicyName indicates the policy definition which the policy binding binded to"),
        Column("ParamRef", "ParamRef indicates the param resource which sets the configuration param"),
        AGE,
    ),
    _binding,
)
_VALIDATIONS: Final = Column(
    "Validations",
    "Validations indicates the number of validation rules defined in this configuration",
    type="integer",
)
_MUTATIONS: Final = Column(
    "Mutations", "Mutation indicates the number of mutations rules defined in this configuration", type="integer"
)

PRINTERS: Final[Printers] = {
    (_GROUP, "MutatingWebhookConfiguration"): _WEBHOOKS,
    (_GROUP, "ValidatingWebhookConfiguration"): _WEBHOOKS,
    (_GROUP, "ValidatingAdmissionPolicy"): Printer((NAME, _VALIDATIONS, _PARAM_KIND, AGE), _policy("validations")),
    (_GROUP, "MutatingAdmissionPolicy"): Printer((NAME, _MUTATIONS, _PARAM_KIND, AGE), _policy("mutations")),
    (_GROUP, "ValidatingAdmissionPolicyBinding"): _BINDING,
    (_GROUP, "MutatingAdmissionPolicyBinding"): _BINDING,
}
