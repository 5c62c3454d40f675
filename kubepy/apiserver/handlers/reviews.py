"""Resources that are questions: a POST is answered, nothing is stored.

`componentstatuses`, the one that is only listed, is here too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from kubepy.api import errors
from kubepy.api.field import FieldError
from kubepy.apiserver.handlers import pods
from kubepy.apiserver.handlers.body import read_object, write_options
from kubepy.apiserver.registry.authentication import validate_token_review
from kubepy.apiserver.registry.authorization import (
    validate_local_subject_access_review,
    validate_self_subject_access_review,
    validate_self_subject_rules_review,
    validate_subject_access_review,
)
from kubepy.apiserver.registry.strategy import User
from kubepy.apiserver.request import ResourceRequest
from kubepy.apiserver.responses import respond_value

Object = dict[str, Any]
Check = Callable[[Object], list[FieldError]]

_ACCESS_REVIEWS: Final[Mapping[str, Check]] = {
    "subjectaccessreviews": validate_subject_access_review,
    "localsubjectaccessreviews": validate_local_subject_access_review,
    "selfsubjectaccessreviews": validate_self_subject_access_review,
}


async def self_subject_review(target: ResourceRequest) -> web.StreamResponse:
    """Who am I?"""
    return await _answer(target, _unchecked, lambda _: {"userInfo": user_info(target.request.user)})


async def token_review(target: ResourceRequest) -> web.StreamResponse:
    """Whose token is this?"""

    def status(review: Object) -> Object:
        token = review.get("spec", {}).get("token", "")
        user = target.server.authenticator.user_of_token(token) if token else None
        if user is None:
            return {"authenticated": False, "error": "invalid bearer token" if token else "no token given"}
        return {"authenticated": True, "user": user_info(user)}

    return await _answer(target, _raising(validate_token_review), status)


async def access_review(target: ResourceRequest) -> web.StreamResponse:
    """May they? Everybody who is known may, until there are rules."""

    def status(review: Object) -> Object:
        spec = review.get("spec", {})
        own = target.resource.plural == "selfsubjectaccessreviews"
        known = own or bool(spec.get("user") or spec.get("groups"))
        return {"allowed": known, "reason": "every authenticated user is allowed" if known else ""}

    return await _answer(target, _ACCESS_REVIEWS[target.resource.plural], status)


async def rules_review(target: ResourceRequest) -> web.StreamResponse:
    """What may I?"""
    everything = {
        "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
        "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
        "incomplete": False,
    }
    return await _answer(target, _raising(validate_self_subject_rules_review), lambda _: everything)


async def binding(target: ResourceRequest) -> web.StreamResponse:
    """POST to `bindings`: the old way to bind the pod of the Binding's name."""
    resource = target.server.scheme.find("", "v1", "pods")
    assert resource is not None
    raw = await read_object(target, pods.BINDING, target.resource.schema)
    name = raw.get("metadata", {}).get("name", "")
    info = target.request.info._replace(resource="pods", subresource="binding", name=name)
    target.request.info = info
    return await pods.bind(ResourceRequest(target.server, target.request, resource))


async def component_statuses(target: ResourceRequest) -> web.StreamResponse:
    """The health of what the server stands on: PostgreSQL."""
    target.request.warn("v1 ComponentStatus is deprecated in v1.19+")
    healthy = target.server.state.feed.healthy
    item = {
        "kind": "ComponentStatus",
        "apiVersion": "v1",
        "metadata": {"name": "postgresql"},
        "conditions": [
            {"type": "Healthy", "status": "True" if healthy else "False", "message": "ok" if healthy else "unreachable"}
        ],
    }
    form = target.request.form()
    representation = target.server.representation(target.resource, form)
    if target.request.info.verb == "get":
        if target.name != "postgresql":
            raise target.not_found()
        return await respond_value(target.request, item, form)
    if representation.is_table:
        body = target.server.encode(item)
        table = representation.table([body], {}, target.request.received_at, "")
        return await respond_value(target.request, table, form)
    listing = {"kind": "ComponentStatusList", "apiVersion": "v1", "metadata": {}, "items": [item]}
    return await respond_value(target.request, listing, form)


def user_info(user: User) -> Object:
    """A user as authentication.k8s.io/v1 UserInfo."""
    info: Object = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    if user.groups:
        info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = {key: list(values) for key, values in user.extra.items()}
    return info


def _unchecked(review: Object) -> list[FieldError]:
    return []


def _raising(check: Callable[[Object], None]) -> Check:
    """A validation that refuses by raising, as one that returns what is wrong."""

    def checked(review: Object) -> list[FieldError]:
        check(review)
        return []

    return checked


async def _answer(target: ResourceRequest, validate: Check, status: Callable[[Object], Object]) -> web.StreamResponse:
    form = target.request.form(transformations=False)
    write_options(target.request, "CreateOptions")
    review = await read_object(target, target.resource.gvk, target.resource.schema)
    if problems := validate(review):
        raise errors.invalid(target.resource.group, target.resource.kind, "", problems)
    review.setdefault("metadata", {})
    review["status"] = status(review)
    return await respond_value(target.request, review, form, 201)


HANDLERS: Final[Mapping[str, Callable[[ResourceRequest], Awaitable[web.StreamResponse]]]] = {
    "selfsubjectreviews.authentication.k8s.io": self_subject_review,
    "tokenreviews.authentication.k8s.io": token_review,
    "subjectaccessreviews.authorization.k8s.io": access_review,
    "localsubjectaccessreviews.authorization.k8s.io": access_review,
    "selfsubjectaccessreviews.authorization.k8s.io": access_review,
    "selfsubjectrulesreviews.authorization.k8s.io": rules_review,
    "bindings": binding,
    "componentstatuses": component_statuses,
}
