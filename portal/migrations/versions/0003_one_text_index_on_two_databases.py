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
    for column in ("heading", "document"):
        # What was just written is looked through row by row until it is merged: a short list (in kB) keeps
        # searches quick in the middle of a long import.
        op.execute(
            f"CREATE INDEX ix_project_text_{column} ON project_text USING gin ({column}) "
            "WITH (gin_pending_list_limit = 256)"
        )


def downgrade() -> None:
    op.execute("DROP TABLE project_text")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE project_text USING fts5(title, number, body, places, content='', "
            "contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"
        )
