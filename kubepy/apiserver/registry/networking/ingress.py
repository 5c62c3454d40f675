"""Ingresses: hosts, paths and backends.

Follows kubernetes `pkg/registry/networking/ingress/strategy.go` and `pkg/apis/networking/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from kubepy.api import names
from kubepy.api.addresses import is_valid_ip_for_legacy_field, parse_ip_sloppy, warnings_for_ip
from kubepy.api.field import FieldError, Path, invalid, not_supported, required
from kubepy.apiserver.registry.core.service_validation import validate_ingress_hostname
from kubepy.apiserver.registry.networking.references import validate_typed_reference
from kubepy.apiserver.registry.strategy import StatusStrategy, Strategy, WriteContext

Object = dict[str, Any]

CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"

_SPEC: Final = Path("spec")
_STATUS_INGRESS: Final = Path("status").child("loadBalancer", "ingress")
_PATH_TYPES: Final = ("Exact", "ImplementationSpecific", "Prefix")
_BAD_SEQUENCES: Final = ("//", "/./", "/../", "%2f", "%2F")
_BAD_SUFFIXES: Final = ("/..", "/.")


class IngressStrategy(Strategy):
    """Ingresses."""

    has_status: ClassVar[bool] = True
    tracks_generation: ClassVar[bool] = True
    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("status",),)

    @property
    def subresources(self) -> Mapping[str, Strategy]:
        return {"status": IngressStatusStrategy()}

    def prepare_for_create(self, obj: Object, context: WriteContext) -> None:
        super().prepare_for_create(obj, context)
        obj["status"] = {"loadBalancer": {}}

    def validate(self, obj: Object) -> list[FieldError]:
        errors = _validate_spec(obj.get("spec") or {}, _Leniency())
        annotation = ((obj.get("metadata") or {}).get("annotations") or {}).get(CLASS_ANNOTATION)
        class_name = (obj.get("spec") or {}).get("ingressClassName")
        if annotation is not None and class_name is not None and annotation != class_name:
            detail = "must match `ingressClassName` when both are specified"
            errors.append(invalid(Path("annotations").child(CLASS_ANNOTATION), annotation, detail))
        return errors

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        return _validate_spec(obj.get("spec") or {}, _leniency_for(old.get("spec") or {}))

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        annotations = (obj.get("metadata") or {}).get("annotations") or {}
        has_class_name = (obj.get("spec") or {}).get("ingressClassName") is not None
        if old is not None or CLASS_ANNOTATION not in annotations or has_class_name:
            return []
        return [f"annotation \"{CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead"]


class IngressStatusStrategy(StatusStrategy):
    """`/status`: where the Ingress can be reached."""

    reset_fields: ClassVar[tuple[tuple[str, ...], ...]] = (("spec",),)

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        known = [ingress["ip"] for ingress in _status_ingress(old) if ingress.get("ip")]
        errors: list[FieldError] = []
        for position, ingress in enumerate(_status_ingress(obj)):
            path = _STATUS_INGRESS.index(position)
            if ingress.get("ip"):
                errors += is_valid_ip_for_legacy_field(path.child("ip"), ingress["ip"], valid_old=known)
            errors += validate_ingress_hostname(ingress.get("hostname") or "", path.child("hostname"))
        return errors

    def warnings(self, obj: Object, old: Object | None) -> list[str]:
        found: list[str] = []
        for position, ingress in enumerate(_status_ingress(obj)):
            if ingress.get("ip"):
                found += warnings_for_ip(_STATUS_INGRESS.index(position).child("ip"), ingress["ip"])
        return found


def _status_ingress(obj: Object) -> Sequence[Object]:
    return ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()


@dataclass(frozen=True, slots=True)
class _Leniency:
    """Which mistakes the stored object already has, so that updates may keep them."""

    bad_secret_names: bool = False
    bad_wildcard_rules: bool = False


def _leniency_for(old_spec: Object) -> _Leniency:
    return _Leniency(
        bad_secret_names=any(_secret_complaints(tls) for tls in old_spec.get("tls") or ()),
        bad_wildcard_rules=any(
            "*" in (rule.get("host") or "") and _validate_http(rule.get("http"), Path(""))
            for rule in old_spec.get("rules") or ()
        ),
    )


def _validate_spec(spec: Object, leniency: _Leniency) -> list[FieldError]:
    rules, backend, class_name = spec.get("rules") or (), spec.get("defaultBackend"), spec.get("ingressClassName")
    errors: list[FieldError] = []
    if not rules and backend is None:
        errors.append(invalid(_SPEC, spec.get("rules"), "either `defaultBackend` or `rules` must be specified"))
    if backend is not None:
        errors += _validate_backend(backend, _SPEC.child("defaultBackend"))
    for position, rule in enumerate(rules):
        errors += _validate_rule(rule, _SPEC.child("rules").index(position), leniency)
    for position, tls in enumerate(spec.get("tls") or ()):
        errors += _validate_tls(tls, _SPEC.child("tls").index(position), leniency)
    if class_name is not None:
        complaints = names.dns_subdomain_name(class_name)
        errors += [invalid(_SPEC.child("ingressClassName"), class_name, message) for message in complaints]
    return errors


def _host_complaints(host: str) -> list[str]:
    return names.is_wildcard_dns1123_subdomain(host) if "*" in host else names.is_dns1123_subdomain(host)


def _validate_tls(tls: Object, path: Path, leniency: _Leniency) -> list[FieldError]:
    errors: list[FieldError] = []
    for position, host in enumerate(tls.get("hosts") or ()):
        at = path.child("hosts").index(position)
        errors += [invalid(at, host, message) for message in _host_complaints(host)]
    if not leniency.bad_secret_names:
        complaints = _secret_complaints(tls)
        errors += [invalid(path.child("secretName"), tls["secretName"], message) for message in complaints]
    return errors


def _secret_complaints(tls: Object) -> list[str]:
    return names.dns_subdomain_name(tls["secretName"]) if tls.get("secretName") else []


def _validate_rule(rule: Object, path: Path, leniency: _Leniency) -> list[FieldError]:
    host = rule.get("host") or ""
    errors: list[FieldError] = []
    if host:
        at = path.child("host")
        if parse_ip_sloppy(host) is not None:
            errors.append(invalid(at, host, "must be a DNS name, not an IP address"))
        errors += [invalid(at, host, message) for message in _host_complaints(host)]
    if "*" in host and leniency.bad_wildcard_rules:
        return errors
    return errors + _validate_http(rule.get("http"), path.child("http"))


def _validate_http(http: Object | None, path: Path) -> list[FieldError]:
    if http is None:
        return []
    paths = http.get("paths") or ()
    errors = [] if paths else [required(path.child("paths"))]
    for position, http_path in enumerate(paths):
        errors += _validate_http_path(http_path, path.child("paths").index(position))
    return errors


def _validate_http_path(http_path: Object, path: Path) -> list[FieldError]:
    kind, value = http_path.get("pathType"), http_path.get("path") or ""
    if kind is None:
        return [required(path.child("pathType"), "pathType must be specified")]
    at = path.child("path")
    errors: list[FieldError] = []
    if kind not in _PATH_TYPES:
        errors.append(not_supported(path.child("pathType"), kind, _PATH_TYPES))
    elif not value.startswith("/") and (value or kind != "ImplementationSpecific"):
        errors.append(invalid(at, value, "must be an absolute path"))
    if kind in ("Exact", "Prefix"):
        found = (sequence for sequence in _BAD_SEQUENCES if sequence in value)
        errors += [invalid(at, value, f"must not contain '{sequence}'") for sequence in found]
        ends = (suffix for suffix in _BAD_SUFFIXES if value.endswith(suffix))
        errors += [invalid(at, value, f"cannot end with '{suffix}'") for suffix in ends]
    return errors + _validate_backend(http_path.get("backend") or {}, path.child("backend"))


def _validate_backend(backend: Object, path: Path) -> list[FieldError]:
    resource, service = backend.get("resource"), backend.get("service")
    if resource is not None and service is not None:
        return [invalid(path, "", "cannot set both resource and service backends")]
    if resource is not None:
        return validate_typed_reference(resource, path.child("resource"), "kind is required", "name is required")
    if service is None:
        return [invalid(path, "", "resource or service backend is required")]
    return _validate_service_backend(service, path)


def _validate_service_backend(service: Object, path: Path) -> list[FieldError]:
    name, port = service.get("name") or "", service.get("port") or {}
    at = path.child("service", "name")
    errors = [invalid(at, name, message) for message in names.dns_label_name(name)] if name else [required(at)]
    port_name, number = port.get("name") or "", port.get("number") or 0
    if port_name and number:
        errors.append(invalid(path, "", "cannot set both port name & port number"))
    elif port_name:
        at = path.child("service", "port", "name")
        errors += [invalid(at, port_name, message) for message in names.is_valid_port_name(port_name)]
    elif number:
        at = path.child("service", "port", "number")
        errors += [invalid(at, number, message) for message in names.is_valid_port_num(number)]
    else:
        errors.append(required(path, "port name or number is required"))
    return errors
