"""The database function that commits a batch, installed by the migration.

Under READ COMMITTED a statement's snapshot is older than the lock it waits for. So the counter row is
locked by a statement of its own, and only the next one, whose snapshot is taken with the lock held, looks
at the live rows: what it sees is what every earlier commit left, and nobody can commit in between.
"""

from __future__ import annotations

from typing import Final

NOTIFY_CHANNEL: Final = "kubepy_revision"

CREATE_COMMIT_MUTATIONS: Final = f"""
CREATE FUNCTION commit_mutations(
    p_transactions integer[], p_resources text[], p_namespaces text[], p_names text[], p_uids text[],
    p_expected bigint[], p_deleted boolean[], p_bodies bytea[]
) RETURNS TABLE (
    revision bigint, created_revision bigint, current_revision bigint, current_uid text, current_body bytea
) LANGUAGE plpgsql
-- While the table is new and has no statistics, the planner takes it for tiny: without these settings, and
-- without LATERAL below, it would scan all of it for every batch.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    base bigint;
    ranks bigint[];
    currents bigint[];
    created bigint[];
    accepted bigint;
BEGIN
    SELECT c.revision INTO base FROM revision_counter c FOR UPDATE;

    SELECT array_agg(CASE WHEN checked.ok THEN base + checked.rank END ORDER BY checked.position),
           array_agg(checked.current ORDER BY checked.position),
           array_agg(checked.created ORDER BY checked.position),
           count(*) FILTER (WHERE checked.ok)
      INTO ranks, currents, created, accepted
      FROM (
        SELECT compared.*, sum(CASE WHEN compared.ok THEN 1 ELSE 0 END) OVER (ORDER BY compared.position) AS rank
          FROM (
            SELECT m.position, o.revision AS current, o.created_revision AS created,
                   bool_and(coalesce(o.revision, 0) = m.expected) OVER (PARTITION BY m.transaction) AS ok
              FROM unnest(p_transactions, p_resources, p_namespaces, p_names, p_expected)
                   WITH ORDINALITY AS m(transaction, resource, namespace, name, expected, position)
              LEFT JOIN LATERAL (
                SELECT l.revision, l.created_revision FROM object_revision l
                 WHERE l.resource = m.resource AND l.namespace = m.namespace AND l.name = m.name
                   AND l.superseded_revision IS NULL AND NOT l.deleted
                 LIMIT 1
              ) o ON true
          ) compared
      ) checked;

    IF accepted > 0 THEN
        UPDATE object_revision o SET superseded_revision = s.revision
          FROM unnest(currents, ranks) AS s(current, revision)
         WHERE o.revision = s.current AND s.revision IS NOT NULL;
        INSERT INTO object_revision
            (revision, resource, namespace, name, uid, deleted, created_revision, previous_revision, body)
        SELECT n.revision, n.resource, n.namespace, n.name, n.uid, n.deleted, coalesce(n.created, n.revision),
               n.current, n.body
          FROM unnest(ranks, p_resources, p_namespaces, p_names, p_uids, p_deleted, created, currents, p_bodies)
               AS n(revision, resource, namespace, name, uid, deleted, created, current, body)
         WHERE n.revision IS NOT NULL;
        UPDATE revision_counter SET revision = base + accepted;
        PERFORM pg_notify('{NOTIFY_CHANNEL}', '');
    END IF;

    RETURN QUERY
    SELECT r.revision, coalesce(r.created, r.revision), r.current, o.uid, o.body
      FROM unnest(ranks, created, currents) WITH ORDINALITY AS r(revision, created, current, position)
      LEFT JOIN object_revision o ON o.revision = r.current AND r.revision IS NULL
     ORDER BY r.position;
END
$$
"""
