"""one text index on two databases: the portal folds the words itself; `portal migrate` then fills the index anew."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE project_text")
        # Keeps no copy of the texts; takes folded words as they come; prefixes of two to four letters are
        # found without a scan.
        op.execute(
            "CREATE VIRTUAL TABLE project_text USING fts5(title, number, body, places, content='', "
            "contentless_delete=1, tokenize='ascii', prefix='2 3 4')"
        )
        return
    op.execute(
        "CREATE TABLE project_text ("
        "project_id integer CONSTRAINT pk_project_text PRIMARY KEY "
        "CONSTRAINT fk_project_text_project_id REFERENCES project (id) ON DELETE CASCADE, "
        "heading tsvector NOT NULL, document tsvector NOT NULL)"
    )
    # A common word is in most rows: without their vectors the rows take a tenth of the pages to read.
    op.execute("ALTER TABLE project_text SET (toast_tuple_target = 128)")
    op.execute("CREATE INDEX ix_project_text_heading ON project_text USING gin (heading)")
    op.execute("CREATE INDEX ix_project_text_document ON project_text USING gin (document)")


def downgrade() -> None:
    op.execute("DROP TABLE project_text")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE project_text USING fts5(title, number, body, places, content='', "
            "contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"
        )
