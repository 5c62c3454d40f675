"""What all kinds that run pods from a template share: status and generation, selectors, templates, warnings.

Follows kubernetes `pkg/registry/apps/*/strategy.go` and `pkg/apis/apps/validation/validation.go`. The rules of the
template itself are the pod's (`registry.core.pod`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required
from kubepy.api.labels import label_selector_matches, validate_label_selector
from kubepy.api.names import is_dns1123_label
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR, NEGATIVE_ERROR
from kubepy.apiserver.registry.core.pod import validate_pod_template
from kubepy.apiserver.registry.core.pod.warnings import template_warnings
from kubepy.apiserver.registry.strategy import Object, StatusStrategy, Strategy

SPEC: Final = Path("spec")
STATUS: Final = Path("status")
TEMPLATE: Final = SPEC.child("template")
SELECTOR: Final = SPEC.child("selector")

_REPLICA_COUNTERS: Final = (
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
    "terminatingReplicas",
)
NO_MATCH: Final = "`selector` does not match template `labels`"


class WorkloadStrategy(Strategy):
    """A kind with status, generation and a pod template in `spec.template`.

    `warns_of_name` says that pods are named after the object in a way that makes a DNS label the better name.
    """

    has_status: ClassVar[bool] = True
    tracks_generation: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)
    warns_of_name: ClassVar[bool] = True

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        if old is not None:
            if obj["metadata"].get("generation") == old["metadata"].get("generation"):
                return []
            return template_warnings(obj["spec"].get("template", {}), TEMPLATE)
        named = name_warnings(obj) if self.warns_of_name else []
        return named + template_warnings(obj["spec"].get("template", {}), TEMPLATE)


class WorkloadStatusStrategy(StatusStrategy):
    """`/status` of a workload; kinds add what their numbers must add up to."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)


def name_warnings(obj: Object) -> list[str]:
    """Upstream's advice for a name that is legal but makes odd host names."""
    complaints = is_dns1123_label(obj["metadata"].get("name", ""))
    if not complaints:
        return []
    advice = (
        "this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended"
    )
    return [f"metadata.name: {advice}: [{' '.join(complaints)}]"]


def nonnegative(holder: Object, path: Path, names: Iterable[str]) -> list[FieldError]:
    """A complaint for each of the named fields that is there and below 0."""
    return [invalid(path.child(name), holder[name], NEGATIVE_ERROR) for name in names if holder.get(name, 0) < 0]


def not_above(holder: Object, path: Path, names: Iterable[str], limit: str, message: str) -> list[FieldError]:
    """A complaint for each of the named counters that exceeds the counter called `limit`."""
    most = holder.get(limit, 0)
    return [invalid(path.child(name), holder[name], message) for name in names if holder.get(name, 0) > most]


def validate_replica_counts(status: Object) -> list[FieldError]:
    """Complaints about counts of replicas that cannot be (the status of ReplicaSets and ReplicationControllers)."""
    parts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    return [
        *nonnegative(status, STATUS, _REPLICA_COUNTERS),
        *not_above(status, STATUS, parts, "replicas", "cannot be greater than status.replicas"),
        *not_above(status, STATUS, ("availableReplicas",), "readyReplicas", "cannot be greater than readyReplicas"),
    ]


def immutable(new: Object, old: Object, path: Path, name: str) -> list[FieldError]:
    """A complaint if the field differs between the stored and the new object."""
    value = new.get(name)
    return [] if semantically_equal(value, old.get(name)) else [invalid(path.child(name), value, FIELD_IMMUTABLE_ERROR)]


def not_decremented(status: Object, old: Object, path: Path, name: str) -> list[FieldError]:
    """A complaint if an optional counter went down or went away."""
    before, after = old.get(name), status.get(name)
    if before is None or (after is not None and after >= before):
        return []
    return [invalid(path.child(name), after or 0, "cannot be decremented")]


def selects_template(selector: Object | None, template: Object) -> bool:
    """Whether pods made from the template belong to the selector. No selector selects nothing, an empty one all."""
    if selector is None:
        return False
    labels = template_labels(template)
    if selector.get("matchExpressions"):
        return label_selector_matches(selector, labels)
    return (selector.get("matchLabels") or {}).items() <= labels.items()


def template_labels(template: Object) -> dict[str, str]:
    """The labels of a pod template, empty if it has none."""
    labels: dict[str, str] = (template.get("metadata") or {}).get("labels") or {}
    return labels


def validate_selector_and_template(
    spec: Object, template: Object, kind: str, malformed: str, *, check_template: bool
) -> list[FieldError]:
    """Complaints about a selector that must be there and must not select everything, about its fit, and (if
    `check_template`) about the template itself. `malformed` is what a kind says of a selector that cannot be used."""
    selector = spec.get("selector")
    if selector is None:
        errors = [required(SELECTOR)]
    else:
        errors = validate_label_selector(selector, SELECTOR)
        unusable = bool(errors)
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            errors.append(invalid(SELECTOR, selector, f"empty selector is invalid for {kind}"))
        if unusable:
            errors.append(invalid(SELECTOR, selector, malformed))
            return errors
    if not selects_template(selector, template):
        errors.append(invalid(TEMPLATE.child("metadata", "labels"), template_labels(template) or None, NO_MATCH))
    return errors + validate_pod_template(template, TEMPLATE) if check_template else errors


def template_changed(spec: Object, old: Object | None) -> bool:
    """Whether the pod template needs checking: one that is what it was in the stored object stays acceptable."""
    return old is None or spec.get("template") != old["spec"].get("template")


def validate_runs_forever(template: Object, kind: str) -> list[FieldError]:
    """Complaints about pods that are meant to end."""
    pod_spec = template.get("spec") or {}
    policy = pod_spec.get("restartPolicy", "")
    errors = []
    if policy != "Always":
        errors.append(not_supported(TEMPLATE.child("spec", "restartPolicy"), policy, ("Always",)))
    if pod_spec.get("activeDeadlineSeconds") is not None:
        where = TEMPLATE.child("spec", "activeDeadlineSeconds")
        errors.append(forbidden(where, f"activeDeadlineSeconds in {kind} is not Supported"))
    return errors


def shown_strategy(strategy: Object, **rolling_update: Any) -> Object:
    """An update strategy as upstream shows it in messages: by its internal field names, absent fields with the
    values given as keywords."""
    rolling = strategy.get("rollingUpdate")
    shown = None
    if rolling is not None:
        shown = {name: rolling.get(name[0].lower() + name[1:], default) for name, default in rolling_update.items()}
    return {"Type": strategy.get("type", ""), "RollingUpdate": shown}
