"""Ingresses and IngressClasses, by pkg/apis/networking/validation/validation.go."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.networking import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["ingresses"]
STATUS = STRATEGY.subresources["status"]
CLASS = STRATEGIES["ingressclasses"]
CONTEXT = WriteContext(User("someone"), datetime(2026, 1, 2, tzinfo=UTC))
BACKEND = {"service": {"name": "web", "port": {"number": 80}}}
ANNOTATION = "kubernetes.io/ingress.class"
PATH = "spec.rules[0].http.paths[0]"


def ingress(annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "i"} | ({"annotations": annotations} if annotations else {})
    return {"metadata": metadata, "spec": copy.deepcopy(spec)}


def routed(path: str = "/", kind: str | None = "Prefix", host: str = "", backend: Any = None) -> dict[str, Any]:
    http_path = {"path": path, "backend": BACKEND if backend is None else backend}
    if kind is not None:
        http_path["pathType"] = kind
    rule = {"http": {"paths": [http_path]}} | ({"host": host} if host else {})
    return ingress(rules=[rule])


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (ingress(defaultBackend=BACKEND), []),
        (routed(host="*.example.com"), []),
        (routed("", "ImplementationSpecific"), []),
        (routed(backend={"service": {"name": "1web", "port": {"name": "http"}}}), []),
        (routed(backend={"resource": {"apiGroup": "a.b", "kind": "Bucket", "name": "x"}}), []),
        (
            ingress(),
            ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
        ),
        (routed(kind=None), [f"{PATH}.pathType: Required value: pathType must be specified"]),
        (
            routed(kind="Glob"),
            [
                f'{PATH}.pathType: Unsupported value: "Glob": supported values: '
                '"Exact", "ImplementationSpecific", "Prefix"'
            ],
        ),
        (routed("", "Exact"), [f'{PATH}.path: Invalid value: "": must be an absolute path']),
        (routed("a", "ImplementationSpecific"), [f'{PATH}.path: Invalid value: "a": must be an absolute path']),
        (
            routed("/a//b/./%2f/.."),
            [
                f"{PATH}.path: Invalid value: \"/a//b/./%2f/..\": must not contain '//'",
                f"{PATH}.path: Invalid value: \"/a//b/./%2f/..\": must not contain '/./'",
                f"{PATH}.path: Invalid value: \"/a//b/./%2f/..\": must not contain '%2f'",
                f"{PATH}.path: Invalid value: \"/a//b/./%2f/..\": cannot end with '/..'",
            ],
        ),
        (
            routed(host="10.0.0.1"),
            ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
        ),
        (routed(host="a.*.b"), ['spec.rules[0].host: Invalid value: "a.*.b": a wildcard DNS-1123 subdomain']),
        (ingress(rules=[{"http": {}}]), ["spec.rules[0].http.paths: Required value"]),
        (routed(backend={}), [f'{PATH}.backend: Invalid value: "": resource or service backend is required']),
        (
            routed(backend=BACKEND | {"resource": {}}),
            [f'{PATH}.backend: Invalid value: "": cannot set both resource and service backends'],
        ),
        (
            routed(backend={"service": {"name": "", "port": {}}}),
            [
                f"{PATH}.backend.service.name: Required value",
                f"{PATH}.backend: Required value: port name or number is required",
            ],
        ),
        (
            routed(backend={"service": {"name": "a", "port": {"name": "b", "number": 1}}}),
            [f'{PATH}.backend: Invalid value: "": cannot set both port name & port number'],
        ),
        (
            routed(backend={"resource": {"kind": "", "name": "a/b"}}),
            [
                f"{PATH}.backend.resource.kind: Required value: kind is required",
                f"{PATH}.backend.resource.name: Invalid value: \"a/b\": may not contain '/'",
            ],
        ),
        (
            ingress(defaultBackend=BACKEND, tls=[{"hosts": ["A"], "secretName": "B"}], ingressClassName="C"),
            [
                'spec.tls[0].hosts[0]: Invalid value: "A"',
                'spec.tls[0].secretName: Invalid value: "B"',
                'spec.ingressClassName: Invalid value: "C"',
            ],
        ),
        (
            ingress({ANNOTATION: "a"}, defaultBackend=BACKEND, ingressClassName="b"),
            [f'annotations.{ANNOTATION}: Invalid value: "a": must match `ingressClassName` when both are specified'],
        ),
    ],
)
def test_mistakes(obj: dict[str, Any], expected: list[str]):
    """ValidateIngressCreate."""
    found = messages(STRATEGY.validate(obj))
    assert len(found) == len(expected), found
    assert all(message.startswith(start) for message, start in zip(found, expected, strict=True)), found


def test_updates_may_keep_old_mistakes():
    """allowInvalidSecretName and allowInvalidWildcardHostRule; annotation and class may then differ."""
    tls = ingress({ANNOTATION: "a"}, defaultBackend=BACKEND, tls=[{"secretName": "B"}], ingressClassName="b")
    assert STRATEGY.validate_update(tls, tls) == []
    assert len(STRATEGY.validate_update(tls, ingress())) == 1
    wildcard = routed("a", host="*.example.com")
    assert STRATEGY.validate_update(wildcard, wildcard) == []
    assert len(STRATEGY.validate_update(wildcard, routed())) == 1


def test_the_annotation_alone_is_warned_about():
    """ingressStrategy.WarningsOnCreate."""
    obj = ingress({ANNOTATION: "a"})
    assert STRATEGY.warnings(obj, None) == [
        "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"
    ]
    assert (
        STRATEGY.warnings(obj, obj) == STRATEGY.warnings(ingress({ANNOTATION: "a"}, ingressClassName="a"), None) == []
    )


def test_the_generation_counts_changes_of_the_spec():
    """ingressStrategy.PrepareForCreate and PrepareForUpdate, which ignore the status."""
    old = routed()
    STRATEGY.prepare_for_create(old, CONTEXT)
    assert (old["metadata"]["generation"], old["status"]) == (1, {"loadBalancer": {}})
    for path, generation in (("/", 1), ("/b", 2)):
        obj = routed(path) | {"status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}
        STRATEGY.prepare_for_update(obj, old, CONTEXT)
        assert (obj["metadata"]["generation"], obj["status"]) == (generation, old["status"])


def test_status_addresses():
    """ValidateIngressLoadBalancerStatus."""
    bad = {"status": {"loadBalancer": {"ingress": [{"ip": "x"}, {"hostname": "1.2.3.4"}]}}}
    assert messages(STATUS.validate_update(bad, {})) == [
        'status.loadBalancer.ingress[0].ip: Invalid value: "x": '
        "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
        'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ]


def ingress_class(controller: str = "acme.io/foo", **parameters: Any) -> dict[str, Any]:
    spec = {"controller": controller} | ({"parameters": parameters} if parameters else {})
    obj = {"metadata": {"name": "c"}, "spec": spec}
    CLASS.default(obj)
    return obj


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (ingress_class(), []),
        (ingress_class(kind="K", name="n"), []),
        (ingress_class(kind="K", name="n", scope="Namespace", namespace="a"), []),
        (
            ingress_class(kind="K", name="n", scope="Namespace"),
            ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
        ),
        (
            ingress_class(kind="K", name="", namespace="a"),
            [
                "spec.parameters.name: Required value",
                "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
            ],
        ),
        (
            ingress_class(kind="K", name="n", scope="World"),
            ['spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"'],
        ),
        (
            ingress_class("foo"),
            ['spec.controller: Invalid value: "foo": must be a domain-prefixed path (such as "acme.io/foo")'],
        ),
        (
            ingress_class("acme.io/" + "a" * 250),
            ["spec.controller: Too long: may not be more than 250 bytes"],
        ),
    ],
)
def test_ingress_classes(obj: dict[str, Any], expected: list[str]):
    """ValidateIngressClass; parameters are cluster-wide by default."""
    assert messages(CLASS.validate(obj)) == expected


def test_the_controller_of_a_class_never_changes():
    """ValidateIngressClassUpdate."""
    assert messages(CLASS.validate_update(ingress_class("a.b/d"), ingress_class("a.b/c"))) == [
        'spec.controller: Invalid value: "a.b/d": field is immutable'
    ]
