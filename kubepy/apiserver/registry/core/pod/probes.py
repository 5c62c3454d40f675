"""Validation of probes, lifecycle hooks and stop signals.

Follows kubernetes `pkg/apis/core/validation/validation.go` (validateProbe and its variants, validateHandler,
validateLifecycle, validateStopSignal).
"""

from __future__ import annotations

from typing import Any

from kubepy.api import names
from kubepy.api.field import FieldError, Path, forbidden, invalid, not_supported, required

Object = dict[str, Any]

_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_LIFECYCLE_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
_PROBE_COUNTS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_HTTP_SCHEMES = ("HTTP", "HTTPS")
_NEGATIVE = "must be greater than or equal to 0"
_WINDOWS_SIGNALS = ("SIGKILL", "SIGTERM")
_LINUX_SIGNALS = tuple(
    sorted(
        [
            "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT",
            "SIGIO", "SIGIOT", "SIGKILL", "SIGPIPE", "SIGPOLL", "SIGPROF", "SIGPWR", "SIGQUIT", "SIGSEGV", "SIGSTKFLT",
            "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2",
            "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ", "SIGRTMIN", "SIGRTMAX",
            *(f"SIGRTMIN+{n}" for n in range(1, 16)),
            *(f"SIGRTMAX-{n}" for n in range(1, 15)),
        ]
    )
)  # fmt: skip


def validate_probes(container: Object, path: Path) -> list[FieldError]:
    """Mistakes in the three probes of a container that may have them."""
    errors: list[FieldError] = []
    for field in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(field)
        if probe is None:
            continue
        at = path.child(field)
        errors += _validate_probe(probe, at)
        if field == "readinessProbe":
            grace = probe.get("terminationGracePeriodSeconds")
            if grace is not None:
                detail = "must not be set for readinessProbes"
                errors.append(invalid(at.child("terminationGracePeriodSeconds"), grace, detail))
        elif probe.get("successThreshold") != 1:
            errors.append(invalid(at.child("successThreshold"), probe.get("successThreshold", 0), "must be 1"))
    return errors


def _validate_probe(probe: Object, path: Path) -> list[FieldError]:
    errors = _validate_handler(probe, _PROBE_HANDLERS, None, path)
    for field in _PROBE_COUNTS:
        if (value := probe.get(field, 0)) < 0:
            errors.append(invalid(path.child(field), value, _NEGATIVE))
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and grace <= 0:
        errors.append(invalid(path.child("terminationGracePeriodSeconds"), grace, "must be greater than 0"))
    return errors


def validate_lifecycle(
    lifecycle: Object, grace_period_seconds: int | None, os: str | None, path: Path
) -> list[FieldError]:
    """Mistakes in lifecycle hooks; `os` is the pod's `spec.os.name`, if it has one."""
    errors: list[FieldError] = []
    for field in ("postStart", "preStop"):
        if (handler := lifecycle.get(field)) is not None:
            errors += _validate_handler(handler, _LIFECYCLE_HANDLERS, grace_period_seconds, path.child(field))
    signal = lifecycle.get("stopSignal")
    if signal is not None:
        errors += _validate_stop_signal(signal, os, path.child("stopSignal"))
    return errors


def _validate_stop_signal(signal: str, os: str | None, path: Path) -> list[FieldError]:
    if os is None:
        return [forbidden(path, "may not be set for containers with empty `spec.os.name`")]
    supported = {"windows": _WINDOWS_SIGNALS, "linux": _LINUX_SIGNALS}.get(os)
    if supported is not None and signal not in supported:
        return [not_supported(path, signal, supported)]
    return []


def _validate_handler(
    handler: Object, kinds: tuple[str, ...], grace_period_seconds: int | None, path: Path
) -> list[FieldError]:
    errors: list[FieldError] = []
    found = False
    for kind in kinds:
        action = handler.get(kind)
        if action is None:
            continue
        if found:
            errors.append(forbidden(path.child(kind), "may not specify more than 1 handler type"))
            continue
        found = True
        errors += _validate_action(kind, action, grace_period_seconds, path.child(kind))
    if not found:
        errors.append(required(path, "must specify a handler type"))
    return errors


def _validate_action(kind: str, action: Object, grace_period_seconds: int | None, path: Path) -> list[FieldError]:
    if kind == "exec":
        return [] if action.get("command") else [required(path.child("command"))]
    if kind == "httpGet":
        return _validate_http_get(action, path)
    if kind == "sleep":
        return _validate_sleep(action, grace_period_seconds, path)
    return validate_port_number_or_name(action.get("port", 0), path.child("port"))


def _validate_http_get(action: Object, path: Path) -> list[FieldError]:
    errors: list[FieldError] = []
    if not action.get("path"):
        errors.append(required(path.child("path")))
    errors += validate_port_number_or_name(action.get("port", 0), path.child("port"))
    scheme = action.get("scheme", "")
    if scheme not in _HTTP_SCHEMES:
        errors.append(not_supported(path.child("scheme"), scheme, _HTTP_SCHEMES))
    for header in action.get("httpHeaders") or ():
        name = header.get("name", "")
        errors += [invalid(path.child("httpHeaders"), name, complaint) for complaint in names.is_http_header_name(name)]
    return errors


def _validate_sleep(action: Object, grace_period_seconds: int | None, path: Path) -> list[FieldError]:
    seconds = action.get("seconds", 0)
    if grace_period_seconds is None or 0 <= seconds <= grace_period_seconds:
        return []
    detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace_period_seconds})"
    return [invalid(path, seconds, detail)]


def validate_port_number_or_name(port: int | str, path: Path) -> list[FieldError]:
    """Mistakes in a port that may be given by number or by the name of a container's port."""
    complaints = names.is_valid_port_num(port) if isinstance(port, int) else names.is_valid_port_name(port)
    return [invalid(path, port, complaint) for complaint in complaints]
