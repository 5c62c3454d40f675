"""How Alembic runs here: always online, forward only, on a connection that the caller has opened."""

from __future__ import annotations

from alembic import context

from kubepy.storage.tables import metadata

if context.is_offline_mode():
    raise SystemExit("kubepy migrates databases online: use `kubepy migrate`")

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
