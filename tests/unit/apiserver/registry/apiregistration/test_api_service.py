"""APIServices, by kube-aggregator pkg/apis/apiregistration/validation and pkg/registry/apiservice/strategy.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.apiregistration import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["apiservices"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))


def service(name: str = "v1.example.com", **spec: Any) -> dict[str, Any]:
    fields = {"group": "example.com", "version": "v1", "groupPriorityMinimum": 1000, "versionPriority": 15, **spec}
    obj = {"metadata": {"name": name}, "spec": fields}
    STRATEGY.default(obj)
    return obj


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


REMOTE = {"namespace": "a", "name": "b"}


@pytest.mark.parametrize(
    ("name", "spec", "expected"),
    [
        ("v1.example.com", {}, []),
        ("v1.example.com", {"service": REMOTE, "caBundle": "AAAA"}, []),
        ("v1.", {"group": ""}, []),
        (
            "v2.example.com",
            {},
            ['metadata.name: Invalid value: "v2.example.com": must be `spec.version+"."+spec.group`: "v1.example.com"'],
        ),
        (
            "v2.",
            {"group": "", "version": "v2"},
            ["spec.group: Required value: only v1 may have an empty group and it better be legacy kube"],
        ),
        (
            "v1.example.com",
            {"groupPriorityMinimum": 20001, "versionPriority": 0},
            [
                "spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000",
                "spec.versionPriority: Invalid value: 0: must be positive and less than 1000",
            ],
        ),
        (
            "v1.example.com",
            {"caBundle": "AAAA", "insecureSkipTLSVerify": True},
            [
                'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
                "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify",
            ],
        ),
        (
            "v1.example.com",
            {"service": {"port": 0}, "caBundle": "AAAA", "insecureSkipTLSVerify": True},
            [
                "spec.service.namespace: Required value",
                "spec.service.name: Required value",
                "spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive",
                "spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present",
            ],
        ),
    ],
)
def test_spec_rules(name: str, spec: dict[str, Any], expected: list[str]):
    """ValidateAPIService, of new and of changed objects."""
    assert messages(STRATEGY.validate(service(name, **spec))) == expected
    assert messages(STRATEGY.validate_update(service(name, **spec), service())) == expected


def test_a_service_has_a_default_port():
    """SetDefaults_ServiceReference."""
    assert service(service=dict(REMOTE))["spec"]["service"]["port"] == 443


def test_local_services_are_available_from_the_start():
    """PrepareForCreate."""
    local, remote = service(), service(service=dict(REMOTE))
    for obj in (local, remote):
        obj["status"] = {"conditions": [{"type": "Mine"}]}
        STRATEGY.prepare_for_create(obj, CONTEXT)
    assert local["status"]["conditions"] == [
        {
            "type": "Available",
            "status": "True",
            "lastTransitionTime": "2026-01-02T00:00:00Z",
            "reason": "Local",
            "message": "Local APIServices are always available",
        }
    ]
    assert "status" not in remote


def test_status_belongs_to_its_endpoint():
    """apiServerStatusStrategy."""
    assert (STRATEGY.reset_fields, STATUS.reset_fields) == ((("status",),), (("metadata",), ("spec",)))
    old, new = service(), service(versionPriority=1)
    new["metadata"]["labels"] = {"a": "b"}
    new["status"] = {"conditions": [{"type": "Available", "status": "Perhaps"}]}
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert "labels" not in new["metadata"]
    assert messages(STATUS.validate_update(new, old)) == [
        'status.conditions[0].status: Unsupported value: "Perhaps": supported values: "True", "False", "Unknown"'
    ]
