"""The protobuf form of OpenAPI v2, read back with a descriptor of gnostic's message types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from kubepy.api.builtin import builtin_scheme
from kubepy.apiserver.openapi import OpenAPI

MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"

# The parts of openapiv2/OpenAPIv2.proto that the documents use, written as `name number type`, `*` for repeated.
PROTO = """
Any: yaml 2 string
NamedAny: name 1 string, value 2 Any
NamedSchema: name 1 string, value 2 Schema
NamedPathItem: name 1 string, value 2 PathItem
NamedResponseValue: name 1 string, value 2 ResponseValue
NamedStringArray: name 1 string, value 2 StringArray
NamedSecurityDefinitionsItem: name 1 string, value 2 SecurityDefinitionsItem
StringArray: value 1 *string
TypeItem: value 1 *string
ItemsItem: schema 1 *Schema
AdditionalPropertiesItem: schema 1 Schema, boolean 2 bool
Properties: additional_properties 1 *NamedSchema
Definitions: additional_properties 1 *NamedSchema
Info: title 1 string, version 2 string
Paths: path 2 *NamedPathItem
PathItem: get 2 Operation, put 3 Operation, post 4 Operation, delete 5 Operation, options 6 Operation,\
 head 7 Operation, patch 8 Operation, parameters 9 *ParametersItem
Operation: tags 1 *string, description 3 string, operation_id 5 string, produces 6 *string, consumes 7 *string,\
 parameters 8 *ParametersItem, responses 9 Responses, schemes 10 *string, vendor_extension 13 *NamedAny
ParametersItem: parameter 1 Parameter
Parameter: body_parameter 1 BodyParameter, non_body_parameter 2 NonBodyParameter
BodyParameter: description 1 string, name 2 string, in 3 string, required 4 bool, schema 5 Schema
NonBodyParameter: query_parameter_sub_schema 3 Query, path_parameter_sub_schema 4 Path
Query: required 1 bool, in 2 string, description 3 string, name 4 string, type 6 string, format 7 string,\
 unique_items 20 bool
Path: required 1 bool, in 2 string, description 3 string, name 4 string, type 5 string, format 6 string,\
 unique_items 19 bool
Responses: response_code 1 *NamedResponseValue
ResponseValue: response 1 Response
Response: description 1 string, schema 2 SchemaItem
SchemaItem: schema 1 Schema
Schema: _ref 1 string, format 2 string, description 4 string, default 5 Any, required 19 *string, enum 20 *Any,\
 additional_properties 21 AdditionalPropertiesItem, type 22 TypeItem, items 23 ItemsItem, properties 25 Properties,\
 vendor_extension 31 *NamedAny
ApiKeySecurity: type 1 string, name 2 string, in 3 string, description 4 string
SecurityDefinitionsItem: api_key_security 2 ApiKeySecurity
SecurityDefinitions: additional_properties 1 *NamedSecurityDefinitionsItem
SecurityRequirement: additional_properties 1 *NamedStringArray
Document: swagger 1 string, info 2 Info, paths 8 Paths, definitions 9 Definitions, security 12 *SecurityRequirement,\
 security_definitions 13 SecurityDefinitions
