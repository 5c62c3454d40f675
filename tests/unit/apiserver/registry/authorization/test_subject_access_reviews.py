"""Access reviews, by pkg/apis/authorization/validation and its test table."""

from __future__ import annotations

from typing import Any

import pytest

from kubepy.api.errors import APIError
from kubepy.apiserver.registry.authorization import (
    validate_local_subject_access_review,
    validate_self_subject_access_review,
    validate_self_subject_rules_review,
    validate_subject_access_review,
)

NEITHER = (
    "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must "
    "be specified"
)
BOTH = (
    'spec.nonResourceAttributes: Invalid value: {"Path":"/a","Verb":""}: '
    "cannot be specified in combination with resourceAttributes"
)
NOBODY = 'spec.user: Invalid value: "": at least one of user or group must be specified'


def messages(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("spec", "about_others", "about_oneself"),
    [
        ({"resourceAttributes": {}, "user": "me"}, [], []),
        ({"nonResourceAttributes": {}, "groups": ["us"]}, [], []),
        ({"resourceAttributes": {}}, [NOBODY], []),
        ({}, [NEITHER, NOBODY], [NEITHER]),
        ({"resourceAttributes": {}, "nonResourceAttributes": {"path": "/a"}, "user": "me"}, [BOTH], [BOTH]),
    ],
)
def test_a_review_is_about_one_thing(spec: dict[str, Any], about_others: list[str], about_oneself: list[str]):
    """ValidateSubjectAccessReviewSpec, ValidateSelfSubjectAccessReviewSpec."""
    assert messages(validate_subject_access_review({"metadata": {}, "spec": spec})) == about_others
    assert messages(validate_self_subject_access_review({"metadata": {}, "spec": spec})) == about_oneself


def test_metadata_is_empty_but_for_managed_fields():
    """ValidateSubjectAccessReview."""
    spec = {"resourceAttributes": {}, "user": "me"}
    review: dict[str, Any] = {"metadata": {"name": "x"}, "spec": spec}
    assert messages(validate_subject_access_review(review)) == ['metadata: Invalid value: {"name":"x"}: must be empty']
    assert validate_subject_access_review({"metadata": {"managedFields": [{"manager": "m"}]}, "spec": spec}) == []


def test_a_local_review_stays_in_its_namespace():
    """ValidateLocalSubjectAccessReview."""
    metadata = {"namespace": "a"}
    good = {"resourceAttributes": {"namespace": "a"}, "user": "me"}
    assert validate_local_subject_access_review({"metadata": metadata, "spec": good}) == []
    elsewhere = {"resourceAttributes": {"namespace": "b"}, "user": "me"}
    assert messages(validate_local_subject_access_review({"metadata": metadata, "spec": elsewhere})) == [
        'spec.resourceAttributes.namespace: Invalid value: "b": must match metadata.namespace'
    ]
    other = {"nonResourceAttributes": {"path": "/a", "verb": "get"}, "user": "me"}
    assert messages(validate_local_subject_access_review({"metadata": metadata, "spec": other})) == [
        'spec.nonResourceAttributes: Invalid value: {"Path":"/a","Verb":"get"}: disallowed on this kind of request'
    ]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"fieldSelector": {"requirements": [{"key": "k", "operator": "Newer"}]}}, []),
        (
            {"fieldSelector": {}},
            [
                "spec.resourceAttributes.fieldSelector.requirements: Required value: when "
                "spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required"
            ],
        ),
        (
            {"labelSelector": {"rawSelector": "a=b", "requirements": [{"key": "k", "operator": "In"}]}},
            [
                'spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a=b": '
                "may not specified at the same time as requirements",
                "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: "
                "must be specified when `operator` is 'In' or 'NotIn'",
            ],
        ),
        (
            {"fieldSelector": {"requirements": [{"operator": "Exists", "values": ["v"]}]}},
            [
                "spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified",
                "spec.resourceAttributes.fieldSelector.requirements[0].values: Forbidden: "
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ],
        ),
    ],
)
def test_selectors_are_raw_or_parsed(attributes: dict[str, Any], expected: list[str]):
    """validateFieldSelectorAttributes, validateLabelSelectorAttributes."""
    review = {"spec": {"resourceAttributes": attributes, "user": "me"}}
    assert messages(validate_subject_access_review(review)) == expected


def test_a_rules_review_names_a_namespace():
    """SelfSubjectRulesReview REST.Create answers 400."""
    validate_self_subject_rules_review({"spec": {"namespace": "a"}})
    with pytest.raises(APIError, match="no namespace on request"):
        validate_self_subject_rules_review({"spec": {}})
