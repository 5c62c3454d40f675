"""`/status` of Jobs. Any controller may manage a Job (`managedBy`), so the server holds the status to its rules.

Most rules are looked at only when what they are about has changed: a status may break one for a moment after its spec
was changed. Follows kubernetes `pkg/registry/batch/job/strategy.go` (getStatusValidationOptions) and
`pkg/apis/batch/validation/validation.go` (validateJobStatus, ValidateJobStatusUpdate).
"""

from __future__ import annotations

from typing import Any, Final

from kubepy.api.equality import semantically_equal
from kubepy.api.field import OMIT, FieldError, Path, duplicate, invalid, required
from kubepy.api.object_meta import FIELD_IMMUTABLE_ERROR
from kubepy.api.timestamps import parse_time
from kubepy.apiserver.registry.batch.indexes import count_indexes, overlapping_index
from kubepy.apiserver.registry.core.workload import STATUS, WorkloadStatusStrategy, nonnegative
from kubepy.apiserver.registry.strategy import Object

_CONDITIONS: Final = STATUS.child("conditions")
_COUNTERS: Final = ("active", "succeeded", "failed", "ready", "terminating")
_TERMINAL: Final = ("Failed", "Complete", "FailureTarget")


class JobStatusStrategy(WorkloadStatusStrategy):
    """`/status` of Jobs."""

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        change = _Change(obj["spec"], obj.get("status") or {}, old.get("status") or {})
        errors = nonnegative(change.new, STATUS, _COUNTERS)
        errors += _validate_uncounted(change.new.get("uncountedTerminatedPods") or {})
        for rules in (_end_rules, _time_rules, _met_rules, _finished_rules, _index_rules, _pod_rules, _success_rules):
            errors += rules(change)
        return errors + _history_rules(change)


def has_true_condition(status: Object, kind: str) -> bool:
    """Whether the status says that the condition holds."""
    return any(
        condition.get("type") == kind and condition.get("status") == "True"
        for condition in status.get("conditions") or ()
    )


class _Change:
    """A status update, with what the rules ask of it."""

    def __init__(self, spec: Object, new: Object, old: Object) -> None:
        self.spec = spec
        self.new = new
        self.old = old
        self.complete = has_true_condition(new, "Complete")
        self.failed = has_true_condition(new, "Failed")
        self.failure_target = has_true_condition(new, "FailureTarget")
        self.success_criteria_met = has_true_condition(new, "SuccessCriteriaMet")
        self.finished = self.complete or self.failed
        was_complete, was_failed = has_true_condition(old, "Complete"), has_true_condition(old, "Failed")
        self.complete_changed = was_complete != self.complete
        self.failed_changed = was_failed != self.failed
        self.finished_changed = (was_complete or was_failed) != self.finished
        self.indexed = spec.get("completionMode", "NonIndexed") == "Indexed"

    def condition_changed(self, kind: str) -> bool:
        """Whether a condition came to hold or ceased to."""
        return has_true_condition(self.old, kind) != has_true_condition(self.new, kind)

    def changed(self, *names: str) -> bool:
        """Whether one of the fields differs."""
        return any(not semantically_equal(self.new.get(name), self.old.get(name)) for name in names)

    def count_changed(self, name: str) -> bool:
        """Whether a counter differs that is 0 when absent."""
        return bool(self.new.get(name, 0) != self.old.get(name, 0))


def _invalid_conditions(message: str) -> FieldError:
    return invalid(_CONDITIONS, OMIT, message)


def _validate_uncounted(uncounted: Object) -> list[FieldError]:
    errors = []
    seen: set[str] = set()
    for kind in ("succeeded", "failed"):
        path = STATUS.child("uncountedTerminatedPods", kind)
        for position, uid in enumerate(uncounted.get(kind) or ()):
            if not uid:
                errors.append(invalid(path.index(position), uid, "must not be empty"))
            elif uid in seen:
                errors.append(duplicate(path.index(position), uid))
            seen.add(uid)
    return errors


def _end_rules(change: _Change) -> list[FieldError]:
    errors = []
    if (change.complete_changed or change.failed_changed) and change.complete and change.failed:
        errors.append(_invalid_conditions("cannot set Complete=True and Failed=true conditions"))
    target_changed = change.complete_changed or change.condition_changed("FailureTarget")
    if target_changed and change.complete and change.failure_target:
        errors.append(_invalid_conditions("cannot set Complete=True and FailureTarget=true conditions"))
    return errors


def _time_rules(change: _Change) -> list[FieldError]:
    where = STATUS.child("completionTime")
    started, completed = change.new.get("startTime"), change.new.get("completionTime")
    errors = []
    if change.complete_changed or change.changed("completionTime"):
        if completed is not None and not change.complete:
            message = "cannot set completionTime when there is no Complete=True condition"
            errors.append(invalid(where, completed, message))
        if completed is None and change.complete:
            errors.append(required(where, "completionTime is required for Complete jobs"))
    if change.changed("startTime", "completionTime") and _is_before(completed, started):
        errors.append(invalid(where, completed, "must be equal to or after `startTime`"))
    return errors


def _is_before(moment: str | None, other: str | None) -> bool:
    return moment is not None and other is not None and parse_time(moment) < parse_time(other)


def _met_rules(change: _Change) -> list[FieldError]:
    errors = []
    if (change.failed_changed or change.changed("failedIndexes")) and change.failed and not change.failure_target:
        message = "cannot set Failed=True condition without the FailureTarget=true condition"
        errors.append(_invalid_conditions(message))
    met_changed = change.complete_changed or change.condition_changed("SuccessCriteriaMet")
    if met_changed and change.complete and not change.success_criteria_met:
        message = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        errors.append(_invalid_conditions(message))
    return errors


