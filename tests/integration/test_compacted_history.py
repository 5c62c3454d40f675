"""What a client is told whose revision the server no longer keeps, and how it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException
from running_cluster import Cluster, config_map, until


@pytest.fixture(scope="module")
def forgetful(scratch: Path) -> Iterator[Cluster]:
    """A cluster that keeps past states for a second only."""
    cluster = Cluster(scratch / "forgetful", workers=1)
    started = cluster.up("--history-retention", "1s")
    assert started.status == 0, started.stderr
    yield cluster
    cluster.down()


def test_old_revisions_are_gone_and_clients_can_recover(forgetful: Cluster) -> None:
    """A watch gets an ERROR event, a list and a page 410; the page's error holds a token to go on without consistency.

    Source: Kubernetes API concepts, "410 Gone responses" and "Retrieving large results sets in chunks".
    """
    with config.new_client_from_config(str(forgetful.kubeconfig)) as api:
        core = client.CoreV1Api(api)
        for number in range(5):
            core.create_namespaced_config_map("default", config_map(f"m{number}"))
        page = core.list_namespaced_config_map("default", limit=2)
        revision, token = page.metadata.resource_version, page.metadata._continue
        core.patch_namespaced_config_map("m4", "default", {"data": {"a": "b"}})

        def refused() -> ApiException | None:
            """Writing goes on, because what is compacted is what has been superseded for long enough."""
            core.patch_namespaced_config_map("m0", "default", {"data": {"a": token[-3:]}})
            core.patch_namespaced_config_map("m0", "default", {"data": {"a": ""}})
            try:
                core.list_namespaced_config_map("default", limit=2, _continue=token)
            except ApiException as error:
                return error
            return None

        error = until("the page's revision is compacted", refused)
        body: dict[str, Any] = json.loads(error.body)
        assert (error.status, body["reason"]) == (410, "Expired")
        assert body["message"].startswith(
            "The provided continue parameter is too old to display a consistent list result."
        )
        rest = core.list_namespaced_config_map("default", _continue=body["metadata"]["continue"])
        assert [item.metadata.name for item in rest.items] == ["m2", "m3", "m4"]
        with pytest.raises(ApiException) as exact:
            core.list_namespaced_config_map("default", resource_version=revision, resource_version_match="Exact")
        assert exact.value.status == 410
        with pytest.raises(ApiException) as watched:
            list(watch.Watch().stream(core.list_namespaced_config_map, "default", resource_version=revision))
        assert watched.value.status == 410
        assert "too old resource version" in str(watched.value.reason)
        api.rest_client.pool_manager.clear()