"""


def _document_type() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="openapi_v2_subset.proto", package="subset", syntax="proto3")
    field = descriptor_pb2.FieldDescriptorProto
    for line in PROTO.strip().splitlines():
        name, fields = line.split(": ", 1)
        message = file.message_type.add(name=name)
        for one in fields.split(", "):
            field_name, number, kind = one.split()
            label = field.LABEL_REPEATED if kind.startswith("*") else field.LABEL_OPTIONAL
            kind = kind.lstrip("*")
            added = message.field.add(name=field_name, number=int(number), label=label)
            if kind in ("string", "bool"):
                added.type = field.TYPE_STRING if kind == "string" else field.TYPE_BOOL
            else:
                added.type, added.type_name = field.TYPE_MESSAGE, f".subset.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("subset.Document"))


@pytest.fixture(scope="module")
def tree() -> Any:
    document = OpenAPI(builtin_scheme(), "v1.37.0").document("/openapi/v2")
    assert document is not None
    return json.loads(document.body)


@pytest.fixture(scope="module")
def message() -> Any:
    document = OpenAPI(builtin_scheme(), "v1.37.0").document("/openapi/v2", MEDIA_TYPE)
    assert document is not None
    assert document.content_type == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    return _document_type().FromString(document.body)


def _schema(message: Any) -> dict[str, Any]:
    """A Schema message as the JSON it stands for."""
    result: dict[str, Any] = {}
    for name, key in (("_ref", "$ref"), ("format", "format"), ("description", "description")):
        if getattr(message, name):
            result[key] = getattr(message, name)
    if message.HasField("type"):
        (result["type"],) = message.type.value
    if message.required:
        result["required"] = list(message.required)
    if message.HasField("items"):
        (items,) = message.items.schema
        result["items"] = _schema(items)
    if message.HasField("additional_properties"):
        result["additionalProperties"] = _schema(message.additional_properties.schema)
    if message.HasField("properties"):
        result["properties"] = {one.name: _schema(one.value) for one in message.properties.additional_properties}
    result.update({one.name: json.loads(one.value.yaml) for one in message.vendor_extension})
    return result


def _parameter(message: Any) -> dict[str, Any]:
    parameter = message.parameter
    if parameter.HasField("body_parameter"):
        body = parameter.body_parameter
        return {"name": body.name, "in": getattr(body, "in"), "schema": _schema(body.schema)}
    other = parameter.non_body_parameter
    is_query = other.HasField("query_parameter_sub_schema")
    one = other.query_parameter_sub_schema if is_query else other.path_parameter_sub_schema
    return {
        "name": one.name,
        "in": getattr(one, "in"),
        "description": one.description,
        "type": one.type,
        "uniqueItems": one.unique_items,
    }


def test_nothing_is_written_under_a_number_gnostic_does_not_have(message: Any) -> None:
    """Every byte belongs to a field of the descriptor: reading and writing gives the same length."""
    clean = type(message)()
    clean.CopyFrom(message)
    clean.DiscardUnknownFields()
    assert clean.ByteSize() == message.ByteSize()


def test_the_definitions_are_those_of_the_json_form(message: Any, tree: Any) -> None:
    """kubectl explain and strategic merge read them: types, references, extensions, all of it."""
    read = {one.name: _schema(one.value) for one in message.definitions.additional_properties}
    assert read == tree["definitions"]


def test_the_operations_are_those_of_the_json_form(message: Any, tree: Any) -> None:
    """kubectl looks for the kind of a patch operation and its fieldValidation parameter."""
    assert [one.name for one in message.paths.path] == list(tree["paths"])
    for named in message.paths.path:
        for method, expected in tree["paths"][named.name].items():
            if method == "parameters":
                continue
            operation = getattr(named.value, method)
            extensions = {one.name: json.loads(one.value.yaml) for one in operation.vendor_extension}
            assert operation.operation_id == expected["operationId"]
            assert extensions == {key: value for key, value in expected.items() if key.startswith("x-")}
            assert list(operation.consumes) == expected["consumes"]
            assert [one.name for one in operation.responses.response_code] == list(expected["responses"])
            wanted = [
                {key: value for key, value in one.items() if key != "required"}
                for one in expected.get("parameters", ())
            ]
            assert [_parameter(one) for one in operation.parameters] == wanted


def test_shared_parameters_and_the_head_are_there(message: Any, tree: Any) -> None:
    """Path parameters are required; title, version and the bearer token are declared."""
    path = "/api/v1/namespaces/{namespace}/pods/{name}"
    item = next(one.value for one in message.paths.path if one.name == path)
    assert [_parameter(one)["name"] for one in item.parameters] == ["name", "namespace", "pretty"]
    assert item.parameters[0].parameter.non_body_parameter.path_parameter_sub_schema.required
    assert (message.swagger, message.info.title, message.info.version) == ("2.0", "Kubernetes", "v1.37.0")
    (scheme,) = message.security_definitions.additional_properties
    assert (scheme.name, scheme.value.api_key_security.type) == ("BearerToken", "apiKey")
