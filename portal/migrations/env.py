"""Alembic's entry: runs the migrations on the connection that portal.services.operations.migrations hands over."""

from alembic import context
from sqlalchemy import update

from portal.database.orm import db
from portal.models import SchemaInfo

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()

# The newest migration that was run names the oldest code that may use its tables. Those before 0037 name none.
newest = context.get_context().get_current_revision()
if newest and (oldest_code := getattr(context.script.get_revision(newest).module, "oldest_code", None)):
    connection.execute(update(SchemaInfo).values(oldest_code=oldest_code))
