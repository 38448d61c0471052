"""Alembic's entry: runs the migrations on the connection that portal.services.operations.migrations hands over."""

from alembic import context

from portal.database.orm import db

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
