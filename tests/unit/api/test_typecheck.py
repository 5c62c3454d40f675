"""The type check of bodies. Messages of wrong types were compared with kubectl v1.37, which has upstream's decoder."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import msgspec
import pytest
from canonical_manifests import DEFINITIONS, DEPLOYMENT, POD, SECRET
from hypothesis import given
from hypothesis import strategies as st

from kubepy.api import typecheck
from kubepy.api.conform import Conformer, TypeMismatchError, bad_base64_position
from kubepy.api.errors import APIError
from kubepy.api.schema import Schema, builtin_catalog

TIME = "2006-01-02T15:04:05Z07:00"
QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def schema_of(manifest: dict[str, Any]) -> Schema:
    name = next(name for name in DEFINITIONS if name.endswith(f".{manifest['kind']}"))
    return builtin_catalog().get(name)


def changed(manifest: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with another value at a path such as `spec.containers.0.image`."""
    result = copy.deepcopy(manifest)
    *parents, last = path.split(".")
    place: Any = result
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    place[int(last) if isinstance(place, list) else last] = value
    return result


def check(manifest: dict[str, Any]) -> typecheck.Checked:
    return typecheck.check(json.dumps(manifest).encode(), schema_of(manifest))


def refusal(manifest: dict[str, Any]) -> str:
    with pytest.raises(APIError) as caught:
        check(manifest)
    with pytest.raises(APIError, match=re.escape(str(caught.value))):
        typecheck.check_value(manifest, schema_of(manifest))
    assert (caught.value.code, caught.value.reason) == (400, "BadRequest")
    return str(caught.value)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_canonical_object_comes_back_as_it_is(name: str) -> None:
    manifest, schema = DEFINITIONS[name], builtin_catalog().get(name)
    checked = typecheck.check(json.dumps(manifest).encode(), schema)
    assert checked == typecheck.Checked(manifest)
    assert typecheck.check_value(manifest, schema).problems == []
    assert typecheck.warnings(checked) == []
    assert typecheck.strict_error(checked, schema) is None


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("spec", "x", "json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec"),
        ("metadata", [1], "json: cannot unmarshal array into Go struct field Pod.metadata of type v1.ObjectMeta"),
        (
            "metadata.labels.app",
            1,
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
        ),
        (
            "spec.containers",
            {},
            "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
        ),
        (
            "spec.containers.0.image",
            True,
            "json: cannot unmarshal bool into Go struct field Container.spec.containers.image of type string",
        ),
        (
            "spec.containers.0.args.0",
            1,
            "json: cannot unmarshal number into Go struct field Container.spec.containers.args of type string",
        ),
        (
            "spec.containers.0.ports.0.containerPort",
            1.5,
            "json: cannot unmarshal number 1.5 into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            "spec.containers.0.ports.0.containerPort",
            2**31,
            "json: cannot unmarshal number 2147483648 into Go struct field "
            "ContainerPort.spec.containers.ports.containerPort of type int32",
        ),
        (
            "spec.terminationGracePeriodSeconds",
            2**63,
            "json: cannot unmarshal number 9223372036854775808 into Go struct field "
            "PodSpec.spec.terminationGracePeriodSeconds of type int64",
        ),
        (
            "spec.containers.0.tty",
            "x",
            "json: cannot unmarshal string into Go struct field Container.spec.containers.tty of type bool",
        ),
        (
            "spec.containers.0.livenessProbe.httpGet.port",
            True,
            "json: cannot unmarshal bool into Go struct field "
            "HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32",
        ),
        (
            "spec.volumes.0.emptyDir",
            1,
            "json: cannot unmarshal number into Go struct field Volume.spec.volumes.VolumeSource.emptyDir "
            "of type v1.EmptyDirVolumeSource",
        ),
        (
            "spec.containers.0.resources.limits",
            "x",
            "json: cannot unmarshal string into Go struct field ResourceRequirements.spec.containers.resources.limits "
            "of type v1.ResourceList",
        ),
        ("spec.containers.0.resources.limits.cpu", "x", QUANTITY),
        ("spec.containers.0.resources.limits.cpu", True, QUANTITY),
        ("spec.containers.0.resources.limits.cpu", {}, QUANTITY),
        ("spec.containers.0.resources.limits.cpu", "1Qi", QUANTITY),
        ("spec.containers.0.resources.limits.cpu", "1K", "unable to parse quantity's suffix"),
        ("metadata.creationTimestamp", "x", f'parsing time "x" as "{TIME}": cannot parse "x" as "2006"'),
        (
            "metadata.creationTimestamp",
            5,
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
        ),
    ],
)
def test_a_value_of_a_wrong_type_is_refused_in_gos_words(path: str, value: Any, message: str) -> None:
    assert refusal(changed(POD, path, value)) == f'Pod in version "v1" cannot be handled as a Pod: {message}'