def _finished_rules(change: _Change) -> list[FieldError]:
    if not change.finished:
        return []
    status, errors = change.new, []
    active = status.get("active", 0)
    if (change.finished_changed or change.count_changed("active")) and active > 0:
        errors.append(invalid(STATUS.child("active"), active, "active>0 is invalid for finished job"))
    if (change.finished_changed or change.changed("startTime")) and status.get("startTime") is None:
        errors.append(required(STATUS.child("startTime"), "startTime is required for finished job"))
    if change.finished_changed or change.changed("uncountedTerminatedPods"):
        uncounted = status.get("uncountedTerminatedPods") or {}
        if uncounted.get("succeeded") or uncounted.get("failed"):
            shown = {"Succeeded": uncounted.get("succeeded"), "Failed": uncounted.get("failed")}
            where = STATUS.child("uncountedTerminatedPods")
            errors.append(invalid(where, shown, "must be empty for finished job"))
    return errors


def _index_rules(change: _Change) -> list[FieldError]:
    spec, status = change.spec, change.new
    completions, per_index = spec.get("completions"), spec.get("backoffLimitPerIndex")
    completed, failed = status.get("completedIndexes", ""), status.get("failedIndexes")
    completed_changed = completed != change.old.get("completedIndexes", "")
    failed_changed = failed != change.old.get("failedIndexes")
    at_completed, at_failed = STATUS.child("completedIndexes"), STATUS.child("failedIndexes")
    errors = []
    if completed_changed and completions is not None:
        errors += _validate_indexes(completed, completions, at_completed, "completedIndexes")
    if failed_changed and completions is not None and per_index is not None and failed is not None:
        errors += _validate_indexes(failed, completions, at_failed, "failedIndexes")
    if completed_changed and completed and not change.indexed:
        message = "cannot set non-empty completedIndexes when non-indexed completion mode"
        errors.append(invalid(at_completed, completed, message))
    if failed_changed and per_index is None and failed is not None:
        message = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        errors.append(invalid(at_failed, failed, message))
    if (completed_changed or failed_changed) and completions is not None and failed is not None:
        both = overlapping_index(completed, failed, completions)
        if both is not None:
            errors.append(invalid(at_failed, failed, f"failedIndexes and completedIndexes overlap at index: {both}"))
    return errors


def _validate_indexes(text: str, completions: int, path: Path, name: str) -> list[FieldError]:
    try:
        count_indexes(text, completions)
    except ValueError as error:
        return [invalid(path, text, f"error parsing {name}: {error}")]
    return []


def _pod_rules(change: _Change) -> list[FieldError]:
    status, errors = change.new, []
    terminating, ready = status.get("terminating"), status.get("ready")
    if change.finished and (change.finished_changed or change.changed("terminating")) and (terminating or 0) > 0:
        errors.append(invalid(STATUS.child("terminating"), terminating, "terminating>0 is invalid for finished job"))
    ready_changed = change.changed("ready") or change.count_changed("active")
    if ready_changed and ready is not None and ready > status.get("active", 0):
        errors.append(invalid(STATUS.child("ready"), ready, "cannot set more ready pods than active"))
    return errors


def _success_rules(change: _Change) -> list[FieldError]:
    errors = []
    if change.success_criteria_met and change.failed:
        errors.append(_invalid_conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions"))
    if change.success_criteria_met and change.failure_target:
        errors.append(_invalid_conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"))
    if change.spec.get("successPolicy") is not None and change.complete and not change.success_criteria_met:
        message = "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"
        errors.append(_invalid_conditions(message))
    return errors


def _history_rules(change: _Change) -> list[FieldError]:
    """What can't be undone."""
    new, old = change.new, change.old
    errors = [
        _invalid_conditions(f"cannot disable the terminal {kind}=True condition")
        for kind in _TERMINAL
        if has_true_condition(old, kind) and not has_true_condition(new, kind)
    ]
    errors += _validate_counters(change)
    completed, started = new.get("completionTime"), new.get("startTime")
    if completed is not None and old.get("completionTime") is not None and _differ(completed, old["completionTime"]):
        errors.append(invalid(STATUS.child("completionTime"), completed, FIELD_IMMUTABLE_ERROR))
    if old.get("startTime") is not None and not change.spec.get("suspend") and _differ(started, old["startTime"]):
        message = "field is immutable for unsuspended job once set"
        errors.append(invalid(STATUS.child("startTime"), started, message))
    was_met = has_true_condition(old, "SuccessCriteriaMet")
    if was_met and not change.success_criteria_met:
        errors.append(_invalid_conditions("cannot disable the SuccessCriteriaMet=True condition"))
    if has_true_condition(old, "Complete") and not was_met and change.success_criteria_met:
        message = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"
        errors.append(_invalid_conditions(message))
    return errors


def _validate_counters(change: _Change) -> list[FieldError]:
    """Failures and successes only add up; an Indexed Job scaled down may lose successes."""
    spec = change.spec
    elastic = change.indexed and spec.get("completions") == spec.get("parallelism")
    return [
        invalid(STATUS.child(name), change.new.get(name, 0), f"cannot decrease the {name} counter")
        for name in (("failed",) if elastic else ("failed", "succeeded"))
        if change.new.get(name, 0) < change.old.get(name, 0)
    ]


def _differ(moment: Any, other: Any) -> bool:
    if moment is None or other is None:
        return moment is not other
    return bool(parse_time(moment) != parse_time(other))
