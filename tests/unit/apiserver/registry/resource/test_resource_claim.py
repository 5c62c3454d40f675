"""ResourceClaims and their templates, by pkg/apis/resource/validation and pkg/registry/resource/resourceclaim."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from kubepy.api.errors import APIError
from kubepy.apiserver.registry.resource import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

CLAIMS = STRATEGIES["resourceclaims"]
STATUS = CLAIMS.subresources["status"]
TEMPLATES = STRATEGIES["resourceclaimtemplates"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
REQUEST = {"name": "r", "exactly": {"deviceClassName": "gpu.example.com"}}
ALTERNATIVES = {"name": "r", "firstAvailable": [{"name": "big", "deviceClassName": "c"}]}
RESULT = {"request": "r", "driver": "d.example.com", "pool": "node/1", "device": "dev"}
CONSUMER = {"resource": "pods", "name": "p", "uid": "u"}


def claim(status: dict[str, Any] | None = None, **devices: Any) -> dict[str, Any]:
    devices = copy.deepcopy({"requests": [REQUEST], **devices})
    obj = {"metadata": {"name": "c", "namespace": "n"}, "spec": {"devices": devices}}
    if status is not None:
        obj["status"] = copy.deepcopy(status)
    CLAIMS.default(obj)
    return obj


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


def test_requests_are_filled_in():
    """SetDefaults_ExactDeviceRequest, SetDefaults_DeviceSubRequest and the operator of tolerations."""
    obj = claim(
        requests=[
            {"name": "a", "exactly": {"tolerations": [{"key": "k"}]}},
            {"name": "b", "exactly": {"allocationMode": "All"}},
            {"name": "c", "firstAvailable": [{"name": "x", "count": 2}]},
        ]
    )
    assert obj["spec"]["devices"]["requests"] == [
        {
            "name": "a",
            "exactly": {
                "allocationMode": "ExactCount",
                "count": 1,
                "tolerations": [{"key": "k", "operator": "Equal"}],
            },
        },
        {"name": "b", "exactly": {"allocationMode": "All"}},
        {"name": "c", "firstAvailable": [{"name": "x", "count": 2, "allocationMode": "ExactCount"}]},
    ]


def exactly(**fields: Any) -> dict[str, Any]:
    return {"requests": [{"name": "r", "exactly": {"deviceClassName": "c", **fields}}]}


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ({}, []),
        ({"requests": [ALTERNATIVES], "constraints": [{"requests": ["r/big"], "matchAttribute": "e.com/a"}]}, []),
        (
            {"requests": [{**REQUEST, "name": f"r{i}"} for i in range(33)]},
            ["requests: Too many: 33: must have at most 32 items"],
        ),
        (
            {"requests": [{"name": "r"}, {**REQUEST, **ALTERNATIVES, "name": "s"}]},
            [
                "requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required",
                "requests[1]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, "
                "but multiple fields are set",
            ],
        ),
        (
            {"requests": [ALTERNATIVES, ALTERNATIVES]},
            [
                'requests[1]: Duplicate value: {"name":"r","firstAvailable":[{"name":"big","deviceClassName":"c",'
                '"allocationMode":"ExactCount","count":1}]}'
            ],
        ),
        (
            exactly(deviceClassName="", allocationMode="All", count=1),
            [
                "requests[0].exactly.deviceClassName: Required value",
                "requests[0].exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'",
            ],
        ),
        (
            exactly(count=-1, selectors=[{}, {"cel": {"expression": "x" * 10241}}]),
            [
                "requests[0].exactly.selectors[0].cel: Required value",
                "requests[0].exactly.selectors[1].cel.expression: Too long: may not be more than 10240 bytes",
                "requests[0].exactly.count: Invalid value: -1: must be greater than zero",
            ],
        ),
        (
            exactly(allocationMode="Some"),
            ['requests[0].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"'],
        ),
        (
            exactly(
                tolerations=[
                    {"operator": "Exists", "value": "v"},
                    {"operator": "Near", "effect": "Never"},
                ]
            ),
            [
                'requests[0].exactly.tolerations[0].value: Invalid value: "v": must be empty for operator `Exists`',
                'requests[0].exactly.tolerations[1].operator: Unsupported value: "Near": '
                'supported values: "Equal", "Exists"',
                'requests[0].exactly.tolerations[1].effect: Unsupported value: "Never": '
                'supported values: "NoExecute", "NoSchedule", "None"',
            ],
        ),
        (
            {"constraints": [{}, {"requests": ["r", "r", "x", "a/b/c"], "matchAttribute": "e.com/a/b"}]},
            [
                'constraints[0]: Required value: exactly one of "matchAttribute" or "distinctAttribute" is required, '
                "but multiple fields are set",
                'constraints[1].requests[2]: Invalid value: "x": must be the name of a request in the claim or the '
                "name of a request and a subrequest separated by '/'",
                'constraints[1].requests[3]: Invalid value: "a/b/c": must be the name of a request in the claim or '
                "the name of a request and a subrequest separated by '/'",
                'constraints[1].requests[1]: Duplicate value: "r"',
                'constraints[1].matchAttribute: Invalid value: "e.com/a/b": must not contain more than one slash',
            ],
        ),
        (
            {"constraints": [{"distinctAttribute": "size"}]},
            [
                'constraints[0].distinctAttribute: Invalid value: "size": '
                "a fully qualified name must be a domain and a name separated by a slash"
            ],
        ),
        (
            {"config": [{}, {"opaque": {"parameters": []}}, {"opaque": {"driver": "D.com", "parameters": {"a": 1}}}]},
            [
                "config[0].opaque: Required value",
                "config[1].opaque.driver: Required value",
                'config[1].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
            ],
        ),
        (
            {"config": [{"opaque": {"driver": "d", "parameters": {"a": "x" * 10240}}}, {"opaque": {"driver": "d"}}]},
            [
                "config[0].opaque.parameters: Too long: may not be more than 10240 bytes",
                "config[1].opaque.parameters: Required value",
            ],
        ),
    ],
)
def test_spec_rules(devices: dict[str, Any], expected: list[str]):
    """validateDeviceClaim, of claims and, two levels deeper, of templates."""
    obj = claim(**devices)
    assert texts(CLAIMS.validate(obj)) == [f"spec.devices.{text}" for text in expected]
    template = {"metadata": {"name": "t"}, "spec": {"spec": obj["spec"]}}
    TEMPLATES.default(template)
    assert texts(TEMPLATES.validate(template)) == [f"spec.spec.devices.{text}" for text in expected]


def test_the_spec_is_fixed():
    """Declared immutable in claims, which shows no value, and by hand in templates, which shows it."""
    old, new = claim(), claim(requests=[])
    assert texts(CLAIMS.validate_update(new, old)) == ["spec: Invalid value: null: field is immutable"]
    assert CLAIMS.validate_update(claim(), old) == []
    labelled = {"metadata": {"labels": {"a": "b"}}}
    assert texts(TEMPLATES.validate_update({"spec": labelled}, {"spec": {}})) == [
        'spec: Invalid value: {"metadata":{"labels":{"a":"b"}}}: field is immutable'
    ]


def test_a_template_gives_labels_and_annotations_only():
    """ValidateTemplateObjectMeta."""
    template = {"metadata": {"name": "t"}, "spec": {"metadata": {"labels": {"a": "b"}, "name": "x"}}}
    TEMPLATES.default(template)
    assert texts(TEMPLATES.validate(template)) == ["spec.metadata.name: Forbidden: cannot be set"]


def allocated(**result: Any) -> dict[str, Any]:
    return {"allocation": {"devices": {"results": [{**RESULT, **result}]}}}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {**allocated(shareID="12345678-1234-1234-1234-123456789abc"), "reservedFor": [CONSUMER]}, []),
        (allocated(), {}, []),
        (
            {},
            {"reservedFor": [CONSUMER]},
            ["reservedFor: Forbidden: may not be specified when `allocated` is not set"],
        ),
        (
            {},
            {**allocated(), "reservedFor": [{"uid": "u"}, CONSUMER]},
            [
                "reservedFor[0].resource: Required value",
                "reservedFor[0].name: Required value",
                'reservedFor[1]: Duplicate value: {"resource":"pods","name":"p","uid":"u"}',
            ],
        ),
        (
            allocated(),
            allocated(device="other"),
            ["allocation: Invalid value: null: field cannot be modified once set"],
        ),
        (
            {},
            allocated(driver="", pool="a//b", shareID="X", request="x"),
            [
                'allocation.devices.results[0].request: Invalid value: "x": must be the name of a request in the '
                "claim or the name of a request and a subrequest separated by '/'",
                "allocation.devices.results[0].driver: Required value",
                'allocation.devices.results[0].pool: Invalid value: "a//b": segment 1: must not be empty',
                'allocation.devices.results[0].shareID: Invalid value: "X": '
                "must be a lowercase UUID in 8-4-4-4-12 format",
            ],
        ),
        (
            {},
            allocated(bindingConditions=["a", "a"], bindingFailureConditions=["a"]),
            [
                'allocation.devices.results[0].bindingConditions[1]: Duplicate value: "a"',
                'allocation.devices.results[0].bindingFailureConditions[0]: Invalid value: "a": '
                "bindingFailureConditions must not overlap with bindingConditions",
            ],
        ),
        (
            {},
            {
                "allocation": {
                    "devices": {"config": [{"opaque": {"driver": "d", "parameters": {}}}]},
                    "nodeSelector": {},
                }
            },
            [
                "allocation.devices.config[0].source: Required value",
                "allocation.nodeSelector.nodeSelectorTerms: Required value: must have at least one node selector term",
            ],
        ),
        (
            allocated(),
            {
                **allocated(),
                "devices": [
                    {
                        "driver": "d.example.com",
                        "pool": "node/1",
                        "device": "dev",
                        "data": [1],
                        "networkData": {"interfaceName": "x" * 257, "ips": ["10.0.0.1/24", "10.0.0.1"]},
                    }
                ],
            },
            [
                'devices[0].data: Invalid value: "<value omitted>": must be a valid JSON object',
                "devices[0].networkData.interfaceName: Too long: may not be more than 256 bytes",
                'devices[0].networkData.ips[1]: Invalid value: "10.0.0.1": '
                "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)",
            ],
        ),
        (
            allocated(),
            {**allocated(), "devices": [{"driver": "d.example.com", "pool": "node/1", "device": "x"}]},
            [
                'devices[0]: Invalid value: {"Driver":"d.example.com","Pool":"node/1","Device":"x","ShareID":""}: '
                "must be an allocated device in the claim"
            ],
        ),
    ],
)
def test_status_rules(old: dict[str, Any], new: dict[str, Any], expected: list[str]):
    """validateResourceClaimStatusUpdate."""
    assert texts(STATUS.validate_update(claim(new), claim(old))) == [f"status.{text}" for text in expected]


def test_a_deleted_claim_is_not_reserved_any_more():
    """Consumers can go, but not come."""
    old, new = claim({**allocated(), "reservedFor": [CONSUMER]}), claim({**allocated(), "reservedFor": [CONSUMER]})
    new["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert STATUS.validate_update(new, old) == []
    new["status"]["reservedFor"] = [{**CONSUMER, "uid": "v"}]
    assert texts(STATUS.validate_update(new, old)) == [
        "status.reservedFor: Forbidden: "
        "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"
    ]


def test_what_drivers_say_goes_with_the_allocation():
    """dropDeallocatedStatusDevices; metadata and spec stay."""
    device = {"driver": "d.example.com", "pool": "node/1", "device": "dev"}
    old, new = claim({**allocated(), "devices": [device]}), claim({"devices": [device]}, requests=[])
    new["metadata"]["labels"] = {"a": "b"}
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new == {**old, "status": {}}


class _State:
    """Namespaces with the label for administrative access, or without."""

    def __init__(self, labels: dict[str, str] | None) -> None:
        self._namespace = None if labels is None else SimpleNamespace(labels=labels)

    async def get(self, key: Any) -> Any:
        assert (key.resource, key.name) == ("namespaces", "n")
        return self._namespace


@pytest.mark.parametrize("labels", [None, {}, {"resource.kubernetes.io/admin-access": "yes"}])
async def test_admin_access_needs_a_labelled_namespace(labels: dict[str, str] | None):
    """AuthorizedForAdmin and AuthorizedForAdminStatus."""
    server: Any = SimpleNamespace(state=_State(labels))
    wanted, granted = claim(**exactly(adminAccess=True)), claim(allocated(adminAccess=True))
    with pytest.raises(APIError) as refused:
        await CLAIMS.reserve(wanted, None, server)
    assert refused.value.message == (
        'ResourceClaim.resource.k8s.io "c" is invalid: spec.devices.requests[0].adminAccess: Forbidden: admin access '
        "to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace"
    )
    with pytest.raises(APIError):
        await STATUS.reserve(granted, claim(), server)
    await STATUS.reserve(granted, granted, server)
    await CLAIMS.reserve(wanted, wanted, server)
    await CLAIMS.reserve(claim(), None, server)


async def test_admin_access_is_granted_in_a_labelled_namespace():
    """The label's value must be `true`."""
    server: Any = SimpleNamespace(state=_State({"resource.kubernetes.io/admin-access": "true"}))
    await CLAIMS.reserve(claim(**exactly(adminAccess=True)), None, server)
    await STATUS.reserve(claim(allocated(adminAccess=True)), claim(), server)