def test_the_refusal_names_group_version_and_kind() -> None:
    assert refusal(changed(DEPLOYMENT, "spec.replicas", "3")) == (
        'Deployment in version "v1" cannot be handled as a Deployment: '
        "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
    )


def test_a_bad_quantity_or_time_outranks_an_earlier_wrong_type() -> None:
    """Go carries on after a wrong type, but types that read themselves stop it."""
    pod = changed(changed(POD, "spec.containers.0.image", 5), "spec.containers.0.resources.limits.cpu", "x")
    assert refusal(pod).endswith(QUANTITY)


def test_the_first_of_several_wrong_types_is_named() -> None:
    pod = changed(changed(POD, "spec.containers.0.image", 5), "spec.containers.0.tty", 5)
    assert refusal(pod).endswith("Container.spec.containers.image of type string")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"5"])
def test_what_is_no_object_is_unrecognized(body: bytes) -> None:
    with pytest.raises(APIError, match=r"^the object provided is unrecognized \(must be of type Pod\): couldn't get"):
        typecheck.check(body, schema_of(POD))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", None), ("QQ==", None), ("QUI=", None), ("QUJD", None), ("QUJD\r\nQUJD\n", None), ("QQ\n=\n=\n", None),
        ("Q", 0), ("QQ", 0), ("QUJDQ", 4), ("QQ=", 3), ("Q=", 1), ("=", 0), ("QUJD=", 4), ("QQ==QQ==", 4),
        ("QQ=x", 2), ("QUI=x", 4), ("Q Q=", 1), ("Q-==", 1), ("\u00e9", 0), ("Q\n", 1),
    ],
)  # fmt: skip
def test_bad_base64_is_located_as_go_does(text: str, position: int | None) -> None:
    """Go `encoding/base64` decodeQuantum."""
    assert bad_base64_position(text) == position


def test_bytes_are_base64() -> None:
    assert refusal(changed(SECRET, "data.a", "QQ=")).endswith(": illegal base64 data at input byte 3")
    assert check(changed(SECRET, "data.a", "QU\nJD")).object["data"]["a"] == "QUJD"


