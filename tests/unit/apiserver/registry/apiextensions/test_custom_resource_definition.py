"""CustomResourceDefinitions as data, by apiextensions-apiserver pkg/apis/apiextensions and its registry."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from kubepy.apiserver.registry.apiextensions import STRATEGIES
from kubepy.apiserver.registry.strategy import User, WriteContext

STRATEGY = STRATEGIES["customresourcedefinitions"]
STATUS = STRATEGY.subresources["status"]
CONTEXT = WriteContext(User("admin"), datetime(2026, 1, 2, tzinfo=UTC))
SCHEMA = {
    "openAPIV3Schema": {
        "type": "object",
        "properties": {
            "metadata": {"type": "object", "properties": {"name": {"type": "string"}}},
            "spec": {
                "type": "object",
                "properties": {
                    **{f"f{number}": {"type": "string"} for number in range(9)},
                    "map": {"type": "object", "additionalProperties": {"type": "boolean"}},
                    "parts": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    }
}
OTHER_SCHEMA = {"openAPIV3Schema": {"type": "object", "description": "other"}}
WEBHOOK = {
    "strategy": "Webhook",
    "webhook": {"clientConfig": {"url": "https://host/"}, "conversionReviewVersions": ["v1"]},
}
ESTABLISHED = {"type": "Established", "status": "True"}


def version(name: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"name": name, "served": True, "storage": name == "v1", "schema": SCHEMA, **fields}


def definition(*versions: dict[str, Any], name: str = "cats.example.com", **spec: Any) -> dict[str, Any]:
    fields = {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "cats", "kind": "Cat"},
        "versions": list(versions) or [version()],
        **spec,
    }
    obj = {"metadata": {"name": name, "generation": 3}, "spec": copy.deepcopy(fields)}
    STRATEGY.default(obj)
    return obj


def created(*versions: dict[str, Any], **spec: Any) -> dict[str, Any]:
    obj = definition(*versions, **spec)
    STRATEGY.prepare_for_create(obj, CONTEXT)
    return obj


def complaints(*versions: dict[str, Any], **spec: Any) -> list[str]:
    return [str(error) for error in STRATEGY.validate(created(*versions, **spec))]


def test_names_and_conversion_have_defaults():
    """SetDefaults_CustomResourceDefinitionSpec, SetDefaults_ServiceReference."""
    spec = definition()["spec"]
    assert spec["names"] == {"plural": "cats", "kind": "Cat", "singular": "cat", "listKind": "CatList"}
    assert spec["conversion"] == {"strategy": "None"}
    client = {"service": {"namespace": "a", "name": "b"}}
    converted = definition(conversion={"strategy": "Webhook", "webhook": {"clientConfig": client}})
    assert converted["spec"]["conversion"]["webhook"]["clientConfig"]["service"]["port"] == 443


def test_a_new_definition_has_its_storage_version_stored():
    """strategy.PrepareForCreate."""
    obj = definition()
    obj["status"] = {"storedVersions": ["v0"], "conditions": [ESTABLISHED]}
    STRATEGY.prepare_for_create(obj, CONTEXT)
    assert obj["status"] == {
        "conditions": [],
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": ["v1"],
    }
    assert obj["metadata"]["generation"] == 1
    assert STRATEGY.validate(obj) == []


def test_a_new_storage_version_joins_the_stored_ones():
    """strategy.PrepareForUpdate; the stored object is left alone."""
    old = created()
    new = definition(version("v1", storage=False), version("v2", storage=True))
    STRATEGY.prepare_for_update(new, old, CONTEXT)
    assert new["status"]["storedVersions"] == ["v1", "v2"]
    assert old["status"]["storedVersions"] == ["v1"]
    assert new["metadata"]["generation"] == 2
    assert STRATEGY.validate_update(new, old) == []
    gone = definition(version("v2", storage=True))
    STRATEGY.prepare_for_update(gone, old, CONTEXT)
    assert [str(error) for error in STRATEGY.validate_update(gone, old)] == [
        'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage '
        "version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 "
        "and removes v1 from status.storedVersions"
    ]


def test_status_belongs_to_its_endpoint():
    """statusStrategy; a stored version that is taken away comes back by default."""
    assert (STRATEGY.reset_fields, STATUS.reset_fields) == ((("status",),), (("spec",),))
    old = created()
    new = {**definition(scope="Cluster"), "status": {"acceptedNames": {"plural": "Cats", "kind": "Cat"}}}
    STATUS.default(new)
    STATUS.prepare_for_update(new, old, CONTEXT)
    assert new["spec"] == old["spec"]
    assert new["status"]["storedVersions"] == ["v1"]
    (error,) = STATUS.validate_update(new, old)
    assert error.field == "status.acceptedNames.plural"


STORAGE = "must have exactly one version marked as storage version"
SHOWN = '"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,'
SHOWN += '"AdditionalPrinterColumns":null,"SelectableFields":null}'


@pytest.mark.parametrize(
    ("versions", "spec", "expected"),
    [
        (
            [],
            {"name": "dogs.example.com"},
            ['metadata.name: Invalid value: "dogs.example.com": must be spec.names.plural+"."+spec.group'],
        ),
        (
            [],
            {"group": "example", "name": "cats.example"},
            ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
        ),
        (
            [],
            {"scope": "Planet"},
            ['spec.scope: Unsupported value: "Planet": supported values: "Cluster", "Namespaced"'],
        ),
        ([], {"scope": ""}, ["spec.scope: Required value"]),
        (
            [],
            {"names": {"plural": "cats", "kind": "Cat", "listKind": "Cat"}},
            ['spec.names.listKind: Invalid value: "Cat": kind and listKind may not be the same'],
        ),
        (
            [],
            {"names": {"plural": "cats"}},
            [f"spec.names.{field}: Required value" for field in ("singular", "kind", "listKind")],
        ),
        (
            [version("v1", storage=False)],
            {},
            [
                f'spec.versions: Invalid value: [{{"Name":"v1","Served":true,"Storage":false,{SHOWN}]: {STORAGE}',
                "status.storedVersions: Invalid value: []: must have at least one stored version",
            ],
        ),
        (
            [version(), version()],
            {},
            [
                "spec.versions: Invalid value: ["
                + ",".join([f'{{"Name":"v1","Served":true,"Storage":true,{SHOWN}'] * 2)
                + f"]: {text}"
                for text in ("must contain unique version names", STORAGE)
            ],
        ),
        (
            [version(schema=None)],
            {},
            ["spec.versions[0].schema.openAPIV3Schema: Required value"],
        ),
        (
            [],
            {"preserveUnknownFields": True},
            [
                "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set "
                "x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
            ],
        ),
        (
            [version(deprecationWarning="old")],
            {},
            ['spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions'],
        ),
        (
            [version(deprecated=True, deprecationWarning="é\n")],
            {},
            [
                'spec.versions[0].deprecationWarning: Invalid value: "é\\n": must only contain printable UTF-8 '
                "characters; non-printable character found at index 2"
            ],
        ),
    ],
)
def test_spec_rules(versions: list[dict[str, Any]], spec: dict[str, Any], expected: list[str]):
    """validateCustomResourceDefinitionSpec."""
    stripped = [{key: value for key, value in item.items() if value is not None} for item in versions]
    assert complaints(*stripped, **spec) == expected


def test_a_bad_version_name_is_reported_where_upstream_does():
    """The first version also stands in spec.version of the internal form."""
    obj = created(version("V1", storage=True))
    assert [error.field for error in STRATEGY.validate(obj)] == ["spec.versions[0].name", "spec.version"]


COLUMNS = [{"name": "", "type": "text", "format": "hex", "jsonPath": "spec"}, {"name": "A", "type": "string"}]


@pytest.mark.parametrize(
    ("versions", "path"),
    [
        ([version(additionalPrinterColumns=COLUMNS)], "spec"),
        ([version(additionalPrinterColumns=COLUMNS), version("v2", additionalPrinterColumns=COLUMNS)], "spec"),
        ([version(additionalPrinterColumns=COLUMNS), version("v2")], "spec.versions[0]"),
    ],
)
def test_columns_are_reported_once_if_versions_share_them(versions: list[dict[str, Any]], path: str):
    """ValidateCustomResourceColumnDefinition, Convert_v1_CustomResourceDefinitionSpec_To_apiextensions."""
    types = "must be one of boolean,date,integer,number,string"
    assert complaints(*versions) == [
        f"{path}.additionalPrinterColumns[0].name: Required value",
        f'{path}.additionalPrinterColumns[0].type: Invalid value: "text": {types}',
        f'{path}.additionalPrinterColumns[0].format: Invalid value: "hex": '
        "must be one of byte,date,date-time,double,float,int32,int64,password",
        f'{path}.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": '
        "must be a simple json path starting with .",
        f"{path}.additionalPrinterColumns[1].JSONPath: Required value",
    ]


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ({"specReplicasPath": ".spec.r", "statusReplicasPath": ".status.r", "labelSelectorPath": ".spec.s"}, []),
        ({}, ["specReplicasPath: Required value", "statusReplicasPath: Required value"]),
        (
            {"specReplicasPath": ".status.r", "statusReplicasPath": "status.r", "labelSelectorPath": ".metadata.s"},
            [
                'specReplicasPath: Invalid value: ".status.r": should be a json path under .spec',
                'statusReplicasPath: Invalid value: "status.r": must be a simple json path starting with .',
                'labelSelectorPath: Invalid value: ".metadata.s": should be a json path under either .spec or .status',
            ],
        ),
    ],
)
def test_scale_paths(scale: dict[str, str], expected: list[str]):
    """ValidateCustomResourceDefinitionSubresources."""
    assert complaints(version(subresources={"scale": scale})) == [
        f"spec.subresources.scale.{text}" for text in expected
    ]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([".spec.f0", ".spec.f1"], []),
        ([".spec.map.x"], []),
        ([""], ["[0].jsonPath: Required value"]),
        (
            ["spec.f0", ".spec.", ".spec.parts[0]", ".spec.none"],
            [
                '[0].jsonPath: Invalid value: "spec.f0": is an invalid path: expected [ or . but got: spec',
                '[1].jsonPath: Invalid value: ".spec.": is an invalid path: unexpected end of JSON path',
                '[2].jsonPath: Invalid value: ".spec.parts[0]": is an invalid path: array notation is not allowed',
                '[3].jsonPath: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field',
            ],
        ),
        (
            [".metadata.name", ".spec.parts", ".spec.f0", ".spec.f0"],
            [
                '[0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
                '[1].jsonPath: Invalid value: ".spec.parts": must point to a field of type string, boolean or '
                "integer. Enum string fields and strings with formats are allowed.",
                '[3].jsonPath: Duplicate value: ".spec.f0"',
            ],
        ),
        ([f".spec.f{number}" for number in range(9)], [": Too many: 9: must have at most 8 items"]),
    ],
)
def test_selectable_fields(paths: list[str], expected: list[str]):
    """ValidateCustomResourceSelectableFields, ValidFieldPath."""
    fields = [{"jsonPath": path} for path in paths]
    assert complaints(version(selectableFields=fields)) == [f"spec.selectableFields{text}" for text in expected]


def test_too_many_selectable_fields_may_stay():
    """findTooManySelectableFieldsAllowed."""
    fields = [{"jsonPath": f".spec.f{number}"} for number in range(9)]
    obj = created(version(selectableFields=fields))
    assert STRATEGY.validate_update(obj, copy.deepcopy(obj)) == []
    assert STRATEGY.validate_update(obj, created())


def test_shared_selectable_fields_need_a_shared_schema():
    """The internal form has them above the versions, where there is no schema then."""
    fields = [{"jsonPath": ".spec.f0"}]
    versions = (version(selectableFields=fields), version("v2", schema=OTHER_SCHEMA, selectableFields=fields))
    assert complaints(*versions) == [
        'spec.selectableFields: Invalid value: "": may only be set when validations.schema is included'
    ]


@pytest.mark.parametrize(
    ("conversion", "expected"),
    [
        (WEBHOOK, []),
        ({"strategy": "Magic"}, ['strategy: Unsupported value: "Magic": supported values: "None", "Webhook"']),
        (
            {"strategy": "None", "webhook": WEBHOOK["webhook"]},
            [
                f"{field}: Forbidden: should not be set when strategy is not set to Webhook"
                for field in ("webhookClientConfig", "conversionReviewVersions")
            ],
        ),
        (
            {"strategy": "Webhook"},
            [
                "webhookClientConfig: Required value: required when strategy is set to Webhook",
                "conversionReviewVersions: Required value",
            ],
        ),
        (
            {"strategy": "Webhook", "webhook": {"clientConfig": {}, "conversionReviewVersions": ["v2"]}},
            [
                "webhookClientConfig: Required value: exactly one of url or service is required",
                'conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
            ],
        ),
    ],
)
def test_conversion_rules(conversion: dict[str, Any], expected: list[str]):
    """validateCustomResourceConversion."""
    assert complaints(conversion=conversion) == [f"spec.conversion.{text}" for text in expected]


def test_a_ca_bundle_must_be_good_once_the_resource_is_served():
    """allowInvalidCABundle."""
    bad = copy.deepcopy(WEBHOOK)
    bad["webhook"]["clientConfig"]["caBundle"] = "AAAA"  # type: ignore[index]
    obj, old = created(conversion=bad), created(conversion=WEBHOOK)
    assert STRATEGY.validate(obj) == STRATEGY.validate_update(obj, old) == []
    old["status"]["conditions"] = [ESTABLISHED]
    assert [error.field for error in STRATEGY.validate_update(obj, old)] == [
        "spec.conversion.webhookClientConfig.caBundle"
    ]
    stored = copy.deepcopy(obj)
    stored["status"]["conditions"] = [ESTABLISHED]
    assert STRATEGY.validate_update(obj, stored) == []


def test_what_storage_depends_on_is_fixed():
    """validateCustomResourceDefinitionSpecUpdate."""
    old = created()
    new = created(scope="Cluster", names={"plural": "cats", "kind": "Feline"})
    assert STRATEGY.validate_update(new, old) == []
    old["status"]["conditions"] = [ESTABLISHED]
    assert [str(error) for error in STRATEGY.validate_update(new, old)] == [
        'spec.scope: Invalid value: "Cluster": field is immutable',
        'spec.names.kind: Invalid value: "Feline": field is immutable',
    ]


@pytest.mark.parametrize(
    ("annotation", "acceptable"),
    [
        ("https://github.com/kubernetes/enhancements/pull/1111", True),
        ("unapproved, experimental", True),
        ("sure", False),
        ("", False),
    ],
)
def test_community_groups_need_approval(annotation: str, acceptable: bool):
    """validateAPIApproval; nothing is asked of an object whose state stays the same."""
    obj = created(group="example.k8s.io", name="cats.example.k8s.io")
    obj["metadata"]["annotations"] = {"api-approved.kubernetes.io": annotation}
    fields = [error.field for error in STRATEGY.validate(obj)]
    assert fields == ([] if acceptable else ["metadata.annotations[api-approved.kubernetes.io]"])
    assert STRATEGY.validate_update(obj, copy.deepcopy(obj)) == []


def test_warnings_are_about_what_is_new():
    """WarningsOnCreate, WarningsOnUpdate."""
    tags = {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "object"}}
    properties = {
        "a": {"type": "string", "format": "colour"},
        "b": {"type": "string", "format": "date-time"},
        "c": {"type": "integer", "format": "int8"},
        "tags": tags,
    }
    schema = {"openAPIV3Schema": {"type": "object", "properties": properties}}
    obj = created(version(schema=schema))
    assert STRATEGY.warnings(obj, None) == [
        'unrecognized format "colour"',
        'unrecognized format "int8"',
        'x-kubernetes-list-type: set for items of type "object" is not supported by server-side apply or CEL '
        "validation rules",
    ]
    assert STRATEGY.warnings(obj, obj) == []
