"""The store: etcd's promises kept by PostgreSQL (one temporal table, group commit, feed, watch cache).

Nothing here knows HTTP or what an object means beyond its key, its bytes and what selectors ask of it.
"""