@pytest.mark.parametrize(
    ("path", "value", "canonical"),
    [
        ("spec.containers.0.resources.limits.cpu", "0.5", "500m"),
        ("spec.containers.0.resources.limits.cpu", 2, "2"),
        ("spec.containers.0.resources.limits.cpu", 0.1, "100m"),
        ("spec.containers.0.resources.limits.cpu", "2048Mi", "2Gi"),
        ("spec.containers.0.resources.limits.cpu", "1000", "1k"),
        ("spec.containers.0.resources.limits.cpu", " 5 ", "5"),
        ("metadata.creationTimestamp", "2026-01-02T03:04:05.5+01:00", "2026-01-02T02:04:05Z"),
        ("metadata.creationTimestamp", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_values_become_canonical(path: str, value: Any, canonical: Any) -> None:
    """What upstream stores is what it has read, written again."""
    checked = check(changed(POD, path, value))
    assert checked == typecheck.Checked(changed(POD, path, canonical))
    assert typecheck.check_value(checked.object, schema_of(POD)).object is checked.object


def test_nulls_become_gos_zero_values() -> None:
    pod = changed(POD, "metadata.creationTimestamp", None)
    assert "creationTimestamp" not in check(pod).object["metadata"]
    assert check(changed(POD, "metadata.labels.app", None)).object["metadata"]["labels"]["app"] == ""
    assert check(changed(POD, "spec.containers.0.args.0", None)).object["spec"]["containers"][0]["args"] == ["", "x"]
    assert check(changed(POD, "spec.containers.0", None)).object["spec"]["containers"] == [{}]
    assert check(changed(POD, "spec.containers.0.resources.limits.cpu", None)).problems == []
    assert typecheck.check(b"null", schema_of(POD)).object == {}


def test_places_without_a_schema_are_kept_as_sent() -> None:
    """RawExtension and FieldsV1 read themselves: nothing inside is unknown, null or a duplicate."""
    body = b'{"kind":"ControllerRevision","apiVersion":"apps/v1","data":{"a":null,"b":{"c":1,"c":2}},"x":1}'
    checked = typecheck.check(body, builtin_catalog().get("io.k8s.api.apps.v1.ControllerRevision"))
    assert checked.object["data"] == {"a": None, "b": {"c": 2}}
    assert checked.problems == ['unknown field "x"']
    assert all(type(part) is dict for part in (checked.object["data"], checked.object["data"]["b"]))


def test_unknown_and_repeated_fields_are_dropped_and_named_in_order() -> None:
    body = (
        b'{"apiVersion":"v1","kind":"Pod","foo":{"a":1,"a":2},"metadata":{"labels":{"a":"1","a":"2"},"Name":"x"},'
        b'"spec":{"containers":[{"name":"a"},{"name":"b","image":"x","image":"y","bar":1}],"hostname":"h","hostname":"i",'
        b'"foo.\\"b":1}}'
    )
    checked = typecheck.check(body, schema_of(POD))
    assert checked.problems == [
        'unknown field "foo"',
        'duplicate field "metadata.labels.a"',
        'unknown field "metadata.Name"',
        'duplicate field "spec.containers[1].image"',
        'unknown field "spec.containers[1].bar"',
        'duplicate field "spec.hostname"',
        'unknown field "spec.foo.\\"b"',
    ]
    assert checked.unknown_fields == ["foo", "metadata.Name", "spec.containers[1].bar", 'spec.foo."b']
    assert checked.duplicate_fields == ["metadata.labels.a", "spec.containers[1].image", "spec.hostname"]
    assert checked.object == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": {"a": "2"}},
        "spec": {"containers": [{"name": "a"}, {"name": "b", "image": "y"}], "hostname": "i"},
    }


def test_strict_refuses_and_warn_tells() -> None:
    checked = check(changed(changed(POD, "spec.foo", 1), "spec.bar", 2))
    assert typecheck.warnings(checked) == ['unknown field "spec.foo"', 'unknown field "spec.bar"']
    error = typecheck.strict_error(checked, schema_of(POD))
    assert error is not None
    assert (error.code, error.message) == (
        400,
        'Pod in version "v1" cannot be handled as a Pod: '
        'strict decoding error: unknown field "spec.foo", unknown field "spec.bar"',
    )


def test_at_most_a_hundred_different_problems_are_kept() -> None:
    """`saveStrictError` of sigs.k8s.io/json: no more than 100, none twice."""
    assert len(check({**POD, **{f"x{n}": 1 for n in range(150)}}).problems) == 100
    body = b'{"kind":"Pod","x":1,"x":2,"x":3}'
    assert typecheck.check(body, schema_of(POD)).problems == ['unknown field "x"', 'duplicate field "x"']


def test_yaml_bodies_report_their_repeated_keys_by_line() -> None:
    checked = typecheck.check_yaml(b"kind: Pod\nspec:\n  hostname: a\n  hostname: b\n  foo: 1\n", schema_of(POD))
    assert checked.object == {"kind": "Pod", "spec": {"hostname": "b"}}
    assert typecheck.warnings(checked) == ['line 4: key "hostname" already set in map', 'unknown field "spec.foo"']
    assert typecheck.strict_message(checked) == (
        "strict decoding error: error converting YAML to JSON: yaml: unmarshal errors:\n"
        '  line 4: key "hostname" already set in map, unknown field "spec.foo"'
    )


def slow(value: Any, schema: Schema) -> tuple[Any, list[str]] | str:
    conformer = Conformer()
    try:
        return conformer.conform(value, schema), list(conformer.problems)
    except TypeMismatchError as error:
        return str(error)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a value with every key or index in it."""
    found: list[tuple[Any, Any]] = []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        found.append((value, key))
        found += places(member)
    return found


STRANGE = [
    None, True, 0, -1, 5, 1.0, 2**31, 2**63, "", "x", "1", "100m", "0.5", "QUJD", "Q", "2026-01-02T03:04:05Z", [], {},
    [None],
    {"x": None}, {"name": "x"}, [{"name": "x"}],
]  # fmt: skip


@given(
    st.sampled_from(sorted(DEFINITIONS)),
    st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(STRANGE), st.booleans()), min_size=1, max_size=3),
)
def test_the_compiled_check_agrees_with_the_walk(name: str, changes: list[tuple[int, Any, bool]]) -> None:
    """Random mutations of real manifests: what the compiled check lets through needs no change, and only that."""
    manifest, schema = copy.deepcopy(DEFINITIONS[name]), builtin_catalog().get(name)
    for position, value, rename in changes:
        container, key = (found := places(manifest))[position % len(found)]
        if rename and isinstance(container, dict):
            container[f"{key}X"] = container.pop(key)
        else:
            container[key] = copy.deepcopy(value)
    expected = slow(manifest, schema)
    if typecheck._fits_value(manifest, schema):
        assert expected == (manifest, [])
    try:
        checked = typecheck.check(msgspec.json.encode(manifest), schema)
    except APIError as error:
        head = [manifest.get("kind"), manifest.get("apiVersion")]
        bad_head = any(part is not None and not isinstance(part, str) for part in head)
        assert bad_head or str(error).endswith(f": {expected}")  # noqa: PT017
    else:
        assert (checked.object, checked.problems) == expected


@given(st.binary() | st.recursive(st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner) |
       st.dictionaries(st.sampled_from(["kind", "metadata", "spec", "containers", "labels", "x"]), inner)))  # fmt: skip
def test_nothing_but_an_api_error_comes_of_any_body(value: Any) -> None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    for check_body in (typecheck.check, typecheck.check_yaml):
        try:
            checked = check_body(body, schema_of(POD))
        except APIError as error:
            assert error.code == 400  # noqa: PT017
        else:
            assert typecheck.check_value(checked.object, schema_of(POD)).object == checked.object
