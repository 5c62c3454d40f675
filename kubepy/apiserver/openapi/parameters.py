"""The URL parameters of API requests, as OpenAPI describes them.

Names and types follow apimachinery `pkg/apis/meta/v1` options and `core/v1` connect options.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from kubepy.api.schema import definitions
from kubepy.apiserver.openapi.schemas import META


class Parameter(NamedTuple):
    """One parameter: where it stands, its type and what it means."""

    name: str
    location: Literal["query", "path"]
    type: Literal["string", "integer", "boolean"]
    description: str


def _query(name: str, kind: Literal["string", "integer", "boolean"], description: str) -> Parameter:
    return Parameter(name, "query", kind, description)


_DESCRIBED: Final = (
    Parameter("namespace", "path", "string", "object name and auth scope, such as for teams and projects"),
    _query("pretty", "string", "Print the output indented. Browsers and curl get indented output by default."),
    _query("allowWatchBookmarks", "boolean", "Ask a watch to send events of type BOOKMARK now and then."),
    _query("continue", "string", "Fetch the page after the one that returned this token in its metadata."),
    _query("fieldSelector", "string", "Restrict the returned objects by their fields. Defaults to everything."),
    _query("labelSelector", "string", "Restrict the returned objects by their labels. Defaults to everything."),
    _query("limit", "integer", "Return at most this many objects, and a token to continue with if there are more."),
    _query("resourceVersion", "string", "Constrain which versions of the data the request may be served from."),
    _query("resourceVersionMatch", "string", "How resourceVersion applies to a list: Exact or NotOlderThan."),
    _query("sendInitialEvents", "boolean", "Let a watch start with the objects that exist, then a bookmark."),
    _query("timeoutSeconds", "integer", "End the list or watch after this time, whatever its activity."),
    _query("watch", "boolean", "Stream changes as add, update and remove notifications from resourceVersion on."),
    _query("fieldManager", "string", "The name of the actor that makes the change; required to apply."),
    _query(
        "fieldValidation",
        "string",
        "What to do about unknown and duplicate fields: Ignore them, Warn of them, or fail when Strict.",
    ),
    _query("force", "boolean", "Take conflicting fields from other managers; apply only."),
    _query("command", "string", "The command and its arguments, one a parameter; not run in a shell."),
    _query("container", "string", "The container; defaults to the only one of the pod."),
    _query("stderr", "boolean", "Whether to redirect standard error."),
    _query("stdin", "boolean", "Whether to redirect standard input."),
    _query("stdout", "boolean", "Whether to redirect standard output."),
    _query("tty", "boolean", "Whether to allocate a terminal."),
    _query("ports", "integer", "The ports to forward."),
    _query("path", "string", "The part of the URL to use for the proxied request."),
    _query("follow", "boolean", "Keep the log stream open and send new lines as they come."),
    _query("insecureSkipTLSVerifyBackend", "boolean", "Don't verify the serving certificate of the node."),
    _query("limitBytes", "integer", "End the log after this many bytes."),
    _query("previous", "boolean", "Return the log of the previous, terminated container."),
    _query("sinceSeconds", "integer", "Return only lines newer than this many seconds."),
    _query("stream", "string", "Which stream to return: All, Stdout or Stderr."),
    _query("tailLines", "integer", "Return only this many lines from the end."),
    _query("timestamps", "boolean", "Begin each line with an RFC3339 timestamp."),
)
PATH_IN_PROXY: Final = Parameter("path", "path", "string", "path to the resource")


def _delete_options() -> dict[str, Parameter]:
    """DELETE takes the fields of its body as parameters too, with the same meaning."""
    fields: Mapping[str, Any] = definitions()[META + "DeleteOptions"]["properties"]
    kinds: Mapping[str, Literal["string", "integer", "boolean"]] = {
        "dryRun": "string",
        "gracePeriodSeconds": "integer",
        "ignoreStoreReadErrorWithClusterBreakingPotential": "boolean",
        "orphanDependents": "boolean",
        "propagationPolicy": "string",
    }
    return {name: _query(name, kind, fields[name]["description"]) for name, kind in kinds.items()}


PARAMETERS: Final[Mapping[str, Parameter]] = {
    **{parameter.name: parameter for parameter in _DESCRIBED},
    **_delete_options(),
    "path in proxy": PATH_IN_PROXY,
}


def parameter(name: str, kind: str) -> Parameter:
    """A parameter by its key in `PARAMETERS`, or the name of an object of this kind."""
    if name == "name":
        return Parameter("name", "path", "string", f"name of the {kind}")
    return PARAMETERS[name]
