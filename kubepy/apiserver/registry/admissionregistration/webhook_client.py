"""How a webhook is reached: a URL or a Service, and the CA bundle its certificate is checked with.

Used by the webhook configurations here and by the conversion webhooks of CustomResourceDefinitions.
Follows apiserver `pkg/util/webhook/validation.go`; the complaints about URLs are those of Go's `net/url`.
"""

from __future__ import annotations

import base64
import re
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from cryptography import x509

from kubepy.api.field import FieldError, Path, invalid, required
from kubepy.api.names import is_dns1123_subdomain, is_valid_port_num

Object = dict[str, Any]

_FORM: Final = "; desired format: https://host[/path]"
_DEFAULT_PORT: Final = 443
_BAD_CA_BUNDLE: Final = "unable to load root certificates: unable to parse bytes as PEM block"
_search_control_character = re.compile("[\x00-\x1f\x7f]").search
_search_bad_escape = re.compile("%(?![0-9A-Fa-f]{2}).{0,2}").search
_is_bad_port = re.compile(r":[^0-9\]]*[^0-9\]][^\]]*").search


def default_service_port(client_config: Object | None) -> None:
    """A Service that is called without a port is called at 443."""
    service = (client_config or {}).get("service")
    if service is not None:
        service.setdefault("port", _DEFAULT_PORT)


def validate_url(url: str, path: Path) -> list[FieldError]:
    """An https URL of nothing but host and path."""
    parts, complaint = _parse(url)
    if parts is None:
        return [required(path, f"url must be a valid URL: {complaint}{_FORM}")]
    errors = []
    user, at, host = parts.netloc.rpartition("@")
    if parts.scheme != "https":
        errors.append(invalid(path, parts.scheme, f"'https' is the only allowed URL scheme{_FORM}"))
    if not host:
        errors.append(invalid(path, "", f"host must be specified{_FORM}"))
    if at:
        errors.append(invalid(path, user, "user information is not permitted in the URL"))
    if parts.fragment:
        errors.append(invalid(path, parts.fragment, "fragments are not permitted in the URL"))
    if parts.query:
        errors.append(invalid(path, parts.query, "query parameters are not permitted in the URL"))
    return errors


def _parse(url: str) -> tuple[SplitResult | None, str]:
    """The parts of a URL, or what Go's parser says of it."""
    if _search_control_character(url):
        return None, f'parse "{url!r}": net/url: invalid control character in URL'
    if url.startswith(":"):
        return None, f'parse "{url}": missing protocol scheme'
    try:
        parts = urlsplit(url)
    except ValueError:
        return None, f"parse \"{url}\": missing ']' in host"
    if escape := _search_bad_escape(parts.path):
        return None, f'parse "{url}": invalid URL escape "{escape[0]}"'
    if port := _is_bad_port(parts.netloc.rpartition("@")[2].rpartition("]")[2]):
        return None, f'parse "{url}": invalid port "{port[0]}" after host'
    return parts, ""


def validate_service(service: Object, path: Path) -> list[FieldError]:
    """A Service by namespace and name, with a port and a clean path."""
    # Upstream reports a missing name as a missing namespace and the other way round.
    reported = {"namespace": "name", "name": "namespace"}
    errors = [required(path.child(shown)) for field, shown in reported.items() if not service.get(field)]
    port = service.get("port", 0)
    if complaints := is_valid_port_num(port):
        errors.append(invalid(path.child("port"), port, f"port is not valid: {', '.join(complaints)}"))
    return errors + _validate_url_path(service.get("path") or "", path.child("path"))


def _validate_url_path(url_path: str, path: Path) -> list[FieldError]:
    if url_path in ("", "/"):
        return []
    if url_path == "//":
        return [invalid(path, url_path, "segment[0] may not be empty")]
    errors = []
    if not url_path.startswith("/"):
        errors.append(invalid(path, url_path, "must start with a '/'"))
    for position, segment in enumerate(url_path[1:].removesuffix("/").split("/")):
        if not segment:
            errors.append(invalid(path, url_path, f"segment[{position}] may not be empty"))
            continue
        complaints = is_dns1123_subdomain(segment)
        errors += [invalid(path, url_path, f"segment[{position}]: {complaint}") for complaint in complaints]
    return errors


def validate_client(client: Object, path: Path) -> list[FieldError]:
    """Either a URL or a Service; what else is in `client` isn't looked at."""
    url, service = client.get("url"), client.get("service")
    if (url is None) == (service is None):
        return [required(path, "exactly one of url or service is required")]
    if url is not None:
        return validate_url(url, path.child("url"))
    return validate_service(service or {}, path.child("service"))


def validate_ca_bundle(encoded: str, path: Path) -> list[FieldError]:
    """PEM certificates, in base64."""
    try:
        x509.load_pem_x509_certificates(base64.b64decode(encoded))
    except ValueError:
        return [invalid(path, encoded, _BAD_CA_BUNDLE)]
    return []
