"""The texts that cells of many kinds are made of: selectors, labels, quantities, containers, clipped lists.

Selectors read as apimachinery `pkg/labels/selector.go` and `pkg/apis/meta/v1/helpers.go` (FormatLabelSelector) write
them; the rest follows upstream `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kubepy.api.quantity import canonical

NONE: Final = "<none>"
UNSET: Final = "<unset>"

EMPTY: Final[Mapping[str, Any]] = {}
"""Stands for a part of an object that isn't there."""


def format_labels(labels: Mapping[str, str] | None) -> str:
    """`a=1,b=2`, sorted by key; `<none>` if there are none."""
    if not labels:
        return NONE
    return ",".join([f"{key}={labels[key]}" for key in sorted(labels)])


def selector_text(selector: Mapping[str, Any] | None) -> str:
    """A label selector as kubectl's `-l` takes it, sorted by key; "" if it has no requirements.

    Raises ValueError if a requirement's operator is unknown or doesn't fit its values.
    """
    if not selector:
        return ""
    requirements = [(key, f"{key}={value}") for key, value in (selector.get("matchLabels") or EMPTY).items()]
    requirements.extend([(item["key"], _requirement(item)) for item in selector.get("matchExpressions") or ()])
    requirements.sort(key=lambda requirement: requirement[0])
    return ",".join([text for _, text in requirements])


def _requirement(expression: Mapping[str, Any]) -> str:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or ()
    if operator in ("In", "NotIn"):
        if not values:
            raise ValueError(f"{operator} needs values")
        return f"{key} {operator.lower()} ({','.join(sorted(values))})"
    if operator not in ("Exists", "DoesNotExist") or values:
        raise ValueError(f"{operator} with {len(values)} values is not a valid label selector operator")
    return f"{key}" if operator == "Exists" else f"!{key}"


def format_label_selector(selector: Mapping[str, Any] | None) -> str:
    """As `selector_text`, but `<none>` if it has no requirements and `<error>` if one is invalid."""
    try:
        return selector_text(selector) or NONE
    except ValueError:
        return "<error>"


def selector_message(selector: Mapping[str, Any]) -> str:
    """A label selector as its protobuf message prints itself, which some cells show."""
    labels = selector.get("matchLabels") or EMPTY
    pairs = "".join([f"{key}: {labels[key]}," for key in sorted(labels)])
    requirements = "".join(
        [
            f"LabelSelectorRequirement{{Key:{item['key']},Operator:{item['operator']},"
            f"Values:[{' '.join(item.get('values') or ())}],}},"
            for item in selector.get("matchExpressions") or ()
        ]
    )
    return (
        f"&LabelSelector{{MatchLabels:map[string]string{{{pairs}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{requirements}}},}}"
    )


def containers_and_images(pod_spec: Mapping[str, Any]) -> tuple[str, str]:
    """The names and the images of a pod's containers, each joined by commas."""
    containers = pod_spec.get("containers") or ()
    names = [container.get("name", "") for container in containers]
    return ",".join(names), ",".join([container.get("image", "") for container in containers])


def template_containers(spec: Mapping[str, Any]) -> tuple[str, str]:
    """The names and the images of the containers in a workload's pod template."""
    return containers_and_images((spec.get("template") or EMPTY).get("spec") or EMPTY)


def quantity(value: str | None) -> str:
    """A quantity in canonical form; one that isn't there counts as 0."""
    return canonical(str(value)) if value is not None else "0"


def first_of(items: Sequence[str], limit: int) -> str:
    """The first items joined by commas, then how many more there are: `a,b,c + 2 more...`."""
    text = ",".join(items[:limit])
    return f"{text} + {len(items) - limit} more..." if len(items) > limit else text


def first_of_or_unset(items: Sequence[str], limit: int = 3) -> str:
    """As `first_of`, but `<unset>` if that is empty."""
    return first_of(items, limit) or UNSET


def group_name(group: str, name: str) -> str:
    """`name.group`, or the name alone in the core group."""
    return f"{name}.{group}" if group else name


def condition(conditions: Iterable[Mapping[str, Any]] | None, kind: str) -> Mapping[str, Any] | None:
    """The first condition of a type, if there is one."""
    for item in conditions or ():
        if item["type"] == kind:
            return item
    return None
