"""no index of source addresses, two of what is stated alone; on SQLite the countries of a project are in one tree."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
oldest_code = "0037"

# Nobody looks for the first. The others are asked for records that state a Prima ID, or that have no Projects ID.
_SOURCE, _PRIMA, _FINGERPRINT = "ix_project_source_url", "ix_project_prima_id", "ix_project_fingerprint"
_COUNTRIES = """CREATE TABLE {name} (
    project_id INTEGER NOT NULL,
    term_id INTEGER NOT NULL,
    is_eligible BOOLEAN NOT NULL,
    share INTEGER CONSTRAINT ck_project_country_share_of_a_whole CHECK (share BETWEEN 0 AND 10000),
    CONSTRAINT pk_project_country PRIMARY KEY (project_id, term_id),
    CONSTRAINT fk_project_country_project_id FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE,
    CONSTRAINT fk_project_country_term_id FOREIGN KEY(term_id) REFERENCES term (id)
)"""


def upgrade() -> None:
    op.drop_index(_SOURCE, "project")
    _make_index(_PRIMA, "prima_id", "prima_id IS NOT NULL")
    _make_index(_FINGERPRINT, "fingerprint", "coalesce(number, '') = ''")
    # Otherwise a tree of the keys points into one of the rows: two places are written, and read, for each country.
    _copy_countries(f"{_COUNTRIES} WITHOUT ROWID")


def downgrade() -> None:
    _copy_countries(_COUNTRIES)
    _make_index(_FINGERPRINT, "fingerprint")
    _make_index(_PRIMA, "prima_id")
    op.create_index(_SOURCE, "project", ["source_url"])


def _make_index(name: str, column: str, condition: str = "") -> None:
    op.drop_index(name, "project")
    where = sa.text(condition) if condition else None
    op.create_index(name, "project", [column], sqlite_where=where, postgresql_where=where)


def _copy_countries(definition: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    # They go with the table.
    of_table = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'project_country'"
    triggers = connection.exec_driver_sql(of_table).scalars().all()
    op.execute(definition.format(name="project_country_new"))
    columns = "project_id, term_id, is_eligible, share"
    op.execute(
        f"INSERT INTO project_country_new ({columns}) "  # noqa: S608 # our own names
        f"SELECT {columns} FROM project_country ORDER BY project_id, term_id"
    )
    op.execute("DROP TABLE project_country")
    op.execute("ALTER TABLE project_country_new RENAME TO project_country")
    for trigger in triggers:
        # SQLAlchemy would take a colon in it for a parameter.
        connection.exec_driver_sql(trigger)
