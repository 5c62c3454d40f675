"""The table of field numbers against the OpenAPI definitions, which were made from the same Go types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kubepy.api.builtin import builtin_scheme
from kubepy.api.protobuf import has_protobuf
from kubepy.api.protobuf.message_types import Field, MessageType, Shape, message_types
from kubepy.api.protobuf.special_values import SPECIAL_VALUES
from kubepy.api.schema import Schema, builtin_catalog, definitions

API = "io.k8s.api."
META = "io.k8s.apimachinery.pkg.apis.meta.v1."
BODIES = sorted(
    {resource.schema.name for resource in builtin_scheme()}
    | {
        API + "authentication.v1.TokenRequest",
        API + "autoscaling.v1.Scale",
        API + "core.v1.Binding",
        API + "policy.v1.Eviction",
        META + "DeleteOptions",
    }
)
OBJECTS = sorted(name for name in message_types() if name in definitions() and name not in SPECIAL_VALUES)
SCALARS = {
    "string": ("string", ""),
    "bytes": ("string", "byte"),
    "bool": ("boolean", ""),
    "int32": ("integer", "int32"),
    "int64": ("integer", "int64"),
    "double": ("number", "double"),
}
NOT_IN_PROTOBUF = {"apiVersion", "kind"}
"""The type's own fields travel in the envelope."""


def json_fields(message: MessageType) -> Iterator[Field]:
    for field in message.by_number.values():
        if field.shape is Shape.INLINE:
            assert field.message is not None
            yield from json_fields(field.message)
        else:
            yield field


@pytest.mark.parametrize("name", BODIES)
def test_every_type_that_is_sent_has_a_message(name: str) -> None:
    assert has_protobuf(builtin_catalog().get(name))


def test_a_custom_type_has_no_message_even_if_named_like_a_built_in_one() -> None:
    """Upstream answers 415 to protobuf for custom resources."""
    assert not has_protobuf(Schema(name="com.example.v1.Foo", type="object"))
    assert not has_protobuf(Schema(name=API + "core.v1.Pod", type="object"))


@pytest.mark.parametrize("name", OBJECTS)
def test_a_message_has_the_fields_of_its_definition(name: str) -> None:
    fields = [field.name for field in json_fields(message_types()[name])]
    expected = set(builtin_catalog().get(name).properties)
    if name in BODIES:
        expected -= NOT_IN_PROTOBUF
        assert len(expected) < len(builtin_catalog().get(name).properties)
    elif {"apiVersion", "kind"} - set(fields) == NOT_IN_PROTOBUF:
        expected -= NOT_IN_PROTOBUF  # a template of an object (PersistentVolumeClaim in a StatefulSet)
    assert len(fields) == len(set(fields))
    assert set(fields) == expected


def assert_type(field: Field, schema: Schema) -> None:
    if field.shape is Shape.LIST:
        assert schema.type == "array"
        assert schema.items is not None
        schema = schema.items
    elif field.shape is Shape.MAP:
        assert schema.type == "object"
        assert schema.additional is not None
        schema = schema.additional
    if field.message is None:
        assert (schema.type, schema.format) == SCALARS[field.kind]
    elif field.kind.rpartition(".")[2] in ("ExtraValue", "AttestationValue"):
        assert schema.type == "array"
    else:
        assert field.message.name == schema.name


@pytest.mark.parametrize("name", OBJECTS)
def test_a_field_has_the_type_that_its_definition_says(name: str) -> None:
    for field in json_fields(message_types()[name]):
        assert_type(field, builtin_catalog().get(name).properties[field.name])


@pytest.mark.parametrize("name", sorted(message_types()))
def test_no_two_fields_share_a_number_and_every_one_is_found_by_its_tag(name: str) -> None:
    message = message_types()[name]
    plain = [field for field in message.by_tag.values() if not field.packed]
    assert sorted(map(id, plain)) == sorted(map(id, message.by_number.values()))
    assert all(0 < number < 19000 for number in message.by_number)


def test_floats_are_pointers_and_never_in_lists() -> None:
    """What the decoder relies on: it has no rule for others."""
    floats = [field for message in message_types().values() for field in message.by_number.values()]
    floats = [field for field in floats if field.kind == "double"]
    assert floats
    assert all(field.shape is Shape.SINGLE and not field.omit_zero for field in floats)


@pytest.mark.parametrize(
    ("name", "field", "number", "omit_zero"),
    [
        (META + "ObjectMeta", "name", 1, True),
        (META + "ObjectMeta", "managedFields", 17, False),
        (META + "OwnerReference", "apiVersion", 5, False),
        (API + "apps.v1.DeploymentSpec", "replicas", 1, False),
        (API + "apps.v1.DeploymentSpec", "minReadySeconds", 5, True),
        (API + "core.v1.PodSpec", "containers", 2, False),
        (API + "core.v1.PodSpec", "hostNetwork", 11, True),
        (API + "core.v1.PodSpec", "enableServiceLinks", 30, False),
        (API + "core.v1.Container", "volumeDevices", 21, False),
        (API + "core.v1.ServicePort", "port", 3, False),
        (API + "core.v1.ServicePort", "nodePort", 5, True),
        (META + "DeleteOptions", "dryRun", 5, False),
    ],
)
def test_known_numbers(name: str, field: str, number: int, omit_zero: bool) -> None:
    """Taken by hand from upstream's generated.proto, and from types.go what is a pointer or omitempty."""
    found = message_types()[name].by_number[number]
    assert (found.name, found.omit_zero) == (field, omit_zero)
