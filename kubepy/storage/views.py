"""SQL for people: one read-only view per served resource, holding its live objects.

`pods`, `deployments_apps`, `ingresses_networking_k8s_io`, ... with namespace, name, labels, times and the
whole object as jsonb. Secrets have none. Resources served in several versions show the stored one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kubepy.storage.database import Database

HIDDEN_RESOURCES: Final = frozenset({"secrets"})
_LOCK_ID: Final = 0x6B766965  # "kvie": replacing views concurrently would fail

_VIEW: Final = r"""
CREATE OR REPLACE VIEW {view} AS
WITH live AS (
    SELECT revision, namespace, name, uid, recorded_at,
           (CASE WHEN strpos(text, '\u0000') = 0 THEN text
                 ELSE regexp_replace(text, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g') END)::jsonb AS body
      FROM object_revision CROSS JOIN LATERAL (SELECT convert_from(body, 'UTF8') AS text) AS decoded
     WHERE resource = {resource} AND superseded_revision IS NULL AND NOT deleted
)
SELECT nullif(namespace, '') AS namespace,
       name,
       uid,
       coalesce(body #> '{{metadata,labels}}', '{{}}') AS labels,
       (body #>> '{{metadata,creationTimestamp}}')::timestamptz AS created_at,
       recorded_at AS updated_at,
       revision,
       jsonb_set(body, '{{metadata,resourceVersion}}', to_jsonb(revision::text)) AS object
  FROM live
"""
# NUL is legal in a JSON string, but jsonb can't hold it: one such object must not break everybody's query, so
# it is shown as U+FFFD. An even number of backslashes before it are backslashes themselves.
#
# A view with a WITH clause can't be written through (PostgreSQL, "Updatable Views"), and the planner
# still pushes conditions into it.


def view_name(storage_key: str) -> str:
    """`deployments.apps` -> `deployments_apps`."""
    return storage_key.replace(".", "_").replace("-", "_")


async def create_views(database: Database, storage_keys: Iterable[str]) -> None:
    """Make sure that every stored resource has its view."""
    connection: Any = await database.connect()
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK_ID)
            existing = {row[0] for row in await connection.fetch("SELECT viewname FROM pg_views")}
            for key in sorted(set(storage_keys) - HIDDEN_RESOURCES):
                if view_name(key) not in existing:
                    await connection.execute(_VIEW.format(view=_identifier(view_name(key)), resource=_literal(key)))
    finally:
        await connection.close()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
