"""Tables of role bindings and cluster role bindings. Roles and cluster roles have the default table.

Follows `printRoleBinding` and `printClusterRoleBinding` in upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kubepy.apiserver.table.ages import age
from kubepy.apiserver.table.cell_text import EMPTY
from kubepy.apiserver.table.printer import AGE, NAME, Column, Printer, Printers, doc


def _binding(obj: dict[str, Any], now: datetime) -> list[Any]:
    role = obj.get("roleRef") or EMPTY
    subjects: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for subject in obj.get("subjects") or ():
        name = subject["name"]
        if subject["kind"] == "ServiceAccount":
            name = f"{subject.get('namespace', '')}/{name}"
        subjects.setdefault(subject["kind"], []).append(name)
    return [
        obj["metadata"]["name"],
        f"{role.get('kind', '')}/{role.get('name', '')}",
        age(obj, now),
        *[", ".join(subjects[kind]) for kind in ("User", "Group", "ServiceAccount")],
    ]


def _printer(kind: str, name: str) -> Printer:
    return Printer(
        (
            NAME,
            Column("Role", doc(f"rbac.v1.{kind}", "roleRef")),
            AGE,
            Column("Users", f"Users in the {name}", wide=True),
            Column("Groups", f"Groups in the {name}", wide=True),
            Column("ServiceAccounts", f"ServiceAccounts in the {name}", wide=True),
        ),
        _binding,
    )


PRINTERS: Final[Printers] = {
    ("rbac.authorization.k8s.io", "RoleBinding"): _printer("RoleBinding", "roleBinding"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _printer("ClusterRoleBinding", "clusterRoleBinding"),
}
